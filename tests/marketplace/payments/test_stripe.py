"""What only Stripe does: answers that get lost, words that never came, signatures, and what it may know."""

import json
from datetime import timedelta
from typing import Any

import pytest
import stripe
from hypothesis import given, settings
from hypothesis import strategies as st

from crypto.errors import MalformedError
from marketplace.clients.stripe_rail import MAX_NOTICE, StripeRail
from marketplace.domain.card_payment import Payment, PaymentState, RefundState
from marketplace.domain.chart import rail
from marketplace.errors import (
    NoticeRefusedError,
    UnknownPaymentError,
)
from marketplace.storage.store import open_store
from ssi.http.errors import PeerError
from tests.marketplace.market import open_market
from tests.marketplace.mpc_node.parties import NOW
from tests.marketplace.stripe_fake import API_KEY, CARD_DIGITS, WEBHOOK_SECRET, signed
from tests.marketplace.tills import BACK, ONE, TWO, Till, open_till


def test_a_lost_answer_opens_no_second_checkout(card: Till):
    assert card.fake is not None
    card.fake.lose = 2

    card.begin()

    assert len(card.fake.sessions) == 1
    assert card.fake.asked[f"checkout-{ONE}"] >= 2


def test_a_refund_whose_answer_was_lost_is_made_once(card: Till, monkeypatch):
    assert card.fake is not None
    card.paid()
    card.ask_back(2000)
    card.payments.approve(TWO)
    monkeypatch.setattr(card.fake, "lose", 1)
    honest = StripeRail.refund

    def dies(self: StripeRail, *args: Any) -> None:
        honest(self, *args)
        raise PowerCutError  # the process ends before it writes down that it was done

    monkeypatch.setattr(StripeRail, "refund", dies)
    with pytest.raises(PowerCutError):
        card.tend()
    monkeypatch.setattr(StripeRail, "refund", honest)
    card.tend()

    assert [each["amount"] for each in card.fake.refunds.values()] == [2000]
    assert card.market.balance(rail("stripe")) == -3000


class PowerCutError(RuntimeError):
    """A process ends in the middle of what it does."""


def test_a_refund_that_stripe_refuses_is_in_the_purse_again_with_its_reason(card: Till):
    assert card.fake is not None
    card.paid()
    card.ask_back(2000)
    card.payments.approve(TWO)
    card.fake.refuse_refunds = True

    card.tend()

    (refund,) = card.payments.read(card.account_id, ONE)[1]
    assert (refund.state, refund.reason) == (RefundState.REFUSED, "Stripe refuses: charge_already_refunded")
    assert card.purse == 5000


def test_a_refund_that_the_bank_sends_back_is_in_the_purse_again_once(card: Till):
    assert card.fake is not None
    card.paid()
    card.ask_back(2000)
    card.payments.approve(TWO)
    card.tend()
    body = card.fake.word("refund.failed", {"id": "re_1", "metadata": {"refund_id": TWO}})

    for _ in range(2):
        card.payments.take_notice(body, signed(body, NOW))

    assert card.payments.read(card.account_id, ONE)[1][0].state is RefundState.FAILED
    assert card.purse == 5000
    assert card.market.balance(rail("stripe")) == -5000


def test_a_word_that_never_came_is_asked_for(card: Till):
    assert card.fake is not None
    card.fake.pay(card.begin().reference or "")

    card.tend()
    assert card.purse == 0  # it is waited for a while
    card.market.clock.forward(minutes=3)
    card.tend()
    card.tend()

    assert (card.state().state, card.purse) == (PaymentState.PAID, 5000)


def test_the_page_to_which_a_buyer_comes_back_asks_at_once(card: Till):
    assert card.fake is not None
    begun = card.begin()
    assert card.payments.look(card.account_id, ONE).state is PaymentState.STARTED
    word = card.word(begun)

    assert card.payments.look(card.account_id, ONE).state is PaymentState.PAID
    card.payments.take_notice(*word)

    assert card.purse == 5000


def test_a_checkout_that_ran_out_is_found_by_asking(card: Till):
    assert card.fake is not None
    card.fake.expire(card.begin().reference or "")

    assert card.payments.look(card.account_id, ONE).state is PaymentState.ENDED


def test_a_payment_whose_checkout_was_never_opened_ends(card: Till, monkeypatch):
    def down(self: StripeRail, *args: Any, **more: Any) -> None:
        raise PeerError("down")

    with monkeypatch.context() as patch:
        patch.setattr(StripeRail, "begin", down)
        with pytest.raises(PeerError):
            card.begin()
    card.market.clock.forward(minutes=3)
    card.tend()

    assert card.state().state is PaymentState.ENDED


@pytest.mark.parametrize(
    "changes", [{"amount_total": 4999}, {"amount_total": 5001}, {"currency": "usd"}, {"id": "cs_other"}]
)
def test_another_amount_currency_or_checkout_is_not_credited(card: Till, changes):
    assert card.fake is not None
    body = card.fake.pay(card.begin().reference or "", **changes)

    with pytest.raises(UnknownPaymentError):
        card.payments.take_notice(body, signed(body, NOW))
    assert card.purse == 0


@pytest.mark.parametrize("seconds", [-301, 61])
def test_an_old_word_or_one_from_the_future_is_refused(card: Till, seconds):
    body, _ = card.word(card.begin())

    with pytest.raises(NoticeRefusedError):
        card.payments.take_notice(body, signed(body, NOW + timedelta(seconds=seconds)))
    assert card.purse == 0


@pytest.mark.parametrize("seconds", [-300, 60])
def test_a_word_within_the_window_is_taken(card: Till, seconds):
    body, _ = card.word(card.begin())

    card.payments.take_notice(body, signed(body, NOW + timedelta(seconds=seconds)))

    assert card.purse == 5000


def test_a_word_under_another_secret_is_refused(card: Till):
    body, _ = card.word(card.begin())

    with pytest.raises(NoticeRefusedError):
        card.payments.take_notice(body, signed(body, NOW, "whsec_another"))


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{}",
        b'{"id":1}',
        b'{"id":"e","type":"checkout.session.completed"}',
        b'{"id":"e","type":"checkout.session.completed","data":{"object":{}}}',
        b'{"id":"e","type":"refund.failed","data":{"object":{"metadata":{}}}}',
        b"\xff\xfe",
    ],
)
def test_signed_nonsense_is_refused_by_name(card: Till, body):
    with pytest.raises(MalformedError):
        card.payments.take_notice(body, signed(body, NOW))


@given(st.text(max_size=80))
@settings(max_examples=60)
def test_any_header_that_is_no_signature_is_refused_by_name(header):
    with pytest.raises(NoticeRefusedError):
        StripeRail(API_KEY, WEBHOOK_SECRET).read_notice(b"{}", header, now=NOW)


def test_too_long_a_word_is_refused(card: Till):
    body = b" " * (MAX_NOTICE + 1)
    with pytest.raises(NoticeRefusedError):
        card.payments.take_notice(body, signed(body, NOW))


def test_words_about_other_things_change_nothing(card: Till):
    assert card.fake is not None
    body = card.fake.word("customer.created", {"id": "cus_1"})

    card.payments.take_notice(body, signed(body, NOW))

    assert card.purse == 0


def test_stripes_own_library_accepts_and_makes_the_signatures_that_are_taken_here():
    body = json.dumps({"id": "evt_1", "type": "customer.created", "data": {"object": {}}})
    theirs = stripe.WebhookSignature.generate_signature_header(
        body, WEBHOOK_SECRET, timestamp=int(NOW.timestamp())
    )

    notice = StripeRail(API_KEY, WEBHOOK_SECRET).read_notice(body.encode(), theirs, now=NOW)

    assert notice.event_id == "evt_1"
    assert stripe.WebhookSignature.verify_header(body, signed(body.encode(), NOW), WEBHOOK_SECRET)


def test_no_datum_of_a_card_and_no_secret_is_kept_or_shown(stripe_at, tmp_path):
    store = open_store(f"sqlite:///{tmp_path / 'books.sqlite'}")
    till = open_till(open_market(store), stripe_at)
    till.paid()
    store.database.close()

    kept = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    for word in (CARD_DIGITS, "last4", "b@example.org", API_KEY, WEBHOOK_SECRET):
        assert word.encode() not in kept
        assert word not in repr(till.payments)


def test_stripe_that_is_away_says_so_without_a_secret():
    rail_nowhere = StripeRail(API_KEY, WEBHOOK_SECRET, address="http://127.0.0.1:9")
    payment = Payment(ONE, "a", "stripe", 5000, PaymentState.STARTED, NOW)

    with pytest.raises(PeerError) as raised:
        rail_nowhere.begin(payment, back_to=BACK)
    assert API_KEY not in str(raised.value)
