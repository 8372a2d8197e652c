"""Calendar months, as people count them."""

import calendar
from datetime import datetime

MONTHS_IN_YEAR = 12


def add_months(moment: datetime, months: int) -> datetime:
    """The same day and time some months later; the last day of the month where that day does not exist.

    >>> from datetime import UTC
    >>> add_months(datetime(2026, 8, 31, tzinfo=UTC), 6).date().isoformat()
    '2027-02-28'
    """
    year, month_index = divmod(moment.year * MONTHS_IN_YEAR + moment.month - 1 + months, MONTHS_IN_YEAR)
    last_day = calendar.monthrange(year, month_index + 1)[1]
    return moment.replace(year=year, month=month_index + 1, day=min(moment.day, last_day))
