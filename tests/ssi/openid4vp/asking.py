"""A verifier that asks for a diploma, and a wallet that has one; the same in every run."""

from collections.abc import Mapping
from datetime import timedelta
from functools import cache
from typing import Any

from cryptography import x509

from crypto.signing import SigningKey
from ssi.certificates import make_certificate
from ssi.openid4vp.checks import Presented, Trust
from ssi.openid4vp.client_id import ClientId, dns_client_id
from ssi.openid4vp.dcql import DcqlQuery
from ssi.openid4vp.dcql_reading import read_query
from ssi.openid4vp.encryption import encryption_jwk
from ssi.openid4vp.holder import HeldSdJwtVc, build_response
from ssi.openid4vp.matching import match
from ssi.openid4vp.metadata import metadata_here
from ssi.openid4vp.request import (
    AuthorizationRequest,
    ResponseMode,
    VerifierIdentity,
    certified_identity,
)
from ssi.openid4vp.response import AuthorizationResponse
from ssi.openid4vp.transaction_data import TransactionData
from ssi.openid4vp.verify import VerifiedResponse, verify_response
from ssi.sd_jwt_vc import VerifiedSdJwtVc
from ssi.trust import TrustRegistry
from tests.ssi.foreign import DIPLOMA, LIFETIME, ROOTED, anchored, authority, certificate, diploma, issuer_key
from tests.ssi.parties import HOLDER, NOW, es256, random_of

HOST = "verifier.example"
RESPONSE_URI = f"https://{HOST}/openid4vp/1/response"
NONCE = "n-0S6_WzA2Mj"
VERIFIER_KEY = es256("verifier")
ENCRYPTION_KEY = es256("encryption")
CLIENT = dns_client_id(HOST)
ISSUER = issuer_key(chain=(certificate(),))
TOKEN = diploma(ISSUER)


def query_json(*claims: list[str | int | None], **changes: Any) -> dict[str, Any]:
    """A query for one diploma with these claims."""
    credential: dict[str, Any] = {
        "id": "diploma",
        "format": "dc+sd-jwt",
        "meta": {"vct_values": [DIPLOMA]},
        "claims": [{"path": path} for path in claims],
        **changes,
    }
    if not claims and "claims" not in changes:
        del credential["claims"]
    return {"credentials": [credential]}


def asked(*claims: list[str | int | None], **changes: Any) -> DcqlQuery:
    """The same, read."""
    return read_query(query_json(*claims, **changes))


NAME = asked(["given_name"])


@cache
def verifier_certificate(of: str = "root") -> x509.Certificate:
    """The verifier's certificate, for its DNS name."""
    return make_certificate(
        "Verifier", VERIFIER_KEY.public, authority(of), LIFETIME, dns=(HOST,), random=random_of("verifier")
    )


def identity(client_id: ClientId = CLIENT, key: SigningKey = VERIFIER_KEY) -> VerifierIdentity:
    """A verifier with that certificate."""
    return certified_identity(client_id, key, [verifier_certificate()])


def request(
    query: DcqlQuery = NAME,
    *,
    mode: ResponseMode = ResponseMode.DIRECT_POST,
    transactions: tuple[TransactionData, ...] = (),
    client_id: ClientId = CLIENT,
    response_uri: str = RESPONSE_URI,
    nonce: str = NONCE,
    state: str | None = "state-1",
) -> AuthorizationRequest:
    """The verifier's request."""
    jwk = encryption_jwk(ENCRYPTION_KEY) if mode.encrypted else None
    return AuthorizationRequest(
        client_id=client_id,
        response_mode=mode,
        response_uri=response_uri,
        nonce=nonce,
        query=query,
        state=state,
        metadata=metadata_here("Verifier", jwk),
        transactions=transactions,
    )


def held(token: str = TOKEN, *, key: SigningKey | None = HOLDER, name: str = "mine") -> HeldSdJwtVc:
    """A credential in the wallet."""
    return HeldSdJwtVc(name, token, key)


def answer(
    asked_for: AuthorizationRequest, *credentials: HeldSdJwtVc, after: timedelta = timedelta()
) -> AuthorizationResponse:
    """What the wallet answers with the first that fits."""
    wallet = {one.key_name: one for one in credentials or (held(),)}
    chosen = match(asked_for.query, [one.as_held() for one in wallet.values()]).choose()
    return build_response(asked_for, chosen, wallet, now=NOW + after)


def all_valid(_: VerifiedSdJwtVc) -> None:
    """An issuer that took nothing back."""


def trust(registry: TrustRegistry | None = None, **changes: Any) -> Trust:
    """A verifier's trust in the academy."""
    settings: Mapping[str, Any] = {"check_status": all_valid, **changes}
    return Trust(registry or anchored(ROOTED), **settings)


def verified(
    response: Any,
    asked_for: AuthorizationRequest,
    believed: Trust | None = None,
    *,
    after: timedelta = timedelta(),
) -> VerifiedResponse:
    """The verifier's judgement."""
    return verify_response(response, asked_for, believed or trust(), now=NOW + after)


def presented(response: VerifiedResponse, name: str = "diploma") -> Presented:
    """The one credential of an answer."""
    (one,) = response.credentials[name]
    return one
