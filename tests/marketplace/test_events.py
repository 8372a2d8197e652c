"""Events of an account: one for each change, in one row of numbers, with nothing of anybody else in it."""

from datetime import timedelta

import pytest

from marketplace.domain.event import KEPT_FOR, MOST_KEPT, MOST_TEXT, EventKind
from marketplace.domain.member_act import Did
from marketplace.domain.saved import MOST_SKIPPED
from marketplace.errors import InsufficientFundsError, RefusedError
from marketplace.services.tell_events import ForgetEvents, tell
from tests.marketplace.mpc_node.orders import EXACT, NOISY
from tests.marketplace.mpc_node.parties import NAMES
from tests.marketplace.repeating import DAILY, FIRST, allowing, an_id, at, repeated

DAY = timedelta(days=1)


@pytest.fixture
def here(any_market):
    """A market with twelve people, and a buyer."""
    any_market.stock(12)
    return any_market, any_market.buyer()


def events(market, account, after=0):
    return list(market.services.read_events(account.account_id, after).events)


def kinds(market, account):
    return [each.kind.value for each in events(market, account)]


def test_an_order_is_told_from_its_placing_to_its_end(here):
    market, account = here
    order = market.released(account)
    market.clock.forward(days=4)
    market.drive()

    found = events(market, account)
    assert [each.number for each in found] == list(range(1, len(found) + 1))
    assert found[0].kind is EventKind.ORDER_PLACED
    assert [each.kind.value for each in found[-2:]] == ["order.released", "order.settled"]
    assert {each.told["order_id"] for each in found} == {order.order_id}
    assert found[0].told["price_cents"] == found[-1].told["charged_cents"] == 1715


def test_a_failure_and_the_money_that_came_back_are_told(here):
    market, account = here
    market.order(account)
    market.nodes.down.add(NAMES[0])
    market.turn()
    market.clock.forward(minutes=20)
    market.turn()

    failed, refunded = events(market, account)[-2:]
    assert (failed.kind, refunded.kind) == (EventKind.ORDER_FAILED, EventKind.ORDER_REFUNDED)
    assert failed.told["culprits"] == [NAMES[0]]


def test_what_was_refused_is_not_told(here):
    market, _ = here
    poor = market.buyer("poor@example.org", cents=0)
    with pytest.raises(InsufficientFundsError):
        market.order(poor)

    assert events(market, poor) == []


def test_runs_are_told_with_their_order_or_why_they_were_skipped(here):
    market, account = here
    repeated(market, account, allowing(per_run_cents=1714))
    for day in range(MOST_SKIPPED):
        at(market, FIRST + day * DAY)

    found = events(market, account)
    assert [each.kind.value for each in found] == ["run.skipped"] * MOST_SKIPPED + ["repetition.paused"]
    assert found[0].told["reason"] == "price_too_high"
    assert found[0].told["saved_id"] == an_id(1)
    assert found[-1].told["why"] == "skipped"


def test_a_repetition_that_is_over_is_told(here):
    market, account = here
    repeated(market, account, allowing(until=FIRST))
    at(market, FIRST)

    assert kinds(market, account) == ["order.placed", "run.ordered", "repetition.ended"]
    order, run, over = events(market, account)
    assert order.told["order_id"] == run.told["order_id"]
    assert over.told["why"] == "over"


def test_what_members_do_with_repetitions_is_told_and_written_down(here):
    market, account = here
    (member,) = market.services.members.of(account.account_id)
    by, keep = member.member_id, market.services.keep_saved
    repeated(market, account, by=by)
    for act in (keep.pause, keep.pause, keep.resume, keep.end, keep.end):
        act(account.account_id, an_id(1), by=by)
    keep.delete(account.account_id, an_id(1), by=by)
    keep.delete(account.account_id, an_id(1), by=by)

    assert kinds(market, account) == ["repetition.paused", "repetition.resumed", "repetition.ended"]
    did = [act.kind for act in reversed(market.services.read_member_acts(account.account_id))]
    assert did == [Did.SAVED, Did.REPEATED, Did.PAUSED, Did.RESUMED, Did.STOPPED, Did.DELETED]


def test_a_question_that_is_deleted_ends_its_repetition(here):
    market, account = here
    repeated(market, account)
    market.services.keep_saved.delete(account.account_id, an_id(1))

    assert kinds(market, account) == ["repetition.ended"]


def test_no_account_is_told_of_another(here):
    market, account = here
    other = market.buyer("other@example.org")
    market.order(account, NOISY)
    market.order(other, EXACT)

    assert {each.account_id for each in events(market, other)} == {other.account_id}
    assert [each.number for each in events(market, other)] == [1]


def test_an_event_that_did_not_happen_cannot_be_followed(here):
    market, account = here
    market.order(account)

    assert events(market, account, after=1) == []
    with pytest.raises(RefusedError, match="the last one has the number 1"):
        events(market, account, after=2)


def test_the_oldest_events_go_and_how_far_is_said(here):
    market, account = here
    with market.store.writing() as books:
        for _ in range(MOST_KEPT + 3):
            tell(books, account.account_id, market.desk.now(), EventKind.WEBHOOK_TEST, text="x" * 1000)

    page = market.services.read_events(account.account_id, 1)
    assert (page.forgotten, page.last, page.events[0].number) == (3, MOST_KEPT + 3, 4)
    assert len(str(page.events[0].told["text"])) == MOST_TEXT
    market.clock.now += KEPT_FOR + DAY
    assert ForgetEvents(market.desk)()
    assert not ForgetEvents(market.desk)()
    page = market.services.read_events(account.account_id, 0)
    assert (page.forgotten, page.last, page.events) == (MOST_KEPT + 3, MOST_KEPT + 3, ())


def test_the_calendar_is_told_the_same_whoever_looks(here):
    market, account = here
    repeated(market, account, DAILY)
    at(market, FIRST)

    assert events(market, account) == events(market, account)
