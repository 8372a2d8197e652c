"""One measured value, as every source gives it and every stream keeps it."""

from datetime import datetime
from decimal import Decimal
from typing import NamedTuple


class Measured(NamedTuple):
    """One value of one quantity, with when it was measured and by what.

    `start` and `end` are aware and in UTC, to the millisecond; a moment has no `end`, and an interval is
    `start <= t < end`. `value` is finite and in the unit of its quantity (`wallet.domain.quantity`). The
    instrument is what the source calls the thing that measured; it may be empty.

    Two values with the same quantity, instrument, start and end speak of the same thing: the later one that
    comes in corrects the earlier one.
    """

    quantity: str
    start: datetime
    end: datetime | None
    value: Decimal
    instrument: str = ""
