"""A glance is another whenever what a page shows may be another, on each database, and the same otherwise."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from marketplace.domain.account import ApiKey
from marketplace.domain.invoice import Sale, invoice_for
from marketplace.domain.job import JobEvent, JobState
from marketplace.domain.member import SESSION_LIFETIME, MemberSession, Role, SessionTerms
from marketplace.domain.order import DisputeOutcome
from marketplace.domain.stall import PATIENCE
from marketplace.services.detect_stalls import LEASE
from marketplace.services.glance_ports import Glance
from marketplace.services.member_sessions import SEEN_TO
from marketplace.services.ports import Books
from marketplace.storage.glances import SqlGlances
from marketplace.storage.store import SqlStore, open_store
from tests.contracts.stores import LATER, PASSWORD, add_offers
from tests.marketplace.builders import a_member, an_account, an_order, an_organisation
from tests.marketplace.invoice_fakes import FRENCH, SELLER
from tests.marketplace.mpc_node.parties import NOW

ORDER, JOB, PARTS = an_order(1)
SHOWN = DisputeOutcome(proven=True, node="a", reason="r", role=0, at=NOW, mandate_digest="d")


@pytest.fixture
def store(database_url) -> Iterator[SqlStore]:
    """A buyer with two members, where the first is signed in, has a key and the second ordered something."""
    opened = open_store(database_url)
    with opened.writing() as books:
        books.accounts.add(an_account(1))
        books.accounts.set_organisation("account-1", an_organisation())
        for number in (1, 2):
            books.members.add(a_member(number), PASSWORD)
        books.members.add_session(MemberSession("session", "member-1", "a browser", NOW))
        books.accounts.add_api_key(ApiKey("key", "account-1", "laptop", NOW, made_by="member-1"), "digest")
        books.accounts.note_use_of_api_key("key", NOW.date())
    add_offers(opened, 1, 2)
    with opened.writing() as books:
        books.orders.add(replace(ORDER, ordered_by="member-2"), JOB, PARTS)
        books.orders.save(JOB, JobEvent(NOW, JobState.QUEUED, "ordered", 1))
    yield opened
    opened.database.close()


@pytest.fixture
def glances(store: SqlStore) -> SqlGlances:
    return SqlGlances(store.database, SessionTerms())


def of_order(glances: SqlGlances) -> tuple[Glance | None, Glance | None]:
    """The glance at the order by whoever is signed in, and the one by key."""
    return (
        glances.order_in("session", ORDER.order_id, NOW),
        glances.order_by_key("digest", ORDER.order_id, NOW),
    )


def rename(books: Books) -> None:
    books.members.save(replace(a_member(2), name="Another"))


def bill(books: Books) -> None:
    sale = Sale("account-1", ORDER.order_id, "an answer", 2, 100, 20)
    books.invoices.add(invoice_for(sale, SELLER, FRENCH, number=1, at=NOW))


OF_ORDERS: dict[str, Callable[[Books], object]] = {
    "moved": lambda books: books.orders.save(JOB.moved(JobState.ADMITTED, LATER)),
    "heard of": lambda books: books.orders.add_event(JOB.job_id, JobEvent(NOW, JobState.QUEUED, "more", 1)),
    "disputed": lambda books: books.orders.set_dispute(ORDER.order_id, SHOWN),
    "charged": lambda books: books.orders.save(replace(JOB, charged_cents=1)),
    "billed": bill,
    "ordered by somebody with a new name": rename,
    "alone": lambda books: books.orders.make_due(JOB.job_id, NOW - PATIENCE),
    "left by its worker": lambda books: books.orders.claim(
        "worker", now=NOW + LEASE, until=NOW + LEASE - PATIENCE
    ),
}
OF_MEMBERS: dict[str, Callable[[Books], object]] = {
    "role": lambda books: books.members.save(replace(a_member(1), role=Role.READER)),
    "ended": lambda books: books.members.save(replace(a_member(1), ended_at=LATER)),
    "name": lambda books: books.members.save(replace(a_member(1), name="Another")),
    "organisation": lambda books: books.accounts.set_organisation("account-1", an_organisation("Other")),
}


@pytest.mark.parametrize("change", [*OF_ORDERS.values(), *OF_MEMBERS.values()], ids=[*OF_ORDERS, *OF_MEMBERS])
def test_an_order_that_shows_something_else_is_another_glance(store, glances, change):
    before = of_order(glances)
    with store.writing() as books:
        change(books)

    after = of_order(glances)

    assert None not in (*before, *after)
    assert before[0] != after[0]
    assert before[1] != after[1]


@pytest.mark.parametrize("change", OF_MEMBERS.values(), ids=OF_MEMBERS)
def test_the_catalogue_is_another_glance_for_a_member_who_changed(store, glances, change):
    before = glances.catalogue_in("session", NOW)
    with store.writing() as books:
        change(books)

    assert None is not before != glances.catalogue_in("session", NOW)


def test_the_catalogue_is_another_glance_with_each_edition(store, glances):
    before = glances.catalogue(), glances.catalogue_in("session", NOW)
    add_offers(store, 3)

    after = glances.catalogue(), glances.catalogue_in("session", NOW)

    assert before[0] != after[0]
    assert before[1] != after[1]


def test_what_did_not_change_is_the_same_glance(store, glances):
    before = of_order(glances), glances.catalogue()
    with store.writing() as books:
        books.orders.make_due(JOB.job_id, LATER)
        books.orders.claim("worker", now=LATER, until=LATER + LEASE)
        books.members.add_session(MemberSession("another", "member-1", "a browser", NOW))

    assert before == (of_order(glances), glances.catalogue())


def test_members_of_an_account_are_told_apart(store, glances):
    with store.writing() as books:
        books.members.add_session(MemberSession("other", "member-2", "a browser", NOW))

    first, second = (glances.order_in(each, ORDER.order_id, NOW) for each in ("session", "other"))

    assert first is not None
    assert second is not None
    assert (first.who, second.who) == ("member-1", "member-2")


def test_a_session_that_ended_or_ran_out_is_none(store, glances):
    with store.writing() as books:
        books.members.see_session("session", NOW + SESSION_LIFETIME)
    assert glances.catalogue_in("session", NOW + SESSION_LIFETIME) is None
    assert glances.order_in("session", ORDER.order_id, NOW + SESSION_LIFETIME) is None
    with store.writing() as books:
        books.members.end_session("session")

    assert glances.catalogue_in("session", NOW) is None
    assert of_order(glances)[0] is None


def test_a_key_is_none_on_a_day_on_which_its_use_was_not_written_down(glances):
    assert glances.order_by_key("digest", ORDER.order_id, NOW + timedelta(days=1)) is None
    assert glances.order_by_key("another", ORDER.order_id, NOW) is None


def test_a_key_that_was_ended_is_another_glance(store, glances):
    before = of_order(glances)[1]
    with store.writing() as books:
        books.accounts.revoke_api_key("key", NOW)

    assert None is not before != of_order(glances)[1]


def test_a_buyer_who_never_ordered_has_first_steps_that_no_glance_tells(store, glances):
    with store.writing() as books:
        books.accounts.add(an_account(2))
        books.members.add(replace(a_member(3), account_id="account-2"))
        books.members.add_session(MemberSession("new", "member-3", "a browser", NOW))

    assert glances.catalogue_in("new", NOW) is None


def test_glances_in_one_moment_are_of_that_moment(store, glances):
    with glances.moment():
        before = glances.catalogue()
        add_offers(store, 3)

        assert glances.catalogue() == before
    assert glances.catalogue() != before


def test_what_is_read_in_one_moment_fits_together(store, glances):
    with glances.moment():
        glances.catalogue()
        with store.writing() as books:
            books.orders.save(JOB.moved(JobState.ADMITTED, LATER))

        with store.reading() as books:
            assert books.orders.job(JOB.job_id).state is JobState.QUEUED
    with store.reading() as books:
        assert books.orders.job(JOB.job_id).state is JobState.ADMITTED


def test_an_order_tells_who_placed_it(store):
    with store.reading() as books:
        placed = books.orders.get(ORDER.order_id)

    assert placed is not None
    assert placed.ordered_by == "member-2"


def test_a_session_that_was_not_used_for_a_minute_is_for_the_app(store, glances):
    assert glances.catalogue_in("session", NOW + SEEN_TO) is None
    assert glances.order_in("session", ORDER.order_id, NOW + SEEN_TO) is None
    with store.writing() as books:
        books.members.see_session("session", NOW + SEEN_TO)

    assert glances.catalogue_in("session", NOW + SEEN_TO) is not None
    assert glances.order_in("session", ORDER.order_id, NOW + SEEN_TO) is not None
