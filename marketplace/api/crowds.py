"""Crowd sums: what wallets hand in, look up and say in each round, what buyers' programs order and fetch."""

from http import HTTPStatus

from flask import Blueprint, Response, jsonify
from flask.typing import ResponseReturnValue

from crypto.encoding import parse_json
from marketplace.api.paging import Page, page_of, paged
from marketplace.api.problems import STATUS
from marketplace.api.requests import (
    LOOKING,
    acting,
    buyer,
    data_set_asked,
    holder,
    raw_body,
    shown_key,
    signed_purchase,
    signed_token,
    unstored,
)
from marketplace.domain.crowd import CrowdPurchase
from marketplace.domain.scope import Scope
from marketplace.services.suite import Services
from ssi.http.authentication import UsedProofs
from ssi.http.problems import register

MAX_OFFER = 400_000
MAX_TOKEN = 100_000


def crowds_api(services: Services, *, used: UsedProofs) -> Blueprint:
    """The endpoints about crowd sums."""
    blueprint = Blueprint("crowds_api", __name__, url_prefix="/api/v1")
    register(blueprint, STATUS)
    _add_offers(blueprint, services)
    _add_rounds(blueprint, services, used)
    _add_orders(blueprint, services)
    return blueprint


def _add_offers(blueprint: Blueprint, services: Services) -> None:
    crowds = services.crowds

    @blueprint.post("/crowd-offers")
    def offer() -> ResponseReturnValue:
        return jsonify(crowds.accept_offer(parse_json(raw_body(MAX_OFFER)))), HTTPStatus.CREATED

    @blueprint.post("/crowd-withdrawals")
    def withdraw() -> Response:
        return jsonify(crowds.withdraw_offer(signed_token("withdrawal", MAX_TOKEN)))

    @blueprint.get("/crowd-offers")
    def offers() -> Response:
        account = buyer(services, Scope.CATALOGUE)
        data_set = data_set_asked("the data set of which you want a sum")
        return jsonify(crowds.show(account.account_id, data_set))


def _add_rounds(blueprint: Blueprint, services: Services, used: UsedProofs) -> None:
    crowds = services.crowds

    @blueprint.get("/crowd-offers/<consent_id>/news")
    def news(consent_id: str) -> Response:
        return unstored(crowds.read_news(consent_id, holder(services, used)))

    @blueprint.get("/crowd-offers/<consent_id>/sums/<order_id>")
    def papers(consent_id: str, order_id: str) -> Response:
        return unstored(crowds.read_papers(consent_id, order_id, holder(services, used)))

    @blueprint.post("/crowd-joins")
    def join() -> Response:
        return _state(crowds.join(signed_token("join", MAX_TOKEN)))

    @blueprint.post("/crowd-messages")
    def message() -> Response:
        return _state(crowds.take_message(signed_token("message", MAX_TOKEN)))


def _add_orders(blueprint: Blueprint, services: Services) -> None:
    crowds = services.crowds

    @blueprint.post("/crowd-orders")
    def place() -> ResponseReturnValue:
        account, by = acting(services, Scope.ORDERS)
        token, accepted = signed_purchase("order", MAX_TOKEN)
        placed = crowds.place(account.account_id, token, accepted_price_cents=accepted, by=by)
        return jsonify(placed.to_json()), HTTPStatus.CREATED

    @blueprint.get("/crowd-orders")
    def orders() -> Response:
        found = crowds.read_orders(buyer(services, *LOOKING).account_id)
        page = page_of(found, lambda purchase: purchase.order_id)
        return paged("orders", Page([each.to_json() for each in page.things], page.following))

    @blueprint.get("/crowd-orders/<order_id>")
    def one(order_id: str) -> Response:
        return unstored(crowds.read_orders.one(buyer(services, Scope.RESULTS).account_id, order_id))

    @blueprint.post("/crowd-orders/<order_id>/confirmation")
    def confirm(order_id: str) -> Response:
        return jsonify(crowds.confirm(buyer(services, Scope.ORDERS).account_id, order_id).to_json())

    @blueprint.post("/crowd-orders/<order_id>/dispute")
    def dispute(order_id: str) -> Response:
        account = buyer(services, Scope.ORDERS)
        return jsonify(crowds.dispute(account.account_id, order_id, private_key=shown_key()).to_json())


def _state(purchase: CrowdPurchase) -> Response:
    return jsonify(order_id=purchase.order_id, state=purchase.state.value)
