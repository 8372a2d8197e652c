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
from crypto.randomness import RandomBytes
from crypto.sealing import KEY_BYTES, Vault, derive_subkey
from ssi.issuance import organisation_handle, person_handle
from ssi.issuer_service.domain.organisation import ORGANISATION
from ssi.issuer_service.errors import ErrorCode, ProtocolRefusalError, SettingsError

TRANSACTION_CODE_DIGITS = 6
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
        self._positions = derive_subkey(secret, "argonauta issuer status positions v1")
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

    def nonce(self, *, now: datetime, lifetime: timedelta, random: RandomBytes) -> str:
        """A fresh challenge that carries its own end, so that handing it out stores nothing."""
        end = int((now + lifetime).timestamp()).to_bytes(_NONCE_TIME_BYTES, "big")
        body = end + random(_NONCE_RANDOM_BYTES)
        return b64url_encode(body + hmac.digest(self._nonces, body, "sha256"))

    def open_nonce(self, nonce: str, *, now: datetime) -> datetime:
        """The moment until which a challenge of ours holds; whether it was used is the store's to tell.

        Raises:
            ProtocolRefusalError: `invalid_nonce`, because it is not ours, altered, or its time is over.
        """
        try:
            raw = b64url_decode(nonce, length=_NONCE_BYTES)
        except MalformedError as error:
            raise _stale_nonce() from error
        body, tag = raw[:-KEY_BYTES], raw[-KEY_BYTES:]
        if not hmac.compare_digest(tag, hmac.digest(self._nonces, body, "sha256")):
            raise _stale_nonce()
        end = datetime.fromtimestamp(int.from_bytes(body[:_NONCE_TIME_BYTES], "big"), UTC)
        if now >= end:
            raise _stale_nonce()
        return end

    def position_seed(self, list_number: int) -> bytes:
        """The 32-byte seed that orders the positions of one status list."""
        return _mac(self._positions, str(list_number))


def fingerprint(token: str) -> bytes:
    """The SHA-256 under which a code, token or key of 256 random bits is stored and found."""
    return hashlib.sha256(token.encode()).digest()


def _mac(key: bytes, *parts: str) -> bytes:
    message = b"".join(len(raw).to_bytes(4, "big") + raw for raw in (part.encode() for part in parts))
    return hmac.digest(key, message, "sha256")


def _stale_nonce() -> ProtocolRefusalError:
    return ProtocolRefusalError(
        ErrorCode.INVALID_NONCE, "the nonce is unknown, used or expired: fetch a fresh one"
    )
