"""The page on which a person lets a wallet have her record (RFC 6749 §3.1), reached by a pushed request only.

It works without scripts. It shows which wallet asks and where the answer goes, because nobody vouches for a
wallet that is not attested.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from urllib.parse import urlsplit

from flask import Blueprint, Response, make_response, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from ssi.hosting.design.headers import CONTENT_SECURITY_POLICY
from ssi.http.address import origin_of
from ssi.issuer_service.domain.catalogue import Catalogue
from ssi.issuer_service.errors import ProtocolRefusalError
from ssi.issuer_service.operations import Operations
from ssi.issuer_service.services.authorize import Authorize, NotApprovedError, Pending

_MAX_TYPED = 100
_FORM_ACTION = "form-action 'self'"


@dataclass(frozen=True)
class ApprovalServices:
    """The use cases behind the page."""

    issuer_name: str
    catalogue: Catalogue
    authorize: Authorize
    operations: Operations
    now: Callable[[], datetime]


def create_approval(services: ApprovalServices) -> Blueprint:
    """The blueprint of the page."""
    approval = Blueprint("approval", __name__)
    page = _Page(services)
    approval.get("/authorize")(page.ask)
    approval.post("/authorize")(page.decide)

    @approval.errorhandler(ProtocolRefusalError)
    def refuse(refusal: ProtocolRefusalError) -> Response:
        services.operations.refused(refusal, endpoint="approval")
        said = render_template("issuer/approval_gone.html", issuer_name=services.issuer_name)
        return make_response(said, HTTPStatus.BAD_REQUEST)

    return approval


class _Page:
    """Shows what is asked, and takes the answer."""

    def __init__(self, services: ApprovalServices) -> None:
        self._services = services

    def ask(self) -> Response:
        request_uri, client_id = request.args.get("request_uri", ""), request.args.get("client_id", "")
        pending = self._services.authorize.pending(request_uri, client_id, now=self._services.now())
        return self._shown(pending, request_uri)

    def decide(self) -> AnyResponse:
        form, now, authorize = request.form, self._services.now(), self._services.authorize
        request_uri, client_id = form.get("request_uri", ""), form.get("client_id", "")
        pending = authorize.pending(request_uri, client_id, now=now)
        if form.get("decision") != "approve":
            return redirect(authorize.decline(request_uri, client_id, now=now), HTTPStatus.SEE_OTHER)
        try:
            back = authorize.approve(
                request_uri,
                client_id,
                claim_code=form.get("claim_code", "")[:_MAX_TYPED],
                transaction_code=form.get("transaction_code", "")[:_MAX_TYPED],
                now=now,
            )
        except NotApprovedError as error:
            return self._shown(pending, request_uri, str(error), HTTPStatus.UNPROCESSABLE_ENTITY)
        return redirect(back, HTTPStatus.SEE_OTHER)

    def _shown(
        self, pending: Pending, request_uri: str, error: str = "", status: HTTPStatus = HTTPStatus.OK
    ) -> Response:
        asked = pending.request
        field = "claim_code" if pending.asks_claim_code else "transaction_code"
        page = render_template(
            "issuer/approval.html",
            issuer_name=self._services.issuer_name,
            record=self._services.catalogue.get(asked.configuration_id).label["en"],
            asked=asked,
            answer_to=_answer_to(asked.redirect_uri),
            request_uri=request_uri,
            pending=pending,
            errors={field: error} if error else {},
        )
        response = make_response(page, status)
        # Browsers hold redirects of a form to its policy, and this one leads to the wallet.
        allowed = f"{_FORM_ACTION} {_source_of(asked.redirect_uri)}"
        response.headers["Content-Security-Policy"] = CONTENT_SECURITY_POLICY.replace(_FORM_ACTION, allowed)
        return response


def _answer_to(redirect_uri: str) -> str:
    return origin_of(redirect_uri) or f"the app that opens {urlsplit(redirect_uri).scheme}: links"


def _source_of(redirect_uri: str) -> str:
    return origin_of(redirect_uri) or f"{urlsplit(redirect_uri).scheme}:"
