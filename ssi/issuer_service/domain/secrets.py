"""What is derived from the issuer's one secret, so that it need not be stored.

Every value is HMAC-SHA256 (RFC 2104) under a subkey of its own, over length-prefixed parts. Without the
secret each is indistinguishable from random, and a value of one purpose says nothing about those of
another: the handle that verifiers see cannot be matched to a row of the database, and a code cannot be
computed from an offer.
"""

import hashlib
import hmac
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from crypto.encoding import Json, b64url_decode, b64url_encode, canonical_json
from crypto.errors import MalformedError
from crypto.randomness import RandomBytes, stream
from crypto.sealing import KEY_BYTES, Vault, derive_subkey
from crypto.signing import SigningKey, generate_ed25519, generate_es256
from ssi.issuance import organisation_handle, person_handle
from ssi.issuer_service.domain.organisation import ORGANISATION
from ssi.issuer_service.errors import ErrorCode, ProtocolRefusalError, SettingsError

TRANSACTION_CODE_DIGITS = 6
CLAIM_CODE_SIGNS = 20
_CLAIM_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_LOOKALIKES = str.maketrans("OIL", "011")
_NONCE_RANDOM_BYTES = 16
_NONCE_TIME_BYTES = 8
_NONCE_BYTES = _NONCE_TIME_BYTES + _NONCE_RANDOM_BYTES + KEY_BYTES


class IssuerSecrets:
    """The subkeys of one 32-byte secret. It has no ``repr`` of its own, so nothing reaches a log.

    Raises:
        SettingsError: the secret does not have 32 bytes.
    """

    def __init__(self, secret: bytes) -> None:
        if len(secret) != KEY_BYTES:
            raise SettingsError(f"expected a secret of {KEY_BYTES} bytes, got {len(secret)}")
        self._handles = derive_subkey(secret, "argonauta issuer handles v1")
        self._rows = derive_subkey(secret, "argonauta issuer rows v1")
        self._offers = derive_subkey(secret, "argonauta issuer offers v1")
        self._nonces = derive_subkey(secret, "argonauta issuer nonces v1")
        self._dpop_nonces = derive_subkey(secret, "argonauta issuer DPoP nonces v1")
        self._request_keys = derive_subkey(secret, "argonauta issuer request encryption v1")
        self._positions = derive_subkey(secret, "argonauta issuer status positions v1")
        self._badge_keys = derive_subkey(secret, "argonauta issuer badges v1")
        self.conformance_seed = derive_subkey(secret, "argonauta issuer conformance v1")
        self.session_key = derive_subkey(secret, "argonauta issuer sessions v1")
        self.vault = Vault(derive_subkey(secret, "argonauta issuer storage v1"))

    def handle(self, configuration: str, external_id: str) -> str:
        """By what verifiers recognise one person in one data set of this issuer, or one organisation.

        It stays the same over corrections and re-issues, and differs between data sets and issuers.
        """
        if configuration == ORGANISATION:
            return organisation_handle(self._handles, organisation=external_id)
        return person_handle(self._handles, data_set=configuration, person=external_id)

    def record_key(self, configuration: str, external_id: str) -> bytes:
        """The 32 bytes under which the versions of one record are found in the database."""
        return _mac(self._rows, "record", configuration, external_id)

    def external_id_key(self, external_id: str) -> bytes:
        """The 32 bytes under which all records of one person are found, in whatever data set."""
        return _mac(self._rows, "external id", external_id)

    def content_digest(self, record_key: bytes, values: Mapping[str, Json]) -> bytes:
        """The 32 bytes that tell whether a record was handed in unchanged.

        Keyed and bound to the record: a plain hash of a grade would be found by trying all grades, and equal
        digests would tell equal people.
        """
        return hmac.digest(self._rows, b"content" + record_key + canonical_json(values), "sha256")

    def offer_id(self, credential_id: str, number: int) -> str:
        """The unguessable name of the n-th offer of a credential: 256 bits in base64url."""
        return b64url_encode(_mac(self._offers, "offer", credential_id, str(number)))

    def code(self, credential_id: str, number: int) -> str:
        """The pre-authorised code of that offer: 256 bits in base64url."""
        return b64url_encode(_mac(self._offers, "code", credential_id, str(number)))

    def transaction_code(self, credential_id: str, number: int) -> str:
        """The short code that travels apart from the link: six digits, guarded by the limit on attempts.

        The bias of the reduction is below 2^-236.
        """
        drawn = int.from_bytes(_mac(self._offers, "transaction code", credential_id, str(number)), "big")
        return str(drawn % 10**TRANSACTION_CODE_DIGITS).zfill(TRANSACTION_CODE_DIGITS)

    def claim_code(self, credential_id: str, number: int) -> str:
        """The code by which a person claims that offer on the approval page: 100 bits in five groups.

        It is the `issuer_state` of the offer as well (OpenID4VCI 1.0 §4.1.1).
        """
        drawn = int.from_bytes(_mac(self._offers, "claim code", credential_id, str(number)), "big")
        signs = [_CLAIM_ALPHABET[drawn >> (5 * place) & 31] for place in range(CLAIM_CODE_SIGNS)]
        return "-".join("".join(signs[at : at + 4]) for at in range(0, CLAIM_CODE_SIGNS, 4))

    def request_key(self) -> SigningKey:
        """The P-256 key to which wallets encrypt their requests; it never signs."""
        return generate_es256(stream(self._request_keys, "P-256"))

    def badge_key(self) -> SigningKey:
        """The Ed25519 key that signs Open Badges and their status lists, and nothing else."""
        return generate_ed25519(stream(self._badge_keys, "Ed25519"))

    def nonce(self, *, now: datetime, lifetime: timedelta, random: RandomBytes) -> str:
        """A fresh challenge that carries its own end, so that handing it out stores nothing."""
        return _timed(self._nonces, now + lifetime, random)

    def dpop_nonce(self, *, now: datetime, lifetime: timedelta, random: RandomBytes) -> str:
        """A fresh nonce for DPoP proofs (RFC 9449 §8): made like a challenge, and never taken for one."""
        return _timed(self._dpop_nonces, now + lifetime, random)

    def is_dpop_nonce(self, nonce: str, *, now: datetime) -> bool:
        """Whether a DPoP nonce is ours and still holds."""
        end = _end_of(self._dpop_nonces, nonce)
        return end is not None and now < end

    def open_nonce(self, nonce: str, *, now: datetime) -> datetime:
        """The moment until which a challenge of ours holds; whether it was used is the store's to tell.

        Raises:
            ProtocolRefusalError: `invalid_nonce`, because it is not ours, altered, or its time is over.
        """
        end = _end_of(self._nonces, nonce)
        if end is None or now >= end:
            raise ProtocolRefusalError(
                ErrorCode.INVALID_NONCE, "the nonce is unknown, used or expired: fetch a fresh one"
            )
        return end

    def position_seed(self, list_number: int) -> bytes:
        """The 32-byte seed that orders the positions of one status list."""
        return _mac(self._positions, str(list_number))


def fingerprint(token: str) -> bytes:
    """The SHA-256 under which a code, token or key of 100 random bits or more is stored and found."""
    return hashlib.sha256(token.encode()).digest()


def plain_claim_code(typed: str) -> str:
    """A claim code as it was made, from what a person typed: small letters and other gaps are forgiven."""
    signs = [sign for sign in typed.upper().translate(_LOOKALIKES) if sign in _CLAIM_ALPHABET]
    return "-".join("".join(signs[at : at + 4]) for at in range(0, len(signs), 4))


def _timed(key: bytes, until: datetime, random: RandomBytes) -> str:
    body = int(until.timestamp()).to_bytes(_NONCE_TIME_BYTES, "big") + random(_NONCE_RANDOM_BYTES)
    return b64url_encode(body + hmac.digest(key, body, "sha256"))


def _end_of(key: bytes, nonce: str) -> datetime | None:
    try:
        raw = b64url_decode(nonce, length=_NONCE_BYTES)
    except MalformedError:
        return None
    body, tag = raw[:-KEY_BYTES], raw[-KEY_BYTES:]
    if not hmac.compare_digest(tag, hmac.digest(key, body, "sha256")):
        return None
    return datetime.fromtimestamp(int.from_bytes(body[:_NONCE_TIME_BYTES], "big"), UTC)


def _mac(key: bytes, *parts: str) -> bytes:
    message = b"".join(len(raw).to_bytes(4, "big") + raw for raw in (part.encode() for part in parts))
    return hmac.digest(key, message, "sha256")
