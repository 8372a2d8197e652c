"""What a person asks for under the GDPR, filed by her wallet, and how it stands."""

from http import HTTPStatus

from flask import Blueprint
from flask.typing import ResponseReturnValue

from consent.rights_request import MAX_REQUEST
from marketplace.api.problems import STATUS
from marketplace.api.requests import body, done, holder, unstored
from marketplace.services.suite import Services
from ssi.http.authentication import UsedProofs
from ssi.http.problems import register

MAX_WITHDRAWAL = 10_000
MAX_BODY = MAX_REQUEST + MAX_WITHDRAWAL + 100


def rights_api(services: Services, *, used: UsedProofs) -> Blueprint:
    """The endpoints for people's requests."""
    blueprint = Blueprint("rights_api", __name__, url_prefix="/api/v1")
    register(blueprint, STATUS)
    rights = services.oversight.rights

    @blueprint.post("/rights-requests")
    def file() -> ResponseReturnValue:
        fields = body(MAX_BODY)
        token = fields.text("request", max_length=MAX_REQUEST)
        ends = fields.has("withdrawal")
        withdrawal = fields.text("withdrawal", max_length=MAX_WITHDRAWAL) if ends else None
        done(fields, token)
        return unstored(rights.file(token, withdrawal)), HTTPStatus.CREATED

    @blueprint.get("/rights-requests/<request_id>")
    def read(request_id: str) -> ResponseReturnValue:
        return unstored(rights.read(request_id, holder(services, used)))

    return blueprint
