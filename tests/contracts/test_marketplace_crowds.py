"""Every promise of the book of crowd sums, asked of the database and of the fake."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from consent.crowd_release import HeardPart
from crypto.encoding import canonical_json
from marketplace.domain.crowd import CrowdMember, CrowdOffering, CrowdPurchase, CrowdState
from marketplace.domain.direct import Judgement, direct_price
from marketplace.services.ports import Store
from marketplace.storage.store import open_store
from tests.crowd_sitters import terms
from tests.marketplace.builders import an_account, an_organisation
from tests.marketplace.crowd import ordered, sitters, token_of
from tests.marketplace.fakes import MemoryStore
from tests.marketplace.mpc_node.parties import MARKET, NOW

LATER = NOW + timedelta(hours=1)


@pytest.fixture(params=["memory", "sql"])
def store(request, database_url) -> Iterator[Store]:
    if request.param == "memory":
        yield _with_accounts(MemoryStore())
        return
    opened = open_store(database_url)
    yield _with_accounts(opened)
    opened.database.close()


def _with_accounts(opened: Store) -> Store:
    with opened.writing() as books:
        books.accounts.add(an_account(1))
        books.accounts.add(an_account(2))
    return opened


def an_offering(number: int = 1, **changes) -> CrowdOffering:
    who = sitters()[number]
    plain = CrowdOffering(
        consent_id=who.consent_id,
        person=who.handle,
        holder_key=who.key.public,
        terms=terms(NOW),
        document=canonical_json(who.offer(terms(NOW), marketplace=MARKET).to_json()).decode(),
        request_digest="A" * 43,
        answer={"consent_id": who.consent_id},
        received_at=NOW,
        log_index=number,
    )
    return replace(plain, **changes)


def a_purchase(number: int = 1, **changes) -> CrowdPurchase:
    made = ordered(number)
    plain = CrowdPurchase(
        order_id=made.order_id,
        account_id="account-1",
        buyer=an_organisation().buyer,
        token=token_of(made),
        credential="credential",
        escrow_receipt="receipt",
        price=direct_price(50),
        state=CrowdState.JOINING,
        placed_at=NOW,
        updated_at=NOW,
        log_index=3,
        until=made.join_until,
    )
    return replace(plain, **changes)


def a_member(number: int = 1, order: int = 1, **changes) -> CrowdMember:
    who = sitters()[number]
    plain = CrowdMember(ordered(order).order_id, who.consent_id, who.handle, f"join {number}", "presentation")
    return replace(plain, **changes)


def test_an_offer_is_kept_whole_and_forgotten_in_part_when_it_is_withdrawn(store):
    offer = an_offering()
    with store.writing() as books:
        books.crowds.add_offer(offer)
    with store.reading() as books:
        assert books.crowds.offer(offer.consent_id) == offer
        assert books.crowds.offer("urn:uuid:nobody") is None

    with store.writing() as books:
        books.crowds.withdraw(offer.consent_id, at=LATER, log_index=9)

    with store.reading() as books:
        kept = books.crowds.offer(offer.consent_id)
    assert kept == replace(offer, document=None, withdrawn_at=LATER, withdrawal_log_index=9)


def test_open_offers_are_those_in_force_newest_first(store):
    offers = [
        an_offering(1),
        an_offering(2),
        an_offering(3, terms=terms(NOW, valid_until=NOW)),
        an_offering(4, terms=terms(NOW, given_at=LATER)),
        an_offering(5, terms=terms(NOW, data_set="framingham/1")),
    ]
    with store.writing() as books:
        for each in offers:
            books.crowds.add_offer(each)
        books.crowds.add_offer(an_offering(6))
        books.crowds.withdraw(an_offering(6).consent_id, at=NOW, log_index=1)

    with store.reading() as books:
        found = books.crowds.open_offers("exam/1", now=NOW)

    assert [each.consent_id for each in found] == [offers[1].consent_id, offers[0].consent_id]


def test_an_order_is_kept_whole_and_what_may_change_is_replaced(store):
    purchase = a_purchase()
    with store.writing() as books:
        books.crowds.add(purchase)
    changed = replace(
        purchase,
        state=CrowdState.RELEASED,
        updated_at=LATER,
        until=LATER,
        cohort="cohort",
        cohort_digest="C" * 43,
        partners="partners",
        heard="heard",
        release="release",
        reason="why",
        dispute=Judgement(True, "it does not open", LATER),
    )

    with store.writing() as books:
        assert books.crowds.get(purchase.order_id) == purchase
        books.crowds.save(changed)

    with store.reading() as books:
        assert books.crowds.get(purchase.order_id) == changed
        assert books.crowds.get("nobody's") is None


def test_a_buyers_orders_come_newest_first_and_no_others(store):
    with store.writing() as books:
        for number, account in ((1, "account-1"), (2, "account-2"), (3, "account-1")):
            books.crowds.add(a_purchase(number, account_id=account))

    with store.reading() as books:
        found = books.crowds.of_account("account-1")

    assert [each.order_id for each in found] == [ordered(3).order_id, ordered(1).order_id]


def test_orders_that_can_be_joined_and_orders_that_are_due(store):
    with store.writing() as books:
        books.crowds.add(a_purchase(1))
        books.crowds.add(a_purchase(2))
        books.crowds.add(a_purchase(3, state=CrowdState.SHARING, until=NOW + timedelta(minutes=1)))
        books.crowds.add(a_purchase(4, state=CrowdState.SETTLED, until=None))

    with store.reading() as books:
        joinable = books.crowds.joinable("exam/1", now=NOW)
        assert not books.crowds.joinable("exam/1", now=ordered().join_until)
        assert not books.crowds.joinable("framingham/1", now=NOW)
        due = books.crowds.due(ordered().join_until)
        assert not books.crowds.due(NOW)
        counts = books.crowds.state_counts()

    assert [each.order_id for each in joinable] == [ordered(2).order_id, ordered(1).order_id]
    assert due[0].order_id == ordered(3).order_id
    assert {each.order_id for each in due} == {ordered(number).order_id for number in (1, 2, 3)}
    assert counts == {CrowdState.JOINING: 2, CrowdState.SHARING: 1, CrowdState.SETTLED: 1}


def _with_members(store, *members):
    with store.writing() as books:
        for number in sorted({int(member.join.split()[1]) for member in members}):
            books.crowds.add_offer(an_offering(number))
        for number in (1, 2):
            books.crowds.add(a_purchase(number))
        for member in members:
            books.crowds.add_member(member)


def test_members_are_kept_whole_and_come_by_place(store):
    first, second = a_member(1), a_member(2)
    _with_members(store, first, second, a_member(1, order=2))
    changed = replace(
        first,
        place=1,
        shares_digest="S" * 43,
        word_digest="W" * 43,
        word=HeardPart(b"ciphertext", b"term", b"sealed"),
        reveal_digest="R" * 43,
        revealed=b"revealed",
        left="",
        use_log_index=12,
    )

    with store.writing() as books:
        assert books.crowds.members(ordered().order_id) == [first, second]
        books.crowds.save_members([changed, replace(second, place=0)])

    with store.reading() as books:
        assert books.crowds.members(ordered().order_id) == [replace(second, place=0), changed]
        assert books.crowds.member(ordered().order_id, first.consent_id) == changed
        assert books.crowds.member(ordered().order_id, "urn:uuid:nobody") is None
        mine = books.crowds.of_consent(first.consent_id)
    assert [each.order_id for each in mine] == [ordered(2).order_id, ordered(1).order_id]


def test_shares_reach_their_receiver_and_are_forgotten_with_the_order(store):
    _with_members(store, a_member(1))
    order_id = ordered().order_id
    with store.writing() as books:
        books.crowds.add_shares(order_id, 0, {1: b"from 0 to 1", 2: b"from 0 to 2"})
        books.crowds.add_shares(order_id, 2, {1: b"from 2 to 1"})
        books.crowds.add_shares(ordered(2).order_id, 0, {1: b"another"})

    with store.writing() as books:
        assert books.crowds.inbox(order_id, 1) == {0: b"from 0 to 1", 2: b"from 2 to 1"}
        books.crowds.forget_shares(order_id)

    with store.reading() as books:
        assert books.crowds.inbox(order_id, 1) == {}
        assert books.crowds.inbox(ordered(2).order_id, 1) == {0: b"another"}


def _break_off(store):
    with store.writing() as books:
        books.crowds.save_members([a_member(1, place=7)])
        books.crowds.save(a_purchase(state=CrowdState.FAILED))
        raise RuntimeError


def test_what_an_aborted_transaction_did_is_undone(store):
    _with_members(store, a_member(1))

    with pytest.raises(RuntimeError):
        _break_off(store)

    with store.reading() as books:
        assert books.crowds.members(ordered().order_id) == [a_member(1)]
        assert books.crowds.get(ordered().order_id) == a_purchase()
