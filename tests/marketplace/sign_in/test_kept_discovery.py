"""What a provider says about itself is asked again after a while, and a failure is never kept."""

from datetime import timedelta

import pytest
from flask import Response, jsonify

from marketplace.clients.issuers import KEPT_MOST, kept_for
from marketplace.errors import SignInRefusedError
from tests.marketplace.provider import Provider
from tests.marketplace.sign_in_world import FROM, World

DISCOVERY = "/.well-known/openid-configuration"


def begin(world: World) -> None:
    world.doors.institutions.begin("institute", FROM)


@pytest.fixture
def ready(world: World, idp: Provider) -> World:
    world.set(world.member(), idp.issuer)
    idp.heard.clear()
    return world


def test_many_who_sign_in_ask_once(ready: World, idp: Provider):
    for _ in range(5):
        begin(ready)
    assert idp.heard.count(DISCOVERY) == 0
    ready.clock.forward(minutes=10)
    for _ in range(5):
        begin(ready)

    assert idp.heard.count(DISCOVERY) == 1


def test_a_failure_is_not_kept(ready: World, idp: Provider):
    ready.clock.forward(minutes=10)
    idp.answers[DISCOVERY] = lambda: Response(status=503)
    for _ in range(2):
        with pytest.raises(SignInRefusedError):
            begin(ready)
    assert idp.heard.count(DISCOVERY) >= 2
    del idp.answers[DISCOVERY]

    begin(ready)


def test_what_does_not_fit_together_is_not_kept(ready: World, idp: Provider):
    ready.clock.forward(minutes=10)
    idp.answers[DISCOVERY] = lambda: jsonify(issuer="https://evil.example")
    with pytest.raises(SignInRefusedError):
        begin(ready)
    del idp.answers[DISCOVERY]

    begin(ready)


def test_whoever_sets_it_up_again_has_it_asked_again(ready: World, idp: Provider):
    found = ready.store.books.members.find("owner@institute.example")
    assert found is not None
    ready.set(found[0], idp.issuer)

    assert idp.heard == [DISCOVERY]


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, 600),
        ({"Cache-Control": "max-age=60"}, 60),
        ({"cache-control": "public, max-age=86400"}, 600),
        ({"Cache-Control": "max-age=60", "Age": "20"}, 40),
        ({"Cache-Control": "no-store"}, 0),
        ({"Cache-Control": "max-age=60, no-cache"}, 0),
        ({"Cache-Control": "max-age=often"}, 0),
        ({"Cache-Control": "max-age=" + "9" * 5_000}, 600),
        ({"Cache-Control": "private"}, 600),
    ],
)
def test_its_own_headers_count_within_ten_minutes(headers: dict[str, str], seconds: int):
    assert kept_for(headers) == timedelta(seconds=seconds)
    assert kept_for(headers) <= KEPT_MOST
