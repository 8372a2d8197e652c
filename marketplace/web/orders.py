"""Buying, watching the job, and saying that the answer is right or wrong."""

import re
from http import HTTPStatus

from flask import Blueprint, flash, redirect, render_template, request, url_for
from markupsafe import Markup
from werkzeug.exceptions import BadRequest
from werkzeug.wrappers import Response

from consent.errors import QueryRefusedError
from consent.joining import asked_about
from consent.query import Query
from consent.wording import purpose_text
from crypto.encoding import b64url_decode, parse_json
from crypto.errors import MalformedError
from marketplace.domain.job import JobState
from marketplace.domain.member import Right
from marketplace.domain.stall import Stall
from marketplace.domain.view import OrderView
from marketplace.errors import PriceChangedError, TooFewPeopleError
from marketplace.services.suite import Services
from marketplace.web.ask import LANGUAGE, builder_address, describe, price_address, query_text, turned_by
from marketplace.web.kept import KeptParts
from marketplace.web.visitor import for_buyers, me, visitor
from marketplace.web.words import level_text, sentence, state_words

_PAGE = re.compile(r"[0-9]{1,6}")
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
    @for_buyers(Right.ORDER)
    def place() -> Response | tuple[str, int]:
        query, price = _read_order()
        try:
            order = services.place_order(
                visitor().account_id,
                order_id=request.form.get("order_id", ""),
                query=query,
                accepted_price_cents=price,
                by=me().member_id,
            )
        except PriceChangedError as error:
            page = render_template(
                "market/price_changed.html", price_cents=error.price_cents, again=price_address(query)
            )
            return page, HTTPStatus.CONFLICT
        except (QueryRefusedError, TooFewPeopleError) as error:
            turned = turned_by(error, asked_about(query))
            return render_template("market/turned.html", turned=turned), HTTPStatus.UNPROCESSABLE_ENTITY
        return redirect(url_for("orders.detail", order_id=order.order_id))


def _watching(blueprint: Blueprint, services: Services) -> None:
    kept = KeptParts()

    @blueprint.get("/orders")
    @for_buyers(Right.RESULTS)
    def overview() -> str:
        page = services.list_orders.page(visitor().account_id, _page_asked())
        return render_template("market/orders.html", page=page, describe=describe, state_words=state_words)

    @blueprint.get("/orders/<order_id>")
    @for_buyers(Right.RESULTS)
    def detail(order_id: str) -> str:
        order, stall = services.detect_stalls.of_order(visitor().account_id, order_id)
        # A released answer has forms with a token of this very session: that page is never kept.
        keeps = order.state is not JobState.RELEASED
        billed = services.invoices.of_purchase(visitor().account_id, order_id) if keeps else None

        def told() -> str:
            return _told(order, stall, by)

        by = services.read_member_acts.buyer_of(visitor().account_id, order_id)
        shown = (visitor().account_id, order, stall, billed, by)
        return render_template(
            "market/order.html",
            under_way=order.state in _UNDER_WAY,
            has_result=order.state in _ANSWERED,
            told=kept.markup(order_id, shown, told) if keeps else Markup(told()),  # noqa: S704 — a template's
        )

    @blueprint.get("/orders/<order_id>/progress")
    @for_buyers(Right.RESULTS)
    def progress(order_id: str) -> Response | str:
        order, stall = services.detect_stalls.of_order(visitor().account_id, order_id)
        if order.state not in _UNDER_WAY:
            # The page as a whole has changed: htmx loads it anew, a browser without scripts is sent there.
            if request.headers.get("HX-Request"):
                return Response(status=HTTPStatus.NO_CONTENT, headers={"HX-Refresh": "true"})
            return redirect(url_for("orders.detail", order_id=order_id))
        seen = f"{len(order.events)}{'' if stall is None else stall.cause}"
        if request.args.get("seen") == seen:
            return Response(status=HTTPStatus.NO_CONTENT)
        return render_template("market/progress.html", order=order, as_sentence=sentence, stall=stall)


def _told(order: OrderView, stall: Stall | None, ordered_by: str | None) -> str:
    return render_template(
        "market/order_parts.html",
        order=order,
        sentence=describe(order.query),
        purpose=purpose_text(order.query.purpose, LANGUAGE),
        level=level_text(order.query.epsilon),
        query_json=query_text(order.query),
        again=builder_address(order.query),
        under_way=order.state in _UNDER_WAY,
        has_result=order.state in _ANSWERED,
        as_sentence=sentence,
        stall=stall,
        ordered_by=ordered_by,
    )


def _judging(blueprint: Blueprint, services: Services) -> None:
    @blueprint.post("/orders/<order_id>/confirmation")
    @for_buyers(Right.ORDER)
    def confirm(order_id: str) -> Response | str:
        order = services.confirm_result(visitor().account_id, order_id, by=me().member_id)
        if request.headers.get("HX-Request"):
            return render_template("market/bill.html", order=order)
        flash("Thank you. The people who took part have been paid.", "good")
        return redirect(url_for("orders.detail", order_id=order_id))

    @blueprint.post("/orders/<order_id>/dispute")
    @for_buyers(Right.ORDER)
    def dispute(order_id: str) -> Response:
        role, private_key = _read_dispute()
        services.dispute_result(
            visitor().account_id, order_id, role=role, private_key=private_key, by=me().member_id
        )
        return redirect(url_for("orders.detail", order_id=order_id))


def _page_asked() -> int:
    """The page of a list that the address names; what is no number of one is the first."""
    asked = request.args.get("page", "")
    return max(1, int(asked)) if _PAGE.fullmatch(asked) else 1


def _read_order() -> tuple[Query, int]:
    try:
        query = Query.from_json(parse_json(request.form.get("query", "")))
        return query, int(request.form.get("accepted_price_cents", ""))
    except (MalformedError, ValueError) as error:
        raise BadRequest from error


def _read_dispute() -> tuple[int, bytes]:
    fields = request.form
    try:
        return int(fields.get("role", "")), b64url_decode(fields.get("private_key", "").strip(), length=32)
    except (MalformedError, ValueError) as error:
        raise BadRequest from error
