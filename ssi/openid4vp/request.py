"""What does a verifier ask? Authorization requests as values, and signed (OpenID4VP 1.0 §5, RFC 9101)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final
from urllib.parse import urlencode

from cryptography import x509

from crypto.encoding import Json, canonical_json
from crypto.signing import SigningKey
from ssi.jws import sign_jws
from ssi.openid4vp.client_id import ClientId
from ssi.openid4vp.dcql import DcqlQuery
from ssi.openid4vp.metadata import ClientMetadata
from ssi.openid4vp.transaction_data import TransactionData
from ssi.x509 import write_chain

REQUEST_TYP: Final = "oauth-authz-req+jwt"
REQUEST_MEDIA_TYPE: Final = "application/oauth-authz-req+jwt"
SELF_ISSUED: Final = "https://self-issued.me/v2"
"""The audience of requests to wallets that nobody looked up before (§5.8)."""
MAX_ADDRESS: Final = 2_000


class ResponseMode(StrEnum):
    """How the answer travels: posted to the verifier by the wallet itself, in the open or encrypted."""

    DIRECT_POST = "direct_post"
    DIRECT_POST_JWT = "direct_post.jwt"

    @property
    def encrypted(self) -> bool:
        """Whether the answer is encrypted."""
        return self is ResponseMode.DIRECT_POST_JWT


class RequestUriMethod(StrEnum):
    """How a wallet fetches the request (§5.10)."""

    GET = "get"
    POST = "post"


@dataclass(frozen=True)
class AuthorizationRequest:
    """A request for credentials. `nonce` makes the question a new one; `state` is for the verifier alone."""

    client_id: ClientId
    response_mode: ResponseMode
    response_uri: str = field(repr=False)
    nonce: str = field(repr=False)
    query: DcqlQuery = field(repr=False, hash=False)
    state: str | None = field(default=None, repr=False)
    metadata: ClientMetadata | None = None
    transactions: tuple[TransactionData, ...] = ()

    def to_claims(self) -> dict[str, Json]:
        """The request's parameters."""
        claims: dict[str, Json] = {
            "response_type": "vp_token",
            "client_id": str(self.client_id),
            "response_mode": self.response_mode.value,
            "response_uri": self.response_uri,
            "nonce": self.nonce,
            "dcql_query": self.query.to_json(),
        }
        if self.state is not None:
            claims["state"] = self.state
        if self.metadata is not None:
            claims["client_metadata"] = self.metadata.to_json()
        if self.transactions:
            claims["transaction_data"] = [one.encoded for one in self.transactions]
        return claims


@dataclass(frozen=True)
class VerifierIdentity:
    """Who a verifier is, and the key it signs requests with; `header` leads wallets to the key."""

    client_id: ClientId
    key: SigningKey = field(repr=False)
    kid: str | None = None
    header: Mapping[str, Json] = field(default_factory=dict, repr=False, hash=False)

    def sign(self, request: AuthorizationRequest, *, wallet_nonce: str | None = None) -> str:
        """The request as a signed object (RFC 9101); `wallet_nonce` as the wallet sent it (§5.10.1).

        There is no `iss`: wallets have to ignore it (§5.8), and some compare it with a DID without prefix.
        """
        claims = {"aud": SELF_ISSUED, **request.to_claims()}
        if wallet_nonce is not None:
            claims["wallet_nonce"] = wallet_nonce
        return sign_jws(claims, self.key, typ=REQUEST_TYP, kid=self.kid, header=self.header)


def certified_identity(
    client_id: ClientId, key: SigningKey, chain: Sequence[x509.Certificate]
) -> VerifierIdentity:
    """A verifier with a certificate, the end entity's first; the root is left out as HAIP 1.0 §5 asks."""
    return VerifierIdentity(client_id, key, header={"x5c": list[Json](write_chain(chain))})


def request_link(
    scheme: str, client_id: ClientId, request_uri: str, method: RequestUriMethod = RequestUriMethod.GET
) -> str:
    """The link, for a tap or a QR code, by which a wallet comes to know of a request.

    `scheme` is such as `openid4vp://` or an https address that a wallet claims.
    """
    parameters = {"client_id": str(client_id), "request_uri": request_uri}
    if method is RequestUriMethod.POST:
        parameters["request_uri_method"] = method.value
    return f"{scheme}{'&' if '?' in scheme else '?'}{urlencode(parameters)}"


def unsigned_link(scheme: str, request: AuthorizationRequest) -> str:
    """The link that carries a request itself: for development, where nobody signs (`redirect_uri`)."""
    parameters = {
        name: value if isinstance(value, str) else canonical_json(value).decode()
        for name, value in request.to_claims().items()
    }
    return f"{scheme}{'&' if '?' in scheme else '?'}{urlencode(parameters)}"
