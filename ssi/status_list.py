"""Did the issuer take a credential back? The Token Status List (draft-ietf-oauth-status-list-20).

One signed token says the status of up to 2^20 credentials, 1, 2, 4 or 8 bits each, compressed. Whoever asks
fetches the whole list and looks up one index, so the issuer does not learn which credential was asked about.
A list is only believed if it is about the address it was fetched from, signed with the key that the trust
registry leads to, and not out of date.

The reason for a status is only the issuer's and the holder's business: it stays in the issuer's books.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import IntEnum
from typing import Self

from crypto.encoding import b64url_encode
from crypto.errors import MalformedError, SignatureError
from crypto.reading import Fields
from crypto.signing import SigningKey, VerifyingKey
from ssi.clock import MAX_MOMENT, moment_of, require_within, seconds_of
from ssi.compression import TooLargeError, compress_zlib, inflate_zlib
from ssi.errors import (
    AlteredCredentialError,
    MalformedCredentialError,
    RevokedError,
    StatusRangeError,
    SuspendedError,
)
from ssi.jws import UnverifiedJws, parse_jws, sign_jws

STATUS_LIST_TYP = "statuslist+jwt"
MAX_ENTRIES = 2**20
MAX_TTL_SECONDS = 366 * 24 * 3600
MAX_URI = 1_000
FOREIGN_TTL_SECONDS = 3_600
"""How long a copy of a list may be kept whose issuer does not say."""
FOREIGN_LIFETIME = timedelta(days=1)
"""How long after its issuing a list counts whose issuer does not say when it ends."""
_BITS = (1, 2, 4, 8)
_BYTE = 8


class Status(IntEnum):
    """What an issuer says about a credential now (§7.1).

    The other values, 3 and 12 to 15 for applications among them, mean nothing here and never pass for valid.
    """

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
            raise MalformedCredentialError(f"status list: expected 1, 2, 4 or 8 bits, got {self.bits}")
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
            raise MalformedCredentialError(
                f"status list: expected 1 to {MAX_ENTRIES} entries of 1, 2, 4 or 8 bits"
            )
        per_byte = _BYTE // bits
        packed = bytearray((size + per_byte - 1) // per_byte)
        for index, status in exceptions.items():
            if not 0 <= index < size or status >= 1 << bits:
                raise MalformedCredentialError(f"status list: no room for status {status.name} at {index}")
            packed[index // per_byte] |= status << (index % per_byte * bits)
        return cls(bits, bytes(packed))

    def value(self, index: int) -> int:
        """The bits at an index, for those who know what the issuer's application means by them.

        Raises:
            StatusRangeError: the index is outside the list.
        """
        if not 0 <= index < len(self):
            raise StatusRangeError(f"status list: no entry {index} among {len(self)}")
        per_byte = _BYTE // self.bits
        return self.packed[index // per_byte] >> (index % per_byte * self.bits) & ((1 << self.bits) - 1)

    def status(self, index: int) -> Status:
        """The status at an index.

        Raises:
            MalformedCredentialError: the index is outside the list, or its status is one that this version
                does not know; an unknown status is never taken for valid.
        """
        value = self.value(index)
        try:
            return Status(value)
        except ValueError as error:
            raise MalformedCredentialError(f"status list: unknown status {value} at {index}") from error

    def compress(self) -> str:
        """The `lst` member: ZLIB at the highest level, in base64url (§4.1)."""
        return b64url_encode(compress_zlib(self.packed))


@dataclass(frozen=True)
class StatusReference:
    """Where the status of one credential stands: the address of a list and the index in it (§6.2)."""

    uri: str
    index: int


@dataclass(frozen=True)
class PublishedStatusList:
    """A status list under its address, for a time. Got from `verify_status_list`, it is what the issuer says.

    `ttl_seconds` is how long a copy may be kept before asking again; `usable_until` minds the end as well.
    `aggregation_uri` is where the issuer lists all its lists, if it does (§9); nothing here follows it.
    """

    uri: str
    statuses: StatusList
    issued_at: datetime
    expires_at: datetime
    ttl_seconds: int
    aggregation_uri: str = ""

    def usable_until(self, fetched_at: datetime) -> datetime:
        """Until when, excluded, a copy that was fetched at this moment may be used: its `ttl`, or its end."""
        return min(fetched_at + timedelta(seconds=self.ttl_seconds), self.expires_at)

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


def sign_status_list(
    published: PublishedStatusList,
    key: SigningKey,
    *,
    kid: str | None,
    header: Mapping[str, object] | None = None,
) -> str:
    """Sign a list as its issuer (§5.1): served with the media type application/statuslist+jwt.

    `header` adds members such as the `x5c` of the issuer's credentials: some wallets accept no other key.
    """
    inner = {"bits": published.statuses.bits, "lst": published.statuses.compress()}
    if published.aggregation_uri:
        inner["aggregation_uri"] = published.aggregation_uri
    payload = {
        "sub": published.uri,
        "iat": seconds_of(published.issued_at),
        "exp": seconds_of(published.expires_at),
        "ttl": published.ttl_seconds,
        "status_list": inner,
    }
    return sign_jws(payload, key, typ=STATUS_LIST_TYP, kid=kid, header=header)


def verify_status_list(
    token: str, key: VerifyingKey, *, uri: str, now: datetime, foreign: bool = False
) -> PublishedStatusList:
    """Return the list after the checks of §8.3: signature, type, address, time, then decompression.

    With `foreign`, what the standard lets an issuer leave out may be missing, and members that are not known
    here are passed over: a list without an end counts for `FOREIGN_LIFETIME` from its issuing.

    Raises:
        MalformedCredentialError: not a status list of the promised form, or one that inflates beyond 2^20
            entries.
        AlteredCredentialError: the signature does not verify, or the list is about another address.
        NotYetValidError: it was issued in the future.
        ExpiredError: it is out of date.
    """
    return verify_parsed_list(parse_list(token, foreign=foreign), key, uri=uri, now=now, foreign=foreign)


def parse_list(token: str, *, foreign: bool = False) -> UnverifiedJws:
    """Read a signed list without believing it.

    Raises:
        MalformedCredentialError: no signed token.
    """
    try:
        return parse_jws(token, "status list", foreign=foreign)
    except MalformedError as error:
        raise MalformedCredentialError(str(error)) from error


def verify_parsed_list(
    unverified: UnverifiedJws, key: VerifyingKey, *, uri: str, now: datetime, foreign: bool = False
) -> PublishedStatusList:
    """As `verify_status_list`, of a list that `parse_list` read.

    Raises:
        CredentialError: as `verify_status_list`.
    """
    try:
        fields = Fields.of(unverified.verify(key, typ=STATUS_LIST_TYP), "status list")
        published = _read(fields, uri, foreign=foreign)
    except MalformedError as error:
        raise MalformedCredentialError(str(error)) from error
    except SignatureError as error:
        raise AlteredCredentialError(str(error)) from error
    require_within("status list", published.issued_at, published.expires_at, now=now)
    return published


def _read(fields: Fields, uri: str, *, foreign: bool) -> PublishedStatusList:
    sub = fields.text("sub", max_length=MAX_URI)
    if sub != uri:
        raise AlteredCredentialError(f"status list: expected the list of {uri}, got the one of {sub[:200]!r}")
    inner = fields.section("status_list")
    issued_at = moment_of(fields.integer("iat", least=0, most=MAX_MOMENT))
    published = PublishedStatusList(
        uri=sub,
        issued_at=issued_at,
        expires_at=_end(fields, issued_at, foreign=foreign),
        ttl_seconds=_ttl(fields, foreign=foreign),
        statuses=_inflate(inner.integer("bits", least=1, most=_BYTE), inner.binary("lst")),
        aggregation_uri=inner.text("aggregation_uri", max_length=MAX_URI)
        if inner.has("aggregation_uri")
        else "",
    )
    if not foreign:
        inner.done()
        fields.done()
    return published


def _end(fields: Fields, issued_at: datetime, *, foreign: bool) -> datetime:
    if foreign and not fields.has("exp"):
        return issued_at + FOREIGN_LIFETIME
    return moment_of(fields.integer("exp", least=0, most=MAX_MOMENT))


def _ttl(fields: Fields, *, foreign: bool) -> int:
    if foreign and not fields.has("ttl"):
        return FOREIGN_TTL_SECONDS
    return fields.integer("ttl", least=1, most=MAX_TTL_SECONDS)


def _inflate(bits: int, compressed: bytes) -> StatusList:
    if bits not in _BITS:
        raise MalformedCredentialError(f"status list: expected 1, 2, 4 or 8 bits, got {bits}")
    try:
        return StatusList(bits, inflate_zlib(compressed, most=MAX_ENTRIES * bits // _BYTE))
    except TooLargeError as error:
        raise MalformedCredentialError(f"status list: lst inflates beyond {MAX_ENTRIES} entries") from error
    except MalformedError as error:
        raise MalformedCredentialError(f"status list: lst {error}") from error
