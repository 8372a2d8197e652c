"""Invoices on screen and on paper, and the operator's word on a VAT number."""

import json
from io import BytesIO

import pytest
from pypdf import PdfReader

from marketplace.domain.invoice import Party
from marketplace.web.invoice_paper import invoice_pdf, rate_text
from tests.marketplace.invoice_fakes import FRENCH
from tests.marketplace.web.house import INSTITUTE, House, Visitor, text_of
from tests.marketplace.web.queries import NOISY

TYPED = {
    "name": FRENCH.name,
    "address": FRENCH.address,
    "country": "fr",
    "vat_id": "FR AB 123456789",
}


@pytest.fixture
def billed(house: House, buyer: Visitor) -> House:
    """The buyer has paid for an answer."""
    order = house.answer(buyer, NOISY)
    house.services.confirm_result(house.account_of(buyer).account_id, order.order_id)
    return house


def paper(response) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(BytesIO(response.data)).pages)


def test_before_the_first_answer_there_is_no_invoice(buyer: Visitor):
    text = text_of(buyer.get("/account/invoices"))

    assert "No invoices yet" in text
    assert "contains 19 % value added tax (DE)" in text
    assert "Without an address you are billed as a buyer in the seller’s own country." in text


def test_a_paid_answer_has_an_invoice_with_its_tax(billed: House, buyer: Visitor):
    listed, page = text_of(buyer.get("/account/invoices")), text_of(buyer.get("/account/invoices/1"))

    assert "Invoice A-000001" in listed
    # ⌈12000·100 / 70⌉ = 171.43 for 120 people; the fee of 51.43 contains 8.21 of tax.
    assert "Compensation of 120 people for taking part, passed on (not taxable) €120.00" in page
    assert "Service of the three computing nodes and this market, net €43.22" in page
    assert "Value added tax DE 19 % on €43.22 €8.21" in page
    assert "Total, paid from your account €171.43" in page
    assert "DE123456789" in page


def test_the_pdf_says_the_same_and_carries_the_document(billed: House, buyer: Visitor):
    response = buyer.get("/account/invoices/1.pdf")

    text, reader = paper(response), PdfReader(BytesIO(response.data))
    assert response.content_type == "application/pdf"
    assert "filename=A-000001.pdf" in response.headers["Content-Disposition"]
    for said in ("Invoice A-000001", "Market Ltd.", "DE123456789", "INSTITUTE".title(), "€8.21", "€171.43"):
        assert said in text
    (content,) = reader.attachments["A-000001.json"]
    account_id = billed.account_of(buyer).account_id
    assert json.loads(content) == billed.services.invoices.read(account_id, 1).to_json()


def test_the_page_of_the_order_links_its_invoice(billed: House, buyer: Visitor):
    (order,) = billed.services.list_orders(billed.account_of(buyer).account_id)
    page = buyer.get(f"/orders/{order.order_id}")

    assert "Without tax €163.22" in text_of(page)
    assert 'href="/account/invoices/1"' in page.text


def test_a_price_says_what_it_is_without_tax(buyer: Visitor):
    text = text_of(buyer.get("/ask/exam/1/price?statistic=count&level=2"))

    assert "Without tax €163.22 Value added tax in the fees (DE, 19 %) €8.21 You pay at most €171.43" in text


def test_a_credit_note_names_its_invoice(billed: House, buyer: Visitor):
    billed.services.invoices.credit(1, credit_id="late", fee_cents=119, reason="the answer came late")

    page, text = text_of(buyer.get("/account/invoices/2")), paper(buyer.get("/account/invoices/2.pdf"))

    assert "Credit note A-000002" in page
    assert "the answer came late €1.00" in page
    assert "Total given back €1.19" in page
    assert "Corrects: Invoice A-000001" in text


def test_billing_data_are_kept_and_said_to_be_unverified(house: House, buyer: Visitor):
    assert buyer.send("/account/billing", **TYPED).location == "/account/invoices"

    text = text_of(buyer.get("/account/invoices"))

    assert house.services.invoices.billing(house.account_of(buyer).account_id) == FRENCH
    assert "FRAB123456789 not verified" in text
    assert "Tax of the buyer’s country" in text


@pytest.mark.parametrize(
    "changes",
    [{"vat_id": "FR1"}, {"country": "France"}, {"name": " "}, {"address": "\x07"}, {"name": "x" * 201}],
)
def test_billing_data_without_form_are_refused_and_shown_again(house: House, buyer: Visitor, changes):
    response = buyer.send("/account/billing", **{**TYPED, **changes})

    assert response.status_code == 422
    assert house.services.invoices.billing(house.account_of(buyer).account_id) is None


def test_an_operator_confirms_the_number_that_it_looked_up(house: House, buyer: Visitor):
    buyer.send("/account/billing", **TYPED)
    operator, account_id = house.operator(), house.account_of(buyer).account_id
    assert "FRAB123456789" in text_of(operator.get("/operations/billing"))

    other = operator.send(f"/operations/billing/{account_id}/confirmation", vat_id="FRXX123456789")
    done = operator.send(f"/operations/billing/{account_id}/confirmation", vat_id="FRAB123456789")

    assert (other.status_code, done.status_code) == (422, 302)
    assert "Nothing to look up" in text_of(operator.get("/operations/billing"))
    assert "verified by the operator" in text_of(buyer.get("/account/invoices"))
    assert "Value added tax: none €0.00" in text_of(buyer.get("/ask/exam/1/price?statistic=count&level=2"))


def test_operators_export_every_document_and_buyers_do_not(billed: House, buyer: Visitor):
    operator = billed.operator()

    (exported,) = json.loads(operator.get("/operations/invoices.json").data)["invoices"]

    assert (exported["label"], exported["total_cents"]) == ("A-000001", 17143)
    assert buyer.get("/operations/invoices.json").status_code == 403
    assert buyer.get("/operations/billing").status_code == 403


@pytest.mark.parametrize("number", ["2", "0", "99999999999999999999", "9007199254740991", "x", "-1"])
def test_an_invoice_that_is_not_there_is_not_found(billed: House, buyer: Visitor, number: str):
    for ending in ("", ".pdf"):
        assert buyer.get(f"/account/invoices/{number}{ending}").status_code == 404


def test_nobody_sees_the_invoices_of_another_buyer(billed: House):
    other = billed.buyer("other@institute.example", INSTITUTE)

    assert other.get("/account/invoices/1").status_code == 404
    assert other.get("/account/invoices/1.pdf").status_code == 404


def test_names_in_other_letters_are_printed(billed: House, buyer: Visitor):
    account_id = billed.account_of(buyer).account_id
    invoice = billed.services.invoices.read(account_id, 1)
    changed = type(invoice)(**{**vars(invoice), "buyer": Party("Ινστιτούτο Наука <b>", "Straße 1")})

    text = "".join(page.extract_text() for page in PdfReader(BytesIO(invoice_pdf(changed))).pages)

    assert "Ινστιτούτο Наука <b>" in text


@pytest.mark.parametrize(("rate", "text"), [(190, "19 %"), (255, "25.5 %"), (0, "0 %")])
def test_rates_are_said_in_per_cent(rate: int, text: str):
    assert rate_text(rate) == text
