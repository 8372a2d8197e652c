"""Was a proof made just now, by its own word?"""

from datetime import datetime, timedelta
from typing import Final

from crypto.errors import MalformedError
from crypto.reading import Fields

MAX_AGE: Final = timedelta(minutes=5)
MAX_AHEAD: Final = timedelta(minutes=1)
"""How far a clock may run ahead."""
MAX_SECONDS: Final = 2**40
"""The latest moment that is read, in seconds since 1970."""


def made_just_now(claims: Fields, now: datetime) -> datetime:
    """When a proof was made (`iat`): in the last five minutes, or up to one minute ahead of this clock.

    Raises:
        MalformedError: it does not say when, or was made at another time.
    """
    seconds = claims.number("iat", most=MAX_SECONDS)
    age = now.timestamp() - seconds
    if not -MAX_AHEAD.total_seconds() <= age <= MAX_AGE.total_seconds():
        raise MalformedError(
            f"{claims.where}.iat: made {age:.0f} seconds ago: check the clock and sign a new one"
        )
    return datetime.fromtimestamp(seconds, now.tzinfo)


def remembered_until(made_at: datetime) -> datetime:
    """Until when a proof must be remembered, so that it counts once: later it is too old by itself."""
    return made_at + MAX_AGE + MAX_AHEAD
