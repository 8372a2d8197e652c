"""The protocol's blueprint: all endpoints together, and how refusals are answered."""

import re
from dataclasses import dataclass
from http import HTTPStatus

from flask import Blueprint, Response, g, jsonify, request

from ssi.issuer_service.domain.dpop import DPOP_ALGORITHMS
from ssi.issuer_service.errors import ErrorCode, ProtocolRefusalError
from ssi.issuer_service.openid4vci.badges import BadgeEndpoints, BadgeServices
from ssi.issuer_service.openid4vci.credentials import CredentialEndpoints, CredentialServices
from ssi.issuer_service.openid4vci.doors import DPOP, Doors
from ssi.issuer_service.openid4vci.metadata import MetadataEndpoints, MetadataServices
from ssi.issuer_service.openid4vci.published import PublishedEndpoints, PublishedServices
from ssi.issuer_service.openid4vci.tokens import TokenEndpoints, TokenServices
from ssi.issuer_service.operations import Operations

_STATUS = {
    ErrorCode.INVALID_CLIENT: HTTPStatus.UNAUTHORIZED,
    ErrorCode.INVALID_TOKEN: HTTPStatus.UNAUTHORIZED,
    ErrorCode.INSUFFICIENT_SCOPE: HTTPStatus.FORBIDDEN,
}
_CHALLENGED = frozenset(
    {
        ErrorCode.INVALID_TOKEN,
        ErrorCode.INSUFFICIENT_SCOPE,
        ErrorCode.INVALID_DPOP_PROOF,
        ErrorCode.USE_DPOP_NONCE,
    }
)
_NOT_IN_DESCRIPTIONS = re.compile(r"[^\x20-\x21\x23-\x5b\x5d-\x7e]")
_MAX_DESCRIPTION = 300


@dataclass(frozen=True)
class WalletServices:
    """Everything behind the protocol."""

    doors: Doors
    metadata: MetadataServices
    published: PublishedServices
    tokens: TokenServices
    credentials: CredentialServices
    badges: BadgeServices
    operations: Operations


def create_openid4vci(services: WalletServices) -> Blueprint:
    """The blueprint of the protocol's endpoints."""
    protocol = Blueprint("openid4vci", __name__)
    MetadataEndpoints(services.metadata).add_to(protocol)
    PublishedEndpoints(services.published).add_to(protocol)
    TokenEndpoints(services.tokens).add_to(protocol)
    CredentialEndpoints(services.credentials).add_to(protocol)
    BadgeEndpoints(services.badges).add_to(protocol)

    @protocol.errorhandler(ProtocolRefusalError)
    def refuse(refusal: ProtocolRefusalError) -> Response:
        services.operations.refused(refusal, endpoint=request.endpoint or "")
        return _refused(refusal)

    @protocol.after_request
    def finish(response: Response) -> Response:
        response.headers.setdefault("Cache-Control", "no-store")
        if DPOP in request.headers:
            response.headers["DPoP-Nonce"] = services.doors.prove.nonce(now=services.doors.now())
        return response

    return protocol


def _refused(refusal: ProtocolRefusalError) -> Response:
    # OpenID4VCI 1.0 §8.3.1.2 and RFC 6749 §5.2 allow printable ASCII without quotation mark and backslash.
    description = _NOT_IN_DESCRIPTIONS.sub("?", refusal.description)[:_MAX_DESCRIPTION]
    response = jsonify(error=refusal.code.value, error_description=description)
    response.status_code = _STATUS.get(refusal.code, HTTPStatus.BAD_REQUEST)
    if g.get("protected", False) and refusal.code in _CHALLENGED:
        # RFC 9449 §7.1: at a protected resource every fault of token or proof is a 401 with a challenge.
        if refusal.code is not ErrorCode.INSUFFICIENT_SCOPE:
            response.status_code = HTTPStatus.UNAUTHORIZED
        said = f'error="{refusal.code.value}", error_description="{description}"'
        bearer, dpop = f'Bearer realm="issuer", {said}', f'DPoP algs="{" ".join(DPOP_ALGORITHMS)}", {said}'
        response.headers["WWW-Authenticate"] = dpop if _speaks_dpop() else bearer
    return response


def _speaks_dpop() -> bool:
    return DPOP in request.headers or request.headers.get("Authorization", "").lower().startswith("dpop ")
