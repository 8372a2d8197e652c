"""A buyer's program keeps questions, follows events by number, and has them sent, over loopback."""

import json
from datetime import timedelta
from itertools import islice
from uuid import UUID

import pytest

from crypto.reading import utc_text
from marketplace.domain.event import EventKind
from marketplace.sdk.buyer import Buyer
from marketplace.sdk.events import events_after, follow
from marketplace.sdk.keys import BuyerKeys
from marketplace.sdk.said import Exit
from marketplace.services.tell_events import tell
from ssi.http.client import Client
from ssi.http.errors import RefusedByPeerError
from tests.marketplace.mpc_node.orders import BUYER_KEY, RESULT_KEYS
from tests.marketplace.mpc_node.parties import NOW, ed25519
from tests.marketplace.repeating import FIRST, an_id, at
from tests.marketplace.sdk.test_cli import Desk, desk, registered
from tests.serving import scripted_peer

__all__ = ["desk", "registered"]
STREAM = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n"
BUSY = b"HTTP/1.1 503 Busy\r\nContent-Type: application/problem+json\r\nContent-Length: 2\r\n\r\n{}"
FORGED = b"HTTP/1.1 422 No\r\nContent-Type: application/problem+json\r\nContent-Length: 2\r\n\r\n{}"


def sent(*numbers: int) -> bytes:
    """A stream with these events, and then its end."""
    documents = [
        {"number": each, "type": "order.state", "timestamp": utc_text(NOW), "data": {}} for each in numbers
    ]
    return STREAM + b"".join(
        f"id: {each['number']}\nevent: order.state\ndata: {json.dumps(each)}\n\n".encode()
        for each in documents
    )


def a_buyer(url: str, pauses: list[float]) -> Buyer:
    keys = BuyerKeys(BUYER_KEY, RESULT_KEYS)
    return Buyer(Client(url), keys, ed25519("authority").public, lambda: NOW, pauses.append)


def happen(market, times: int) -> None:
    account = market.services.sign_in("buyer@example.org", "correct horse battery")
    with market.store.writing() as books:
        for _ in range(times):
            tell(books, account.account_id, market.desk.now(), EventKind.ORDER_STATE, order_id="o-1")


def test_a_follower_goes_on_behind_what_it_has_and_takes_each_event_once():
    cut_off = sent(3, 4)[:-5]
    with scripted_peer(sent(1, 2), BUSY, sent(2, 3), cut_off, sent(4)) as (url, script):
        pauses: list[float] = []
        found = [each.number for each in follow(a_buyer(url, pauses), streams=5)]

    assert found == [1, 2, 3, 4]
    told = [b"Last-Event-ID: %d\r\n" % last for last in (2, 2, 3, 3)]
    assert [line in heard for line, heard in zip(told, script.heard[1:], strict=True)] == [True] * 4
    assert b"Last-Event-ID" not in script.heard[0]
    assert pauses[1] > pauses[0] > 0.0


def test_a_gap_is_told_before_the_first_event_that_is_kept():
    gap = STREAM + b'event: forgotten\ndata: {"until":7}\n\n' + sent(8)[len(STREAM) :]
    gaps: list[int] = []
    with scripted_peer(gap) as (url, _):
        found = follow(a_buyer(url, []), after=3, streams=1, tell_gap=gaps.append)
        assert [each.number for each in found] == [8]
    assert gaps == [7]


def test_a_number_that_never_was_ends_the_following():
    with scripted_peer(FORGED) as (url, _), pytest.raises(RefusedByPeerError):
        next(follow(a_buyer(url, []), after=9))


def test_a_market_that_is_away_is_asked_ever_more_seldom():
    pauses: list[float] = []
    assert list(follow(a_buyer("http://127.0.0.1:9", pauses), streams=4)) == []
    assert pauses == sorted(pauses)
    assert pauses[0] >= 2.0


def test_events_are_followed_at_a_real_market(desk: Desk):
    happen(desk.market, 3)
    buyer = Buyer.connect(
        desk.environment["BUYER_URL"],
        (desk.folder / "api.key").read_text(),
        BuyerKeys(BUYER_KEY, RESULT_KEYS),
        ed25519("authority").public,
    )

    assert [each.number for each in islice(follow(buyer, after=1), 2)] == [2, 3]
    assert [each.number for each in events_after(buyer, 2).events] == [3]
    assert events_after(buyer, 3).last == 3


def test_events_are_told_by_the_command(desk: Desk):
    happen(desk.market, 2)

    assert "order.state" in desk("events").output
    (line,) = desk("--json", "events", "--after", "1").output.splitlines()
    assert json.loads(line)["number"] == 2
    assert desk("events", "--after", "3").exit_code == Exit.REFUSED


def test_a_question_is_saved_repeated_and_its_runs_are_told(registered: Desk):
    run, place = registered, an_id(1)
    first = run("saved", "save", run.path("query.json"), "--name", "Weekly", "--id", place)
    assert first.exit_code == 0, first.output
    assert (
        run("saved", "save", run.path("query.json"), "--name", "Weekly", "--id", place).output == first.output
    )
    repeat = (
        *("saved", "repeat", place, "--every", "day", "--first-at", utc_text(FIRST)),
        *("--until", utc_text(FIRST + timedelta(days=9)), "--per-run-cents", "2000"),
        *("--total-cents", "9000", "--id", an_id(2)),
    )
    assert run(*repeat).exit_code == 0
    assert "active, next" in run("saved", "list").output
    for act, state in (("pause", "paused"), ("resume", "active")):
        assert state in run("saved", act, place).output
    at(run.market, FIRST)

    (line,) = run("--json", "saved", "runs", place).output.splitlines()
    told = json.loads(line)
    assert (told["number"], told["state"]) == (1, "ordered")
    assert UUID(told["order_id"])
    assert "ended" in run("saved", "end", place).output
    assert "Weekly" in run("saved", "show", place).output
    assert run("saved", "show", "..").exit_code == Exit.REFUSED


def test_a_market_that_calls_nobody_says_so(desk: Desk):
    refused = desk("webhooks", "add", "https://me.example/events")
    assert refused.exit_code == Exit.REFUSED
    assert "calls nobody" in refused.stderr
