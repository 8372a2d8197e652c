"""How a person comes to the issuer's page: a pushed authorisation request (RFC 9126) with PKCE (RFC 7636).

The request carries nothing about her. `state` and the code verifier are 256 random bits each, drawn for this
one request; the answer is checked by `domain.sign_in_answer` before its code is used.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from urllib.parse import urlencode, urlsplit

from crypto.encoding import b64url_encode, canonical_json, sha256
from crypto.errors import MalformedError
from crypto.randomness import RandomBytes
from crypto.reading import Fields
from crypto.signing import SigningKey
from ssi.http.client import Body, Client
from ssi.http.offer_link import CredentialOffer
from wallet.clients.openid4vci.dpop import Prover
from wallet.clients.openid4vci.metadata import MAX_ADDRESS, Configuration, ServerMetadata
from wallet.domain.collecting import SignIn

FORM: Final = "application/x-www-form-urlencoded"
_SECRET_BYTES: Final = 32


@dataclass(frozen=True)
class Visit:
    """Under which address a wallet asks, and where the browser comes back to."""

    client_id: str
    redirect_uri: str


def new_sign_in(
    server: ServerMetadata, visit: Visit, key: SigningKey, *, now: datetime, random: RandomBytes
) -> SignIn:
    """The secrets of one request."""
    return SignIn(
        state=b64url_encode(random(_SECRET_BYTES)),
        verifier=b64url_encode(random(_SECRET_BYTES)),
        dpop_key=key,
        server=server.issuer,
        redirect_uri=visit.redirect_uri,
        client_id=visit.client_id,
        begun_at=now,
    )


@dataclass(frozen=True)
class FrontDoor:
    """The authorisation endpoint of one server, asked with the key of one exchange."""

    server: ServerMetadata
    client: Client
    prover: Prover

    def page_for(self, sign_in: SignIn, offer: CredentialOffer, configuration: Configuration) -> str:
        """The address of the page on which the person says yes; the request is pushed where that is taken.

        Raises:
            MalformedError: the server has no such page, or does not answer as promised.
            PeerError: it cannot be asked, or says no.
        """
        server = self.server
        if server.authorize is None:
            raise MalformedError("server.authorization_endpoint: missing")
        parameters = _parameters(sign_in, offer, configuration)
        if server.pushed is not None:
            body = Body(urlencode(parameters).encode(), FORM)
            answer = Fields.of(self.prover.post(self.client, server.pushed, body).json(), "pushed")
            request_uri = answer.text("request_uri", max_length=MAX_ADDRESS)
            parameters = {"client_id": sign_in.client_id, "request_uri": request_uri}
        return page_with(server.authorize, parameters)


def page_with(page: str, parameters: Mapping[str, str]) -> str:
    """The address of a page with parameters of a request added."""
    joint = "&" if urlsplit(page).query else "?"
    return f"{page}{joint}{urlencode(parameters)}"


def _parameters(sign_in: SignIn, offer: CredentialOffer, configuration: Configuration) -> dict[str, str]:
    parameters = {
        "response_type": "code",
        "client_id": sign_in.client_id,
        "redirect_uri": sign_in.redirect_uri,
        "state": sign_in.state,
        "code_challenge": challenge_of(sign_in.verifier),
        "code_challenge_method": "S256",
        "dpop_jkt": sign_in.dpop_key.public.thumbprint(),
    }
    if configuration.scope is not None:
        parameters["scope"] = configuration.scope
    else:
        parameters["authorization_details"] = details_of(configuration)
    if offer.issuer_state is not None:
        parameters["issuer_state"] = offer.issuer_state
    return parameters


def challenge_of(verifier: str) -> str:
    """What a server is told of the secret of PKCE, by the method S256 (RFC 7636 §4.2)."""
    return b64url_encode(sha256(verifier.encode()))


def details_of(configuration: Configuration) -> str:
    """What is asked for, as `authorization_details` (§5.1.1)."""
    details = [{"type": "openid_credential", "credential_configuration_id": configuration.id}]
    return canonical_json(details).decode()
