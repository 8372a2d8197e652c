"""Where is the document? At `/api/v1/openapi.json`, for anybody."""

from flask import Blueprint, Response, jsonify

from marketplace.api.openapi.document import PREFIX, document


def openapi_api(*, asking: bool, connecting: bool) -> Blueprint:
    """The endpoint of the document."""
    blueprint = Blueprint("openapi_api", __name__, url_prefix=PREFIX)
    described = document(asking=asking, connecting=connecting)

    @blueprint.get("/openapi.json")
    def openapi() -> Response:
        return jsonify(described)

    return blueprint
