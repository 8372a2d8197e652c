"""Connecting a hospital on the screens: what is asked, there and back, what is read, and how it ends."""

from collections.abc import Iterator
from html import unescape
from urllib.parse import urlencode

import pytest
from flask import Response

from tests.wallet.hospital_reader import values
from tests.wallet.screens.moments import session_of
from tests.wallet.smart_server import SmartServer, open_hospital


@pytest.fixture
def server(world) -> Iterator[SmartServer]:
    with open_hospital(world.clock) as opened:
        yield opened


def looked_at(browser, server: SmartServer, **changes: str) -> str:
    """The page that says what would be asked; its address."""
    browser.get("/sources/hospitals/")
    told = {"address": f"{server.address}/fhir", "switches": "each-reading", "zone": "Europe/Vienna"}
    browser.post("/sources/hospitals/", **{**told, **changes})
    return str(browser.path)


def signed_in_there(browser, world, server: SmartServer, where: str) -> str:
    """The page after she came back from the hospital's."""
    token = browser.client.get(where)
    browser.page = token.text
    hospital = where.rsplit("/", 1)[1]
    page = world.services.hospitals.begin_sign_in(
        session_of(world), hospital, "http://localhost/sources/hospitals/back"
    )
    return str(browser.get(f"/sources/hospitals/back?{urlencode(server.visited(page))}"))


def test_what_would_be_asked_is_said_before_anything_is(signed_in, server):
    looked_at(signed_in, server)

    assert "to read your measured values and findings" in signed_in.page
    assert "to ask again later" not in signed_in.page
    assert "The right to read ends as soon as everything was read." in signed_in.page
    assert server.searches == []
    assert "to ask again later" in signed_in.get(looked_at(signed_in, server, stays="yes"))


def test_the_browser_may_be_sent_to_that_hospital_and_nowhere_else(signed_in, server):
    where = looked_at(signed_in, server)
    answer = signed_in.client.get(where)

    assert f"form-action 'self' {server.address}" in answer.headers["Content-Security-Policy"].split("; ")
    plain = signed_in.client.get("/sources/hospitals/").headers["Content-Security-Policy"]
    assert server.address not in plain


def test_there_and_back_reads_everything(signed_in, world, server):
    where = looked_at(signed_in, server)
    page = signed_in_there(signed_in, world, server, where)

    assert "Your wallet has it: 2 new values." in page
    assert values(world, session_of(world)) == [60.0, 61.0]
    assert "code=" not in signed_in.path
    assert "Sign in at" in signed_in.get(where)


def test_with_leave_to_stay_it_is_read_again_by_a_button(signed_in, world, server):
    where = looked_at(signed_in, server, stays="yes")
    signed_in_there(signed_in, world, server, where)
    assert "Read now" in signed_in.get(where)

    page = signed_in.post(f"{where}/read")

    assert "There already" in page
    assert "has no right to" in (signed_in.get(where), signed_in.post(f"{where}/disconnect"))[1]
    assert server.refreshing == set()


def test_pressing_sign_in_leads_to_the_hospital(signed_in, server):
    where = looked_at(signed_in, server)
    signed_in.get(where)
    token = signed_in.page.split('name="csrf_token" value="')[1].split('"')[0]

    answer = signed_in.client.post(f"{where}/sign-in", data={"csrf_token": token})

    assert answer.status_code == 303
    assert answer.headers["Location"].startswith(f"{server.address}/auth/authorize?response_type=code")


def test_a_trouble_is_said_with_what_to_do_and_that_nothing_is_lost(signed_in, world, server):
    where = looked_at(signed_in, server)
    server.answers[1] = [Response(status=429, headers={"Retry-After": "600"})]
    page = signed_in_there(signed_in, world, server, where)

    assert "asks to be left alone for a while" in page
    assert "Try again in 10 minutes. No data were lost" in page
    assert f'href="{where}"' in page
    assert "Read now" in signed_in.get(where)


def test_an_answer_that_was_slipped_in_is_told_and_begins_nothing(signed_in, server):
    looked_at(signed_in, server)

    page = signed_in.get("/sources/hospitals/back?state=guess&code=x", 422)
    twice = signed_in.get("/sources/hospitals/back?state=a&state=b&code=x", 422)

    assert "this wallet waits for no such answer" in page
    assert "says one thing twice" in twice
    assert server.tokens == {}


def test_an_address_that_is_none_is_explained_beside_it(signed_in):
    signed_in.get("/sources/hospitals/")
    page = signed_in.post("/sources/hospitals/", 422, address="http://x.example", switches="by-day")

    assert 'value="http://x.example"' in page
    assert "it would not be safe" in page
    assert "No data were lost" in page


def test_a_stranger_sees_nothing_of_it(browser, signed_in, world, server):
    where = looked_at(signed_in, server)
    signed_in.get("/home")
    signed_in.post("/lock")

    assert "Open your wallet" in browser.get(where)
    assert "Open your wallet" in browser.get("/sources/hospitals/back?state=guess&code=x")


def test_the_page_of_a_hospital_that_is_not_hers_is_not_there(signed_in):
    signed_in.get("/sources/hospitals/5d1e62f5-6e2b-4b5c-9f0e-0a6f2cf3ac01", 404)


def test_it_speaks_german(signed_in, server):
    signed_in.client.set_cookie("language", "de")
    page = unescape(signed_in.get(looked_at(signed_in, server)))

    assert "Ihre Messwerte und Befunde zu lesen" in page
    assert "Bei 127.0.0.1" in page
