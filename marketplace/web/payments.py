"""A buyer pays by card on the rail's own page, and asks unused money back; an operator has a say in that."""

import uuid
from http import HTTPStatus

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from marketplace.domain.member import Right
from marketplace.errors import AmountError, InsufficientFundsError, PaymentConflictError, PaymentRefusedError
from marketplace.services.payments import Payments
from marketplace.web.euros import typed_cents
from marketplace.web.visitor import for_buyers, for_operators, me, visitor
from marketplace.web.words import sentence
from ssi.http.errors import PeerError

USUAL_EUROS = "100"
_REFUSED = (AmountError, PaymentConflictError, PaymentRefusedError)


def screens(payments: Payments, public_url: str) -> Blueprint:
    """The pages; the rail sends buyers back to `public_url`."""
    blueprint = Blueprint("payments", __name__)
    _paying(blueprint, payments, public_url.rstrip("/"))
    _asking_back(blueprint, payments)
    _operating(blueprint, payments)
    return blueprint


def _paying(blueprint: Blueprint, payments: Payments, public_url: str) -> None:
    @blueprint.get("/account/payments")
    @for_buyers(Right.MONEY)
    def overview() -> str:
        return _page(payments, payment_id=str(uuid.uuid4()))

    @blueprint.post("/account/payments")
    @for_buyers(Right.PAY)
    def begin() -> Response | tuple[str, int]:
        payment_id, euros = request.form.get("payment_id", ""), request.form.get("euros", "").strip()
        back_to = f"{public_url}/account/payments/{payment_id}"
        try:
            payments.begin(
                visitor().account_id,
                payment_id=payment_id,
                amount_cents=typed_cents(euros),
                back_to=back_to,
                by=me().member_id,
            )
        except _REFUSED as error:
            page = _page(payments, payment_id=str(uuid.uuid4()), euros=euros, error=sentence(str(error)))
            return page, HTTPStatus.UNPROCESSABLE_ENTITY
        # A form may not lead to another site (CSP form-action), so the page of the payment has the link.
        return redirect(url_for("payments.detail", payment_id=payment_id))

    @blueprint.get("/account/payments/<payment_id>")
    @for_buyers(Right.MONEY)
    def detail(payment_id: str) -> str:
        return _detail(payments, payment_id)


def _asking_back(blueprint: Blueprint, payments: Payments) -> None:
    @blueprint.post("/account/payments/<payment_id>/refunds")
    @for_buyers(Right.PAY)
    def ask_back(payment_id: str) -> Response | tuple[str, int]:
        try:
            payments.ask_back(
                visitor().account_id,
                payment_id=payment_id,
                refund_id=request.form.get("refund_id", ""),
                amount_cents=typed_cents(request.form.get("euros", "").strip()),
                by=me().member_id,
            )
        except InsufficientFundsError:
            said = "This much is not in your account any more, or it is held for an order."
            return _detail(payments, payment_id, error=said), HTTPStatus.UNPROCESSABLE_ENTITY
        except _REFUSED as error:
            page = _detail(payments, payment_id, error=sentence(str(error)))
            return page, HTTPStatus.UNPROCESSABLE_ENTITY
        flash("Your money is on its way back.", "good")
        return redirect(url_for("payments.detail", payment_id=payment_id))


def _operating(blueprint: Blueprint, payments: Payments) -> None:
    @blueprint.get("/operations/refunds")
    @for_operators
    def refunds() -> str:
        return render_template("market/refunds.html", waiting=payments.waiting_refunds())

    @blueprint.post("/operations/refunds/<refund_id>/approval")
    @for_operators
    def approve(refund_id: str) -> Response:
        payments.approve(refund_id)
        flash("The refund is sent within a minute.", "good")
        return redirect(url_for("payments.refunds"))

    @blueprint.post("/operations/refunds/<refund_id>/refusal")
    @for_operators
    def refuse(refund_id: str) -> Response:
        payments.refuse(refund_id, request.form.get(f"reason-{refund_id}", ""))
        flash("The money is in the buyer’s account again.", "good")
        return redirect(url_for("payments.refunds"))


def _page(payments: Payments, *, payment_id: str, euros: str = USUAL_EUROS, error: str | None = None) -> str:
    return render_template(
        "market/payments.html",
        payments=payments.of_account(visitor().account_id),
        payment_id=payment_id,
        euros=euros,
        error=error,
    )


def _detail(payments: Payments, payment_id: str, *, error: str | None = None) -> str:
    """One payment; where the rail's word has not come yet it is asked, and a silent one changes nothing."""
    try:
        payments.look(visitor().account_id, payment_id)
    except (PeerError, PaymentRefusedError):
        silent = True
    else:
        silent = False
    payment, refunds = payments.read(visitor().account_id, payment_id)
    return render_template(
        "market/payment.html",
        payment=payment,
        refunds=refunds,
        refund_id=str(uuid.uuid4()),
        error=error,
        silent=silent,
    )
