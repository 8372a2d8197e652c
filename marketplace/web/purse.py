"""The buyer's money: what is available, what is held for open orders, and every movement."""

import uuid

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from marketplace.errors import AmountError, TransferConflictError
from marketplace.services.suite import Services
from marketplace.web.visitor import for_buyers, visitor

CENTS = 100
MAX_EUROS_TEXT = 8


def screens(services: Services) -> Blueprint:
    """The statement and the top-up form."""
    blueprint = Blueprint("purse", __name__)

    @blueprint.get("/money")
    @for_buyers
    def overview() -> str:
        statement = services.read_statement(visitor().account_id)
        return render_template("market/money.html", statement=statement, transfer_id=str(uuid.uuid4()))

    @blueprint.post("/money/top-ups")
    @for_buyers
    def top_up() -> Response:
        try:
            services.top_up(
                visitor().account_id,
                transfer_id=request.form.get("transfer_id", ""),
                amount_cents=_cents(request.form.get("euros", "").strip()),
            )
        except (AmountError, TransferConflictError) as error:
            flash(f"Nothing was added: {error}.", "bad")
        else:
            flash("The sandbox money is in your account.", "good")
        return redirect(url_for("purse.overview"))

    return blueprint


def _cents(euros: str) -> int:
    if not (euros.isascii() and euros.isdigit() and len(euros) <= MAX_EUROS_TEXT):
        raise AmountError("give a whole number of euros")
    return int(euros) * CENTS
