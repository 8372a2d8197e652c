"""What wallets call: OpenID for Verifiable Credential Issuance 1.0, by pre-authorised code, and status lists.

Errors carry the names that the standards give them, as JSON: RFC 6749 §5.2 at the token endpoint, RFC 6750
§3.1 for access tokens, OpenID4VCI 1.0 §8.3.1.2 for credential requests. Unknown members of a request are
ignored, as §8.2 demands; that is the one place where this service does not refuse what it does not know.

Not offered, and said so by its absence from the metadata: batches, deferred issuance, notifications,
encrypted requests and responses, key attestations, client authentication, DPoP.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus

from flask import Blueprint, Response, abort, jsonify, request

from crypto.randomness import RandomBytes
from ssi.issuer_service.domain.catalogue import Catalogue
from ssi.issuer_service.domain.documents import (
    GRANT_TYPE,
    credential_offer,
    issuer_metadata,
    server_metadata,
)
from ssi.issuer_service.domain.secrets import IssuerSecrets
from ssi.issuer_service.errors import ErrorCode, ProtocolRefusalError, UnknownEntryError
from ssi.issuer_service.operations import Operations
from ssi.issuer_service.services.hand_over import OFFERS_PATH
from ssi.issuer_service.services.issue_credential import IssueCredential
from ssi.issuer_service.services.look_up import LookUp
from ssi.issuer_service.services.publish_status import STATUS_LISTS_PATH, PublishStatus
from ssi.issuer_service.services.redeem_code import RedeemCode
from ssi.issuer_service.wallet_requests import access_token, credential_request, form_parameter

STATUS_LIST_MEDIA_TYPE = "application/statuslist+jwt"
_STATUS = {
    ErrorCode.INVALID_TOKEN: HTTPStatus.UNAUTHORIZED,
    ErrorCode.INSUFFICIENT_SCOPE: HTTPStatus.FORBIDDEN,
}
_NOT_IN_DESCRIPTIONS = re.compile(r"[^\x20-\x21\x23-\x5b\x5d-\x7e]")
_MAX_DESCRIPTION = 300


@dataclass(frozen=True)
class IssuerName:
    """By what wallets know this issuer: its credential issuer identifier and its name for people."""

    url: str
    name: str


@dataclass(frozen=True)
class WalletServices:
    """The use cases behind the protocol."""

    issuer: IssuerName
    catalogue: Catalogue
    secrets: IssuerSecrets
    look_up: LookUp
    redeem: RedeemCode
    issue: IssueCredential
    publish_status: PublishStatus
    operations: Operations
    nonce_lifetime: timedelta
    random: RandomBytes
    now: Callable[[], datetime]


def create_openid4vci(services: WalletServices) -> Blueprint:
    """The blueprint of the protocol's endpoints."""
    protocol = Blueprint("openid4vci", __name__)
    _Endpoints(services).add_to(protocol)

    @protocol.errorhandler(ProtocolRefusalError)
    def refuse(refusal: ProtocolRefusalError) -> Response:
        services.operations.refused(refusal, endpoint=request.endpoint or "")
        return _refused(refusal)

    @protocol.after_request
    def keep_no_copy(response: Response) -> Response:
        response.headers.setdefault("Cache-Control", "no-store")
        return response

    return protocol


class _Endpoints:
    """One method for each endpoint: parse, call, answer."""

    def __init__(self, services: WalletServices) -> None:
        self._services = services

    def add_to(self, protocol: Blueprint) -> None:
        protocol.get("/.well-known/openid-credential-issuer")(self.metadata)
        protocol.get("/.well-known/oauth-authorization-server")(self.server)
        protocol.get(f"{OFFERS_PATH}<offer_id>")(self.offer)
        protocol.post("/token")(self.token)
        protocol.post("/nonce")(self.nonce)
        protocol.post("/credential")(self.credential)
        protocol.get(f"{STATUS_LISTS_PATH}<int:number>")(self.status_list)

    def metadata(self) -> Response:
        """Credential issuer metadata (§12.2)."""
        issuer = self._services.issuer
        return jsonify(issuer_metadata(issuer.url, issuer.name, self._services.catalogue))

    def server(self) -> Response:
        """Authorisation server metadata (§12.3, RFC 8414)."""
        return jsonify(server_metadata(self._services.issuer.url))

    def offer(self, offer_id: str) -> Response:
        """A credential offer by reference (§4.1.3); 404 once it was taken up, withdrawn or ran out."""
        offered = self._services.look_up.offered(offer_id, now=self._services.now())
        if offered is None:
            abort(HTTPStatus.NOT_FOUND)
        entry, offer = offered
        code = self._services.secrets.code(offer.credential_id, offer.number)
        return jsonify(credential_offer(self._services.issuer.url, entry, offer, code))

    def token(self) -> Response:
        """An access token for a pre-authorised code (§6)."""
        if form_parameter("grant_type") != GRANT_TYPE:
            raise ProtocolRefusalError(ErrorCode.UNSUPPORTED_GRANT_TYPE, f"only {GRANT_TYPE} is supported")
        code = form_parameter("pre-authorized_code")
        if code is None:
            raise ProtocolRefusalError(ErrorCode.INVALID_REQUEST, "pre-authorized_code is missing")
        granted = self._services.redeem(code, form_parameter("tx_code"), now=self._services.now())
        return jsonify(
            {
                "access_token": granted.token,
                "token_type": "Bearer",
                "expires_in": granted.expires_in_seconds,
            }
        )

    def nonce(self) -> Response:
        """A fresh challenge (§7)."""
        services = self._services
        return jsonify(
            c_nonce=services.secrets.nonce(
                now=services.now(), lifetime=services.nonce_lifetime, random=services.random
            )
        )

    def credential(self) -> Response:
        """A credential for an access token and a proof of the holder's key (§8)."""
        token = access_token()
        asked = credential_request()
        issued = self._services.issue(token, asked, now=self._services.now())
        self._services.operations.issued(asked.configuration_id)
        return jsonify(credentials=[{"credential": issued}])

    def status_list(self, number: int) -> Response:
        """A signed status list (draft-ietf-oauth-status-list-20 §8.2)."""
        try:
            token = self._services.publish_status(number, now=self._services.now())
        except UnknownEntryError:
            abort(HTTPStatus.NOT_FOUND)
        return Response(token, content_type=STATUS_LIST_MEDIA_TYPE)


def _refused(refusal: ProtocolRefusalError) -> Response:
    # OpenID4VCI 1.0 §8.3.1.2 and RFC 6749 §5.2 allow printable ASCII without quotation mark and backslash.
    description = _NOT_IN_DESCRIPTIONS.sub("?", refusal.description)[:_MAX_DESCRIPTION]
    response = jsonify(error=refusal.code.value, error_description=description)
    response.status_code = _STATUS.get(refusal.code, HTTPStatus.BAD_REQUEST)
    if refusal.code in _STATUS:
        response.headers["WWW-Authenticate"] = (
            f'Bearer realm="issuer", error="{refusal.code.value}", error_description="{description}"'
        )
    return response
