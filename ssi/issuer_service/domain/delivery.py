"""A message that has to arrive: when is it tried again, and when is it given up?

Letters to people and events to institutions' systems leave by the same rule. It is tried at once, and then
after 5 s, 25 s, 2 min, 10 min, 52 min and 4.3 h, and every 6 h after that, twelve times in all: about a day.
"""

from datetime import datetime, timedelta
from enum import StrEnum

MAX_ATTEMPTS = 12
_FIRST = timedelta(seconds=5)
_LONGEST = timedelta(hours=6)
_FACTOR = 5
_LONGEST_AT = 7


class DeliveryState(StrEnum):
    """Whether a message arrived."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    FAILED = "failed"


def next_attempt(attempts: int, now: datetime) -> datetime | None:
    """When a message is tried again after so many attempts, the first included; None to give it up."""
    if attempts >= MAX_ATTEMPTS:
        return None
    if attempts >= _LONGEST_AT:
        return now + _LONGEST
    return now + min(_FIRST * int(_FACTOR ** (attempts - 1)), _LONGEST)
