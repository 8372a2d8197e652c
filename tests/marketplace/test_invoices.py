"""Every settled purchase has its invoice, whose tax lies in the ledger to the cent."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from marketplace.domain.account import AccountKind
from marketplace.domain.chart import PLATFORM_FEE, buyer_available, vat
from marketplace.domain.invoice import Invoice, InvoiceKind, Party
from marketplace.domain.vat import VatStanding
from marketplace.errors import (
    AmountError,
    BillingRefusedError,
    CreditConflictError,
    InsufficientFundsError,
    NotAllowedError,
    UnknownAccountError,
    UnknownInvoiceError,
)
from marketplace.services.end_crowd import settle
from marketplace.storage.store import open_store
from tests.marketplace.crowd import Crowd
from tests.marketplace.invoice_fakes import FRENCH, SELLER
from tests.marketplace.market import ENOUGH_CENTS, PASSWORD, Market, open_market
from tests.marketplace.mpc_node.people import person, withdrawal_of

SWISS = Party.typed("Institut", "Gasse 1\n8001 Zürich", "CH")


@pytest.fixture(params=["memory", "sql"])
def billing_market(request, database_url):
    if request.param == "memory":
        yield open_market(seller=SELLER)
        return
    store = open_store(database_url)
    yield open_market(store, seller=SELLER)
    store.database.close()


def settled(market: Market, party: Party | None = None, *, operator: str = "") -> tuple[str, Invoice]:
    """An answer over twelve people that was confirmed, with its invoice."""
    market.stock(12)
    account = market.buyer().account_id
    if party is not None:
        market.services.invoices.set_billing(account, party)
    if operator:
        market.services.invoices.confirm_vat_id(account, party.vat_id if party else "", operator=operator)
    view = market.released(market.services.get_account(account))
    market.services.confirm_result(account, view.order_id)
    (invoice,) = market.services.invoices.of_account(account)
    assert invoice.source == view.order_id
    return account, invoice


def test_an_answer_at_home_is_billed_with_the_tax_that_its_fee_contains(billing_market):
    _, invoice = settled(billing_market)

    assert (invoice.label, invoice.kind) == ("A-000001", InvoiceKind.INVOICE)
    assert (invoice.people, invoice.passed_through_cents) == (12, 1200)
    # The price is ⌈120000 / 70⌉ = 1715, so the fee is 515, of which 82.23 is tax.
    assert (invoice.fee_net_cents, invoice.vat_cents, invoice.total_cents) == (433, 82, 1715)
    assert billing_market.balance(vat("DE")) == 82
    assert billing_market.services.trial_balance().total_cents == 0


def test_what_is_billed_is_what_left_the_buyers_purse(billing_market):
    account, invoice = settled(billing_market)

    assert billing_market.balance(buyer_available(account)) == ENOUGH_CENTS - invoice.total_cents


@pytest.mark.parametrize(
    ("party", "operator", "standing", "tax"),
    [
        (FRENCH, "", VatStanding.BUYERS_STATE, 86),
        (FRENCH, "operator@example.org", VatStanding.REVERSE_CHARGE, 0),
        (SWISS, "", VatStanding.OUTSIDE_EU, 0),
    ],
)
def test_the_buyers_billing_data_decide_the_tax(billing_market, party, operator, standing, tax):
    _, invoice = settled(billing_market, party, operator=operator)

    assert invoice.buyer == replace(party, vat_confirmed=operator)
    assert (invoice.treatment.standing, invoice.vat_cents, invoice.total_cents) == (standing, tax, 1715)
    assert billing_market.balance(vat(party.country)) == tax


def test_settling_again_bills_once(billing_market):
    account, invoice = settled(billing_market)

    billing_market.services.confirm_result(account, invoice.source)
    billing_market.drive()

    assert billing_market.services.invoices.of_account(account) == [invoice]


def test_a_market_without_a_seller_bills_nothing_and_takes_no_tax(market):
    market.stock(12)
    account = market.buyer()
    view = market.released(account)
    market.services.confirm_result(account.account_id, view.order_id)

    assert list(market.services.invoices.of_account(account.account_id)) == []
    assert market.services.invoices.treatment(account.account_id) is None
    assert market.balance(vat("DE")) == 0


def test_a_refunded_order_is_not_billed(market):
    market = open_market(seller=SELLER)
    market.stock(12)
    account = market.buyer()
    market.order(account)
    for number in range(1, 9):
        market.services.withdraw_offer(withdrawal_of(person(number)))
    market.drive()

    assert market.services.invoices.export() == []


def test_a_crowd_sum_is_billed_for_those_who_are_in_it():
    market = open_market(seller=SELLER)
    crowd = Crowd(market, market.buyer())
    order = crowd.offered().placed().played().now
    market.services.crowds.confirm(crowd.account.account_id, order.order_id)

    (invoice,) = market.services.invoices.of_account(crowd.account.account_id)

    fee = invoice.people * order.price.platform_fee_cents
    assert invoice.passed_through_cents == invoice.people * order.price.compensation_cents
    assert invoice.fee_cents == fee
    assert market.balance(PLATFORM_FEE) == fee - invoice.vat_cents
    assert market.balance(vat("DE")) == invoice.vat_cents > 0


def test_a_sum_whose_fee_went_back_is_billed_without_a_fee():
    market = open_market(seller=SELLER)
    crowd = Crowd(market, market.buyer())
    order = crowd.offered().placed().played().now
    with market.store.writing() as books:
        settle(market.desk, books, order, fee_back=True)

    (invoice,) = market.services.invoices.of_account(crowd.account.account_id)

    assert (invoice.fee_net_cents, invoice.vat_cents) == (0, 0)
    assert invoice.total_cents == invoice.passed_through_cents > 0


def test_a_part_of_a_fee_is_given_back_under_the_tax_of_its_invoice(billing_market):
    account, invoice = settled(billing_market)
    give = billing_market.services.invoices.credit

    for _ in range(2):  # the second time changes nothing
        credit = give(invoice.number, credit_id="one", fee_cents=100, reason="late")

    assert (credit.kind, credit.corrects, credit.number) == (InvoiceKind.CREDIT_NOTE, 1, 2)
    assert (credit.fee_net_cents, credit.vat_cents) == (84, 16)
    assert billing_market.balance(vat("DE")) == invoice.vat_cents - 16
    assert billing_market.balance(buyer_available(account)) == ENOUGH_CENTS - invoice.total_cents + 100
    assert list(billing_market.services.invoices.of_account(account)) == [credit, invoice]


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"number": 9}, UnknownInvoiceError),
        ({"fee_cents": 0}, AmountError),
        ({"fee_cents": 516}, AmountError),
        ({"reason": " "}, BillingRefusedError),
        ({"reason": "x" * 301}, BillingRefusedError),
        ({"reason": "a\x00b"}, BillingRefusedError),
        ({"credit_id": ""}, BillingRefusedError),
        ({"credit_id": "\x00"}, BillingRefusedError),
        ({"fee_cents": 515}, InsufficientFundsError),  # the nodes keep what they worked for
    ],
)
def test_what_cannot_be_given_back_is_refused_and_leaves_no_gap(changes, error):
    market = open_market(seller=SELLER)
    settled(market)
    asked = {"number": 1, "credit_id": "one", "fee_cents": 10, "reason": "late", **changes}

    with pytest.raises(error):
        market.services.invoices.credit(asked.pop("number"), **asked)

    assert [each["number"] for each in market.services.invoices.export()] == [1]


def test_one_credit_id_with_two_amounts_is_refused_and_a_credit_note_is_not_credited():
    market = open_market(seller=SELLER)
    settled(market)
    give = market.services.invoices.credit
    give(1, credit_id="one", fee_cents=10, reason="late")

    with pytest.raises(CreditConflictError):
        give(1, credit_id="one", fee_cents=11, reason="late")
    with pytest.raises(UnknownInvoiceError):
        give(2, credit_id="two", fee_cents=1, reason="late")


@settings(max_examples=10)
@given(st.lists(st.integers(1, 90), min_size=1, max_size=8))
def test_documents_add_up_to_the_ledger_whatever_is_given_back(amounts):
    market = open_market(seller=SELLER)
    account, _ = settled(market)
    for number, cents in enumerate(amounts):
        if cents + sum(amounts[:number]) <= 200:
            market.services.invoices.credit(1, credit_id=str(number), fee_cents=cents, reason="late")

    invoices = list(market.services.invoices.of_account(account))[::-1]

    signs = [1 if each.kind is InvoiceKind.INVOICE else -1 for each in invoices]
    assert [each.number for each in invoices] == list(range(1, len(invoices) + 1))
    tax = sum(sign * each.vat_cents for sign, each in zip(signs, invoices, strict=True))
    paid = sum(sign * each.total_cents for sign, each in zip(signs, invoices, strict=True))
    assert market.balance(vat("DE")) == tax >= 0
    assert market.balance(buyer_available(account)) == ENOUGH_CENTS - paid
    assert market.services.trial_balance().total_cents == 0
    assert all(Invoice.from_json(each.to_json()) == each for each in invoices)


def test_a_confirmed_number_has_to_be_confirmed_again_after_a_change():
    market = open_market(seller=SELLER)
    account, invoices = market.buyer().account_id, market.services.invoices
    invoices.set_billing(account, FRENCH)
    invoices.confirm_vat_id(account, FRENCH.vat_id, operator="operator@example.org")
    assert invoices.set_billing(account, FRENCH).vat_confirmed == "operator@example.org"

    invoices.set_billing(account, replace(FRENCH, name="Somebody else"))

    assert [each for each, _ in invoices.unconfirmed()] == [account]


def test_only_the_number_that_was_looked_up_is_confirmed():
    market = open_market(seller=SELLER)
    account, invoices = market.buyer().account_id, market.services.invoices
    with pytest.raises(BillingRefusedError):
        invoices.confirm_vat_id(account, "", operator="operator@example.org")
    invoices.set_billing(account, FRENCH)

    with pytest.raises(BillingRefusedError):
        invoices.confirm_vat_id(account, "FRXY123456789", operator="operator@example.org")


def test_only_buyers_are_billed():
    market = open_market(seller=SELLER)
    operator = market.services.add_account("operator@example.org", PASSWORD, kind=AccountKind.OPERATOR)

    with pytest.raises(NotAllowedError):
        market.services.invoices.set_billing(operator.account_id, FRENCH)
    with pytest.raises(UnknownAccountError):
        market.services.invoices.set_billing("nobody", FRENCH)


def test_an_invoice_is_told_to_its_buyer_only():
    market = open_market(seller=SELLER)
    account, invoice = settled(market)
    other = market.services.add_account("other@example.org", PASSWORD)

    assert market.services.invoices.read(account, 1) == invoice
    for reader, number in ((other.account_id, 1), (account, 2)):
        with pytest.raises(UnknownInvoiceError):
            market.services.invoices.read(reader, number)


@pytest.mark.parametrize(
    "typed",
    [
        ("", "Street", "DE"),
        ("x" * 201, "Street", "DE"),
        ("Name", "", "DE"),
        ("Name", "x" * 401, "DE"),
        ("Na\x00me", "Street", "DE"),
        ("Name", "Str\x00eet", "DE"),
        ("Name", "Street", "Germany"),
        ("Name", "Street", "DE", "FRAB123456789"),
    ],
)
def test_billing_data_without_form_are_refused(typed):
    with pytest.raises(BillingRefusedError):
        Party.typed(*typed)


def test_an_address_keeps_its_lines():
    assert Party.typed(" A  b ", " Street 1 \r\n\r\n 1000 Town ", "de").address == "Street 1\n1000 Town"
