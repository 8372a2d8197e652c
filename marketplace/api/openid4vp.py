"""What do wallets ask of the market? They fetch the request and post the answer (OpenID4VP 1.0 §5.10, §8.2).

Errors are those of the standard, with the reason for programs in `reason` and a sentence for people.
"""

from http import HTTPStatus

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue

from marketplace.api.problems import STATUS
from marketplace.api.requests import unstored
from marketplace.errors import RefusedError, UnknownError
from marketplace.services.presentation_suite import Presentations
from ssi.http.problems import register
from ssi.openid4vp.errors import PresentationRefusedError, Reason
from ssi.openid4vp.request import REQUEST_MEDIA_TYPE

FORM = "application/x-www-form-urlencoded"


def openid4vp_api(presentations: Presentations) -> Blueprint:
    """The endpoints for wallets."""
    blueprint = Blueprint("openid4vp", __name__, url_prefix="/openid4vp")
    register(blueprint, STATUS)
    blueprint.register_error_handler(UnknownError, _gone)
    blueprint.register_error_handler(RefusedError, _invalid)
    _add_request(blueprint, presentations)
    _add_response(blueprint, presentations)
    return blueprint


def _add_request(blueprint: Blueprint, presentations: Presentations) -> None:
    @blueprint.get("/<session_id>/request")
    def fetch(session_id: str) -> Response:
        return _request_object(presentations.fetch(session_id))

    @blueprint.post("/<session_id>/request")
    def fetch_by_post(session_id: str) -> Response:
        nonces = request.form.getlist("wallet_nonce")
        if len(nonces) > 1:
            raise RefusedError("wallet_nonce: it stands twice")
        return _request_object(presentations.fetch(session_id, wallet_nonce=nonces[0] if nonces else None))


def _add_response(blueprint: Blueprint, presentations: Presentations) -> None:
    @blueprint.post("/<session_id>/response")
    def take(session_id: str) -> ResponseReturnValue:
        if request.mimetype != FORM:
            raise RefusedError(f"expected a form, {FORM}")
        form = request.form.to_dict(flat=False)
        repeated = [name for name, values in form.items() if len(values) > 1]
        if repeated:
            raise RefusedError(f"{repeated[0][:80]}: it stands twice")
        taken = presentations.take(session_id, {name: values[0] for name, values in form.items()})
        if taken.refusal is None or taken.refusal.reason is Reason.WALLET_REFUSED:
            return unstored({} if taken.redirect_uri is None else {"redirect_uri": taken.redirect_uri})
        return _refused(taken.refusal)


def _request_object(token: str) -> Response:
    response = Response(token, content_type=REQUEST_MEDIA_TYPE)
    response.headers["Cache-Control"] = "no-store"
    return response


def _refused(refusal: PresentationRefusedError) -> ResponseReturnValue:
    return _error(HTTPStatus.BAD_REQUEST, str(refusal), refusal.reason)


def _gone(error: UnknownError) -> ResponseReturnValue:
    return _error(HTTPStatus.NOT_FOUND, str(error), None)


def _invalid(error: RefusedError) -> ResponseReturnValue:
    return _error(HTTPStatus.BAD_REQUEST, str(error), Reason.MALFORMED_RESPONSE)


def _error(status: HTTPStatus, sentence: str, reason: Reason | None) -> ResponseReturnValue:
    document = {"error": "invalid_request", "error_description": sentence}
    if reason is not None:
        document["reason"] = reason.value
    return unstored(document), status
