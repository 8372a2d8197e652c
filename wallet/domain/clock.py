"""What time it is, as an argument: the composition root passes the one clock, tests pass theirs."""

from collections.abc import Callable
from datetime import datetime

Clock = Callable[[], datetime]
"""Answers the present moment, timezone-aware, in UTC."""
