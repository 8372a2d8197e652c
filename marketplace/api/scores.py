"""Scores of one person's record: what wallets hand in and look up, what buyers' programs ask and fetch."""

from http import HTTPStatus

from flask import Blueprint, Response, jsonify, request
from flask.typing import ResponseReturnValue

from consent.score_offer import ScoreOffer
from crypto.encoding import Json, parse_json
from crypto.errors import MalformedError
from crypto.sealing import KEY_BYTES
from marketplace.api.problems import STATUS
from marketplace.api.requests import body, buyer, raw_body
from marketplace.domain.score import ScoreOrder
from marketplace.domain.split import MAX_CENTS
from marketplace.services.show_score_offers import listed
from marketplace.services.suite import Services
from ssi.http.authentication import BoundRequest, UsedProofs, verify_proof
from ssi.http.problems import register

MAX_OFFER = 400_000
MAX_TOKEN = 100_000
MAX_DATA_SET = 100


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
        fields = body(MAX_TOKEN)
        withdrawal = fields.text("withdrawal", max_length=MAX_TOKEN)
        fields.done()
        return jsonify(scores.withdraw_offer(withdrawal))

    @blueprint.post("/score-answers")
    def answer() -> Response:
        fields = body(MAX_TOKEN)
        token = fields.text("answer", max_length=MAX_TOKEN)
        fields.done()
        order = scores.take_answer(token)
        return jsonify(request_id=order.request_id, state=order.state.value)

    @blueprint.get("/score-offers/<consent_id>/news")
    def news(consent_id: str) -> Response:
        bound = BoundRequest("GET", request.path, services.marketplace_id, raw_body())
        key = verify_proof(request.headers.get("Authorization"), bound, now=services.clock(), used=used)
        return _unstored(scores.read_news(consent_id, key))


def _add_catalogue(blueprint: Blueprint, services: Services) -> None:
    scores = services.scores

    @blueprint.get("/score-offers")
    def offers() -> Response:
        account = buyer(services)
        data_set = request.args.get("data_set", "")
        if not 0 < len(data_set) <= MAX_DATA_SET:
            raise MalformedError("data_set: missing; the data set whose offers you want to see")
        found = scores.list_offers(account.account_id, data_set)
        return jsonify(offers=[listed(each) for each in found])

    @blueprint.get("/score-offers/<consent_id>")
    def whole_offer(consent_id: str) -> Response:
        document = scores.fetch_offer(buyer(services).account_id, consent_id)
        return _unstored({"offer": parse_json(document)})


def _add_requests(blueprint: Blueprint, services: Services) -> None:
    scores = services.scores

    @blueprint.post("/score-requests")
    def ask() -> ResponseReturnValue:
        account = buyer(services)
        fields = body(MAX_TOKEN)
        token = fields.text("request", max_length=MAX_TOKEN)
        accepted = fields.integer("accepted_price_cents", least=0, most=MAX_CENTS)
        fields.done()
        order = scores.ask(account.account_id, token, accepted_price_cents=accepted)
        return jsonify(order.to_json()), HTTPStatus.CREATED

    @blueprint.get("/score-requests")
    def requests() -> Response:
        found = scores.read_orders(buyer(services).account_id)
        return jsonify(requests=[order.to_json() for order in found])

    @blueprint.get("/score-requests/<request_id>")
    def one(request_id: str) -> Response:
        return _unstored(_whole(scores.read_orders.one(buyer(services).account_id, request_id)))

    @blueprint.post("/score-requests/<request_id>/confirmation")
    def confirm(request_id: str) -> Response:
        return jsonify(scores.confirm(buyer(services).account_id, request_id).to_json())

    @blueprint.post("/score-requests/<request_id>/dispute")
    def dispute(request_id: str) -> Response:
        account = buyer(services)
        fields = body()
        key = fields.binary("private_key", length=KEY_BYTES)
        fields.done()
        return jsonify(scores.dispute(account.account_id, request_id, private_key=key).to_json())


def _whole(order: ScoreOrder) -> dict[str, Json]:
    """A request with what opens it: the wallet's answer, and the offer that it was asked under."""
    offer = None if order.offer is None else ScoreOffer.from_json(parse_json(order.offer)).to_json()
    return {**order.to_json(), "answer": order.answer, "offer": offer}


def _unstored(document: dict[str, Json]) -> Response:
    response = jsonify(document)
    response.headers["Cache-Control"] = "no-store"
    return response
