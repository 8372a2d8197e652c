"""Moments as documents of the W3C write them: `dateTimeStamp` of XML Schema 1.1, part 2 §3.4.28.

A date, the letter T, a time with seconds and an optional fraction, and a time zone that is never left out:
without one nobody can tell when it is (VC Data Model 2.0 §6.3, Data Integrity 1.0 §2.1).
"""

import re
from datetime import UTC, datetime, timedelta, timezone
from typing import Final

from crypto.errors import MalformedError

_FORM: Final = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d{1,20}))?(?:(Z)|([+-])(\d\d):(\d\d))", re.ASCII
)
_LARGEST_OFFSET: Final = timedelta(hours=14)


def read_timestamp(text: object, where: str) -> datetime:
    """The moment of a `dateTimeStamp`, in UTC, to the microsecond (rounded down).

    Midnight may be written as the 24th hour of the day before (§3.3.7.2).

    Raises:
        MalformedError: not of this form, without a time zone, or no moment of the years 1 to 9999.
    """
    form = _FORM.fullmatch(text) if isinstance(text, str) else None
    if form is None:
        raise MalformedError(f"{where}: expected a moment with its time zone such as 2026-01-31T12:00:00Z")
    year, month, day, hour, minute, second = (int(form[index]) for index in range(1, 7))
    offset = timedelta() if form[8] else timedelta(hours=int(form[10]), minutes=int(form[11]))
    microsecond = int((form[7] or "0").ljust(6, "0")[:6])
    next_day = hour == 24 and not (minute or second or microsecond)  # noqa: PLR2004 — the end of the day
    try:
        if offset > _LARGEST_OFFSET or (form[11] and int(form[11]) > 59):  # noqa: PLR2004 — minutes
            raise ValueError("there is no such time zone")  # noqa: TRY301 — one exit for every reason
        zone = timezone(-offset if form[9] == "-" else offset)
        parts = (year, month, day, 0 if next_day else hour, minute, second, microsecond)
        moment = datetime(*parts, tzinfo=zone) + timedelta(days=next_day)
        return moment.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise MalformedError(f"{where}: there is no such moment") from error
