"""Every promise of the marketplace's orders and jobs, asked of the database and of the fake."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from marketplace.domain.job import LEFT_ALONE, JobEvent, JobState, NodeOutput, PartOutcome, Release
from marketplace.domain.order import DisputeOutcome
from marketplace.errors import LostLeaseError
from marketplace.services.ports import Store
from marketplace.storage.store import open_store
from tests.contracts.stores import LATER, add_order
from tests.marketplace.builders import (
    NODE_IDS,
    an_order,
    consent_id,
)
from tests.marketplace.fakes import MemoryStore
from tests.marketplace.mpc_node.parties import NOW


@pytest.fixture(params=["memory", "sql"])
def store(request, database_url) -> Iterator[Store]:
    if request.param == "memory":
        yield MemoryStore()
        return
    opened = open_store(database_url)
    yield opened
    opened.database.close()


def test_orders_are_found_in_pages_newest_first(store):
    for number in (1, 2, 3):
        add_order(store, number)

    with store.reading() as books:
        everything = list(books.orders.of_account("account-1"))
        assert list(books.orders.of_account("account-1", limit=2)) == everything[:2]
        assert list(books.orders.of_account("account-1", limit=2, skip=2)) == everything[2:]
        assert list(books.orders.of_account("account-1", limit=2, skip=4)) == []


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


def test_what_a_buyer_ordered_lately_is_found(store):
    add_order(store, 1)
    order = an_order(1, people=(1, 2))[0]

    with store.reading() as books:
        before = order.placed_at - timedelta(seconds=1)
        assert books.orders.queries_since(order.account_id, before) == [(order.placed_at, order.query)]
        assert books.orders.queries_since(order.account_id, order.placed_at) == []
        assert books.orders.queries_since("account-2", before) == []


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


def test_a_worker_takes_up_again_what_it_left_alone_before_anybody_else_may(store):
    add_order(store)
    lease, later = timedelta(seconds=60), NOW + LEFT_ALONE
    with store.writing() as books:
        books.orders.claim("one", now=NOW, until=NOW + lease)
        early = later - timedelta(seconds=1)

        assert books.orders.claim("one", now=early, until=early + lease) is None
        assert books.orders.claim("two", now=later, until=later + lease) is None
        assert books.orders.claim("one", now=later, until=later + lease) is not None


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
