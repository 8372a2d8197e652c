"""Locked copies of a whole wallet in a pod: made, thinned out, and put into another wallet."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from crypto.password_jwe import decrypt_with_password
from tests.wallet.browsing import PASSWORD
from tests.wallet.small_pod import SmallPod, cause, sign_in, small_pod
from tests.wallet.world import World
from wallet.bootstrap import sql_stores
from wallet.domain.pod import Backup
from wallet.domain.proof import Password
from wallet.domain.session import Session
from wallet.errors import ExportError, PodError, PodTrouble, WeakPasswordError, WrongPasswordError
from wallet.services.back_up_to_pod import KEPT
from wallet.services.move_wallet import FILE_TYPE
from wallet.services.pod_suite import PodUse
from wallet.storage.schema import open_wallet_database
from wallet.storage.tables import PodRow

pytestmark = pytest.mark.database

COPY_PASSWORD = "a sentence for the copy"


@pytest.fixture
def pod(stored_world: World) -> Iterator[SmallPod]:
    with small_pod(stored_world.clock) as running:
        yield running


@pytest.fixture
def world(stored_world: World) -> World:
    return stored_world


@pytest.fixture
def elsewhere(tmp_path: Path, world: World) -> Iterator[World]:
    """Another installation."""
    database = open_wallet_database(f"sqlite:///{tmp_path / 'elsewhere.db'}")
    yield World(world.clock, stores=sql_stores(database))
    database.close()


@pytest.fixture
def use(world: World) -> PodUse:
    return world.services.pod


def made(use: PodUse, session: Session, password: str = PASSWORD) -> tuple[Backup, ...]:
    return use.back_up(session, Password(password), COPY_PASSWORD)


def test_a_copy_is_in_the_pod_and_says_nothing(use, anna, pod):
    sign_in(use, anna, pod)

    (copy,) = made(use, anna)

    (name,) = pod.files
    assert name.startswith("argonauta/wallet-")
    assert copy.mine
    assert copy.size == len(pod.files[name])
    assert pod.files[name].startswith(b"eyJ")
    assert not any(word in pod.files[name] for word in (b"anna", b"tables", b"credential"))


def test_the_newest_five_copies_of_a_wallet_stay_and_those_of_others_are_not_touched(
    world, use, anna, ben, pod
):
    sign_in(use, ben, pod)
    made(use, ben, "a windy harbour")
    sign_in(use, anna, pod)
    pod.files["argonauta/holiday.jpg"] = b"x"

    for _ in range(KEPT + 2):
        world.clock.forward(minutes=1)
        copies = made(use, anna)

    own = [copy for copy in copies if copy.mine]
    assert len(own) == KEPT
    assert own[0].made_at - own[-1].made_at == timedelta(minutes=KEPT - 1)
    assert len([copy for copy in copies if not copy.mine]) == 1
    assert "argonauta/holiday.jpg" in pod.files


def test_nothing_is_written_over(use, anna, pod):
    sign_in(use, anna, pod)
    made(use, anna)
    before = dict(pod.files)

    with pytest.raises(PodError) as caught:
        made(use, anna)  # within the same second

    assert cause(caught) is PodTrouble.TAKEN
    assert pod.files == before


def test_an_old_copy_that_somebody_changed_stays(world, use, anna, pod):
    sign_in(use, anna, pod)
    for _ in range(KEPT):
        world.clock.forward(minutes=1)
        made(use, anna)
    oldest = min(pod.files)
    pod.changes[f"HEAD /anna/{oldest}"] = lambda response: response.headers.update(ETag='"of before"')
    world.clock.forward(minutes=1)

    copies = made(use, anna)

    assert oldest in pod.files
    assert len(copies) == KEPT + 1


@pytest.mark.parametrize("status", [413, 507])
def test_a_full_pod_says_so_and_keeps_what_it_has(world, use, anna, pod, status):
    sign_in(use, anna, pod)
    made(use, anna)
    before = dict(pod.files)
    world.clock.forward(minutes=1)
    pod.space, pod.full = 0, status

    with pytest.raises(PodError) as caught:
        made(use, anna)

    assert cause(caught) is PodTrouble.FULL
    assert pod.files == before


def test_a_pod_that_gives_back_something_else_is_told_and_older_copies_stay(world, use, anna, pod):
    sign_in(use, anna, pod)
    for _ in range(KEPT):
        world.clock.forward(minutes=1)
        made(use, anna)
    before = set(pod.files)
    pod.forgets = True
    world.clock.forward(minutes=1)

    with pytest.raises(PodError) as caught:
        made(use, anna)

    assert cause(caught) is PodTrouble.ALTERED
    assert before < set(pod.files)


def test_a_pod_that_names_copies_without_end_makes_a_wallet_ask_for_few(world, use, anna, pod):
    sign_in(use, anna, pod)
    (copy,) = made(use, anna)
    tag = copy.address.rpartition("wallet-")[2][:16]
    for year in range(1900, 2020):
        pod.files[f"argonauta/wallet-{tag}-{year}0101T000000Z.jwe"] = b"x"
    world.clock.forward(minutes=1)
    pod.heard.clear()

    made(use, anna)

    assert len([each for each in pod.heard if each.startswith("DELETE")]) == 10


def test_copies_are_told_by_their_names_alone(use, anna, pod):
    sign_in(use, anna, pod)
    for name in (
        "wallet-x-20260301T080000Z.jwe",
        "wallet-0123456789abcdef-20261301T080000Z.jwe",
        "notes.txt",
    ):
        pod.files[f"argonauta/{name}"] = b"x"

    assert use.back_up.all(anna) == ()


def test_an_open_wallet_alone_makes_no_copy(use, anna, pod):
    sign_in(use, anna, pod)

    with pytest.raises(WrongPasswordError):
        use.back_up(anna, Password("not the password"), COPY_PASSWORD)

    assert pod.files == {}


def test_a_new_wallet_goes_on_from_a_copy(world, use, anna, pod, elsewhere):
    world.services.receive_credential(anna, world.issuers.offer())
    sign_in(use, anna, pod)
    (copy,) = made(use, anna)
    there = elsewhere.services.create_wallet("anna", "another password")
    sign_in(elsewhere.services.pod, there, pod)

    count = elsewhere.services.pod.back_up.restore(there, copy.address, COPY_PASSWORD)

    assert count > 0
    assert elsewhere.services.records(there) == world.services.records(anna)
    (seen,) = elsewhere.services.pod.back_up.all(there)
    assert (seen.address, seen.mine) == (copy.address, False)


def test_the_right_to_use_the_pod_is_in_no_copy_of_the_wallet(world, use, anna, pod):
    kept = sign_in(use, anna, pod)

    file = world.services.move.export(anna, Password(PASSWORD), COPY_PASSWORD)

    plain = decrypt_with_password(file, COPY_PASSWORD, typ=FILE_TYPE)
    assert b'"tables"' in plain
    assert kept.grant.access_token.encode() not in plain
    assert pod.webid.encode() not in plain


def test_the_database_says_nothing_of_a_pod(world, use, anna, pod, tmp_path):
    kept = sign_in(use, anna, pod)

    with world.stores.wallets.database.reading() as transaction:
        (sealed,) = transaction.scalars(select(PodRow.sealed_document))
    raw = sealed + b"".join(path.read_bytes() for path in tmp_path.glob("*.sqlite*"))
    for secret in (pod.webid, pod.storage, kept.grant.access_token, str(kept.grant.refresh_token)):
        assert secret.encode() not in raw
    found = use.connect.present(anna)
    assert found is not None
    assert found.to_document() == kept.to_document()


def test_another_password_opens_no_copy(use, anna, pod, elsewhere):
    sign_in(use, anna, pod)
    (copy,) = made(use, anna)
    there = elsewhere.services.create_wallet("anna", "another password")
    sign_in(elsewhere.services.pod, there, pod)

    with pytest.raises(ExportError, match="does not open"):
        elsewhere.services.pod.back_up.restore(there, copy.address, "another sentence")


def test_a_copy_needs_a_password_that_is_not_short(use, anna, pod):
    sign_in(use, anna, pod)

    with pytest.raises(WeakPasswordError):
        use.back_up(anna, Password(PASSWORD), "short")

    assert pod.files == {}


def test_what_is_no_copy_of_a_wallet_is_not_put_into_one(use, anna, pod):
    sign_in(use, anna, pod)
    name = "argonauta/wallet-0123456789abcdef-20260301T080000Z.jwe"
    pod.files[name] = b"\xff not a wallet"

    with pytest.raises(ExportError):
        use.back_up.restore(anna, f"{pod.storage}{name}", COPY_PASSWORD)
    with pytest.raises(PodError) as caught:
        use.back_up.restore(anna, f"{pod.storage}argonauta/other", COPY_PASSWORD)
    assert cause(caught) is PodTrouble.NOT_FOUND
