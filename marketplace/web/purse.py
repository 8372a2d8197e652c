"""The buyer's money: what is available, what is held for open orders, and every movement."""

import uuid
from http import HTTPStatus

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from marketplace.domain.member import Right
from marketplace.domain.member_act import Did
from marketplace.errors import AmountError, TransferConflictError
from marketplace.services.suite import Services
from marketplace.web.euros import typed_cents
from marketplace.web.visitor import for_buyers, me, visitor

USUAL_EUROS = "100"
_AMOUNT_HELP = "Give an amount such as 100 or 12.50, at most 1,000,000 euros."


def screens(services: Services) -> Blueprint:
    """The statement and the top-up form."""
    blueprint = Blueprint("purse", __name__)

    @blueprint.get("/money")
    @for_buyers(Right.MONEY)
    def overview() -> str:
        return _page(services, transfer_id=str(uuid.uuid4()))

    @blueprint.post("/money/top-ups")
    @for_buyers(Right.PAY)
    def top_up() -> Response | tuple[str, int]:
        transfer_id, euros = request.form.get("transfer_id", ""), request.form.get("euros", "").strip()
        try:
            services.top_up(visitor().account_id, transfer_id=transfer_id, amount_cents=typed_cents(euros))
        except (AmountError, TransferConflictError) as error:
            said = (
                _AMOUNT_HELP if isinstance(error, AmountError) else "This form was sent before. Look below."
            )
            page = _page(services, transfer_id=str(uuid.uuid4()), euros=euros, error=said)
            return page, HTTPStatus.UNPROCESSABLE_ENTITY
        services.read_member_acts.record(visitor().account_id, me().member_id, Did.PAID_IN, about=transfer_id)
        flash("The money is in your account.", "good")
        return redirect(url_for("purse.overview"))

    return blueprint


def _page(services: Services, *, transfer_id: str, euros: str = USUAL_EUROS, error: str | None = None) -> str:
    statement = services.read_statement(visitor().account_id)
    return render_template(
        "market/money.html", statement=statement, transfer_id=transfer_id, euros=euros, error=error
    )
