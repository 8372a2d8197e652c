"""Requests whose sender proves a key, so that a stolen access token is worth nothing (RFC 9449).

One key for each exchange: two issuers, or two visits at one, cannot be linked by it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from urllib.parse import urlsplit

from crypto.encoding import b64url_encode, sha256
from crypto.randomness import RandomBytes
from crypto.signing import SigningKey
from ssi.clock import seconds_of
from ssi.http.address import origin_of, path_of
from ssi.http.client import Answer, Body, Client
from ssi.http.errors import RefusedByPeerError
from ssi.jws import sign_jws
from wallet.clients.openid4vci.refusals import error_code, header

DPOP_TYP: Final = "dpop+jwt"
_NONCE_HEADER: Final = "DPoP-Nonce"
_NONCE_WANTED: Final = "use_dpop_nonce"
_IDENTIFIER_BYTES: Final = 16
_MAX_NONCE: Final = 1_000


@dataclass(frozen=True)
class Asked:
    """One request: what is asked of which address."""

    method: str
    address: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Body | None = None


@dataclass
class Prover:
    """Sends requests of one exchange, each with a fresh proof of its key; without `proves`, without proofs.

    A server that wants a nonce of its own in the proof says so once, and is asked again with it (§8).
    """

    key: SigningKey = field(repr=False)
    proves: bool
    now: Callable[[], datetime]
    random: RandomBytes
    _nonces: dict[str, str] = field(default_factory=dict, repr=False)

    def post(
        self,
        client: Client,
        address: str,
        body: Body,
        *,
        access_token: str | None = None,
        accept: str = "application/json",
    ) -> Answer:
        """Send a body to an address, which lies at the origin of the client.

        Raises:
            PeerError: as `Client.send`.
        """
        asked = Asked("POST", address, {"Accept": accept}, body)
        return self.send(client, asked, access_token=access_token)

    def send(self, client: Client, asked: Asked, *, access_token: str | None = None) -> Answer:
        """Send a request to an address, which lies at the origin of the client.

        Raises:
            PeerError: as `Client.send`.
        """
        try:
            return self._send(client, asked, access_token)
        except RefusedByPeerError as error:
            if not self.proves or error_code(error) != _NONCE_WANTED:
                raise
            if not self._remember(asked.address, error.headers):
                raise
        return self._send(client, asked, access_token)

    def proof(self, method: str, address: str, access_token: str | None) -> str:
        """A proof for one request (§4.2)."""
        claims: dict[str, object] = {
            "jti": b64url_encode(self.random(_IDENTIFIER_BYTES)),
            "htm": method,
            "htu": f"{origin_of(address)}{urlsplit(address).path or '/'}",
            "iat": seconds_of(self.now()),
        }
        if access_token is not None:
            claims["ath"] = b64url_encode(sha256(access_token.encode()))
        nonce = self._nonces.get(str(origin_of(address)))
        if nonce is not None:
            claims["nonce"] = nonce
        return sign_jws(claims, self.key, typ=DPOP_TYP, header={"jwk": self.key.public.to_jwk()})

    def _send(self, client: Client, asked: Asked, access_token: str | None) -> Answer:
        headers = dict(asked.headers)
        if self.proves:
            headers["DPoP"] = self.proof(asked.method, asked.address, access_token)
        if access_token is not None:
            headers["Authorization"] = f"{'DPoP' if self.proves else 'Bearer'} {access_token}"
        answer = client.send(asked.method, path_of(asked.address), body=asked.body, headers=headers)
        self._remember(asked.address, answer.headers)
        return answer

    def _remember(self, address: str, headers: Mapping[str, str]) -> bool:
        """Keep the nonce that a server wants in the next proof (§8.2); whether there was one."""
        nonce = header(headers, _NONCE_HEADER)
        if nonce is None or not nonce.isascii() or len(nonce) > _MAX_NONCE:
            return False
        self._nonces[str(origin_of(address))] = nonce
        return True
