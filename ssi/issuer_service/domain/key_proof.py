"""Does a wallet hold the key to which it wants its credential bound?

OpenID4VCI 1.0 appendix F.1 (the `jwt` proof type), F.3 (`attestation`) and F.4 (how they are verified).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from crypto.errors import CryptoError
from crypto.reading import Fields
from crypto.signing import VerifyingKey
from ssi.did.document import Purpose
from ssi.did.resolve import Resolver
from ssi.errors import CredentialError
from ssi.issuer_service.domain.attestation import WalletProviders
from ssi.issuer_service.domain.freshness import MAX_AHEAD, MAX_SECONDS, made_just_now
from ssi.issuer_service.errors import ErrorCode, ProtocolRefusalError
from ssi.jws import UnverifiedJws, parse_jws

PROOF_TYP = "openid4vci-proof+jwt"
_MAX_PROOF = 20_000
_KEY_MEMBERS = ("jwk", "kid", "x5c", "trust_chain")
_COMPUTED_DIDS = ("did:key:", "did:jwk:")


@dataclass(frozen=True)
class KeyProof:
    """A key whose holder asks this issuer for a credential, and the challenge that makes the proof fresh.

    Whether the challenge is ours and unused is for the caller to check.
    """

    holder_key: VerifyingKey
    nonce: str


@dataclass(frozen=True)
class Proving:
    """What a proof is held against: for whom it must be, which wallet providers count, and the moment."""

    audience: str
    providers: WalletProviders
    now: datetime


def verify_key_proof(proof: str, proving: Proving) -> KeyProof:
    """The key that made a proof for this issuer, just now.

    1. The proof has the form and the type of a key proof, and names its key in one way: by `jwk`, without a
       private member, or by a `kid` that is a did:key or did:jwk with its fragment.
    2. The key is for ES256, the one algorithm that credentials are bound with here.
    3. The signature verifies under that key.
    4. The audience is this issuer's identifier, to the letter.
    5. It was made in the last five minutes (one minute of clocks that run ahead is forgiven), and what it
       says about its own time holds.
    6. It carries a challenge.
    7. A key attestation beside it, where wallet providers are trusted, is theirs and about this key.

    Raises:
        ProtocolRefusalError: `invalid_proof`; the description says which of these does not hold.
    """
    try:
        if len(proof) > _MAX_PROOF:
            raise _refused(f"the key proof is longer than {_MAX_PROOF} characters")
        unverified = parse_jws(proof, "key proof", foreign=True)  # 1
        key = _holder_key(unverified, proving.now)  # 2
        payload = Fields.of(unverified.verify(key, typ=PROOF_TYP), "key proof")  # 3
        if payload.text("aud", max_length=2000) != proving.audience:  # 4
            raise _refused(
                "the key proof is for another issuer: aud must be the credential issuer identifier"
            )
        _check_times(payload, proving.now)  # 5
        if not payload.has("nonce"):  # 6
            raise _refused("the key proof carries no nonce: fetch one from the nonce endpoint")
        _check_attestation(unverified, key, proving)  # 7
        return KeyProof(key, payload.text("nonce", max_length=500))
    except CryptoError as error:
        raise _refused(f"the key proof does not hold: {error}") from error


def verify_attested_keys(attestation: str, proving: Proving) -> tuple[KeyProof, ...]:
    """The keys of a key attestation that stands for proofs itself (appendix F.3); it must carry a challenge.

    Raises:
        ProtocolRefusalError: `invalid_proof`: as `WalletProviders.verify_keys`, no challenge, or a key that
            is not for ES256.
    """
    attested = proving.providers.verify_keys(attestation, now=proving.now)
    if attested.nonce is None:
        raise _refused("the key attestation carries no nonce: fetch one from the nonce endpoint")
    return tuple(KeyProof(_for_es256(key), attested.nonce) for key in attested.keys)


def _holder_key(unverified: UnverifiedJws, now: datetime) -> VerifyingKey:
    named = [name for name in _KEY_MEMBERS if name in unverified.header]
    jwk = unverified.header.get("jwk")
    if named == ["jwk"] and isinstance(jwk, Mapping):
        return _for_es256(VerifyingKey.from_jwk(jwk))
    if named == ["kid"] and str(unverified.kid).startswith(_COMPUTED_DIDS):
        return _for_es256(_key_of_did(str(unverified.kid), now))
    raise _refused("the key proof must name its key in one way: by jwk, or by a did:key or did:jwk as kid")


def _key_of_did(kid: str, now: datetime) -> VerifyingKey:
    try:
        return Resolver().verification_method(kid, Purpose.AUTHENTICATION, now=now).key.verifying_key()
    except CredentialError as error:
        raise _refused(f"the key proof names no key: {error}") from error


def _for_es256(key: VerifyingKey) -> VerifyingKey:
    if key.algorithm != "ES256":
        raise _refused(f"the key must be for ES256, not {key.algorithm}")
    return key


def _check_attestation(unverified: UnverifiedJws, key: VerifyingKey, proving: Proving) -> None:
    attestation = unverified.header.get("key_attestation")
    if attestation is None or not proving.providers.keys:
        return
    if not isinstance(attestation, str):
        raise _refused("the key attestation is not a token")
    if key not in proving.providers.verify_keys(attestation, now=proving.now).keys:
        raise _refused("the key attestation is about other keys than the one that made the proof")


def _check_times(payload: Fields, now: datetime) -> None:
    made_just_now(payload, now)
    if payload.has("exp") and now.timestamp() >= payload.number("exp", most=MAX_SECONDS):
        raise _refused("the key proof has expired by its own word")
    ahead = MAX_AHEAD.total_seconds()
    if payload.has("nbf") and now.timestamp() < payload.number("nbf", most=MAX_SECONDS) - ahead:
        raise _refused("the key proof does not hold yet by its own word")


def _refused(description: str) -> ProtocolRefusalError:
    return ProtocolRefusalError(ErrorCode.INVALID_PROOF, description)
