"""What a person's wallet asks about money: the terms, a payout, and how it stands."""

from flask import Blueprint, Response, jsonify

from consent.payout import MOST_LINES
from marketplace.api.problems import STATUS
from marketplace.api.requests import body, done, holder, unstored
from marketplace.services.suite import Services
from ssi.http.authentication import UsedProofs
from ssi.http.problems import register

MAX_PAYOUT = 400_000


def payouts_api(services: Services, *, used: UsedProofs) -> Blueprint:
    """The endpoints for payouts."""
    blueprint = Blueprint("payouts_api", __name__, url_prefix="/api/v1")
    register(blueprint, STATUS)

    @blueprint.get("/payout-terms")
    def terms() -> Response:
        return jsonify(services.payouts.terms.to_json())

    @blueprint.post("/payouts")
    def ask() -> Response:
        fields = body(MAX_PAYOUT)
        tokens = fields.texts("lines", least=1, most=MOST_LINES, max_length=MAX_PAYOUT)
        return unstored(services.payouts.request(done(fields, tokens)))

    @blueprint.get("/payouts/<payout_id>")
    def read(payout_id: str) -> Response:
        return unstored(services.payouts.read(payout_id, holder(services, used)))

    return blueprint
