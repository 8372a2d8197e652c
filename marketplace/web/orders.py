"""Buying, watching the job, opening the result, and saying that it is right or wrong."""

from flask import Blueprint, flash, jsonify, redirect, render_template, request, url_for
from werkzeug.exceptions import BadRequest
from werkzeug.wrappers import Response

from consent.query import Query
from consent.wording import describe_query
from crypto.encoding import b64url_decode, parse_json
from crypto.errors import MalformedError
from marketplace.domain.job import JobState
from marketplace.domain.view import OrderView
from marketplace.errors import InsufficientFundsError, PriceChangedError
from marketplace.services.suite import Services
from marketplace.web.ask import LANGUAGE, query_text
from marketplace.web.labels import labels_of
from marketplace.web.visitor import for_buyers, visitor
from ssi.dataset import data_set

PAYMENT_REQUIRED, CONFLICT = 402, 409
_UNDER_WAY = frozenset({JobState.QUEUED, JobState.ADMITTED, JobState.RUNNING})
_ANSWERED = frozenset({JobState.RELEASED, JobState.SETTLED})


def screens(services: Services) -> Blueprint:
    """The list of orders, the page of each, and what a buyer does on it."""
    blueprint = Blueprint("orders", __name__)
    _buying(blueprint, services)
    _watching(blueprint, services)
    _judging(blueprint, services)
    return blueprint


def _buying(blueprint: Blueprint, services: Services) -> None:
    @blueprint.post("/orders")
    @for_buyers
    def place() -> Response | tuple[str, int]:
        query, price = _read_order()
        try:
            order = services.place_order(
                visitor().account_id,
                order_id=request.form.get("order_id", ""),
                query=query,
                accepted_price_cents=price,
            )
        except InsufficientFundsError as error:
            return render_template(
                "market/no_funds.html", missing_cents=error.missing_cents
            ), PAYMENT_REQUIRED
        except PriceChangedError as error:
            return render_template("market/price_changed.html", price_cents=error.price_cents), CONFLICT
        return redirect(url_for("orders.detail", order_id=order.order_id))


def _watching(blueprint: Blueprint, services: Services) -> None:
    @blueprint.get("/orders")
    @for_buyers
    def overview() -> str:
        orders = services.list_orders(visitor().account_id)
        return render_template("market/orders.html", orders=orders, sentence=_sentence)

    @blueprint.get("/orders/<order_id>")
    @for_buyers
    def detail(order_id: str) -> str:
        order = services.read_order(visitor().account_id, order_id)
        return render_template(
            "market/order.html",
            order=order,
            sentence=_sentence(order),
            query_json=query_text(order.query),
            under_way=order.state in _UNDER_WAY,
            has_result=order.state in _ANSWERED,
        )

    @blueprint.get("/orders/<order_id>/progress")
    @for_buyers
    def progress(order_id: str) -> Response | str:
        order = services.read_order(visitor().account_id, order_id)
        if order.state in _UNDER_WAY:
            return render_template("market/progress.html", order=order)
        # The page as a whole has changed: htmx reloads it, a browser without scripts is sent there.
        if request.headers.get("HX-Request"):
            return Response(status=200, headers={"HX-Refresh": "true"})
        return redirect(url_for("orders.detail", order_id=order_id))

    @blueprint.get("/orders/<order_id>/result")
    @for_buyers
    def result(order_id: str) -> Response:
        document = services.fetch_result(visitor().account_id, order_id)
        order = services.read_order(visitor().account_id, order_id)
        return jsonify({**document, "labels": labels_of(order.query)})


def _judging(blueprint: Blueprint, services: Services) -> None:
    @blueprint.post("/orders/<order_id>/confirmation")
    @for_buyers
    def confirm(order_id: str) -> Response:
        services.confirm_result(visitor().account_id, order_id)
        if request.headers.get("X-Requested-With"):
            return Response(status=204)
        flash("Thank you. The people who took part have been paid.", "good")
        return redirect(url_for("orders.detail", order_id=order_id))

    @blueprint.post("/orders/<order_id>/dispute")
    @for_buyers
    def dispute(order_id: str) -> Response:
        role, private_key = _read_dispute()
        outcome = services.dispute_result(visitor().account_id, order_id, role=role, private_key=private_key)
        flash(outcome.reason, "good" if outcome.proven else "warning")
        return redirect(url_for("orders.detail", order_id=order_id))


def _read_order() -> tuple[Query, int]:
    try:
        query = Query.from_json(parse_json(request.form.get("query", "")))
        return query, int(request.form.get("accepted_price_cents", ""))
    except (MalformedError, ValueError) as error:
        raise BadRequest from error


def _read_dispute() -> tuple[int, bytes]:
    try:
        return int(request.form.get("role", "")), b64url_decode(
            request.form.get("private_key", ""), length=32
        )
    except (MalformedError, ValueError) as error:
        raise BadRequest from error


def _sentence(order: OrderView) -> str:
    return describe_query(order.query, data_set(order.query.data_set), LANGUAGE)
