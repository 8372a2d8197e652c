"""Did the issuer take a credential back? The Token Status List (draft-ietf-oauth-status-list-20).

One signed token says the status of up to 2^20 credentials, one or two bits each, compressed. Whoever asks
fetches the whole list and looks up one index, so the issuer does not learn which credential was asked about.
A list is only believed if it is about the address it was fetched from, signed with the key that the trust
registry names, and not out of date.
"""

import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum
from typing import Self

from crypto.encoding import b64url_encode
from crypto.errors import MalformedError, SignatureError
from crypto.reading import Fields
from crypto.signing import SigningKey, VerifyingKey
from ssi.clock import MAX_MOMENT, moment_of, require_within, seconds_of
from ssi.errors import AlteredCredentialError, MalformedCredentialError, RevokedError, SuspendedError
from ssi.jws import parse_jws, sign_jws

STATUS_LIST_TYP = "statuslist+jwt"
MAX_ENTRIES = 2**20
MAX_TTL_SECONDS = 366 * 24 * 3600
_BITS = (1, 2)
_BYTE = 8


class Status(IntEnum):
    """What an issuer says about a credential now (§7.1)."""

    VALID = 0
    INVALID = 1
    SUSPENDED = 2


@dataclass(frozen=True)
class StatusList:
    """The statuses of credentials 0, 1, …; `bits` each, the first in the lowest bits of a byte (§4.1)."""

    bits: int
    packed: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if self.bits not in _BITS:
            raise MalformedCredentialError(f"status list: expected 1 or 2 bits, got {self.bits}")
        if not 0 < len(self) <= MAX_ENTRIES:
            raise MalformedCredentialError(
                f"status list: expected 1 to {MAX_ENTRIES} entries, got {len(self)}"
            )

    def __len__(self) -> int:
        return len(self.packed) * _BYTE // self.bits

    @classmethod
    def of(cls, size: int, exceptions: Mapping[int, Status], *, bits: int = 2) -> Self:
        """A list of at least `size` entries (whole bytes), valid except where `exceptions` says otherwise.

        Raises:
            MalformedCredentialError: an index outside the list, a status that needs more bits, or a size
                outside 1 to 2^20.
        """
        if bits not in _BITS or not 0 < size <= MAX_ENTRIES:
            raise MalformedCredentialError(f"status list: expected 1 to {MAX_ENTRIES} entries of 1 or 2 bits")
        per_byte = _BYTE // bits
        packed = bytearray((size + per_byte - 1) // per_byte)
        for index, status in exceptions.items():
            if not 0 <= index < size or status >= 1 << bits:
                raise MalformedCredentialError(f"status list: no room for status {status.name} at {index}")
            packed[index // per_byte] |= status << (index % per_byte * bits)
        return cls(bits, bytes(packed))

    def status(self, index: int) -> Status:
        """The status at an index.

        Raises:
            MalformedCredentialError: the index is outside the list, or its status is one that this version
                does not know; an unknown status is never taken for valid.
        """
        if not 0 <= index < len(self):
            raise MalformedCredentialError(f"status list: no entry {index} among {len(self)}")
        per_byte = _BYTE // self.bits
        value = self.packed[index // per_byte] >> (index % per_byte * self.bits) & ((1 << self.bits) - 1)
        try:
            return Status(value)
        except ValueError as error:
            raise MalformedCredentialError(f"status list: unknown status {value} at {index}") from error

    def compress(self) -> str:
        """The `lst` member: ZLIB at the highest level, in base64url (§4.1)."""
        return b64url_encode(zlib.compress(self.packed, 9))


@dataclass(frozen=True)
class StatusReference:
    """Where the status of one credential stands: the address of a list and the index in it (§6.2)."""

    uri: str
    index: int


@dataclass(frozen=True)
class PublishedStatusList:
    """A status list under its address, for a time. Got from `verify_status_list`, it is what the issuer says.

    `ttl_seconds` is how long a copy may be kept before asking again; it never outlasts `expires_at`.
    """

    uri: str
    statuses: StatusList
    issued_at: datetime
    expires_at: datetime
    ttl_seconds: int

    def require_valid(self, reference: StatusReference) -> None:
        """Return only if the credential with this reference is valid, as far as this list knows.

        Raises:
            RevokedError: its issuer took it back.
            SuspendedError: its issuer has put it on hold.
            MalformedCredentialError: the reference is to another list or outside of it, or the status is
                unknown.
        """
        if reference.uri != self.uri:
            raise MalformedCredentialError(
                f"status list: {self.uri} does not speak for {reference.uri[:200]!r}"
            )
        match self.statuses.status(reference.index):
            case Status.INVALID:
                raise RevokedError("the credential was revoked by its issuer")
            case Status.SUSPENDED:
                raise SuspendedError("the credential is suspended by its issuer")
            case Status.VALID:
                return


def sign_status_list(published: PublishedStatusList, key: SigningKey, *, kid: str) -> str:
    """Sign a list as its issuer (§5.1): served with the media type application/statuslist+jwt."""
    payload = {
        "sub": published.uri,
        "iat": seconds_of(published.issued_at),
        "exp": seconds_of(published.expires_at),
        "ttl": published.ttl_seconds,
        "status_list": {"bits": published.statuses.bits, "lst": published.statuses.compress()},
    }
    return sign_jws(payload, key, typ=STATUS_LIST_TYP, kid=kid)


def verify_status_list(token: str, key: VerifyingKey, *, uri: str, now: datetime) -> PublishedStatusList:
    """Return the list after the checks of §8.3: signature, type, address, time, then decompression.

    Raises:
        MalformedCredentialError: not a status list of the promised form, or one that inflates beyond 2^20
            entries.
        AlteredCredentialError: the signature does not verify, or the list is about another address.
        NotYetValidError: it was issued in the future.
        ExpiredError: it is out of date.
    """
    try:
        fields = Fields.of(parse_jws(token, "status list").verify(key, typ=STATUS_LIST_TYP), "status list")
        published = _read(fields, uri)
    except MalformedError as error:
        raise MalformedCredentialError(str(error)) from error
    except SignatureError as error:
        raise AlteredCredentialError(str(error)) from error
    require_within("status list", published.issued_at, published.expires_at, now=now)
    return published


def _read(fields: Fields, uri: str) -> PublishedStatusList:
    sub = fields.text("sub", max_length=1000)
    if sub != uri:
        raise AlteredCredentialError(f"status list: expected the list of {uri}, got the one of {sub[:200]!r}")
    inner = fields.section("status_list")
    if inner.has("aggregation_uri"):
        inner.text("aggregation_uri", max_length=1000)  # where other lists are; nothing here follows it
    published = PublishedStatusList(
        uri=sub,
        issued_at=moment_of(fields.integer("iat", least=0, most=MAX_MOMENT)),
        expires_at=moment_of(fields.integer("exp", least=0, most=MAX_MOMENT)),
        ttl_seconds=fields.integer("ttl", least=1, most=MAX_TTL_SECONDS),
        statuses=_inflate(inner.integer("bits", least=1, most=2), inner.binary("lst")),
    )
    inner.done()
    fields.done()
    return published


def _inflate(bits: int, compressed: bytes) -> StatusList:
    most = MAX_ENTRIES * bits // _BYTE
    decompressor = zlib.decompressobj()
    try:
        packed = decompressor.decompress(compressed, most + 1)
    except zlib.error as error:
        raise MalformedCredentialError("status list: lst does not decompress") from error
    if len(packed) > most:
        raise MalformedCredentialError(f"status list: lst inflates beyond {MAX_ENTRIES} entries")
    if not decompressor.eof or decompressor.unused_data:
        raise MalformedCredentialError("status list: lst is cut off or has something after its end")
    return StatusList(bits, packed)
