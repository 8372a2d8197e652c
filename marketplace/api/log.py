"""What anybody can check: the state of the log, where an entry stands, and that the log only grew."""

from flask import Blueprint, Response, jsonify

from crypto.errors import MalformedError
from marketplace.api.problems import STATUS
from marketplace.api.requests import number, whole_number
from marketplace.services.suite import Services
from ssi.http.problems import register


def log_api(services: Services) -> Blueprint:
    """The endpoints of the log."""
    blueprint = Blueprint("log_api", __name__, url_prefix="/api/v1/log")
    register(blueprint, STATUS)

    @blueprint.get("/checkpoint")
    def checkpoint() -> Response:
        return Response(services.read_log.checkpoint(number("size")), mimetype="text/plain")

    @blueprint.get("/entries/<index>")
    def entry(index: str) -> Response:
        return jsonify(services.read_log.entry(whole_number(index, "index"), size=number("size")))

    @blueprint.get("/consistency")
    def consistency() -> Response:
        old = number("old")
        if old is None:
            raise MalformedError("old: missing; the size of the log that you know")
        return jsonify(services.read_log.consistency(old, number("new")))

    return blueprint
