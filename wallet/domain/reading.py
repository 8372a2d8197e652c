"""One value at its place in time, as streams keep it: whole milliseconds and an exact number."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Final, NamedTuple

from wallet.domain.measured import Measured
from wallet.domain.quantity import QUANTITIES
from wallet.errors import UnfitReadingError

MOMENT: Final = -1
"""The length of what has no length."""
LONGEST_NAME: Final = 100
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND: Final = timedelta(milliseconds=1)
EARLIEST: Final = (datetime(1900, 1, 1, tzinfo=UTC) - _EPOCH) // _MILLISECOND
LATEST: Final = (datetime(2200, 1, 1, tzinfo=UTC) - _EPOCH) // _MILLISECOND
"""The first start that is kept, and the first that is too late."""
_LONGEST_VALUE: Final = 40
_MAGNITUDES: Final = 20


class Reading(NamedTuple):
    """A value from `start` on for `length`, both in milliseconds (since 1970, UTC); readings sort by time."""

    start: int
    length: int
    value: Decimal

    @property
    def begin(self) -> datetime:
        """When it was measured, or began to be."""
        return moment_at(self.start)

    @property
    def end(self) -> datetime | None:
        """When the interval was over; a moment has no end."""
        return None if self.length == MOMENT else moment_at(self.start + self.length)


def reading_of(measured: Measured) -> Reading:
    """The reading in what a source measured; an interval that ends where it begins is a moment.

    Raises:
        UnfitReadingError: the quantity is unknown, the instrument's name is too long, a time has no zone or
            is not in the years 1900 to 2199, the interval ends before it begins, or the value is not finite,
            is beyond 10^±20 or has more than 40 characters.
    """
    if measured.quantity not in QUANTITIES or len(measured.instrument) > LONGEST_NAME:
        raise UnfitReadingError("What was measured is not known here, so it cannot be kept.")
    start = milliseconds(measured.start)
    if not EARLIEST <= start < LATEST:
        raise UnfitReadingError("A value was measured before 1900 or after 2199: that clock is wrong.")
    length = 0 if measured.end is None else milliseconds(measured.end) - start
    if not 0 <= length < LATEST - start:
        raise UnfitReadingError("A value was measured until before it began, so it cannot be kept.")
    if not are_kept((measured.value,)):
        raise UnfitReadingError("A value is no number that can be kept.")
    return Reading(start, length or MOMENT, measured.value)


def are_kept(values: Sequence[Decimal]) -> bool:
    """Whether values can stand in a stream: finite, within 10^±20, and at most 40 characters long."""
    if not all(map(Decimal.is_finite, values)):
        return False
    sizes = [*map(Decimal.adjusted, values), 0]
    longest = max(map(len, map(str, values)), default=0)
    return longest <= _LONGEST_VALUE and min(sizes) >= -_MAGNITUDES and max(sizes) <= _MAGNITUDES


def milliseconds(moment: datetime) -> int:
    """A moment as milliseconds since 1970, parts of one cut off.

    Raises:
        UnfitReadingError: it has no time zone, so nobody can tell when it is.
    """
    if moment.tzinfo is None:
        raise UnfitReadingError("A value has a time without a time zone, so it cannot be kept.")
    return (moment - _EPOCH) // _MILLISECOND


def moment_at(since_1970: int) -> datetime:
    """The inverse of `milliseconds`, in UTC."""
    return _EPOCH + since_1970 * _MILLISECOND
