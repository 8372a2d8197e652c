"""Scores of one person's record: what wallets hand in and look up, what buyers' programs ask and fetch."""

from http import HTTPStatus

from flask import Blueprint, Response, jsonify
from flask.typing import ResponseReturnValue

from consent.score_offer import ScoreOffer
from crypto.encoding import Json, parse_json
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
from marketplace.domain.scope import Scope
from marketplace.domain.score import ScoreOrder
from marketplace.services.show_score_offers import listed
from marketplace.services.suite import Services
from ssi.http.authentication import UsedProofs
from ssi.http.problems import register

MAX_OFFER = 400_000
MAX_TOKEN = 100_000


def scores_api(services: Services, *, used: UsedProofs) -> Blueprint:
    """The endpoints about scores."""
    blueprint = Blueprint("scores_api", __name__, url_prefix="/api/v1")
    register(blueprint, STATUS)
    _add_wallet(blueprint, services, used)
    _add_catalogue(blueprint, services)
    _add_requests(blueprint, services)
    return blueprint


def _add_wallet(blueprint: Blueprint, services: Services, used: UsedProofs) -> None:
    scores = services.scores

    @blueprint.post("/score-offers")
    def offer() -> ResponseReturnValue:
        return jsonify(scores.accept_offer(parse_json(raw_body(MAX_OFFER)))), HTTPStatus.CREATED

    @blueprint.post("/score-withdrawals")
    def withdraw() -> Response:
        return jsonify(scores.withdraw_offer(signed_token("withdrawal", MAX_TOKEN)))

    @blueprint.post("/score-answers")
    def answer() -> Response:
        order = scores.take_answer(signed_token("answer", MAX_TOKEN))
        return jsonify(request_id=order.request_id, state=order.state.value)

    @blueprint.get("/score-offers/<consent_id>/news")
    def news(consent_id: str) -> Response:
        return unstored(scores.read_news(consent_id, holder(services, used)))


def _add_catalogue(blueprint: Blueprint, services: Services) -> None:
    scores = services.scores

    @blueprint.get("/score-offers")
    def offers() -> Response:
        account = buyer(services, Scope.CATALOGUE)
        data_set = data_set_asked("the data set whose offers you want to see")
        found = scores.list_offers(account.account_id, data_set)
        page = page_of(found, lambda offer: offer.consent_id)
        return paged("offers", Page([listed(each) for each in page.things], page.following))

    @blueprint.get("/score-offers/<consent_id>")
    def whole_offer(consent_id: str) -> Response:
        document = scores.fetch_offer(buyer(services, Scope.CATALOGUE).account_id, consent_id)
        return unstored({"offer": parse_json(document)})


def _add_requests(blueprint: Blueprint, services: Services) -> None:
    scores = services.scores

    @blueprint.post("/score-requests")
    def ask() -> ResponseReturnValue:
        account, by = acting(services, Scope.ORDERS)
        token, accepted = signed_purchase("request", MAX_TOKEN)
        order = scores.ask(account.account_id, token, accepted_price_cents=accepted, by=by)
        return jsonify(order.to_json()), HTTPStatus.CREATED

    @blueprint.get("/score-requests")
    def requests() -> Response:
        found = scores.read_orders(buyer(services, *LOOKING).account_id)
        page = page_of(found, lambda order: order.request_id)
        return paged("requests", Page([order.to_json() for order in page.things], page.following))

    @blueprint.get("/score-requests/<request_id>")
    def one(request_id: str) -> Response:
        account_id = buyer(services, Scope.RESULTS).account_id
        whole = _whole(scores.read_orders.one(account_id, request_id))
        ended = scores.read_orders.ended_agreements(account_id, request_id)
        return unstored({**whole, "ended_agreements": ended})

    @blueprint.post("/score-requests/<request_id>/confirmation")
    def confirm(request_id: str) -> Response:
        return jsonify(scores.confirm(buyer(services, Scope.ORDERS).account_id, request_id).to_json())

    @blueprint.post("/score-requests/<request_id>/dispute")
    def dispute(request_id: str) -> Response:
        account = buyer(services, Scope.ORDERS)
        return jsonify(scores.dispute(account.account_id, request_id, private_key=shown_key()).to_json())


def _whole(order: ScoreOrder) -> dict[str, Json]:
    """A request with what opens it: the wallet's answer, and the offer that it was asked under."""
    offer = None if order.offer is None else ScoreOffer.from_json(parse_json(order.offer)).to_json()
    return {**order.to_json(), "answer": order.answer, "offer": offer}
