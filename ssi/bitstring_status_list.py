"""Did the issuer take a credential back? The Bitstring Status List v1.0 (W3C Recommendation, 15 May 2025).

A list is itself a credential of the VC data model, signed as any other; this file knows what stands in it and
not how it is secured. Each list has one or more *purposes*: a bit that is set means revoked in one and
suspended in another; under `message` the bits of an entry are an index into messages that the credential
itself brings along. The bits themselves are `bitstring`. The index of a credential says nothing only if its
issuer gives positions out in random order.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, Self

from crypto.encoding import Json
from crypto.errors import MalformedError
from crypto.reading import Fields, utc_text
from ssi.bitstring import MAX_STATUS_SIZE, Bitstring
from ssi.errors import (
    MalformedCredentialError,
    RevokedError,
    StatusPurposeError,
    SuspendedError,
)

CONTEXT: Final = "https://www.w3.org/ns/credentials/v2"
ENTRY_TYPE: Final = "BitstringStatusListEntry"
LIST_TYPE: Final = "BitstringStatusListCredential"
MAX_URL: Final = 2_000
DEFAULT_TTL: Final = timedelta(milliseconds=300_000)
_MOST_TTL: Final = 366 * 24 * 3600 * 1000
_MESSAGES: Final = 2**MAX_STATUS_SIZE


@dataclass(frozen=True)
class BitstringEntry:
    """Where one status of a credential stands (`BitstringStatusListEntry`, §2.1).

    `messages` maps each value to its message; empty where a set bit says enough.
    """

    purpose: str
    index: int
    list_url: str
    size: int = 1
    messages: Mapping[int, str] = field(default_factory=dict, hash=False)

    def to_json(self) -> dict[str, Json]:
        """The member `credentialStatus` of a credential."""
        entry: dict[str, Json] = {
            "id": f"{self.list_url}#{self.index}",
            "type": ENTRY_TYPE,
            "statusPurpose": self.purpose,
            "statusListIndex": str(self.index),
            "statusListCredential": self.list_url,
        }
        if self.size > 1 or self.messages:
            entry["statusSize"] = self.size
            entry["statusMessage"] = [
                {"status": hex(value), "message": text} for value, text in sorted(self.messages.items())
            ]
        return entry

    @classmethod
    def read(cls, value: Json, where: str) -> Self:
        """Read one; members that are not known are passed over.

        Raises:
            MalformedCredentialError: of another type, or not of its form; messages that are not one for each
                value.
        """
        try:
            fields = Fields.of(value, where)
            if fields.text("type", max_length=100) != ENTRY_TYPE:
                raise MalformedError(f"{where}.type: expected {ENTRY_TYPE}")  # noqa: TRY301
            size = 1
            if fields.has("statusSize"):
                size = fields.integer("statusSize", least=1, most=MAX_STATUS_SIZE)
            return cls(
                purpose=fields.text("statusPurpose", max_length=100),
                index=_index(fields),
                list_url=fields.text("statusListCredential", max_length=MAX_URL),
                size=size,
                messages=_messages(fields, size),
            )
        except MalformedError as error:
            raise MalformedCredentialError(str(error)) from error


@dataclass(frozen=True)
class BitstringList:
    """What a list credential says once its proof and its own validity were checked (`read_list`)."""

    purposes: tuple[str, ...]
    encoded: str = field(repr=False)
    ttl: timedelta = DEFAULT_TTL

    def status(self, entry: BitstringEntry) -> int:
        """The value at an entry.

        Raises:
            StatusPurposeError: the list has another purpose than the entry.
            StatusRangeError, StatusListLengthError, MalformedCredentialError: as `Bitstring`.
        """
        if entry.purpose not in self.purposes:
            raise StatusPurposeError(
                f"status list: it is about {', '.join(self.purposes)[:200]}, not {entry.purpose[:80]!r}"
            )
        return Bitstring.decode(self.encoded, size=entry.size).value(entry.index)

    def require_valid(self, entry: BitstringEntry) -> str:
        """Return the message of an entry, empty if there is none, unless it says that the credential is void.

        Raises:
            RevokedError: revoked, or set under a purpose that is not known here, which is never ignored.
            SuspendedError: suspended.
            CredentialError: as `status`.
        """
        value = self.status(entry)
        if entry.purpose in {"message", "refresh"}:
            return entry.messages.get(value, "")
        if value == 0:
            return entry.messages.get(0, "")
        if entry.purpose == "suspension":
            raise SuspendedError("the credential is suspended by its issuer")
        raise RevokedError(f"the issuer has set the {entry.purpose[:80]} status of the credential")


def read_list(credential: Mapping[str, Json]) -> BitstringList:
    """Read a list credential that was verified.

    Raises:
        MalformedCredentialError: of another type, or not of its form.
    """
    try:
        fields = Fields.of(credential, "status list")
        types = fields.any("type")
        if LIST_TYPE not in (types if isinstance(types, list) else [types]):
            raise MalformedError(f"status list.type: expected {LIST_TYPE}")  # noqa: TRY301
        subject = fields.section("credentialSubject")
        if subject.text("type", max_length=100) != "BitstringStatusList":
            raise MalformedError("status list.credentialSubject.type: expected BitstringStatusList")  # noqa: TRY301
        stated = subject.any("statusPurpose")
        purposes = (
            subject.texts("statusPurpose", least=1, most=20, max_length=100)
            if isinstance(stated, list)
            else (subject.text("statusPurpose", max_length=100),)
        )
        ttl = DEFAULT_TTL
        if subject.has("ttl"):
            ttl = timedelta(milliseconds=subject.integer("ttl", least=0, most=_MOST_TTL))
        return BitstringList(purposes, subject.text("encodedList", max_length=16 * 1024 * 1024), ttl)
    except MalformedError as error:
        raise MalformedCredentialError(str(error)) from error


def list_credential(  # noqa: PLR0913 — what stands in a list credential
    statuses: Bitstring,
    *,
    url: str,
    issuer: str,
    purposes: tuple[str, ...],
    validity: tuple[datetime, datetime],
    ttl: timedelta = DEFAULT_TTL,
) -> dict[str, Json]:
    """A list credential, to be secured as the credentials that refer to it are (§3.1)."""
    return {
        "@context": [CONTEXT],
        "id": url,
        "type": ["VerifiableCredential", LIST_TYPE],
        "issuer": issuer,
        "validFrom": utc_text(validity[0]),
        "validUntil": utc_text(validity[1]),
        "credentialSubject": {
            "id": f"{url}#list",
            "type": "BitstringStatusList",
            "statusPurpose": purposes[0] if len(purposes) == 1 else list(purposes),
            "encodedList": statuses.encode(),
            "ttl": int(ttl.total_seconds() * 1000),
        },
    }


def _index(fields: Fields) -> int:
    text = fields.text("statusListIndex", max_length=10)
    if not (text.isascii() and text.isdigit()):
        raise MalformedError(f"{fields.where}.statusListIndex: expected digits")
    return int(text)


def _messages(fields: Fields, size: int) -> dict[int, str]:
    if not fields.has("statusMessage"):
        if size > 1:
            raise MalformedError(f"{fields.where}.statusMessage: missing for {size} bits")
        return {}
    messages: dict[int, str] = {}
    for entry in fields.objects("statusMessage", least=1, most=_MESSAGES):
        try:
            messages[int(entry.text("status", max_length=10), 16)] = entry.text("message", max_length=1000)
        except ValueError as error:
            raise MalformedError(f"{entry.where}.status: expected a number such as 0x1") from error
    if set(messages) != set(range(1 << size)):
        raise MalformedError(f"{fields.where}.statusMessage: expected one for each of {1 << size} values")
    return messages
