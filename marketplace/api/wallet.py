"""What a person's wallet asks of the marketplace: offer, withdraw, and see what was done."""

from http import HTTPStatus

from flask import Blueprint, Response, jsonify, request
from flask.typing import ResponseReturnValue

from crypto.encoding import parse_json
from marketplace.api.problems import STATUS
from marketplace.api.requests import body, raw_body
from marketplace.domain.catalogue import CatalogueEntry
from marketplace.services.suite import Services
from ssi.http.authentication import BoundRequest, UsedProofs, verify_proof
from ssi.http.problems import register

MAX_CONTRIBUTION = 400_000
MAX_WITHDRAWAL = 10_000


def wallet_api(services: Services, *, used: UsedProofs) -> Blueprint:
    """The endpoints for wallets."""
    blueprint = Blueprint("wallet_api", __name__, url_prefix="/api/v1")
    register(blueprint, STATUS)

    @blueprint.get("/registry")
    def registry() -> Response:
        return Response(services.read_registry(), mimetype="text/plain")

    @blueprint.get("/data-sets")
    def data_sets() -> Response:
        return jsonify(data_sets=[_entry_json(entry) for entry in services.show_catalogue()])

    @blueprint.post("/offers")
    def offer() -> ResponseReturnValue:
        answer = services.accept_offer(parse_json(raw_body(MAX_CONTRIBUTION)))
        return jsonify(answer), HTTPStatus.CREATED

    @blueprint.post("/withdrawals")
    def withdraw() -> Response:
        fields = body(MAX_WITHDRAWAL)
        withdrawal = fields.text("withdrawal", max_length=MAX_WITHDRAWAL)
        fields.done()
        return jsonify(services.withdraw_offer(withdrawal))

    @blueprint.get("/contributions/<consent_id>/history")
    def history(consent_id: str) -> Response:
        bound = BoundRequest("GET", _path(), services.marketplace_id, raw_body())
        key = verify_proof(request.headers.get("Authorization"), bound, now=services.clock(), used=used)
        response = jsonify(services.read_history(consent_id, key))
        response.headers["Cache-Control"] = "no-store"
        return response

    return blueprint


def _path() -> str:
    query = request.query_string.decode("ascii", "replace")
    return f"{request.path}?{query}" if query else request.path


def _entry_json(entry: CatalogueEntry) -> dict[str, object]:
    return {
        "ref": entry.data_set.ref,
        "label": dict(entry.data_set.label),
        "about": dict(entry.data_set.about),
        "people": entry.people.to_json(),
        "from_cents": entry.from_cents,
    }
