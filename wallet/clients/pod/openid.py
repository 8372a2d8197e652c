"""How a person signs in at her pod's server: OpenID Connect as Solid-OIDC 0.1 profiles it.

The wallet registers anew for each sign-in (RFC 7591), as a client without a secret, so that there is none to
keep. The address that the browser comes back to tells the server which installation asks. The code needs the
verifier of PKCE (RFC 7636), and the token is bound to a key of this pod alone (RFC 9449).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from urllib.parse import urlencode, urlsplit

from crypto.encoding import Json, b64url_encode, canonical_json, sha256
from crypto.errors import MalformedError
from crypto.reading import Fields
from ssi.http.address import path_of, same_origin
from ssi.http.client import Body, Client
from wallet.clients.openid4vci.authorization import FORM
from wallet.clients.openid4vci.dpop import Prover
from wallet.clients.openid4vci.metadata import MAX_ADDRESS, ServerMetadata, read_server
from wallet.clients.openid4vci.tokens import end_of, visible
from wallet.clients.pod.id_token import check_id_token
from wallet.domain.collecting import MAX_TOKEN, Grant
from wallet.domain.pod import PodSignIn
from wallet.domain.pod_trouble import pod_trouble
from wallet.errors import PodTrouble

CLIENT_NAME: Final = "argonauta wallet"
SCOPE: Final = "openid webid offline_access"


@dataclass(frozen=True)
class OpenIdServer:
    """Where a person signs in, and how."""

    metadata: ServerMetadata
    registration: str
    keys: str
    revocation: str | None

    @property
    def issuer(self) -> str:
        """Its name, as its tokens carry it."""
        return self.metadata.issuer


def read_openid_server(document: Json, named: str) -> OpenIdServer:
    """Read the metadata of the server that a profile names (OpenID Connect Discovery §4.3).

    Raises:
        MalformedError: it is about another server, names an address elsewhere, or is not of its form.
        PodError: it does not protect the sign-in: no tokens bound to keys, or answers that do not name it.
    """
    fields = Fields.of(document, "server")
    issuer = fields.text("issuer", max_length=MAX_ADDRESS)
    if issuer.rstrip("/") != named.rstrip("/"):  # profiles write it with and without a slash
        raise MalformedError("server: of another authorisation server")
    metadata = read_server(document, issuer)
    # RFC 9700 §4.4.2.1: what a server without a name of its own answers could be another's.
    if not metadata.proves or not metadata.names_itself or metadata.authorize is None:
        raise pod_trouble(PodTrouble.UNSAFE_SIGN_IN)
    return OpenIdServer(
        metadata=metadata,
        registration=_endpoint(fields, "registration_endpoint", issuer),
        keys=_endpoint(fields, "jwks_uri", issuer),
        revocation=_endpoint(fields, "revocation_endpoint", issuer)
        if fields.has("revocation_endpoint")
        else None,
    )


def _endpoint(fields: Fields, name: str, issuer: str) -> str:
    address = fields.text(name, max_length=MAX_ADDRESS)
    if not same_origin(issuer, address):
        raise MalformedError(f"server.{name}: lies at another origin")
    return address


@dataclass(frozen=True)
class SignInDesk:
    """One server, asked with the key of one pod."""

    server: OpenIdServer
    client: Client
    prover: Prover
    now: datetime

    def register(self, redirect_uri: str) -> str:
        """The name under which this wallet may ask.

        Raises:
            PeerError, MalformedError: no answer, a refusal, or an answer that is not as promised.
        """
        wanted: Json = {
            "client_name": CLIENT_NAME,
            "redirect_uris": [redirect_uri],
            "grant_types": ["authorization_code", "refresh_token"],
            "response_types": ["code"],
            "scope": SCOPE,
            "token_endpoint_auth_method": "none",
            "dpop_bound_access_tokens": True,
        }
        answer = self.client.send(
            "POST", path_of(self.server.registration), body=Body(canonical_json(wanted))
        )
        fields = Fields.of(answer.json(), "registration")
        if fields.has("token_endpoint_auth_method") and fields.text("token_endpoint_auth_method") != "none":
            raise MalformedError("registration: with a secret, though none was asked for")
        return fields.text("client_id", max_length=MAX_ADDRESS)

    def page_for(self, sign_in: PodSignIn) -> str:
        """The address of the page on which the person says yes.

        It is not pushed first: a pushed request lives for a minute, and a person reads before she goes.
        """
        request = sign_in.request
        parameters = {
            "response_type": "code",
            "client_id": request.client_id,
            "redirect_uri": request.redirect_uri,
            "scope": SCOPE,
            "state": request.state,
            "nonce": sign_in.nonce,
            "prompt": "consent",
            "code_challenge": b64url_encode(sha256(request.verifier.encode())),
            "code_challenge_method": "S256",
            "dpop_jkt": request.dpop_key.public.thumbprint(),
        }
        page = self.server.metadata.authorize or ""
        return f"{page}{'&' if urlsplit(page).query else '?'}{urlencode(parameters)}"

    def redeem(self, sign_in: PodSignIn, code: str) -> Grant:
        """A grant for the code that the browser brought back, of the person whose pod it is.

        Raises:
            PodError: the server does not prove that it was her.
            PeerError, MalformedError: as `register`.
        """
        request = sign_in.request
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": request.redirect_uri,
            "code_verifier": request.verifier,
        }
        fields = self._asked(form, request.client_id)
        token = fields.text("id_token", max_length=MAX_TOKEN)
        keys = self.client.get_json(path_of(self.server.keys))
        check_id_token(token, keys, sign_in, issuer=self.server.issuer, now=self.now)
        return self._granted(fields, request.client_id)

    def again(self, grant: Grant) -> Grant:
        """A new grant for one whose token has run out, for the same key.

        Raises:
            PodError: the server gave nothing to ask with.
            PeerError, MalformedError: as `register`.
        """
        if grant.refresh_token is None or grant.client_id is None:
            raise pod_trouble(PodTrouble.ENDED)
        form = {"grant_type": "refresh_token", "refresh_token": grant.refresh_token}
        return self._granted(self._asked(form, grant.client_id), grant.client_id, grant.refresh_token)

    def revoke(self, grant: Grant) -> None:
        """Let the server forget a grant (RFC 7009), where it can be told.

        Raises:
            PeerError: no answer, or a refusal.
        """
        if self.server.revocation is None:
            return
        form = {"token": grant.refresh_token or grant.access_token, "client_id": grant.client_id or ""}
        self.prover.post(self.client, self.server.revocation, Body(urlencode(form).encode(), FORM))

    def _asked(self, form: Mapping[str, str], client_id: str) -> Fields:
        body = Body(urlencode({**form, "client_id": client_id}).encode(), FORM)
        fields = Fields.of(self.prover.post(self.client, self.server.metadata.token, body).json(), "token")
        if fields.text("token_type", max_length=20).lower() != "dpop":
            raise MalformedError("token.token_type: not bound to the key of this pod")
        return fields

    def _granted(self, fields: Fields, client_id: str, before: str | None = None) -> Grant:
        return Grant(
            access_token=visible(fields, "access_token"),
            dpop_key=self.prover.key,
            bound=True,
            ends_at=end_of(fields, self.now),
            refresh_token=visible(fields, "refresh_token") if fields.has("refresh_token") else before,
            client_id=client_id,
        )
