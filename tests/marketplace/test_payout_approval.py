"""Above a limit two operators have to say yes, and who is paid is seen only by breaking the glass."""

from dataclasses import replace
from uuid import UUID

import pytest

from consent.payout import Payee, PayoutLine, PayoutRequest, sign_payout
from marketplace.domain.account import AccountKind
from marketplace.domain.act import COMMAND, Register
from marketplace.domain.chart import subject_earned
from marketplace.domain.ledger import EntryKind, Ledger, Transfer
from marketplace.errors import (
    NotAllowedError,
    PayoutConflictError,
    PayoutRefusedError,
    RefusedError,
    RegisterConflictError,
)
from marketplace.services.payouts import Payouts, PayoutTerms
from tests.marketplace.market import PASSWORD
from tests.marketplace.mpc_node.parties import MARKET, NOW
from tests.marketplace.mpc_node.people import person

ANNA, BEN = person(1), person(2)
IBAN, OTHER_IBAN = "AT611904300234573201", "DE89370400440532013000"
DEBTOR = Payee("Market", OTHER_IBAN)
BIG, SMALL = str(UUID(int=1, version=4)), str(UUID(int=2, version=4))


@pytest.fixture
def desk(any_market):
    """A market whose limit is 1,000 cents, with a payout above it and one at it."""
    any_market.stock(12)
    purse = f"buyer:{any_market.buyer().account_id}:available"
    earned = [
        Transfer(f"t/{each.consent_id}", EntryKind.PAYMENT, purse, subject_earned(each.consent_id), 2000, NOW)
        for each in (ANNA, BEN)
    ]
    with any_market.store.writing() as books:
        Ledger(books.ledger).record(earned)
    terms = PayoutTerms(approve_above_cents=1000)
    any_market.payouts = replace(any_market.services.payouts, terms=terms)
    for payout_id, who, cents in ((BIG, ANNA, 1001), (SMALL, BEN, 1000)):
        line = PayoutLine(who.consent_id, cents)
        request = PayoutRequest(payout_id, MARKET, Payee("Anna Müller", IBAN), (line,), NOW)
        any_market.payouts.request(sign_payout(request, {who.consent_id: who.key}.__getitem__))
    any_market.one, any_market.two = (_operator(any_market, name) for name in ("one", "two"))
    return any_market


def _operator(market, name):
    return market.services.add_account(
        f"{name}@market.example", PASSWORD, kind=AccountKind.OPERATOR
    ).account_id


def _acts(market, register):
    with market.store.reading() as books:
        return [(act.case_id, act.kind, act.actor) for act in books.acts.of_register(register)]


def test_what_is_above_the_limit_stays_out_of_the_file_until_two_approved_it(desk):
    payouts: Payouts = desk.payouts
    assert b"10.01" not in payouts.export(DEBTOR)

    first = payouts.approve(BIG, desk.one)
    assert (first.may_be_paid, first.approvers) == (False, (desk.one,))
    assert b"10.01" not in payouts.export(DEBTOR)
    with pytest.raises(PayoutConflictError, match="in no file"):
        payouts.pay(BIG)

    second = payouts.approve(BIG, desk.two)
    assert (second.may_be_paid, second.approvers) == (True, (desk.one, desk.two))
    assert b"10.01" in payouts.export(DEBTOR, by=desk.one)
    assert payouts.pay(BIG, by=desk.two).state == "paid"
    assert _acts(desk, Register.PAYOUT)[-1] == (BIG, "paid", desk.two)
    assert (SMALL, "exported", COMMAND) in _acts(desk, Register.PAYOUT)


def test_the_second_operator_is_another_one(desk):
    desk.payouts.approve(BIG, desk.one)

    with pytest.raises(RegisterConflictError, match="another operator"):
        desk.payouts.approve(BIG, desk.one)

    assert [line.may_be_paid for line in desk.payouts.lines() if line.payout.payout_id == BIG] == [False]


def test_buyers_and_strangers_approve_nothing(desk):
    buyer = desk.services.add_account("b@example.org", PASSWORD).account_id
    for by in (buyer, "nobody"):
        with pytest.raises(NotAllowedError):
            desk.payouts.approve(BIG, by)
        with pytest.raises(NotAllowedError):
            desk.payouts.look(BIG, by, "curious")

    assert _acts(desk, Register.PAYOUT) == _acts(desk, Register.GLASS) == []


def test_what_is_at_the_limit_or_over_waits_for_no_approval(desk):
    with pytest.raises(PayoutConflictError):
        desk.payouts.approve(SMALL, desk.one)
    desk.payouts.refuse(BIG, "The bank says no.", by=desk.one)
    with pytest.raises(PayoutConflictError):
        desk.payouts.approve(BIG, desk.one)


def test_an_export_of_nothing_but_what_waits_says_so(desk):
    desk.payouts.refuse(SMALL, "no")

    with pytest.raises(PayoutRefusedError, match="waits for two operators"):
        desk.payouts.export(DEBTOR)


def test_a_look_at_who_is_paid_needs_a_reason_and_is_written_down_each_time(desk):
    with pytest.raises(RefusedError, match="why"):
        desk.payouts.look(BIG, desk.one, "")

    payee = desk.payouts.look(BIG, desk.one, "The bank sent it back.")
    desk.payouts.look(BIG, desk.one, "Again.")

    assert (payee.name, payee.iban) == ("Anna Müller", IBAN)
    assert _acts(desk, Register.GLASS) == [(f"payout {BIG}", "looked", desk.one)] * 2
    desk.payouts.refuse(BIG, "no")
    with pytest.raises(PayoutConflictError, match="forgotten"):
        desk.payouts.look(BIG, desk.one, "Once more.")


def test_the_limit_is_no_business_of_wallets(desk):
    assert "approve" not in str(desk.payouts.terms.to_json())
