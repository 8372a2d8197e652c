"""Webhooks as a buyer's program keeps them, in the described form."""

import pytest

from marketplace.domain.scope import Scope
from tests.marketplace.api.test_saved_api import Program, body
from tests.marketplace.hooks import HOOK, URL, Heard, send_all, side
from tests.marketplace.market import open_market

PLACE = f"/api/v1/webhooks/{HOOK}"
REQUEST = {"url": URL}


@pytest.fixture
def heard() -> Heard:
    return Heard()


@pytest.fixture
def market(heard):
    return open_market(webhooks=side(heard))


@pytest.fixture
def program(market) -> Program:
    return Program(market)


def test_an_address_is_registered_once_and_its_secret_told_once(program):
    first, again = program.send("PUT", PLACE, REQUEST), program.send("PUT", PLACE, REQUEST)

    assert body(first)["secret"].startswith("whsec_")
    assert first.headers["Cache-Control"] == "no-store"
    assert body(again) == {**body(first), "secret": None}
    assert body(program.send("GET", PLACE))["state"] == "active"
    assert program.send("PUT", PLACE, {"url": f"{URL}/other"}).status_code == 409
    assert program.send("PUT", PLACE, {"url": "http://buyer.example"}).status_code == 422
    assert program.send("PUT", PLACE, {}).status_code == 400
    assert program.send("PUT", "/api/v1/webhooks/mine", REQUEST).status_code == 400


def test_a_test_is_sent_and_what_came_of_it_is_told(market, program, heard):
    program.send("PUT", PLACE, REQUEST)
    event = body(program.send("POST", f"{PLACE}/test"))
    assert program.send("POST", f"{PLACE}/test").status_code == 429
    heard.fails = "answered 500"
    send_all(market)

    view = body(program.send("GET", PLACE))
    assert (view["failures"], view["failure"], view["waiting"]) == (1, "answered 500", 1)
    heard.fails = None
    assert body(program.send("POST", f"{PLACE}/resume"))["failures"] == 0
    send_all(market)
    tried = body(program.send("GET", f"{PLACE}/deliveries"))["deliveries"]
    assert [(each["number"], each["failure"]) for each in tried] == [
        (event["number"], None),
        (event["number"], "answered 500"),
    ]


def test_events_are_sent_once_more_and_no_number_is_made_up(market, program, heard):
    program.send("PUT", PLACE, REQUEST)
    program.send("POST", f"{PLACE}/test")
    send_all(market)

    assert body(program.send("POST", f"{PLACE}/replay", {"after": 0}))["waiting"] == 1
    send_all(market)
    assert len(heard.messages) == 2
    assert program.send("POST", f"{PLACE}/replay", {"after": 2}).status_code == 422
    for wrong in ({"after": -1}, {"after": "0"}, {"after": 0, "more": 1}, {}):
        assert program.send("POST", f"{PLACE}/replay", wrong).status_code == 400


def test_a_new_secret_and_the_end(program):
    program.send("PUT", PLACE, REQUEST)
    renewed = program.send("POST", f"{PLACE}/rotate")

    assert body(renewed)["secret"].startswith("whsec_")
    assert renewed.headers["Cache-Control"] == "no-store"
    ended = body(program.send("DELETE", PLACE))
    assert (ended["state"], ended["url"]) == ("ended", "")
    assert body(program.send("DELETE", PLACE)) == ended
    assert program.send("POST", f"{PLACE}/rotate").status_code == 409
    (listed,) = body(program.send("GET", "/api/v1/webhooks"))["webhooks"]
    assert listed == ended


def test_another_buyer_and_a_key_for_something_else_get_nothing(market, program):
    program.send("PUT", PLACE, REQUEST)
    stranger = Program(market, "other@example.org")
    looking = Program(market, "third@example.org", scopes=[Scope.RESULTS])

    assert body(stranger.send("GET", "/api/v1/webhooks"))["webhooks"] == []
    for method, path in (("GET", PLACE), ("DELETE", PLACE), ("POST", f"{PLACE}/rotate")):
        assert stranger.send(method, path).status_code == 404
    assert stranger.send("PUT", PLACE, REQUEST).status_code == 409
    assert looking.send("GET", "/api/v1/webhooks").status_code == 403
