"""Every promise of the book of scores, asked of the database and of the fake."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from crypto.encoding import canonical_json
from marketplace.domain.direct import Judgement, direct_price
from marketplace.domain.score import ScoreOffering, ScoreOrder, ScoreState
from marketplace.services.ports import Store
from marketplace.storage.store import open_store
from tests.marketplace.builders import an_account, an_organisation
from tests.marketplace.fakes import MemoryStore
from tests.marketplace.mpc_node.parties import NOW
from tests.marketplace.scorers import TERMS, request_for, request_id, scorer

LATER = NOW + timedelta(hours=1)


@pytest.fixture(params=["memory", "sql"])
def store(request, database_url) -> Iterator[Store]:
    if request.param == "memory":
        yield MemoryStore()
        return
    opened = open_store(database_url)
    yield opened
    opened.database.close()


def an_offering(number: int, **changes) -> ScoreOffering:
    made = scorer(number)
    plain = ScoreOffering(
        consent_id=made.id,
        person=f"urn:argonauta:person:{number}",
        holder_key=made.person.key.public,
        terms=TERMS,
        public={"school_type": "girls"},
        document=canonical_json(made.offer().to_json()).decode(),
        request_digest="A" * 43,
        answer={"consent_id": made.id},
        received_at=NOW,
        log_index=number,
    )
    return replace(plain, **changes)


def an_order(number: int = 1, offered_by: int = 1, **changes) -> ScoreOrder:
    made = scorer(offered_by)
    plain = ScoreOrder(
        request_id=request_id(number),
        account_id="account-1",
        consent_id=made.id,
        buyer=an_organisation().buyer,
        token=request_for(made, number=number),
        credential="credential",
        escrow_receipt="receipt",
        offer="{}",
        price=direct_price(500),
        state=ScoreState.ASKED,
        placed_at=NOW,
        valid_until=NOW + timedelta(days=7),
        updated_at=NOW,
        log_index=0,
    )
    return replace(plain, **changes)


def fill(store: Store, *orders: ScoreOrder, offers: tuple[int, ...] = (1,)) -> None:
    with store.writing() as books:
        books.accounts.add(an_account(1))
        for number in offers:
            books.scores.add_offer(an_offering(number))
        for order in orders:
            books.scores.add(order)


def test_an_offer_is_read_as_it_was_kept(store):
    fill(store)

    with store.reading() as books:
        assert books.scores.offer(scorer(1).id) == an_offering(1)
        assert books.scores.offer(scorer(2).id) is None


def test_open_offers_are_those_of_a_data_set_in_their_time_newest_first(store):
    fill(store, offers=(1, 2, 3))
    with store.writing() as books:
        books.scores.add_offer(an_offering(4, terms=replace(TERMS, data_set="framingham/1")))
        books.scores.add_offer(an_offering(5, terms=replace(TERMS, given_at=LATER)))
        books.scores.add_offer(an_offering(6, terms=replace(TERMS, valid_until=NOW)))
        books.scores.withdraw(scorer(2).id, at=NOW, log_index=9)

    with store.reading() as books:
        found = books.scores.open_offers("exam/1", now=NOW, limit=10)
        first = books.scores.open_offers("exam/1", now=NOW, limit=1)
    assert [each.consent_id for each in found] == [scorer(3).id, scorer(1).id]
    assert [each.consent_id for each in first] == [scorer(3).id]


def test_a_withdrawn_offer_keeps_no_ciphertext(store):
    fill(store)
    with store.writing() as books:
        books.scores.withdraw(scorer(1).id, at=LATER, log_index=9)

    with store.reading() as books:
        kept = books.scores.offer(scorer(1).id)
    assert kept == an_offering(1, document=None, withdrawn_at=LATER, withdrawal_log_index=9)


def test_a_request_is_read_as_it_was_kept_and_changed(store):
    fill(store, an_order())
    changed = an_order(
        state=ScoreState.DISPUTED,
        updated_at=LATER,
        offer=None,
        reason="the key is for other weights",
        dispute=Judgement(True, "the key is for other weights", LATER),
        use_log_index=4,
    )
    with store.reading() as books:
        assert books.scores.get(request_id(1)) == an_order()

    with store.writing() as books:
        books.scores.save(changed)

    with store.reading() as books:
        assert books.scores.get(request_id(1)) == changed
        assert books.scores.get(request_id(2)) is None


def test_requests_are_found_by_buyer_and_by_offer_newest_first(store):
    fill(store, an_order(1), an_order(2, 2), an_order(3), offers=(1, 2))

    with store.reading() as books:
        mine = [each.request_id for each in books.scores.of_account("account-1")]
        hers = [each.request_id for each in books.scores.of_consent(scorer(1).id)]
        assert books.scores.of_account("account-2") == []
    assert mine == [request_id(3), request_id(2), request_id(1)]
    assert hers == [request_id(3), request_id(1)]


def test_due_are_requests_out_of_time_and_answers_that_nobody_disputed(store):
    fill(
        store,
        an_order(1, valid_until=LATER),
        an_order(2, state=ScoreState.ANSWERED, settle_at=LATER + timedelta(hours=1)),
        an_order(3, state=ScoreState.SETTLED),
        an_order(4, state=ScoreState.ANSWERED, settle_at=LATER + timedelta(days=1)),
    )

    with store.reading() as books:
        assert books.scores.due(NOW) == []
        assert [each.request_id for each in books.scores.due(LATER)] == [request_id(1)]
        both = books.scores.due(LATER + timedelta(hours=1))
        assert [each.request_id for each in both] == [request_id(1), request_id(2)]


def test_requests_are_counted_by_state(store):
    fill(store, an_order(1), an_order(2), an_order(3, state=ScoreState.SETTLED))

    with store.reading() as books:
        assert dict(books.scores.state_counts()) == {ScoreState.ASKED: 2, ScoreState.SETTLED: 1}


def test_what_an_error_interrupts_is_not_kept(store):
    fill(store)

    def interrupted() -> None:
        with store.writing() as books:
            books.scores.add(an_order())
            raise RuntimeError

    with pytest.raises(RuntimeError):
        interrupted()

    with store.reading() as books:
        assert books.scores.get(request_id(1)) is None
