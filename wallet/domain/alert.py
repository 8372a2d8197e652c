"""What a person wants to be told about a stream: a day or a month above or below a limit that she set.

A day's sum that is above its limit stays above, so it is told at once. Everything else is told when the day
or the month is over: every morning has few steps. A period without readings says nothing.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Final, NamedTuple

from crypto.encoding import MAX_EXACT_INTEGER, Json
from crypto.errors import MalformedError
from crypto.reading import Fields, utc_text
from wallet.domain.bucket import Bucket
from wallet.domain.period import Period, Span, period_of
from wallet.domain.quantity import Kind
from wallet.domain.reading import milliseconds, moment_at

OVER: Final = (Span.DAY, Span.MONTH)
"""What a limit can be set for."""
MOST_CROSSINGS: Final = 31
"""How many periods an alert looks back on, and remembers."""


class Side(StrEnum):
    """On which side of the limit a value is to be told."""

    ABOVE = "above"
    BELOW = "below"


class Crossing(NamedTuple):
    """A period whose value was beyond the limit, by its begin (milliseconds since 1970); was it seen?"""

    begin: int
    value: Decimal
    seen: bool

    @property
    def at(self) -> datetime:
        """When the period began."""
        return moment_at(self.begin)


@dataclass(frozen=True)
class Alert:
    """One limit for one stream, and the periods beyond it, oldest first."""

    row_id: str
    stream_id: str
    quantity_name: str
    side: Side
    limit: Decimal
    over: Span
    looked_at: datetime
    """When everything that was over had last been judged."""
    crossings: tuple[Crossing, ...] = field(default=(), repr=False)
    revision: int = 0

    @property
    def unseen(self) -> tuple[Crossing, ...]:
        """What the person was not told yet."""
        return tuple(each for each in self.crossings if not each.seen)

    def is_beyond(self, value: Decimal) -> bool:
        """Whether a value is on the side that is to be told; the limit itself is not."""
        return value > self.limit if self.side is Side.ABOVE else value < self.limit

    def tells(self, period: Period, kind: Kind, now: datetime) -> bool:
        """Whether a period can be judged at a moment."""
        return period.end <= now or (kind is Kind.SUM and self.side is Side.ABOVE)

    def judged(self, buckets: Iterable[Bucket], kind: Kind, *, now: datetime, news: bool) -> "Alert":
        """After a look at some periods; what is found counts as unseen only if it is `news`."""
        found = {each.begin: each for each in self.crossings}
        for bucket in buckets:
            begin, value = milliseconds(bucket.period.begin), bucket.value(kind)
            before = found.pop(begin, None)
            if value is None or not self.is_beyond(value):
                continue
            if self.tells(bucket.period, kind, now):
                found[begin] = Crossing(begin, value, before.seen if before else not news)
        last = sorted(found.values())[-MOST_CROSSINGS:]
        return replace(self, crossings=tuple(last))

    def acknowledged(self) -> "Alert":
        """After the person saw everything."""
        return replace(self, crossings=tuple(each._replace(seen=True) for each in self.crossings))

    def to_document(self) -> dict[str, Json]:
        """The alert as a document to be sealed."""
        return {
            "stream": self.stream_id,
            "quantity": self.quantity_name,
            "side": self.side.value,
            "limit": str(self.limit),
            "over": self.over.value,
            "looked_at": utc_text(self.looked_at),
            "crossings": [[each.begin, str(each.value), each.seen] for each in self.crossings],
        }

    @classmethod
    def from_document(cls, document: object, row_id: str, revision: int) -> "Alert":
        """Read what `to_document` wrote.

        Raises:
            MalformedError: it has another form.
        """
        fields = Fields.of(document, "alert")
        alert = cls(
            row_id=row_id,
            stream_id=fields.text("stream", max_length=36),
            quantity_name=fields.text("quantity", max_length=100),
            side=fields.choice("side", Side),
            limit=_value(fields.text("limit", max_length=50)),
            over=fields.choice("over", _day_or_month),
            looked_at=fields.moment("looked_at"),
            crossings=tuple(map(_crossing, fields.entries("crossings", most=MOST_CROSSINGS))),
            revision=revision,
        )
        fields.done()
        return alert


def periods_between(span: Span, first: datetime, last: datetime) -> list[Period]:
    """The newest periods from that of one moment to that of another, as many as an alert looks back on."""
    period = period_of(span, last)
    found = [period]
    while len(found) < MOST_CROSSINGS and period.begin > first:
        period = period.moved(-1)
        found.append(period)
    return found[::-1]


def _day_or_month(text: str) -> Span:
    span = Span(text)
    if span not in OVER:
        raise ValueError(text)
    return span


def _crossing(entry: Json) -> Crossing:
    match entry:
        case [int(begin), str(value), bool(seen)] if abs(begin) <= MAX_EXACT_INTEGER:
            return Crossing(begin, _value(value), seen)
    raise MalformedError("alert.crossings: expected a period")


def _value(text: str) -> Decimal:
    try:
        value = Decimal(text)
    except InvalidOperation as error:
        raise MalformedError("alert: expected a value") from error
    if not value.is_finite():
        raise MalformedError("alert: expected a finite value")
    return value
