"""Every promise of the marketplace's ports, asked of the database and of the fake."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from consent.log import Entry
from marketplace.domain.account import ApiKey, StoredPassword
from marketplace.domain.chart import SANDBOX, buyer_available, escrow
from marketplace.domain.job import JobEvent, JobState, NodeOutput, PartOutcome, Release
from marketplace.domain.ledger import Balance, EntryKind, Ledger, Transfer
from marketplace.domain.log import Log
from marketplace.domain.offer import NodeAnswer, OfferState
from marketplace.domain.order import DisputeOutcome
from marketplace.errors import AccountConflictError, InsufficientFundsError, LostLeaseError
from marketplace.services.ports import ArrivedOffer, Store, Supply
from marketplace.storage.store import SqlStore, open_store
from marketplace.storage.tables import metadata
from ssi.hosting.database import differences
from tests.marketplace.builders import (
    NODE_IDS,
    an_account,
    an_offer,
    an_order,
    an_organisation,
    consent_id,
)
from tests.marketplace.fakes import CHEAP, MemoryStore
from tests.marketplace.mpc_node.parties import NOW

PASSWORD = StoredPassword(b"salt" * 4, CHEAP, b"stretched" * 3)
LATER = NOW + timedelta(hours=1)


@pytest.fixture(params=["memory", "sql"])
def store(request, database_url) -> Iterator[Store]:
    if request.param == "memory":
        yield MemoryStore()
        return
    opened = open_store(database_url)
    yield opened
    opened.database.close()


@pytest.fixture
def sql(database_url) -> Iterator[SqlStore]:
    opened = open_store(database_url)
    yield opened
    opened.database.close()


def add_offers(store: Store, *numbers: int, **changes) -> None:
    with store.writing() as books:
        for number in numbers:
            arrived = ArrivedOffer(
                an_offer(number, **changes), f"contribution {number}", "digest", {"n": number}
            )
            books.offers.add(arrived)


def accept(store: Store, *numbers: int) -> None:
    with store.writing() as books:
        for node_id in NODE_IDS:
            books.offers.answer(
                node_id, {consent_id(number): (NodeAnswer.ACCEPTED, None) for number in numbers}
            )


def add_order(store: Store, number: int = 1, *, people: tuple[int, ...] = (1, 2)) -> None:
    with store.writing() as books:
        if books.accounts.get("account-1") is None:
            books.accounts.add(an_account(1), PASSWORD)
    add_offers(store, *(each for each in people if offer_of(store, each) is None))
    order, job, parts = an_order(number, people=people)
    with store.writing() as books:
        books.orders.add(order, job, parts)


def offer_of(store: Store, number: int):
    with store.reading() as books:
        return books.offers.get(consent_id(number))


def test_a_block_left_by_an_error_changes_nothing(store):
    with suppress(RuntimeError), store.writing() as books:
        books.accounts.add(an_account(1), PASSWORD)
        Ledger(books.ledger).record([Transfer("t", EntryKind.PAYMENT, SANDBOX, "x", 5, NOW)])
        Log(books.log).append([Entry.of("offer", NOW, {})])
        raise RuntimeError

    with store.reading() as books:
        assert books.accounts.get("account-1") is None
        assert books.ledger.all_balances() == {}
        assert books.log.size() == 0


def test_an_account_is_found_by_id_and_by_address(store):
    account = an_account(1)
    with store.writing() as books:
        books.accounts.add(account, PASSWORD)

    with store.reading() as books:
        assert books.accounts.get(account.account_id) == account
        assert books.accounts.find(account.email) == (account, PASSWORD)
        assert books.accounts.get("nobody") is None
        assert books.accounts.find("nobody@example.org") is None


def test_an_address_has_one_account_and_the_transaction_goes_on(store):
    with store.writing() as books:
        books.accounts.add(an_account(1), PASSWORD)
        with pytest.raises(AccountConflictError):
            books.accounts.add(replace(an_account(2), email=an_account(1).email), PASSWORD)
        books.accounts.add(an_account(3), PASSWORD)

    with store.reading() as books:
        assert books.accounts.get("account-3") == an_account(3)


def test_a_later_organisation_replaces_the_earlier_one(store):
    with store.writing() as books:
        books.accounts.add(an_account(1), PASSWORD)
        books.accounts.set_organisation("account-1", an_organisation("Old"))
        books.accounts.set_organisation("account-1", an_organisation("New"))

    with store.reading() as books:
        account = books.accounts.get("account-1")
    assert account is not None
    assert account.organisation == an_organisation("New")


def test_wrong_passwords_are_counted_by_address_and_moment(store):
    with store.writing() as books:
        books.accounts.add_failure("a@example.org", NOW)
        books.accounts.add_failure("a@example.org", LATER)
        books.accounts.add_failure("b@example.org", LATER)

    with store.reading() as books:
        assert books.accounts.failures_since("a@example.org", NOW) == 1
        assert books.accounts.failures_since("a@example.org", NOW - timedelta(seconds=1)) == 2
    with store.writing() as books:
        books.accounts.forget_failures("a@example.org")
        assert books.accounts.failures_since("a@example.org", NOW - timedelta(days=1)) == 0
        assert books.accounts.failures_since("b@example.org", NOW) == 1


def test_api_keys_are_found_by_their_secret_and_end_once(store):
    key = ApiKey("key-1", "account-1", "laptop", NOW)
    with store.writing() as books:
        books.accounts.add(an_account(1), PASSWORD)
        books.accounts.add_api_key(key, "digest")
        books.accounts.revoke_api_key("key-1", NOW)
        books.accounts.revoke_api_key("key-1", LATER)

    with store.reading() as books:
        ended = replace(key, revoked_at=NOW)
        assert books.accounts.find_api_key("digest") == ended
        assert books.accounts.api_keys("account-1") == [ended]
        assert books.accounts.find_api_key("other") is None


def test_an_offer_comes_back_as_it_was_and_waits_for_its_nodes(store):
    add_offers(store, 1)

    with store.reading() as books:
        assert books.offers.get(consent_id(1)) == an_offer(1)
        assert books.offers.arrival(consent_id(1)) == ("digest", {"n": 1})
        assert books.offers.many([consent_id(1), consent_id(9)]) == {consent_id(1): an_offer(1)}
        assert [side.node_id for side in books.offers.node_sides(consent_id(1))] == list(NODE_IDS)
        assert books.offers.waiting_for("node-b", limit=5) == {consent_id(1): "contribution 1"}
        assert books.offers.arrival(consent_id(9)) is None


def test_contributions_wait_oldest_first_up_to_a_limit(store):
    add_offers(store, 3, 1, 2)

    with store.reading() as books:
        assert list(books.offers.waiting_for("node-a", limit=2)) == [consent_id(3), consent_id(1)]


def test_an_offer_is_active_only_when_all_three_nodes_accepted_it(store):
    add_offers(store, 1)

    states = []
    for node_id in NODE_IDS:
        with store.writing() as books:
            books.offers.answer(node_id, {consent_id(1): (NodeAnswer.ACCEPTED, None)})
        offer = offer_of(store, 1)
        assert offer is not None
        states.append(offer.state)

    assert states == [OfferState.WAITING, OfferState.WAITING, OfferState.ACTIVE]
    with store.reading() as books:
        assert books.offers.waiting_for("node-a", limit=5) == {}


def test_one_refusal_refuses_the_offer_and_is_counted_with_its_reason(store):
    add_offers(store, 1, 2)
    accept(store, 1, 2)
    with store.writing() as books:
        books.offers.answer("node-b", {consent_id(1): (NodeAnswer.REFUSED, "revoked")})

    with store.reading() as books:
        offer = books.offers.get(consent_id(1))
        assert offer is not None
        assert offer.state is OfferState.REFUSED
        assert books.offers.answer_counts()["node-b"] == {NodeAnswer.REFUSED: 1, NodeAnswer.ACCEPTED: 1}
        assert books.offers.refusal_counts() == {"node-b": {"revoked": 1}}
        assert [each.consent_id for each in books.offers.active("exam/1", now=NOW)] == [consent_id(2)]


def test_active_offers_end_with_their_consent_and_belong_to_their_data_set(store):
    add_offers(store, 1)
    accept(store, 1)
    until = an_offer(1).policy.valid_until

    with store.reading() as books:
        assert len(books.offers.active("exam/1", now=until - timedelta(seconds=1))) == 1
        assert books.offers.active("exam/1", now=until) == []
        assert books.offers.active("health/1", now=NOW) == []


def test_the_supply_counts_people_and_their_least_compensation(store):
    add_offers(store, 1, 2, compensation_cents=70)
    add_offers(store, 3, compensation_cents=40)
    with store.writing() as books:  # the same person as number 3, with another consent
        again = replace(an_offer(4, compensation_cents=55), person=an_offer(3).person)
        books.offers.add(ArrivedOffer(again, "contribution 4"))
    accept(store, 1, 2, 3, 4)
    add_offers(store, 5, compensation_cents=1)

    with store.reading() as books:
        assert books.offers.supply(now=NOW) == {"exam/1": Supply(3, 40)}


def test_a_withdrawal_deletes_the_contribution_and_is_to_be_told_to_each_node(store):
    add_offers(store, 1)
    with store.writing() as books:
        books.offers.withdraw(consent_id(1), withdrawal="token", at=LATER, log_index=7)

    with store.reading() as books:
        offer = books.offers.get(consent_id(1))
        assert offer == replace(an_offer(1), state=OfferState.WITHDRAWN, withdrawn_at=LATER)
        assert books.offers.withdrawal(consent_id(1)) == ("token", 7)
        assert books.offers.waiting_for("node-a", limit=5) == {}
        assert books.offers.withdrawals_for("node-a", now=LATER, limit=5) == {consent_id(1): "token"}
        assert books.offers.withdrawals_for("node-z", now=LATER, limit=5) == {}


def test_a_deletion_receipt_ends_the_telling_and_the_first_one_stays(store):
    add_offers(store, 1)
    with store.writing() as books:
        books.offers.withdraw(consent_id(1), withdrawal="token", at=NOW, log_index=7)
        books.offers.add_deletion_receipt(consent_id(1), "node-a", "first")
        books.offers.add_deletion_receipt(consent_id(1), "node-a", "second")
        books.offers.put_off_withdrawal(consent_id(1), "node-b", until=LATER)
        books.offers.put_off_withdrawal(consent_id(1), "node-a", until=LATER)

    with store.reading() as books:
        assert books.offers.withdrawals_for("node-a", now=LATER, limit=5) == {}
        assert books.offers.withdrawals_for("node-b", now=NOW, limit=5) == {}
        assert books.offers.withdrawals_for("node-b", now=LATER, limit=5) == {consent_id(1): "token"}
        assert books.offers.node_sides(consent_id(1))[0].deletion_receipt == "first"


def test_an_answer_that_comes_after_the_withdrawal_does_not_bring_the_offer_back(store):
    add_offers(store, 1)
    with store.writing() as books:
        books.offers.withdraw(consent_id(1), withdrawal="token", at=NOW, log_index=7)
    accept(store, 1)

    offer = offer_of(store, 1)
    assert offer is not None
    assert offer.state is OfferState.WITHDRAWN


def test_privacy_cost_and_runs_are_added_and_taken_back_exactly(store):
    add_offers(store, 1, 2)
    with store.writing() as books:
        books.offers.spend([consent_id(1), consent_id(2)], Decimal("0.3"))
        books.offers.spend([consent_id(1)], Decimal("0.000001"))
        books.offers.spend([consent_id(1)], None)
        books.offers.give_back([consent_id(2)], Decimal("0.3"))

    first, second = offer_of(store, 1), offer_of(store, 2)
    assert first is not None
    assert second is not None
    assert (first.epsilon_spent, first.runs_spent) == (Decimal("0.300001"), 3)
    assert (second.epsilon_spent, second.runs_spent) == (Decimal(0), 0)


def test_an_order_comes_back_as_it_was_with_its_job_and_parts(store):
    add_order(store)
    order, job, parts = an_order(1, people=(1, 2))

    with store.reading() as books:
        assert books.orders.get(order.order_id) == order
        assert books.orders.job(job.job_id) == job
        assert books.orders.parts(job.job_id) == sorted(parts, key=lambda part: part.consent_id)
        assert books.orders.get("nothing") is None
        assert books.orders.release_of(job.job_id) is None


def test_orders_jobs_and_parts_are_listed_newest_first(store):
    add_order(store, 1)
    add_order(store, 2)
    first, second = an_order(1, people=(1, 2))[0], an_order(2, people=(1, 2))[0]

    with store.reading() as books:
        assert books.orders.of_account("account-1") == [second, first]
        assert [job.job_id for job in books.orders.latest_jobs(limit=1)] == [second.job_id]
        assert [part.job_id for part in books.orders.parts_of(consent_id(1))] == [
            second.job_id,
            first.job_id,
        ]


def test_changed_parts_replace_the_earlier_ones(store):
    add_order(store)
    _, job, parts = an_order(1, people=(1, 2))
    paid = replace(parts[0], outcome=PartOutcome.PAID, amount_cents=50, log_index=4)
    with store.writing() as books:
        books.orders.save_parts([paid])
        books.orders.save_parts([])

    with store.reading() as books:
        assert paid in books.orders.parts(job.job_id)
        assert books.orders.parts_of(paid.consent_id) == [paid]


def test_jobs_are_counted_by_state(store):
    add_order(store, 1)
    add_order(store, 2)
    with store.writing() as books:
        books.orders.save(replace(an_order(2)[1], state=JobState.RELEASED))

    with store.reading() as books:
        assert books.orders.state_counts() == {JobState.QUEUED: 1, JobState.RELEASED: 1}


def test_a_job_is_leased_by_one_worker_at_a_time(store):
    add_order(store)
    job = an_order(1, people=(1, 2))[1]
    with store.writing() as books:
        claimed = books.orders.claim("one", now=NOW, until=LATER)
        nothing = books.orders.claim("two", now=NOW, until=LATER)
        with pytest.raises(LostLeaseError):
            books.orders.renew(job.job_id, "two", until=LATER)
        with pytest.raises(LostLeaseError):
            books.orders.release(job.job_id, "two", due=None)

    assert (claimed, nothing) == (job, None)


def test_a_lease_without_a_sign_of_life_goes_to_another_worker(store):
    add_order(store)
    with store.writing() as books:
        books.orders.claim("one", now=NOW, until=LATER)
        taken = books.orders.claim("two", now=LATER, until=LATER + timedelta(hours=1))
        assert taken is not None
        with pytest.raises(LostLeaseError):
            books.orders.renew(taken.job_id, "one", until=LATER)


def test_a_released_job_is_claimed_again_when_it_is_due(store):
    add_order(store)
    job_id = an_order(1, people=(1, 2))[1].job_id
    with store.writing() as books:
        books.orders.claim("one", now=NOW, until=LATER)
        books.orders.renew(job_id, "one", until=LATER)
        books.orders.release(job_id, "one", due=LATER)

        assert books.orders.claim("two", now=NOW, until=LATER) is None
        assert books.orders.claim("two", now=LATER, until=LATER + timedelta(hours=1)) is not None


def test_a_job_that_is_never_due_is_claimed_only_when_made_due(store):
    add_order(store)
    job_id = an_order(1, people=(1, 2))[1].job_id
    with store.writing() as books:
        books.orders.make_due(job_id, None)
        assert books.orders.claim("one", now=LATER, until=LATER) is None
        books.orders.make_due(job_id, NOW)
        assert books.orders.claim("one", now=NOW, until=LATER) is not None


def test_a_saved_job_and_its_events_come_back(store):
    add_order(store)
    job = an_order(1, people=(1, 2))[1]
    failed = job.failed("no reason", ("node-b",), LATER)
    events = [JobEvent(NOW, JobState.QUEUED, "one"), JobEvent(LATER, JobState.FAILED, "two", attempt=2)]
    with store.writing() as books:
        books.orders.save(job, events[0])
        books.orders.save(failed, events[1])
        books.orders.save(failed)

    with store.reading() as books:
        assert books.orders.job(job.job_id) == failed
        assert list(books.orders.events(job.job_id)) == events


def test_a_release_is_bound_to_its_job(store):
    add_order(store, 1)
    add_order(store, 2)
    job = an_order(1, people=(1, 2))[1]
    outputs = tuple(NodeOutput(role, node, "s", "h", bytes([role])) for role, node in enumerate(NODE_IDS))
    release = Release(job.job_id, "root", {"cells": [1, None, "x"]}, outputs)
    with store.writing() as books:
        books.orders.add_release(release)

    with store.reading() as books:
        assert books.orders.release_of(job.job_id) == release
        assert books.orders.release_of(an_order(2)[1].job_id) is None


def test_the_first_outcome_of_a_dispute_stays(store):
    add_order(store)
    order_id = an_order(1)[0].order_id
    first = DisputeOutcome(proven=True, node="node-a", reason="lied", role=0, at=NOW, mandate_digest="m")
    with store.writing() as books:
        books.orders.set_dispute(order_id, first)
        books.orders.set_dispute(order_id, replace(first, proven=False))

    with store.reading() as books:
        order = books.orders.get(order_id)
    assert order is not None
    assert order.dispute == first


def test_transfers_and_balances_come_back_as_recorded(store):
    purse, waiting = buyer_available("b"), escrow("o")
    top_up = Transfer("t", EntryKind.PAYMENT, SANDBOX, purse, 100, NOW)
    hold = Transfer("h", EntryKind.HOLD, purse, waiting, 60, NOW, order_id="o", valid_until=LATER)
    with store.writing() as books:
        ledger = Ledger(books.ledger)
        ledger.record([top_up, hold])
        assert list(books.ledger.open_holds(ended_by=LATER)) == [hold]
        assert list(books.ledger.open_holds(ended_by=NOW)) == []
        ledger.charge("h", transfer_id="c", amount_cents=45, at=NOW)

    with store.reading() as books:
        charge = replace(
            hold, transfer_id="c", kind=EntryKind.CHARGE, amount_cents=45, hold_id="h", valid_until=None
        )
        assert list(books.ledger.all_transfers()) == [top_up, hold, charge]
        assert list(books.ledger.of_account(waiting)) == [hold, charge]
        assert books.ledger.resolutions(["h", "t"]) == {"h": charge}
        assert books.ledger.balances([purse, "nobody"]) == {
            purse: Balance(posted_debits=45, posted_credits=100),
            "nobody": Balance(),
        }
        assert list(books.ledger.open_holds(ended_by=LATER)) == []
        assert Ledger(books.ledger).trial_balance()[waiting].posted_cents == 45


def test_money_that_is_not_there_cannot_be_moved(store):
    with pytest.raises(InsufficientFundsError), store.writing() as books:
        Ledger(books.ledger).record([Transfer("t", EntryKind.PAYMENT, escrow("o"), "x", 1, NOW)])


def test_log_entries_come_back_until_they_are_erased(store):
    entries = [Entry.of("use", NOW, {"consent_id": f"c{number}", "cents": number}) for number in range(5)]
    with store.writing() as books:
        log = Log(books.log)
        assert list(log.append(entries[:2])) == [0, 1]
        assert list(log.append(entries[2:])) == [2, 3, 4]
        root = log.root(5)
        log.erase(3)

    with store.reading() as books:
        log = Log(books.log)
        assert [log.entry(index) for index in range(6)] == [*entries[:3], None, entries[4], None]
        assert books.log.leaf(3) == entries[3].leaf
        assert books.log.leaf(9) is None
        assert (log.size, log.root(5)) == (5, root)


def test_the_migrated_database_has_exactly_the_declared_tables(sql):
    assert differences(sql.database.engine, metadata) == []


def test_opening_a_second_time_changes_nothing(sql, database_url):
    add_order(sql)

    again = open_store(database_url)

    with again.reading() as books:
        assert books.orders.get(an_order(1)[0].order_id) is not None
    again.database.close()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE transfers SET amount_cents = 1",
        "DELETE FROM transfers",
        "UPDATE log_nodes SET position = 5",
        "DELETE FROM log_nodes",
    ],
)
def test_the_database_itself_refuses_to_change_what_was_written_for_good(sql, statement):
    with sql.writing() as books:
        Ledger(books.ledger).record([Transfer("t", EntryKind.PAYMENT, SANDBOX, "x", 5, NOW)])
        Log(books.log).append([Entry.of("offer", NOW, {})])

    with pytest.raises(DBAPIError), sql.database.writing() as session:
        session.execute(text(statement))


def test_the_database_itself_refuses_a_guarded_account_below_zero(sql):
    row = "INSERT INTO balances VALUES ('escrow:o', 5, 0, 0, TRUE)"
    with pytest.raises(DBAPIError), sql.database.writing() as session:
        session.execute(text(row))
