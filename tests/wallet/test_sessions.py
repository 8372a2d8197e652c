"""Browser sessions: what the table keeps, for how long, and who has to go when it is full."""

from datetime import timedelta

import pytest

from tests.wallet.fakes import MovingClock, session
from wallet.web import sessions
from wallet.web.sessions import SessionTable

IDLE = timedelta(minutes=15)


@pytest.fixture
def clock():
    return MovingClock()


@pytest.fixture
def table(clock):
    return SessionTable(clock, IDLE)


def _kept(table, **content):
    found = table.find(None)
    found.update(content)
    return table.keep(found)


def test_a_session_is_found_by_its_cookie(table):
    cookie = _kept(table, name="anna")

    assert table.find(cookie)["name"] == "anna"


@pytest.mark.parametrize("cookie", [None, "", "unknown", "a" * 43])
def test_an_unknown_cookie_gives_an_empty_session_that_nobody_keeps(table, cookie):
    assert dict(table.find(cookie)) == {}
    assert len(table) == 0


def test_a_chosen_cookie_is_never_taken_over(table):
    planted = table.find("chosen by an attacker")
    planted["x"] = 1

    assert table.keep(planted) != "chosen by an attacker"


def test_a_session_lasts_as_long_as_it_is_used_and_at_most_twelve_hours(table, clock):
    cookie = _kept(table, name="anna")
    for _ in range(12 * 60 // 14):
        clock.forward(minutes=14)
        assert table.find(cookie)
    clock.forward(minutes=14)

    assert not table.find(cookie)


def test_an_idle_session_is_forgotten(table, clock):
    cookie = _kept(table, name="anna")
    clock.forward(minutes=15)

    assert not table.find(cookie)


def test_forgetting_empties_the_session_that_others_may_still_hold(table):
    cookie = _kept(table, name="anna")
    held = table.find(cookie)

    table.forget(held)

    assert dict(held) == {}
    assert not table.find(cookie)


def test_a_renewed_session_has_another_cookie_and_the_old_one_is_dead(table):
    cookie = _kept(table, name="anna")
    held = table.find(cookie)
    table.renew(held)

    renewed = table.keep(held)

    assert renewed != cookie
    assert not table.find(cookie)
    assert table.find(renewed)["name"] == "anna"


def test_strangers_at_the_door_do_not_push_out_open_wallets(table, clock, monkeypatch):
    monkeypatch.setattr(sessions, "MOST_SESSIONS", 3)
    precious = _kept(table, wallet=session("anna"))
    clock.forward(seconds=1)
    first, *_ = [_kept(table, csrf_token=str(number)) for number in range(5)]

    assert len(table) == 3
    assert table.find(precious)
    assert not table.find(first)


def test_room_is_made_from_dead_sessions_first(table, clock, monkeypatch):
    monkeypatch.setattr(sessions, "MOST_SESSIONS", 2)
    _kept(table, wallet=session("anna"))
    clock.forward(minutes=16)
    alive = _kept(table, csrf_token="one")
    _kept(table, csrf_token="two")

    assert table.find(alive)


def test_neither_table_nor_session_shows_what_it_holds(table):
    cookie = _kept(table, name="anna")

    assert "anna" not in repr(table) + repr(table.find(cookie))
    assert cookie not in repr(table)
