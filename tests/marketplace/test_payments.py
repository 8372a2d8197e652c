"""Money that buyers pay in over a rail: credited once, whatever the rail says how often; and given back once.

One suite over both rails: Stripe against a fake of it on loopback, and the sandbox.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
import stripe
from hypothesis import given, settings
from hypothesis import strategies as st

from crypto.errors import MalformedError
from marketplace.clients.sandbox_rail import SandboxRail
from marketplace.clients.stripe_rail import MAX_NOTICE, StripeRail
from marketplace.domain.account import AccountKind
from marketplace.domain.card_payment import Payment, PaymentState, RefundState
from marketplace.domain.chart import buyer_available, rail, refund_requested
from marketplace.domain.ledger import EntryKind, Ledger, Transfer
from marketplace.errors import (
    AmountError,
    InsufficientFundsError,
    NotAllowedError,
    NoticeRefusedError,
    PaymentConflictError,
    PaymentRefusedError,
    UnknownAccountError,
    UnknownPaymentError,
)
from marketplace.services.payments import MOST_OPEN, Payments, TendPayments
from marketplace.storage.store import open_store
from ssi.http.errors import PeerError
from tests.marketplace.market import PASSWORD, Market, open_market
from tests.marketplace.mpc_node.parties import NOW
from tests.marketplace.stripe_fake import API_KEY, CARD_DIGITS, WEBHOOK_SECRET, StripeFake, signed
from tests.serving import serving

ONE, TWO = (str(UUID(int=number)) for number in (1, 2))
BACK = "https://market.example/account/payments/1"


@dataclass
class Till:
    """A market whose buyers pay in over one rail, and the rail in the test's hand."""

    market: Market
    payments: Payments
    fake: StripeFake | None
    account_id: str

    @property
    def purse(self) -> int:
        return self.market.balance(buyer_available(self.account_id))

    @property
    def rail_name(self) -> str:
        return self.payments.rail.name

    def begin(self, payment_id: str = ONE, cents: int = 5000) -> Payment:
        return self.payments.begin(self.account_id, payment_id=payment_id, amount_cents=cents, back_to=BACK)

    def word(self, payment: Payment, *, paid: bool = True) -> tuple[bytes, str]:
        """What the rail says of a payment, signed now."""
        if self.fake is None:
            sandbox = self.payments.rail
            assert isinstance(sandbox, SandboxRail)
            return sandbox.pay(payment) if paid else sandbox.abandon(payment)
        name = payment.reference or ""
        body = self.fake.pay(name) if paid else self.fake.expire(name)
        return body, signed(body, self.market.clock.now)

    def paid(self, payment_id: str = ONE, cents: int = 5000) -> Payment:
        self.payments.take_notice(*self.word(self.begin(payment_id, cents)))
        return self.state(payment_id)

    def state(self, payment_id: str = ONE) -> Payment:
        return self.payments.read(self.account_id, payment_id)[0]

    def tend(self) -> None:
        tending = TendPayments(self.payments)
        while tending():
            pass

    def ask_back(self, cents: int, refund_id: str = TWO) -> Any:
        return self.payments.ask_back(
            self.account_id, payment_id=ONE, refund_id=refund_id, amount_cents=cents
        )


@pytest.fixture(scope="module")
def stripe_at() -> Iterator[tuple[StripeFake, str]]:
    fake = StripeFake()
    with serving(fake.app()) as url:
        yield fake, url


def open_till(market: Market, at: tuple[StripeFake, str] | None, *, needs_approval: bool = True) -> Till:
    account = market.services.add_account("buyer@example.org", PASSWORD)
    if at is None:
        return Till(
            market, Payments(market.desk, SandboxRail(b"k" * 32), needs_approval), None, account.account_id
        )
    fake, url = at
    vars(fake).update(vars(StripeFake()))
    card = StripeRail(API_KEY, WEBHOOK_SECRET, address=url)
    return Till(market, Payments(market.desk, card, needs_approval), fake, account.account_id)


@pytest.fixture(params=["sandbox", "stripe"])
def till(request, stripe_at) -> Till:
    return open_till(open_market(), stripe_at if request.param == "stripe" else None)


@pytest.fixture
def card(stripe_at) -> Till:
    return open_till(open_market(), stripe_at)


@pytest.fixture(params=["sandbox", "stripe"])
def kept_till(request, stripe_at, database_url) -> Iterator[Till]:
    store = open_store(database_url)
    yield open_till(open_market(store), stripe_at if request.param == "stripe" else None)
    store.database.close()


def test_a_payment_is_credited_when_the_rail_says_so(kept_till: Till):
    begun = kept_till.begin()
    assert (begun.state, kept_till.purse) == (PaymentState.STARTED, 0)

    kept_till.payments.take_notice(*kept_till.word(begun))

    paid = kept_till.state()
    assert (paid.state, kept_till.purse) == (PaymentState.PAID, 5000)
    assert kept_till.market.balance(rail(kept_till.rail_name)) == -5000
    lines = kept_till.market.services.read_statement(kept_till.account_id).lines
    assert [(line.kind, line.amount_cents) for line in lines] == [("top-up", 5000)]


def test_the_same_word_twice_credits_once(kept_till: Till):
    word = kept_till.word(kept_till.begin())

    for _ in range(3):
        kept_till.payments.take_notice(*word)

    assert kept_till.purse == 5000


def test_another_word_about_the_same_payment_credits_nothing_more(till: Till):
    paid = till.paid()

    till.payments.take_notice(*till.word(paid))

    assert till.purse == 5000


def test_the_same_request_opens_one_checkout(till: Till):
    assert till.begin() == till.begin()


def test_one_id_with_another_amount_or_buyer_is_refused(till: Till):
    till.begin()
    other = till.market.services.add_account("other@example.org", PASSWORD).account_id

    with pytest.raises(PaymentConflictError):
        till.begin(cents=5001)
    with pytest.raises(PaymentConflictError):
        till.payments.begin(other, payment_id=ONE, amount_cents=5000, back_to=BACK)


@pytest.mark.parametrize("order", [(True, False), (False, True), (False, False, True, True)])
def test_words_in_any_order_credit_what_was_paid(till: Till, order):
    begun = till.begin()
    words = [till.word(begun, paid=paid) for paid in order]

    for word in words:
        till.payments.take_notice(*word)

    assert (till.state().state, till.purse) == (PaymentState.PAID, 5000)


def test_an_abandoned_payment_ends_without_money(till: Till):
    till.payments.take_notice(*till.word(till.begin(), paid=False))

    assert (till.state().state, till.purse) == (PaymentState.ENDED, 0)


def test_a_word_that_the_rail_did_not_sign_credits_nothing(till: Till):
    body, signature = till.word(till.begin())

    for wrong in (
        (body + b" ", signature),
        (body, ""),
        (body, "\udcff"),
        (body, signature[:-1] + ("0" if signature[-1] != "0" else "1")),
    ):
        with pytest.raises(NoticeRefusedError):
            till.payments.take_notice(*wrong)
    assert till.purse == 0


def test_a_word_about_nothing_of_ours_is_refused_so_that_it_comes_again(till: Till):
    body, signature = till.word(till.begin())
    elsewhere = replace(till, market=open_market())
    stranger = Payments(elsewhere.market.desk, till.payments.rail)

    with pytest.raises(UnknownPaymentError):
        stranger.take_notice(body, signature)
    till.payments.take_notice(body, signature)

    assert till.purse == 5000


@pytest.mark.parametrize("cents", [0, -1, 99, 10_000_001, True])
def test_an_amount_out_of_bounds_is_refused(till: Till, cents):
    with pytest.raises(AmountError):
        till.begin(cents=cents)


@pytest.mark.parametrize("payment_id", ["", "x", ONE.replace("-", ""), "\x00", "A" * 40])
def test_an_id_that_is_no_uuid_is_refused(till: Till, payment_id):
    with pytest.raises(MalformedError):
        till.begin(payment_id)


def test_only_buyers_pay_in(till: Till):
    operator = till.market.services.add_account("op@example.org", PASSWORD, kind=AccountKind.OPERATOR)
    for account_id, error in ((operator.account_id, NotAllowedError), ("nobody", UnknownAccountError)):
        with pytest.raises(error):
            till.payments.begin(account_id, payment_id=ONE, amount_cents=5000, back_to=BACK)


def test_payments_that_nobody_ends_have_a_limit():
    till = open_till(open_market(), None)
    for number in range(MOST_OPEN):
        till.begin(str(UUID(int=number)))

    with pytest.raises(PaymentRefusedError):
        till.begin(str(UUID(int=MOST_OPEN)))


def test_a_payment_is_told_to_its_buyer_only(till: Till):
    till.begin()
    other = till.market.services.add_account("other@example.org", PASSWORD).account_id

    for ask in (till.payments.read, till.payments.look):
        with pytest.raises(UnknownPaymentError):
            ask(other, ONE)
    assert list(till.payments.of_account(other)) == []
    assert [each.payment_id for each in till.payments.of_account(till.account_id)] == [ONE]


def test_unused_money_goes_back_when_an_operator_agrees(kept_till: Till):
    till = kept_till
    till.paid()

    asked = [till.ask_back(2000) for _ in range(2)]
    assert (asked[0].state, till.purse) == (RefundState.REQUESTED, 3000)
    assert till.market.balance(refund_requested(TWO)) == 2000
    assert [each.refund_id for each in till.payments.waiting_refunds()] == [TWO]
    till.tend()
    assert till.market.balance(refund_requested(TWO)) == 2000  # nobody agreed yet
    for _ in range(2):
        till.payments.approve(TWO)
        till.tend()

    (refund,) = till.payments.read(till.account_id, ONE)[1]
    assert (refund.state, till.purse) == (RefundState.SENT, 3000)
    assert till.market.balance(refund_requested(TWO)) == 0
    assert till.market.balance(rail(till.rail_name)) == -3000


def test_a_refund_that_an_operator_refuses_is_in_the_purse_again(till: Till):
    till.paid()
    till.ask_back(2000)

    for reason in ("because", "another"):
        assert till.payments.refuse(TWO, reason).reason == "because"

    assert till.purse == 5000
    with pytest.raises(PaymentConflictError):
        till.payments.approve(TWO)
    till.ask_back(5000, str(UUID(int=3)))
    assert till.purse == 0


def test_a_refund_that_was_agreed_to_cannot_be_refused(till: Till):
    till.paid()
    till.ask_back(2000)
    till.payments.approve(TWO)

    with pytest.raises(PaymentConflictError):
        till.payments.refuse(TWO, "late")
    for reason in ("", "x" * 301, "a\x00b"):
        with pytest.raises(PaymentRefusedError):
            till.payments.refuse(TWO, reason)


def test_where_nobody_has_to_agree_a_refund_goes_at_once(stripe_at):
    till = open_till(open_market(), stripe_at, needs_approval=False)
    till.paid()

    till.ask_back(5000)
    till.tend()

    assert till.market.balance(rail("stripe")) == 0


@pytest.mark.parametrize("cents", [0, 5001, -1, True])
def test_no_more_goes_back_than_came_in(till: Till, cents):
    till.paid()
    with pytest.raises(AmountError):
        till.ask_back(cents)


def test_what_was_used_does_not_go_back(till: Till):
    till.paid()
    till.ask_back(5000)

    with pytest.raises(AmountError):
        till.ask_back(1, str(UUID(int=3)))


def test_what_is_held_for_an_order_does_not_go_back(till: Till):
    till.paid()
    until = NOW + timedelta(days=1)
    held = Transfer(
        "hold", EntryKind.HOLD, buyer_available(till.account_id), "escrow:o", 4000, NOW, valid_until=until
    )
    with till.market.store.writing() as books:
        Ledger(books.ledger).record([held])

    with pytest.raises(InsufficientFundsError):
        till.ask_back(1001)
    till.ask_back(1000)

    assert till.market.services.read_statement(till.account_id).available_cents == 0


def test_one_refund_id_with_another_amount_is_refused(till: Till):
    till.paid()
    till.ask_back(100)

    with pytest.raises(PaymentConflictError):
        till.ask_back(101)


def test_nothing_goes_back_of_what_never_came(till: Till):
    till.begin()
    other = till.market.services.add_account("other@example.org", PASSWORD).account_id

    with pytest.raises(PaymentRefusedError):
        till.ask_back(100)
    with pytest.raises(UnknownPaymentError):
        till.payments.ask_back(other, payment_id=ONE, refund_id=TWO, amount_cents=1)
    for unknown in (till.payments.approve, lambda refund_id: till.payments.refuse(refund_id, "why")):
        with pytest.raises(UnknownPaymentError):
            unknown(TWO)


# Stripe alone.


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
