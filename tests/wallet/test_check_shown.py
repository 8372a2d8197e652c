"""A credential of several copies stands as its worst copy does, and each list is fetched once."""

from collections.abc import Callable
from typing import Any

import pytest

from ssi.issuance import issue_sd_jwt_vc
from ssi.status_list import Status
from tests.ssi.foreign import ACADEMY, DIPLOMA
from tests.wallet.test_collecting_strangers import BY_DID, fetched, foreign_list, gives
from wallet.domain.collecting import Delivered
from wallet.domain.credential import Standing
from wallet.errors import PartnerUnreachableError

LISTS = (f"{ACADEMY}/status/1", f"{ACADEMY}/status/1", f"{ACADEMY}/status/2")
"""Where three copies stand: each in a place of its own, the last in a list of its own."""


class Academy:
    """An issuer outside the registry that gave three copies; `says` is what its lists say by address."""

    def __init__(self, world: Any) -> None:
        self.says: dict[str, dict[int, Status]] = {uri: {} for uri in LISTS}
        self.asked: list[str] = []
        self.silent: str = ""
        gives(world, BY_DID, copies=len(LISTS))
        plain = world.issuers.request
        world.issuers.request = lambda source, grant, keys: self._placed(plain, source, grant, keys)
        world.issuers.status_list = self.status_list

    def status_list(self, uri: str, *, listed: bool = True) -> str:
        assert not listed
        if uri == self.silent:
            raise PartnerUnreachableError("The issuer cannot be reached now.")
        self.asked.append(uri)
        return str(foreign_list(uri, self.says[uri]))

    def _placed(self, plain: Callable[..., Delivered], source: Any, grant: Any, keys: Any) -> Delivered:
        plain(source, grant, keys)
        tokens = [
            issue_sd_jwt_vc(
                DIPLOMA,
                {
                    "given_name": "Ada",
                    "cnf": {"jwk": key.public.to_jwk()},
                    "status": {"status_list": {"idx": place, "uri": uri}},
                },
                issuer=BY_DID,
            )
            for place, (key, uri) in enumerate(zip(keys, LISTS, strict=True))
        ]
        return Delivered(tuple(tokens))


@pytest.fixture
def academy(world: Any, anna: Any) -> Academy:
    """The academy, after its three copies were kept."""
    academy = Academy(world)
    receive = world.services.receive_credential
    receive.keep(anna, fetched(world, anna, receive).row_id)
    academy.asked.clear()
    return academy


def standing(world: Any, anna: Any) -> Standing:
    """How the one credential stands after a refresh without problems."""
    assert world.services.refresh(anna).problems == []
    (found,) = world.services.read.only_shown(anna)
    return Standing(found.standing)


@pytest.mark.parametrize("place", range(len(LISTS)))
def test_one_copy_that_was_taken_back_takes_the_credential_back(
    world: Any, anna: Any, academy: Academy, place: int
):
    academy.says[LISTS[place]][place] = Status.INVALID

    assert standing(world, anna) is Standing.REVOKED


def test_the_worst_copy_counts_and_each_list_is_fetched_once(world: Any, anna: Any, academy: Academy):
    academy.says[LISTS[1]][1] = Status.SUSPENDED

    assert standing(world, anna) is Standing.SUSPENDED
    assert sorted(academy.asked) == sorted(set(LISTS))
    academy.says[LISTS[2]][2] = Status.INVALID
    assert standing(world, anna) is Standing.REVOKED


def test_copies_that_count_again_let_the_credential_count_again(world: Any, anna: Any, academy: Academy):
    academy.says[LISTS[2]][2] = Status.SUSPENDED
    assert standing(world, anna) is Standing.SUSPENDED
    academy.says[LISTS[2]].clear()

    assert standing(world, anna) is Standing.VALID


def test_a_copy_that_was_taken_back_counts_although_another_list_is_silent(
    world: Any, anna: Any, academy: Academy
):
    academy.says[LISTS[2]][2] = Status.INVALID
    academy.silent = LISTS[0]

    assert standing(world, anna) is Standing.REVOKED


def test_without_one_of_the_lists_it_stays_as_it_was_last_seen(world: Any, anna: Any, academy: Academy):
    academy.says[LISTS[0]][0] = Status.SUSPENDED
    assert standing(world, anna) is Standing.SUSPENDED
    academy.says[LISTS[0]].clear()
    academy.silent = LISTS[2]

    assert len(world.services.refresh(anna).problems) == 1
    (found,) = world.services.read.only_shown(anna)
    assert found.standing is Standing.SUSPENDED
