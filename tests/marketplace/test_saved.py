"""Saved questions, and the runs of those that are repeated."""

from dataclasses import replace
from datetime import timedelta

import pytest

from crypto.errors import MalformedError
from marketplace.domain.member import Role
from marketplace.domain.saved import (
    MOST_SAVED,
    Reason,
    StandingState,
    Why,
    order_id_of_run,
)
from marketplace.errors import (
    NotRegisteredError,
    RefusedError,
    RoleMissingError,
    SavedConflictError,
    UnknownSavedError,
)
from ssi.errors import RegistryError
from ssi.http.errors import UnreachablePeerError
from tests.marketplace.market import PASSWORD
from tests.marketplace.mpc_node.orders import BUYER_HANDLE, EXACT, NOISY
from tests.marketplace.mpc_node.parties import NOW
from tests.marketplace.repeating import (
    DAILY,
    FIRST,
    TWELVE,
    allowing,
    an_id,
    at,
    latest,
    repeated,
    seen,
    skips,
    states,
    work,
)

DAY = timedelta(days=1)


@pytest.fixture
def here(any_market):
    """A market with twelve people, and a buyer."""
    any_market.stock(12)
    return any_market, any_market.buyer()


def orders(market, account):
    return list(market.services.list_orders(account.account_id))


def test_a_question_is_kept_under_its_name(here):
    market, account = here
    who = (account.account_id, None)
    first = market.services.keep_saved.save(who, an_id(1), "  Exam   scores ", EXACT)
    market.clock.forward(minutes=1)

    assert market.services.keep_saved.save(who, an_id(1), "Exam scores", EXACT) == first
    assert [each.question for each in market.services.keep_saved.all(account.account_id)] == [first]
    assert first.name == "Exam scores"
    with pytest.raises(SavedConflictError):
        market.services.keep_saved.save(who, an_id(1), "Another name", EXACT)
    with pytest.raises(SavedConflictError):
        market.services.keep_saved.save(who, an_id(1), "Exam scores", NOISY)


@pytest.mark.parametrize("name", ["", "   ", "x" * 101, "a\x00b"])
def test_a_name_that_cannot_be_shown_is_refused(market, name):
    with pytest.raises(RefusedError):
        market.services.keep_saved.save((market.buyer().account_id, None), an_id(1), name, EXACT)


def test_what_nobody_could_be_asked_is_not_kept(market):
    stranger = market.services.add_account("new@example.org", PASSWORD)
    with pytest.raises(NotRegisteredError):
        market.services.keep_saved.save((stranger.account_id, None), an_id(1), "Scores", EXACT)
    with pytest.raises(MalformedError):
        market.services.keep_saved.save((market.buyer().account_id, None), "one", "Scores", EXACT)


def test_a_buyer_keeps_so_many_and_no_more(market):
    who = (market.buyer().account_id, None)
    for number in range(MOST_SAVED):
        market.services.keep_saved.save(who, an_id(number), "Scores", EXACT)
    with pytest.raises(RefusedError):
        market.services.keep_saved.save(who, an_id(MOST_SAVED), "Scores", EXACT)


def test_another_buyer_sees_and_changes_nothing_of_it(here):
    market, account = here
    repeated(market, account)
    keep = market.services.keep_saved
    stranger = market.services.add_account("other@example.org", PASSWORD).account_id

    assert keep.all(stranger) == []
    for act in (keep.get, keep.pause, keep.resume, keep.end, keep.delete):
        with pytest.raises(UnknownSavedError):
            act(stranger, an_id(1))
    with pytest.raises(UnknownSavedError):
        keep.repeat((stranger, None), an_id(1), an_id(3), DAILY)
    assert latest(market, account).is_active


def test_each_run_is_ordered_at_its_time_and_once(here):
    market, account = here
    standing = repeated(market, account)
    at(market, FIRST - timedelta(seconds=1))
    assert orders(market, account) == []

    at(market, FIRST)
    at(market, FIRST + timedelta(hours=5))
    at(market, FIRST + DAY)

    placed = {each.order_id for each in orders(market, account)}
    assert placed == {order_id_of_run(standing.standing_id, number) for number in (1, 2)}
    assert states(market, account) == ["ordered", "ordered"]
    assert [run.cost_cents for run in seen(market, account).runs] == [TWELVE, TWELVE]
    assert latest(market, account).spent_cents == 2 * TWELVE
    assert latest(market, account).next_at == FIRST + 2 * DAY


def test_overdue_runs_are_missed_and_only_the_newest_is_made_up(here):
    market, account = here
    repeated(market, account)
    at(market, FIRST + 3 * DAY + timedelta(hours=2))

    assert states(market, account) == ["missed", "missed", "missed", "ordered"]
    assert len(orders(market, account)) == 1


def test_nothing_is_ordered_after_the_end(here):
    market, account = here
    repeated(market, account, allowing(until=FIRST + DAY))
    at(market, FIRST)
    at(market, FIRST + DAY + timedelta(seconds=1))

    assert states(market, account) == ["ordered", "missed"]
    now = latest(market, account)
    assert (now.state, now.why, now.next_at) == (StandingState.ENDED, Why.OVER, None)


def test_with_its_last_run_it_is_over_and_another_may_begin(here):
    market, account = here
    repeated(market, account, allowing(until=FIRST))
    at(market, FIRST)
    assert latest(market, account).why is Why.OVER

    again = replace(DAILY, first_at=FIRST + DAY)
    market.services.keep_saved.repeat((account.account_id, None), an_id(1), an_id(3), again)
    at(market, FIRST + DAY)
    assert len(orders(market, account)) == 2


def test_never_more_is_ordered_than_is_allowed_in_all(here):
    market, account = here
    repeated(market, account, allowing(total_cents=2 * TWELVE + 1))
    for day in range(3):
        at(market, FIRST + day * DAY)

    assert states(market, account) == ["ordered", "ordered", "skipped"]
    skip = skips(market, account)[0]
    assert (skip.reason, len(orders(market, account))) == (Reason.TOTAL, 2)
    assert "0.01 euros are left" in skip.words


def test_a_run_that_costs_more_than_is_allowed_each_time_is_skipped(here):
    market, account = here
    repeated(market, account, allowing(per_run_cents=TWELVE - 1))
    at(market, FIRST)

    assert skips(market, account)[0].reason is Reason.PRICE
    assert "17.15 euros" in skips(market, account)[0].words


def test_too_few_people_skip_a_run_and_four_in_a_row_pause_it(any_market):
    account = any_market.buyer()
    repeated(any_market, account)
    for day in range(6):
        at(any_market, FIRST + day * DAY)

    now = latest(any_market, account)
    assert states(any_market, account) == ["skipped"] * 4
    assert {skip.reason for skip in skips(any_market, account)} == {Reason.TOO_FEW}
    assert (now.state, now.why) == (StandingState.PAUSED, Why.SKIPPED)


def test_an_order_in_between_begins_the_count_of_skipped_runs_anew(any_market):
    account = any_market.buyer()
    repeated(any_market, account)
    for day in range(3):
        at(any_market, FIRST + day * DAY)
    any_market.stock(12)
    at(any_market, FIRST + 3 * DAY)

    assert states(any_market, account) == ["skipped", "skipped", "skipped", "ordered"]
    assert latest(any_market, account).skipped_in_a_row == 0


def test_a_skipped_run_tells_a_question_close_by(any_market):
    any_market.stock(12)
    account = any_market.buyer()
    repeated(any_market, account, query=replace(EXACT, floor=13))
    at(any_market, FIRST)

    skip = skips(any_market, account)[0]
    assert skip.reason is Reason.TOO_FEW
    assert skip.nearby is not None
    assert any_market.services.make_quote(account.account_id, skip.nearby)


def test_without_money_or_papers_a_run_is_skipped(any_market):
    any_market.stock(12)
    account = any_market.buyer(cents=TWELVE)
    repeated(any_market, account, replace(DAILY, until=FIRST + 40 * DAY, total_cents=90_000))
    at(any_market, FIRST)
    at(any_market, FIRST + DAY)
    assert skips(any_market, account)[0].reason is Reason.MONEY
    any_market.clock.now = NOW + 31 * DAY
    work(any_market)
    assert skips(any_market, account)[0].reason is Reason.NOT_REGISTERED


def test_a_buyer_whose_credential_was_revoked_orders_nothing(here):
    market, account = here
    repeated(market, account)
    market.status_lists.revoked.add(BUYER_HANDLE)
    at(market, FIRST)
    assert (skips(market, account)[0].reason, orders(market, account)) == (Reason.CREDENTIAL, [])


def test_an_order_that_took_the_id_of_a_run_skips_it_and_is_not_counted(here):
    market, account = here
    standing = repeated(market, account)
    for number, price in ((1, DAILY.per_run_cents), (2, DAILY.per_run_cents + 1)):
        market.services.place_order(
            account.account_id,
            order_id=order_id_of_run(standing.standing_id, number),
            query=EXACT,
            accepted_price_cents=price,
        )
    at(market, FIRST)
    at(market, FIRST + DAY)

    assert [skip.reason for skip in skips(market, account)] == [Reason.TAKEN, Reason.TAKEN]
    assert latest(market, account).spent_cents == 0


@pytest.mark.parametrize("error", [RegistryError("out of date"), UnreachablePeerError("issuer")])
def test_what_fails_for_a_while_is_tried_a_minute_later(here, monkeypatch, error):
    market, account = here
    repeated(market, account)

    def fail(*_args, **_more):
        raise error

    monkeypatch.setattr(market.status_lists, "check", fail)
    market.clock.now = FIRST
    with pytest.raises(type(error)):
        work(market)
    monkeypatch.undo()
    work(market)
    assert states(market, account) == []
    at(market, FIRST + timedelta(minutes=1))
    assert states(market, account) == ["ordered"]


def test_it_rests_while_paused_and_goes_on_with_the_next_time(here):
    market, account = here
    repeated(market, account)
    keep = market.services.keep_saved
    keep.pause(account.account_id, an_id(1))
    at(market, FIRST + DAY)
    assert states(market, account) == []

    keep.resume(account.account_id, an_id(1))
    work(market)
    assert states(market, account) == []
    at(market, FIRST + 2 * DAY)
    assert [run.number for run in seen(market, account).runs] == [3]


def test_what_is_ended_or_deleted_orders_nothing_and_its_orders_stay(here):
    market, account = here
    repeated(market, account)
    keep = market.services.keep_saved
    at(market, FIRST)
    ended = keep.end(account.account_id, an_id(1))
    assert keep.end(account.account_id, an_id(1)) == ended
    at(market, FIRST + DAY)
    for act in (keep.pause, keep.resume):
        with pytest.raises(SavedConflictError):
            act(account.account_id, an_id(1))
    assert states(market, account) == ["ordered"]

    keep.delete(account.account_id, an_id(1))
    keep.delete(account.account_id, an_id(1))
    assert (keep.all(account.account_id), len(orders(market, account))) == ([], 1)


def test_what_was_paused_while_a_run_was_placed_takes_the_order_back(here, monkeypatch):
    market, account = here
    repeated(market, account)
    place = market.duties.place_runs

    def pause(*_args, **_more):
        market.services.keep_saved.pause(account.account_id, an_id(1))

    monkeypatch.setattr(market.status_lists, "check", pause)
    market.clock.now = FIRST
    assert place()
    assert (orders(market, account), states(market, account)) == ([], [])
    assert market.balance(f"buyer:{account.account_id}:available") >= 0


def test_two_workers_at_one_run_place_one_order(here, monkeypatch):
    market, account = here
    repeated(market, account)
    place = market.duties.place_runs

    def another_worker(*_args, **_more):
        monkeypatch.undo()
        at(market, FIRST + timedelta(minutes=1))

    monkeypatch.setattr(market.status_lists, "check", another_worker)
    market.clock.now = FIRST
    assert place()
    assert (len(orders(market, account)), states(market, account)) == (1, ["ordered"])


def test_a_question_is_repeated_once_at_a_time_and_the_same_request_changes_nothing(here):
    market, account = here
    first = repeated(market, account)
    who = (account.account_id, None)
    keep = market.services.keep_saved

    assert keep.repeat(who, an_id(1), an_id(2), DAILY) == first
    with pytest.raises(SavedConflictError):
        keep.repeat(who, an_id(1), an_id(2), allowing(per_run_cents=1))
    with pytest.raises(SavedConflictError):
        keep.repeat(who, an_id(1), an_id(3), DAILY)


def test_a_run_is_her_order_who_had_it_repeated_and_counts_for_her(here):
    market, account = here
    members = market.services.members
    owner = next(iter(members.of(account.account_id))).member_id
    link = members.invite(
        account.account_id, "b@example.org", Role.BUYER, by=owner, spends_most_cents=TWELVE + 1
    )
    buyer = members.accept(link.secret, "B", PASSWORD).member_id
    repeated(market, account, by=buyer)
    at(market, FIRST)
    placed = orders(market, account)[0]
    assert market.services.read_member_acts.buyer_of(account.account_id, placed.order_id) == "B"

    at(market, FIRST + DAY)
    assert skips(market, account)[0].reason is Reason.MEMBER
    members.end(account.account_id, buyer, by=owner)
    at(market, FIRST + 2 * DAY)
    assert [skip.reason for skip in skips(market, account)[:2]] == [Reason.MEMBER, Reason.MEMBER]
    assert len(orders(market, account)) == 1


def test_a_member_who_may_not_order_has_nothing_repeated(market):
    account = market.buyer()
    members = market.services.members
    owner = next(iter(members.of(account.account_id))).member_id
    link = members.invite(account.account_id, "r@example.org", Role.READER, by=owner)
    reader = members.accept(link.secret, "R", PASSWORD).member_id
    with pytest.raises(RoleMissingError):
        repeated(market, account, by=reader)
