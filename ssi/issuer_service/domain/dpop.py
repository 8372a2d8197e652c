"""Does whoever sends this request hold the key that its access token is bound to? RFC 9449.

A proof is a JWT of type `dpop+jwt` over method and address of one request, by a key that stands in its
header. That a proof comes once only is for the caller to remember, under `replay_mark` until `until`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from urllib.parse import urlsplit

from crypto.encoding import b64url_encode, sha256
from crypto.errors import CryptoError
from crypto.reading import Fields
from crypto.signing import VerifyingKey
from ssi.http.address import origin_of
from ssi.issuer_service.domain.freshness import made_just_now, remembered_until
from ssi.issuer_service.errors import ErrorCode, ProtocolRefusalError
from ssi.jws import UnverifiedJws, parse_jws

DPOP_TYP: Final = "dpop+jwt"
DPOP_ALGORITHMS: Final = ("ES256", "EdDSA")
_MAX_PROOF: Final = 8000


@dataclass(frozen=True)
class SentRequest:
    """The request beside a proof: its method, its address without query, and its access token, if any."""

    method: str
    address: str
    access_token: str | None = field(default=None, repr=False)


@dataclass(frozen=True)
class PossessionProof:
    """A key (its RFC 7638 thumbprint) whose holder sent a request; the nonce in the proof, if any."""

    thumbprint: str
    nonce: str | None
    replay_mark: str
    until: datetime


def verify_dpop(proof: str, sent: SentRequest, *, now: datetime) -> PossessionProof:
    """The key that made a proof for exactly this request, just now (RFC 9449 §4.3).

    1. It has the form and the type of a DPoP proof and carries its public key, without a private member.
    2. The signature verifies under that key.
    3. Method and address are those of the request.
    4. It was made in the last five minutes; a minute of clocks that run ahead is forgiven.
    5. Beside an access token, it names the hash of that token.

    Raises:
        ProtocolRefusalError: `invalid_dpop_proof`; the description says which of these does not hold.
    """
    try:
        if len(proof) > _MAX_PROOF:
            raise _refused(f"the DPoP proof is longer than {_MAX_PROOF} characters")
        unverified = parse_jws(proof, "DPoP proof", foreign=True)  # 1
        key = _key(unverified)
        claims = Fields.of(unverified.verify(key, typ=DPOP_TYP), "DPoP proof")  # 2
        _check_request(claims, sent)  # 3, 5
        made_at = made_just_now(claims, now)  # 4
        identifier = claims.text("jti", max_length=500)
        nonce = claims.text("nonce", max_length=500) if claims.has("nonce") else None
    except CryptoError as error:
        raise _refused(f"the DPoP proof does not hold: {error}") from error
    thumbprint = key.thumbprint()
    mark = f"dpop {thumbprint} {identifier}"
    return PossessionProof(thumbprint, nonce, mark, remembered_until(made_at))


def _key(unverified: UnverifiedJws) -> VerifyingKey:
    jwk = unverified.header.get("jwk")
    if not isinstance(jwk, Mapping):
        raise _refused("the DPoP proof must carry its public key as jwk")
    return VerifyingKey.from_jwk(jwk)


def _check_request(claims: Fields, sent: SentRequest) -> None:
    if claims.text("htm", max_length=20) != sent.method:
        raise _refused("the DPoP proof is for another method: htm must be that of the request")
    if _plain(claims.text("htu", max_length=2000)) != _plain(sent.address):
        raise _refused("the DPoP proof is for another address: htu must be that of the request")
    if sent.access_token is None:
        return
    expected = b64url_encode(sha256(sent.access_token.encode()))
    if not claims.has("ath") or claims.text("ath", max_length=200) != expected:
        raise _refused("the DPoP proof is for another access token: ath must be the hash of the one sent")


def _plain(address: str) -> tuple[str | None, str]:
    """Origin and path, in one spelling: query and fragment do not count (RFC 9449 §4.3)."""
    try:
        return origin_of(address), urlsplit(address).path or "/"
    except ValueError:
        return None, address


def _refused(description: str) -> ProtocolRefusalError:
    return ProtocolRefusalError(ErrorCode.INVALID_DPOP_PROOF, description)
