"""Answers for everybody: a buyer's program publishes one and takes it back, anybody reads what it says."""

from typing import Final

from flask import Blueprint, Response, jsonify

from crypto.encoding import Json, b64url_decode
from crypto.reading import utc_text
from marketplace.api.problems import STATUS
from marketplace.api.requests import MAX_BODY, body, buyer, done
from marketplace.domain.preview import Preview, preview
from marketplace.domain.scope import Scope
from marketplace.services.described_ports import PublishedAnswer
from marketplace.services.suite import Services
from ssi.dataset import data_set
from ssi.http.problems import register

_ENVELOPES: Final = 3


def publications_api(services: Services) -> Blueprint:
    """Publishing an answer, taking it back, and what describes a data set now."""
    blueprint = Blueprint("publications_api", __name__, url_prefix="/api/v1")
    register(blueprint, STATUS)

    @blueprint.put("/orders/<order_id>/publication")
    def publish(order_id: str) -> Response:
        account = buyer(services, Scope.ORDERS)
        fields = body()
        texts = fields.texts("opened", least=_ENVELOPES, most=_ENVELOPES, max_length=MAX_BODY)
        opened = done(fields, [b64url_decode(each) for each in texts])
        return jsonify(_publication(services.publish_answer(account.account_id, order_id, opened)))

    @blueprint.delete("/orders/<order_id>/publication")
    def take_back(order_id: str) -> Response:
        account = buyer(services, Scope.ORDERS)
        return jsonify(_publication(services.withdraw_publication(account.account_id, order_id)))

    @blueprint.get("/data-sets/<name>/<int:version>/description")
    def description(name: str, version: int) -> Response:
        described = data_set(f"{name}/{version}")
        published, shown = services.read_publications.of(described.ref)
        return jsonify(
            {
                **_publication(published),
                "people": published.description.band.to_json(),
                "preview": _preview(preview(described, published.description)),
                "log": shown,
            }
        )

    return blueprint


def _publication(published: PublishedAnswer) -> dict[str, Json]:
    withdrawn_at = published.withdrawn_at
    return {
        "order_id": published.order_id,
        "published_at": utc_text(published.published_at),
        "withdrawn_at": None if withdrawn_at is None else utc_text(withdrawn_at),
        "digest": published.description.digest,
        "description": published.description.to_json(),
    }


def _preview(made: Preview) -> dict[str, Json]:
    return {
        "label": made.label,
        "columns": [each.name for each in made.attributes],
        "rows": [list(row) for row in made.rows],
    }
