"""A reading as a device of a person tells it: one strict JSON document that counts itself.

Its members are `quantity`, `start`, `value` and `sequence`, with `end` and `instrument` where there are any.
The stream is named by the topic it comes over; where there is none, by the member `stream`. A device counts
the messages of each stream and never gives a number twice, so that one which comes again, even after a
correction, is known.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Final, cast

from crypto.encoding import MAX_EXACT_INTEGER, Json, canonical_json, parse_json
from crypto.errors import MalformedError
from crypto.reading import Fields
from ssi.timestamps import read_timestamp
from wallet.domain.measured import Measured
from wallet.domain.quantity import QUANTITIES, Kind
from wallet.domain.reading import LONGEST_NAME

MOST_MESSAGE_BYTES: Final = 8 * 1024
_STREAM: Final = re.compile(r"[A-Za-z0-9._-]{1,40}(?:/[A-Za-z0-9._-]{1,40}){0,3}")
_MOST_STREAM: Final = 60
_MOST_INSTRUMENT: Final = LONGEST_NAME - _MOST_STREAM - len(", ")
_EARLIEST: Final = datetime(1990, 1, 1, tzinfo=UTC)
_LATEST: Final = datetime(2100, 1, 1, tzinfo=UTC)
_MOST_VALUE: Final = 1e15
COUNTABLE: Final = tuple(name for name, each in QUANTITIES.items() if each.kind is not Kind.CATEGORY)
"""What a device may tell; the number of a place has more digits than a number of JSON."""


@dataclass(frozen=True)
class LiveReading:
    """One reading of one stream; stream and sequence together name it for good.

    The instrument of `measured` begins with the stream, so that streams which count apart are kept apart.
    """

    stream: str
    sequence: int
    measured: Measured


def read_live(raw: bytes, stream: str | None = None) -> LiveReading:
    """The reading in a message; without a `stream` its document names it.

    Raises:
        MalformedError: too long, no such document, an unknown quantity or member, a stream that has no name
            as they are, or a time or value that cannot be.
    """
    if len(raw) > MOST_MESSAGE_BYTES:
        raise MalformedError(f"expected a message of at most {MOST_MESSAGE_BYTES} bytes")
    fields = Fields.parse(raw, "reading")
    named = _stream(fields.text("stream", max_length=_MOST_STREAM) if stream is None else stream)
    quantity = fields.text("quantity", max_length=80)
    if quantity not in COUNTABLE:
        raise MalformedError("reading.quantity: unknown")
    start = _moment(fields, "start")
    end = _moment(fields, "end") if fields.has("end") else None
    if end is not None and end <= start:
        raise MalformedError("reading.end: expected a time after the start")
    value = Decimal(repr(fields.number("value", most=_MOST_VALUE)))
    instrument = named
    if fields.has("instrument"):
        instrument = f"{named}, {_name(fields.text('instrument', max_length=_MOST_INSTRUMENT))}"
    sequence = fields.integer("sequence", least=0, most=MAX_EXACT_INTEGER)
    fields.done()
    return LiveReading(named, sequence, Measured(quantity, start, end, value, instrument))


def as_letter(raw: bytes, stream: str) -> bytes:
    """A message that came over a topic, as a document that names its stream itself.

    Raises:
        MalformedError: as `read_live`.
    """
    read_live(raw, stream)
    told = cast("dict[str, Json]", parse_json(raw))
    return canonical_json({**told, "stream": stream})


def _stream(name: str) -> str:
    if len(name) > _MOST_STREAM or _STREAM.fullmatch(name) is None:
        raise MalformedError("reading.stream: expected up to four short names of letters and digits")
    return name


def _name(text: str) -> str:
    if not text.isprintable():
        raise MalformedError("reading.instrument: expected a name that can be read")
    return text


def _moment(fields: Fields, name: str) -> datetime:
    moment = read_timestamp(fields.any(name), f"reading.{name}")
    if not _EARLIEST <= moment < _LATEST:
        raise MalformedError(f"reading.{name}: expected a time between 1990 and 2100")
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)
