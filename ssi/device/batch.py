"""What does a batch of readings say, and how is it signed? Values, their one JSON form, and the header.

A header is a compact JWS (`stream-batch+jwt`, ES256 or EdDSA) by the key of the device. A reading is a pair
of integers: milliseconds since the start of the batch, and the value times 10^decimals, so that no number is
ever rounded by reading it. Each reading is a leaf of the Merkle tree whose root the header holds.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Final, NamedTuple

from crypto import merkle
from crypto.encoding import Json, b64url_encode, canonical_json, parse_json, sha256
from crypto.errors import CryptoError, MalformedError
from crypto.reading import Fields
from crypto.signing import SigningKey
from ssi.clock import MAX_MOMENT, moment_of, seconds_of
from ssi.device.credential import MAX_NAME, Measure, read_name
from ssi.device.errors import MalformedBatchError
from ssi.jws import UnverifiedJws, parse_jws, sign_jws

BATCH_TYP: Final = "stream-batch+jwt"
SCHEMA: Final = "urn:argonauta:stream:readings:1"
DIGEST_BYTES: Final = 32
GENESIS: Final = bytes(DIGEST_BYTES)
"""What the first batch of a stream names as the one before."""
MOST_READINGS: Final = 10_000
MOST_BYTES: Final = 1_000_000
MOST_HEADER: Final = 4_000
MOST_SECONDS: Final = 7 * 24 * 3600
MAX_SEQUENCE: Final = 2**53 - 1
MAX_VALUE: Final = 2**31 - 1
MAX_DECIMALS: Final = 9
_WHERE: Final = "batch"
_PAIR: Final = 2


class Reading(NamedTuple):
    """One reading: `offset` milliseconds after the start of the batch, and its value times 10^decimals."""

    offset: int
    value: int

    @property
    def leaf(self) -> bytes:
        """The reading as a leaf of the tree."""
        return canonical_json([self.offset, self.value])


@dataclass(frozen=True)
class Header:
    """The place of a batch in its stream and what it covers.

    The readings are numbered from `sequence`; all lie in [`start`, `end`), whole seconds apart. `previous` is
    the digest of the batch before, `signed_at` when the device says that it signed.
    """

    stream: str
    sensor: str
    measure: Measure
    decimals: int
    sequence: int
    count: int
    start: datetime
    end: datetime
    signed_at: datetime
    previous: bytes = field(repr=False)
    root: bytes = field(repr=False)

    @property
    def next_sequence(self) -> int:
        """The number of the first reading after this batch."""
        return self.sequence + self.count

    def value_of(self, reading: Reading) -> Decimal:
        """The value of a reading in the unit of the measure, exactly."""
        return Decimal(reading.value).scaleb(-self.decimals)

    def to_json(self) -> dict[str, Json]:
        """The payload that is signed."""
        return {
            "schema": SCHEMA,
            "stream": self.stream,
            "sensor": self.sensor,
            "measure": self.measure.to_json(),
            "decimals": self.decimals,
            "sequence": self.sequence,
            "count": self.count,
            "start": seconds_of(self.start),
            "end": seconds_of(self.end),
            "iat": seconds_of(self.signed_at),
            "previous": b64url_encode(self.previous),
            "root": b64url_encode(self.root),
        }

    @classmethod
    def read(cls, fields: Fields) -> "Header":
        """Read what `to_json` wrote.

        Raises:
            MalformedError: a member is missing, unknown or out of bounds; it lasts no time, or too long.
        """
        if fields.text("schema", max_length=MAX_NAME) != SCHEMA:
            raise MalformedError(f"{fields.where}.schema: expected {SCHEMA}")
        header = cls(
            stream=read_name(fields, "stream"),
            sensor=read_name(fields, "sensor"),
            measure=Measure.read(fields.section("measure")),
            decimals=fields.integer("decimals", least=0, most=MAX_DECIMALS),
            sequence=fields.integer("sequence", least=0, most=MAX_SEQUENCE - MOST_READINGS),
            count=fields.integer("count", least=1, most=MOST_READINGS),
            start=_moment(fields, "start"),
            end=_moment(fields, "end"),
            signed_at=_moment(fields, "iat"),
            previous=fields.binary("previous", length=DIGEST_BYTES),
            root=fields.binary("root", length=DIGEST_BYTES),
        )
        fields.done()
        if not 0 < (header.end - header.start).total_seconds() <= MOST_SECONDS:
            raise MalformedError(f"{fields.where}.end: expected up to {MOST_SECONDS} seconds after the start")
        if header.signed_at < header.end:
            raise MalformedError(f"{fields.where}.iat: a batch is signed when its time is over")
        if (header.sequence == 0) != (header.previous == GENESIS):
            raise MalformedError(f"{fields.where}.previous: zeros for the first batch and for no other")
        return header


@dataclass(frozen=True)
class UnverifiedBatch:
    """A batch as it arrived: its form is right, and nothing else is known."""

    header: Header
    readings: tuple[Reading, ...] = field(repr=False)
    jws: UnverifiedJws = field(repr=False)

    @property
    def digest(self) -> bytes:
        """What the next batch names: the SHA-256 of what is signed, without the signature.

        Whoever has one ES256 signature can write a second for the same header, which must not fork a stream.
        """
        return sha256(self.jws.signing_input)


def sign_batch(header: Header, readings: Sequence[Reading], key: SigningKey) -> bytes:
    """The batch as it travels; `count` and `root` of the header must be those of the readings.

    Raises:
        MalformedBatchError: something that `parse_batch` would refuse.
    """
    document: dict[str, object] = {
        "header": sign_jws(header.to_json(), key, typ=BATCH_TYP, kid=key.public.thumbprint()),
        "readings": [list(reading) for reading in readings],
    }
    raw = canonical_json(document)
    parse_batch(raw)
    return raw


def root_of(readings: Sequence[Reading]) -> bytes:
    """The Merkle root over the readings in their order."""
    return merkle.root([reading.leaf for reading in readings])


def parse_batch(raw: bytes) -> UnverifiedBatch:
    """Read a batch without believing it.

    Raises:
        MalformedBatchError: too large, not strict JSON, an unknown member, or readings that are too many, out
            of bounds, or not in the order of time within the batch.
    """
    try:
        fields = Fields.of(parse_json(raw, max_bytes=MOST_BYTES), _WHERE)
        jws = parse_jws(fields.text("header", max_length=MOST_HEADER), f"{_WHERE}.header")
        entries = fields.entries("readings", least=1, most=MOST_READINGS)
        fields.done()
        header = Header.read(Fields(jws.payload, f"{_WHERE}.header"))
        return UnverifiedBatch(header, _readings(entries, header), jws)
    except CryptoError as error:
        raise MalformedBatchError(str(error)) from error


def _readings(entries: Sequence[Json], header: Header) -> tuple[Reading, ...]:
    if len(entries) != header.count:
        raise MalformedError(f"{_WHERE}.readings: expected {header.count} as the header says")
    length = int((header.end - header.start).total_seconds()) * 1000
    readings, before = [], -1
    for index, entry in enumerate(entries):
        reading = _reading(entry, f"{_WHERE}.readings[{index}]")
        if not before < reading.offset < length:
            raise MalformedError(f"{_WHERE}.readings[{index}]: not in the order of time within the batch")
        before = reading.offset
        readings.append(reading)
    return tuple(readings)


def _reading(entry: Json, where: str) -> Reading:
    if not isinstance(entry, list) or len(entry) != _PAIR:
        raise MalformedError(f"{where}: expected milliseconds and a value")
    offset, value = entry
    if type(offset) is not int or type(value) is not int or not -MAX_VALUE <= value <= MAX_VALUE:
        raise MalformedError(f"{where}: expected two integers, the value of at most 31 bits")
    return Reading(offset, value)


def _moment(fields: Fields, name: str) -> datetime:
    return moment_of(fields.integer(name, least=0, most=MAX_MOMENT))
