"""The authorisation server's endpoints: pushed requests and tokens."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus

from flask import Blueprint, Response, jsonify

from crypto.encoding import Json
from ssi.issuer_service.domain.authorization import (
    DETAILS_TYPE,
    MAX_TEXT,
    AuthorizationRequest,
    check_challenge,
    check_redirect_uri,
    check_thumbprint,
    read_details,
)
from ssi.issuer_service.domain.catalogue import Catalogue
from ssi.issuer_service.domain.documents import CODE_GRANT, GRANT_TYPE, REFRESH_GRANT
from ssi.issuer_service.errors import ErrorCode, ProtocolRefusalError
from ssi.issuer_service.openid4vci.doors import DPOP, Doors
from ssi.issuer_service.openid4vci.requests import form_parameter, needed_parameter
from ssi.issuer_service.services.authorize import REQUEST_LIFETIME, Authorize
from ssi.issuer_service.services.redeem_code import AccessToken, Asking, CodeExchange, RedeemCode


@dataclass(frozen=True)
class TokenServices:
    """The use cases behind these endpoints."""

    doors: Doors
    catalogue: Catalogue
    authorize: Authorize
    redeem: RedeemCode
    now: Callable[[], datetime]


class TokenEndpoints:
    """One method for each endpoint: parse, call, answer."""

    def __init__(self, services: TokenServices) -> None:
        self._services = services

    def add_to(self, protocol: Blueprint) -> None:
        """Add the routes."""
        protocol.post("/par")(self.push)
        protocol.post("/token")(self.token)

    def push(self) -> tuple[Response, HTTPStatus]:
        """A pushed authorisation request (RFC 9126 §2)."""
        client_id = self._services.doors.client()
        asked = self._asked(client_id, self._services.doors.key())
        request_uri = self._services.authorize.push(asked, now=self._services.now())
        answer = jsonify(request_uri=request_uri, expires_in=int(REQUEST_LIFETIME.total_seconds()))
        return answer, HTTPStatus.CREATED

    def token(self) -> Response:
        """An access token for a code or a refresh token (§6)."""
        grants: dict[str, Callable[[Asking], AccessToken]] = {
            GRANT_TYPE: self._pre_authorized,
            CODE_GRANT: self._authorization_code,
            REFRESH_GRANT: self._refresh,
        }
        redeem = grants.get(form_parameter("grant_type") or "")
        if redeem is None:
            raise ProtocolRefusalError(
                ErrorCode.UNSUPPORTED_GRANT_TYPE, f"expected one of {', '.join(grants)} as grant_type"
            )
        doors = self._services.doors
        details = form_parameter("authorization_details")
        asking = Asking(
            client_id=doors.client(),
            key_thumbprint=doors.key_for_token(),
            configuration_id=None if details is None else read_details(details),
        )
        return jsonify(_token_answer(redeem(asking)))

    def _pre_authorized(self, asking: Asking) -> AccessToken:
        code = needed_parameter("pre-authorized_code")
        return self._services.redeem(code, form_parameter("tx_code"), asking, now=self._services.now())

    def _authorization_code(self, asking: Asking) -> AccessToken:
        exchange = CodeExchange(
            needed_parameter("code"), form_parameter("redirect_uri"), form_parameter("code_verifier")
        )
        return self._services.redeem.exchange(exchange, asking, now=self._services.now())

    def _refresh(self, asking: Asking) -> AccessToken:
        return self._services.redeem.refresh(
            needed_parameter("refresh_token"), asking, now=self._services.now()
        )

    def _asked(self, client_id: str | None, thumbprint: str | None) -> AuthorizationRequest:
        if client_id is None:
            raise _bad("client_id is missing")
        if form_parameter("request_uri") is not None or form_parameter("request") is not None:
            raise _bad("push the parameters themselves: request and request_uri are not taken here")
        if needed_parameter("response_type") != "code":
            raise ProtocolRefusalError(ErrorCode.UNSUPPORTED_RESPONSE_TYPE, "expected response_type=code")
        stated = form_parameter("dpop_jkt")
        if stated is not None and thumbprint not in {None, check_thumbprint(stated)}:
            raise _bad("dpop_jkt is not the key of the DPoP proof")
        configuration_id, by_details = self._configuration()
        return AuthorizationRequest(
            client_id=client_id,
            redirect_uri=check_redirect_uri(needed_parameter("redirect_uri")),
            configuration_id=configuration_id,
            code_challenge=check_challenge(
                form_parameter("code_challenge"), form_parameter("code_challenge_method")
            ),
            by_details=by_details,
            state=_short("state"),
            claim_code=_short("issuer_state"),
            key_thumbprint=thumbprint or stated,
        )

    def _configuration(self) -> tuple[str, bool]:
        """What is asked for: by details, which count first, or by scope (§5.1)."""
        known = {configuration.id for configuration in self._services.catalogue.configurations}
        details = form_parameter("authorization_details")
        if details is not None:
            asked = read_details(details)
            if asked not in known:
                raise ProtocolRefusalError(ErrorCode.INVALID_DETAILS, "no such credential is issued here")
            return asked, True
        scopes = known & set((form_parameter("scope") or "").split())
        if len(scopes) != 1:
            raise ProtocolRefusalError(
                ErrorCode.INVALID_SCOPE, "expected the scope of one credential that is issued here"
            )
        return scopes.pop(), False


def _token_answer(granted: AccessToken) -> dict[str, Json]:
    answer: dict[str, Json] = {
        "access_token": granted.token,
        "token_type": DPOP if granted.bound else "Bearer",
        "expires_in": granted.expires_in_seconds,
        "refresh_token": granted.refresh_token,
    }
    if granted.by_identifier:
        answer["authorization_details"] = [
            {
                "type": DETAILS_TYPE,
                "credential_configuration_id": granted.configuration_id,
                "credential_identifiers": [granted.credential_id],
            }
        ]
    return answer


def _short(name: str) -> str | None:
    value = form_parameter(name)
    if value is not None and len(value) > MAX_TEXT:
        raise _bad(f"{name} is longer than {MAX_TEXT} characters")
    return value


def _bad(description: str) -> ProtocolRefusalError:
    return ProtocolRefusalError(ErrorCode.INVALID_REQUEST, description)
