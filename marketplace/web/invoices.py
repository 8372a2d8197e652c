"""Whom to bill, what was billed, and for operators: which VAT numbers wait, and all documents at once."""

from collections.abc import Callable
from http import HTTPStatus
from io import BytesIO

from flask import Blueprint, flash, jsonify, redirect, render_template, request, send_file, url_for
from werkzeug.wrappers import Response

from marketplace.domain.invoice import Invoice, Party
from marketplace.domain.member import Right
from marketplace.domain.vat import Treatment
from marketplace.errors import BillingRefusedError
from marketplace.services.issue_invoices import Invoices
from marketplace.services.suite import Services
from marketplace.web.invoice_paper import (
    TITLES,
    invoice_lines,
    invoice_pdf,
    party_lines,
    rate_text,
    seller_lines,
    tax_line,
)
from marketplace.web.visitor import for_buyers, for_operators, me, visitor
from marketplace.web.words import sentence

_TYPED = ("name", "address", "country", "vat_id")


def screens(services: Services) -> Blueprint:
    """The invoices of a buyer, and the operator's side of them."""
    blueprint = Blueprint("invoices", __name__)
    _billing(blueprint, services)
    _reading(blueprint, services.invoices)
    _operating(blueprint, services.invoices)
    blueprint.app_context_processor(lambda: _on_other_pages(services.invoices))
    return blueprint


def _on_other_pages(invoices: Invoices) -> dict[str, Callable[..., object]]:
    """What the pages of prices and orders say about tax: asked only where a page shows it."""

    def tax_name() -> str:
        treatment = invoices.treatment(visitor().account_id)
        owed = treatment is not None and treatment.rate_permille > 0
        return _named(treatment) if treatment is not None and owed else "Value added tax: none"

    return {
        "fee_tax": lambda fee_cents: invoices.fee_of(visitor().account_id, fee_cents),
        "tax_name": tax_name,
        "invoice_of": lambda purchase_id: invoices.of_purchase(visitor().account_id, purchase_id),
    }


def _named(treatment: Treatment) -> str:
    return f"Value added tax in the fees ({treatment.country}, {rate_text(treatment.rate_permille)})"


def _billing(blueprint: Blueprint, services: Services) -> None:
    invoices = services.invoices

    @blueprint.get("/account/invoices")
    @for_buyers(Right.MONEY)
    def overview() -> str:
        return _page(invoices, _typed(invoices.billing(visitor().account_id)))

    @blueprint.post("/account/billing")
    @for_buyers(Right.PAY)
    def set_billing() -> Response | tuple[str, int]:
        typed = {name: request.form.get(name, "") for name in _TYPED}
        try:
            invoices.set_billing(visitor().account_id, Party.typed(**typed), by=me().member_id)
        except BillingRefusedError as error:
            return _page(invoices, typed, error=sentence(str(error))), HTTPStatus.UNPROCESSABLE_ENTITY
        flash("Your next invoice is made out to this address.", "good")
        return redirect(url_for("invoices.overview"))


def _reading(blueprint: Blueprint, invoices: Invoices) -> None:
    @blueprint.get("/account/invoices/<int(max=9007199254740991):number>")
    @for_buyers(Right.MONEY)
    def detail(number: int) -> str:
        invoice = invoices.read(visitor().account_id, number)
        return render_template(
            "market/invoice.html",
            invoice=invoice,
            title=f"{TITLES[invoice.kind]} {invoice.label}",
            seller=seller_lines(invoice.seller),
            buyer=party_lines(invoice.buyer),
            lines=[*invoice_lines(invoice), tax_line(invoice)],
            corrected=_corrected(invoices, invoice),
        )

    @blueprint.get("/account/invoices/<int(max=9007199254740991):number>.pdf")
    @for_buyers(Right.MONEY)
    def paper(number: int) -> Response:
        invoice = invoices.read(visitor().account_id, number)
        content = invoice_pdf(invoice, corrected=_corrected(invoices, invoice))
        name = f"{invoice.label}.pdf".replace("/", "-")
        return send_file(BytesIO(content), "application/pdf", as_attachment=True, download_name=name)


def _operating(blueprint: Blueprint, invoices: Invoices) -> None:
    @blueprint.get("/operations/billing")
    @for_operators
    def billing() -> str:
        return render_template(
            "market/billing.html", waiting=invoices.unconfirmed(), seller=invoices.seller, lines=seller_lines
        )

    @blueprint.post("/operations/billing/<account_id>/confirmation")
    @for_operators
    def confirm(account_id: str) -> Response:
        vat_id = request.form.get("vat_id", "")
        invoices.confirm_vat_id(account_id, vat_id, operator=visitor().account_id)
        flash(f"The number {vat_id} counts as confirmed from now on.", "good")
        return redirect(url_for("invoices.billing"))

    @blueprint.get("/operations/invoices.json")
    @for_operators
    def export() -> Response:
        response = jsonify(invoices=invoices.export())
        response.headers["Cache-Control"] = "no-store"
        return response


def _page(invoices: Invoices, typed: dict[str, str], *, error: str | None = None) -> str:
    account_id = visitor().account_id
    return render_template(
        "market/invoices.html",
        documents=invoices.of_account(account_id),
        titles=TITLES,
        known=invoices.billing(account_id),
        treatment=invoices.treatment(account_id),
        rate_text=rate_text,
        typed=typed,
        error=error,
    )


def _typed(party: Party | None) -> dict[str, str]:
    return {name: "" if party is None else getattr(party, name) for name in _TYPED}


def _corrected(invoices: Invoices, invoice: Invoice) -> Invoice | None:
    return None if invoice.corrects is None else invoices.read(invoice.account_id, invoice.corrects)
