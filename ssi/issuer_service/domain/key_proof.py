"""Does a wallet hold the key to which it wants its credential bound?

OpenID4VCI 1.0 appendix F.1 (the `jwt` proof type) and F.4 (how it is verified).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from crypto.errors import CryptoError, MalformedError
from crypto.reading import Fields
from crypto.signing import VerifyingKey
from ssi.issuer_service.errors import ErrorCode, ProtocolRefusalError
from ssi.jws import UnverifiedJws, parse_jws

PROOF_TYP = "openid4vci-proof+jwt"
MAX_AGE = timedelta(minutes=5)
MAX_AHEAD = timedelta(minutes=1)
_MAX_PROOF = 8000
_OTHER_KEY_MEMBERS = ("kid", "x5c", "trust_chain")
_MAX_SECONDS = 2**40


@dataclass(frozen=True)
class KeyProof:
    """A key whose holder asks this issuer for a credential, and the challenge that makes the proof fresh.

    Whether the challenge is ours and unused is for the caller to check.
    """

    holder_key: VerifyingKey
    nonce: str


def verify_key_proof(proof: str, *, audience: str, now: datetime) -> KeyProof:
    """The key that made a proof for this issuer, just now.

    1. The proof has the form and the type of a key proof, and names its key by `jwk` alone, without a
       private member.
    2. The key is for ES256, the one algorithm that credentials are bound with here.
    3. The signature verifies under that key.
    4. The audience is this issuer's identifier, to the letter.
    5. It was made in the last five minutes (one minute of clocks that run ahead is forgiven), and what it
       says about its own time holds.
    6. It carries a challenge.

    Raises:
        ProtocolRefusalError: `invalid_proof`; the description says which of these does not hold.
    """
    try:
        if len(proof) > _MAX_PROOF:
            raise _refused(f"the key proof is longer than {_MAX_PROOF} characters")
        unverified = parse_jws(proof, "key proof")  # 1
        key = _holder_key(unverified)  # 2
        payload = Fields.of(unverified.verify(key, typ=PROOF_TYP), "key proof")  # 3
        if payload.text("aud", max_length=2000) != audience:  # 4
            raise _refused(
                "the key proof is for another issuer: aud must be the credential issuer identifier"
            )
        _check_times(payload, now)  # 5
        if not payload.has("nonce"):  # 6
            raise _refused("the key proof carries no nonce: fetch one from the nonce endpoint")
        return KeyProof(key, payload.text("nonce", max_length=500))
    except CryptoError as error:
        raise _refused(f"the key proof does not hold: {error}") from error


def _holder_key(unverified: UnverifiedJws) -> VerifyingKey:
    others = [name for name in _OTHER_KEY_MEMBERS if name in unverified.header]
    jwk = unverified.header.get("jwk")
    if others or not isinstance(jwk, Mapping):
        raise _refused("the key proof must name its key by jwk, and by nothing else")
    key = VerifyingKey.from_jwk(jwk)
    if key.algorithm != "ES256":
        raise _refused(f"the key must be for ES256, not {key.algorithm}")
    return key


def _check_times(payload: Fields, now: datetime) -> None:
    age = now.timestamp() - _seconds(payload, "iat")
    if not -MAX_AHEAD.total_seconds() <= age <= MAX_AGE.total_seconds():
        raise _refused(f"the key proof is {age:.0f} seconds old: check the clock and sign a new one")
    if payload.has("exp") and now.timestamp() >= _seconds(payload, "exp"):
        raise _refused("the key proof has expired by its own word")
    if payload.has("nbf") and now.timestamp() < _seconds(payload, "nbf") - MAX_AHEAD.total_seconds():
        raise _refused("the key proof does not hold yet by its own word")


def _seconds(payload: Fields, name: str) -> float:
    seconds = payload.number(name)
    if not 0 <= seconds <= _MAX_SECONDS:
        raise MalformedError(f"{payload.where}.{name}: expected seconds since 1970")
    return seconds


def _refused(description: str) -> ProtocolRefusalError:
    return ProtocolRefusalError(ErrorCode.INVALID_PROOF, description)
