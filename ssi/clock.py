"""How moments stand in JOSE documents (RFC 7519 §2, NumericDate), and what it means to be valid now."""

from datetime import UTC, datetime, timedelta

from ssi.errors import ExpiredError, NotYetValidError

MAX_MOMENT = 253_402_300_799
"""The last second of the year 9999."""

CLOCK_SKEW = timedelta(seconds=60)
"""How far the clock of an issuer may run ahead of ours. Nothing is added to the end of a validity."""


def seconds_of(moment: datetime) -> int:
    """Whole seconds since 1970 in UTC, rounded down."""
    return int(moment.timestamp() // 1)


def moment_of(seconds: int) -> datetime:
    """The moment of a NumericDate in [0, `MAX_MOMENT`]."""
    return datetime.fromtimestamp(seconds, UTC)


def require_within(what: str, start: datetime, end: datetime, *, now: datetime) -> None:
    """Return only while something is valid: from its start, less the clock skew, until just before its end.

    Raises:
        NotYetValidError: it starts in the future.
        ExpiredError: it has ended, or ends before it starts.
    """
    if now + CLOCK_SKEW < start:
        raise NotYetValidError(f"{what}: valid from {start.isoformat()}, not yet at {now.isoformat()}")
    if now >= end or end <= start:
        raise ExpiredError(f"{what}: valid until {end.isoformat()}, no longer at {now.isoformat()}")
