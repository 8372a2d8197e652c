"""What everybody may read about breaches: signed notices that name nobody."""

from flask import Blueprint, Response, jsonify

from marketplace.api.problems import STATUS
from marketplace.services.suite import Services
from ssi.http.problems import register


def breach_notices_api(services: Services) -> Blueprint:
    """The endpoint of public notices; the same for everybody, so asking tells nothing about who asks."""
    blueprint = Blueprint("breach_notices_api", __name__, url_prefix="/api/v1")
    register(blueprint, STATUS)

    @blueprint.get("/breach-notices")
    def notices() -> Response:
        return jsonify(notices=list(services.oversight.breaches.notices()))

    return blueprint
