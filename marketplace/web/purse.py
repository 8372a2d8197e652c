"""The buyer's money: what is available, what is held for open orders, and every movement."""

import uuid
from collections.abc import Iterator
from http import HTTPStatus

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from marketplace.domain.member import Right
from marketplace.errors import AmountError, TransferConflictError
from marketplace.services.money import Statement, StatementLine
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
            services.top_up(
                visitor().account_id,
                transfer_id=transfer_id,
                amount_cents=typed_cents(euros),
                by=me().member_id,
            )
        except (AmountError, TransferConflictError) as error:
            said = (
                _AMOUNT_HELP if isinstance(error, AmountError) else "This form was sent before. Look below."
            )
            page = _page(services, transfer_id=str(uuid.uuid4()), euros=euros, error=said)
            return page, HTTPStatus.UNPROCESSABLE_ENTITY
        flash("The money is in your account.", "good")
        return redirect(url_for("purse.overview"))

    return blueprint


def _page(services: Services, *, transfer_id: str, euros: str = USUAL_EUROS, error: str | None = None) -> str:
    statement = services.read_statement(visitor().account_id)
    return render_template(
        "market/money.html",
        statement=statement,
        bought=_bought(services, statement),
        transfer_id=transfer_id,
        euros=euros,
        error=error,
    )


def _bought(services: Services, statement: Statement) -> dict[str, tuple[str, str]]:
    """What each movement of a score or a sum was for, in a word, and where it stands; by its transfer.

    Transfers of such a purchase begin with its id. Only the account's own purchases are looked at, because
    whoever pays in chooses the ids of those transfers.
    """
    account_id = visitor().account_id
    begins = {each.transfer_id: each.transfer_id.partition("/")[0] for each in _unnamed(statement)}
    if not begins or Right.RESULTS not in me().may:
        return {}
    places = {
        each.request_id: ("a score", url_for("scores.detail", request_id=each.request_id))
        for each in services.scores.read_orders(account_id)
    }
    for purchase in services.crowds.read_orders(account_id):
        places[purchase.order_id] = ("a sum", url_for("sums.detail", order_id=purchase.order_id))
    return {transfer: places[begin] for transfer, begin in begins.items() if begin in places}


def _unnamed(statement: Statement) -> Iterator[StatementLine]:
    return (each for each in statement.lines if not each.order_id and "/" in each.transfer_id)
