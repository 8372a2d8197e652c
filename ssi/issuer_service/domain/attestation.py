"""What a wallet provider vouches for: the wallet itself, and how keys are kept.

*Client attestation* (draft-ietf-oauth-attestation-based-client-auth): a provider signs that a key belongs to
a genuine wallet, and the wallet signs, with that key, that it talks to this server now. *Key attestation*
(OpenID4VCI 1.0 appendix D): a provider signs that keys lie in a certain storage. Both count only when signed
by a key that the issuer's settings name. Where they name none, neither is asked for or looked at.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, cast

from crypto.encoding import Json
from crypto.errors import CryptoError, MalformedError, SignatureError
from crypto.reading import Fields
from crypto.signing import VerifyingKey
from ssi.issuer_service.domain.freshness import MAX_SECONDS, made_just_now, remembered_until
from ssi.issuer_service.errors import ErrorCode, ProtocolRefusalError
from ssi.jws import parse_jws

CLIENT_ATTESTATION_TYP: Final = "oauth-client-attestation+jwt"
CLIENT_POP_TYP: Final = "oauth-client-attestation-pop+jwt"
KEY_ATTESTATION_TYP: Final = "key-attestation+jwt"
_MAX_TOKEN: Final = 20_000
_MAX_KEYS: Final = 100


@dataclass(frozen=True)
class AttestedClient:
    """A genuine wallet: by which name it goes, and the mark under which its proof is remembered."""

    client_id: str
    replay_mark: str
    until: datetime


@dataclass(frozen=True)
class AttestedKeys:
    """Keys that a provider vouches for, and the challenge that makes the attestation fresh, if it has one."""

    keys: tuple[VerifyingKey, ...]
    nonce: str | None


@dataclass(frozen=True)
class WalletProviders:
    """The providers whose word counts, by their keys."""

    keys: tuple[VerifyingKey, ...] = ()

    def verify_client(self, attestation: str, pop: str, *, audience: str, now: datetime) -> AttestedClient:
        """The wallet behind an attestation and its proof of possession.

        1. A trusted provider signed the attestation, of its type, and it has not expired.
        2. It names a wallet (`sub`) and a key (`cnf.jwk`).
        3. That key signed the proof, of its type, for this server, just now; `iss`, if there, is the wallet.

        Raises:
            ProtocolRefusalError: `invalid_client`; the description says which of these does not hold.
        """
        try:
            claims = self._signed(attestation, "client attestation", CLIENT_ATTESTATION_TYP)  # 1
            _require_in_force(claims, now)
            client_id = claims.text("sub", max_length=1000)  # 2
            jwk = cast("Mapping[str, object]", claims.section("cnf").any("jwk"))
            key = VerifyingKey.from_jwk(jwk)
            unverified = parse_jws(_short(pop), "attestation proof", foreign=True)  # 3
            proof = Fields.of(unverified.verify(key, typ=CLIENT_POP_TYP), "attestation proof")
            if proof.has("iss") and proof.text("iss", max_length=1000) != client_id:
                raise MalformedError("attestation proof: of another client than the attestation")
            if audience not in _audiences(proof):
                raise MalformedError("attestation proof: for another authorisation server (aud)")
            made_at = made_just_now(proof, now)
            if proof.has("exp"):
                _require_in_force(proof, now)
            mark = f"attestation {key.thumbprint()} {proof.text('jti', max_length=500)}"
        except CryptoError as error:
            raise ProtocolRefusalError(ErrorCode.INVALID_CLIENT, str(error)) from error
        return AttestedClient(client_id, mark, remembered_until(made_at))

    def verify_keys(self, attestation: str, *, now: datetime) -> AttestedKeys:
        """The keys in a key attestation of a trusted provider (appendix D.1).

        Raises:
            ProtocolRefusalError: `invalid_proof`: not signed by a trusted provider, expired, not of its form.
        """
        try:
            claims = self._signed(attestation, "key attestation", KEY_ATTESTATION_TYP)
            claims.number("iat", most=MAX_SECONDS)
            if claims.has("exp"):
                _require_in_force(claims, now)
            jwks = claims.entries("attested_keys", least=1, most=_MAX_KEYS)
            nonce = claims.text("nonce", max_length=500) if claims.has("nonce") else None
            return AttestedKeys(tuple(_key(jwk) for jwk in jwks), nonce)
        except CryptoError as error:
            raise ProtocolRefusalError(ErrorCode.INVALID_PROOF, str(error)) from error

    def _signed(self, token: str, where: str, typ: str) -> Fields:
        unverified = parse_jws(_short(token), where, foreign=True)
        for key in self.keys:
            try:
                return Fields.of(unverified.verify(key, typ=typ), where)
            except SignatureError:
                continue
        raise SignatureError(f"{where}: not signed by a wallet provider that is trusted here")


def _require_in_force(claims: Fields, now: datetime) -> None:
    if now.timestamp() >= claims.number("exp", most=MAX_SECONDS):
        raise MalformedError(f"{claims.where}: it has expired")


def _audiences(claims: Fields) -> Sequence[Json]:
    audience = claims.any("aud")
    return audience if isinstance(audience, list) else [audience]


def _key(jwk: Json) -> VerifyingKey:
    if not isinstance(jwk, Mapping):
        raise MalformedError("key attestation: expected keys in attested_keys")
    return VerifyingKey.from_jwk(jwk)


def _short(token: str) -> str:
    if len(token) > _MAX_TOKEN:
        raise MalformedError(f"a token is longer than {_MAX_TOKEN} characters")
    return token
