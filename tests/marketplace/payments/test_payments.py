"""Money that buyers pay in over a rail: credited once, whatever the rail says how often; and given back once.

One suite over both rails: Stripe against a fake of it on loopback, and the sandbox.
"""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from crypto.errors import MalformedError
from marketplace.domain.account import AccountKind
from marketplace.domain.card_payment import PaymentState, RefundState
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
from marketplace.services.payments import MOST_OPEN, Payments
from tests.marketplace.market import PASSWORD, open_market
from tests.marketplace.mpc_node.parties import NOW
from tests.marketplace.tills import BACK, ONE, TWO, Till, open_till


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
