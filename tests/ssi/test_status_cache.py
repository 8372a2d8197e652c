from datetime import datetime, timedelta

import pytest

from crypto.errors import OutOfRangeError
from ssi.errors import UnresolvableError
from ssi.status_cache import StatusCache, known_everywhere
from tests.ssi.parties import NOW

MINUTE = timedelta(minutes=1)


class Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


class Server:
    def __init__(self) -> None:
        self.asked: list[str] = []
        self.is_down = False

    def __call__(self, uri: str) -> str:
        self.asked.append(uri)
        if self.is_down:
            raise UnresolvableError(uri)
        return f"list {len(self.asked)}"


def cache(clock: Clock, **limits: int) -> StatusCache[str]:
    return StatusCache(clock=clock, lifetime=lambda _: 5 * MINUTE, most_age=10 * MINUTE, **limits)


def test_a_copy_is_used_until_its_time_to_live_is_over():
    clock, server = Clock(), Server()
    kept = cache(clock)
    kept.get("issuer", "a", server)

    clock.now += 5 * MINUTE - timedelta(microseconds=1)
    assert kept.get("issuer", "a", server) == "list 1"
    clock.now += timedelta(microseconds=1)
    assert kept.get("issuer", "a", server) == "list 2"


def test_the_verifiers_own_limit_holds_as_well():
    clock, server = Clock(), Server()
    kept: StatusCache[str] = StatusCache(clock=clock, lifetime=lambda _: 60 * MINUTE, most_age=MINUTE)
    kept.get("issuer", "a", server)

    clock.now += MINUTE

    assert kept.get("issuer", "a", server) == "list 2"


def test_an_old_copy_does_not_stand_in_for_a_list_that_cannot_be_had():
    clock, server = Clock(), Server()
    kept = cache(clock)
    kept.get("issuer", "a", server)
    clock.now += 5 * MINUTE
    server.is_down = True

    with pytest.raises(UnresolvableError):
        kept.get("issuer", "a", server)


def test_the_list_that_was_not_asked_for_longest_goes_first():
    server, kept = Server(), cache(Clock(), most=2)
    for uri in ("a", "b", "a", "c", "a", "b"):
        kept.get("issuer", uri, server)

    assert server.asked == ["a", "b", "c", "b"]


def test_a_list_of_one_issuer_is_none_of_another_at_the_same_address():
    server, kept = Server(), cache(Clock())

    assert [kept.get(issuer, "a", server) for issuer in ("one", "other", "one")] == [
        "list 1",
        "list 2",
        "list 1",
    ]


def test_a_cache_that_keeps_nothing_is_none():
    with pytest.raises(OutOfRangeError):
        cache(Clock(), most=0)


def test_a_change_is_known_everywhere_once_every_copy_has_run_out():
    assert known_everywhere(NOW, 5 * MINUTE, signed_again_after=MINUTE) == NOW + 6 * MINUTE
