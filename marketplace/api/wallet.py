"""What a person's wallet asks of the marketplace: offer, pause, withdraw, and see what was done."""

from http import HTTPStatus

from flask import Blueprint, Response, jsonify, request
from flask.typing import ResponseReturnValue

from consent.pause import MAX_STATEMENT
from crypto.encoding import Json, parse_json
from crypto.reading import utc_text
from marketplace.api.paging import Page, page_of, paged
from marketplace.api.problems import STATUS
from marketplace.api.requests import holder, raw_body, signed_token, unstored
from marketplace.domain.catalogue import CatalogueEntry
from marketplace.services.suite import Services
from ssi.http.authentication import UsedProofs
from ssi.http.problems import register
from ssi.trust import statement_of

MAX_CONTRIBUTION = 400_000
MAX_WITHDRAWAL = 10_000


def wallet_api(services: Services, *, used: UsedProofs) -> Blueprint:
    """The endpoints for wallets."""
    blueprint = Blueprint("wallet_api", __name__, url_prefix="/api/v1")
    register(blueprint, STATUS)

    @blueprint.get("/registry")
    def registry() -> Response:
        return Response(services.read_registry(), mimetype="text/plain")

    @blueprint.get("/registry.json")
    def registry_in_plain() -> Response:
        token = services.read_registry()
        return jsonify(registry=statement_of(token), signed=token)

    @blueprint.get("/data-sets")
    def data_sets() -> Response:
        page = page_of(services.show_catalogue(), lambda entry: entry.data_set.ref)
        return paged("data_sets", Page([_entry_json(entry) for entry in page.things], page.following))

    @blueprint.post("/offers")
    def offer() -> ResponseReturnValue:
        answer = services.accept_offer(parse_json(raw_body(MAX_CONTRIBUTION)))
        return jsonify(answer), HTTPStatus.CREATED

    @blueprint.post("/withdrawals")
    def withdraw() -> Response:
        return jsonify(services.withdraw_offer(signed_token("withdrawal", MAX_WITHDRAWAL)))

    @blueprint.post("/pauses")
    def pause() -> Response:
        return jsonify(services.pause_offer(signed_token("pause", MAX_STATEMENT)))

    @blueprint.get("/contributions/<consent_id>/history")
    def history(consent_id: str) -> Response:
        return unstored(services.read_history(consent_id, holder(services, used, path=_path())))

    return blueprint


def _path() -> str:
    query = request.query_string.decode("ascii", "replace")
    return f"{request.path}?{query}" if query else request.path


def _entry_json(entry: CatalogueEntry) -> dict[str, Json]:
    return {
        "ref": entry.data_set.ref,
        "label": dict(entry.data_set.label),
        "about": dict(entry.data_set.about),
        "people": dict(entry.people.to_json()),
        "from_cents": entry.from_cents,
        "described_at": None if entry.description is None else utc_text(entry.description.answered_at),
    }
