"""What the readings of an hour, a day or a month come to, from the index wherever that says enough."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from wallet.domain.digest import Digest, digest_of, joined
from wallet.domain.period import Period
from wallet.domain.quantity import Kind
from wallet.domain.segment import Segment
from wallet.domain.stream import Part, Stream


@dataclass(frozen=True)
class Bucket:
    """The readings that begin in one period; one without readings has no value, which is not zero."""

    period: Period
    digest: Digest | None

    @property
    def count(self) -> int:
        """How many readings there are."""
        return self.digest.count if self.digest else 0

    def value(self, kind: Kind) -> Decimal | None:
        """Their mean or their sum, as their quantity has it."""
        return self.digest.value(kind) if self.digest else None


def to_open(stream: Stream, periods: Iterable[Period]) -> Sequence[Part]:
    """The parts that begin in one period and end in another: of all others the index says enough.

    There is at most one for each limit of a period, however many readings there are.
    """
    found = {
        part.row_id: part
        for period in periods
        for part in stream.within(*period.bounds)
        if not _is_inside(part, *period.bounds)
    }
    return tuple(found.values())


def bucketed(stream: Stream, opened: Mapping[str, Segment], periods: Iterable[Period]) -> list[Bucket]:
    """One bucket for each period, empty ones too; `opened` has at least what `to_open` names."""
    return [Bucket(period, _digest(stream, opened, *period.bounds)) for period in periods]


def _digest(stream: Stream, opened: Mapping[str, Segment], begin: int, end: int) -> Digest | None:
    return joined(
        part.digest if _is_inside(part, begin, end) else digest_of(opened[part.row_id].values(begin, end))
        for part in stream.within(begin, end)
    )


def _is_inside(part: Part, begin: int, end: int) -> bool:
    return begin <= part.first and part.last < end
