"""How long does a round take between this node and its peers? Measured while it computes anyway.

A round lasts from this node's message until those of both peers are here: the way there, and what the peers
had left to do. Rounds of short messages give a median, long ones how many bytes a second one connection
carries. The first round of a computation tells more about who began late, and is left out. Kept in memory,
of the last few computations; told to the marketplace alone, with its moment to ten minutes, so that it says
little about when somebody asked something.
"""

import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from statistics import median
from typing import Final

from crypto.encoding import Json
from crypto.reading import utc_text

SHORT_BYTES: Final = 64 << 10
LONG_BYTES: Final = 1 << 20
MOST_ROUNDS: Final = 4096
MOST_RUNS: Final = 10
COARSE_SECONDS: Final = 600


@dataclass
class RoundTimes:
    """What the rounds of one computation took, in seconds, by how long their longest message was."""

    short: list[float] = field(default_factory=list)
    long_bytes: int = 0
    long_seconds: float = 0.0
    _rounds: int = 0

    def note(self, seconds: float, longest_bytes: int) -> None:
        """Note a round."""
        self._rounds += 1
        if self._rounds == 1:
            return
        if longest_bytes >= LONG_BYTES:
            self.long_bytes += longest_bytes
            self.long_seconds += seconds
        elif longest_bytes <= SHORT_BYTES and len(self.short) < MOST_ROUNDS:
            self.short.append(seconds)


@dataclass(frozen=True)
class _Run:
    round_seconds: float
    bytes_per_second: float | None
    ended: float


class Paces:
    """The pace of this node's last computations. Safe to share between threads."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._runs: deque[_Run] = deque(maxlen=MOST_RUNS)
        self._lock = threading.Lock()

    def note(self, times: RoundTimes) -> None:
        """Note a computation that came to its end; one without two rounds tells nothing."""
        if not times.short:
            return
        rate = times.long_bytes / times.long_seconds if times.long_seconds > 0 else None
        with self._lock:
            self._runs.append(_Run(median(times.short), rate, self._monotonic()))

    def to_json(self, now: datetime) -> dict[str, Json] | None:
        """The medians over the last computations, and when the newest ended; None before the first."""
        with self._lock:
            runs = tuple(self._runs)
        if not runs:
            return None
        rates = [run.bytes_per_second for run in runs if run.bytes_per_second is not None]
        ended = now - timedelta(seconds=max(self._monotonic() - runs[-1].ended, 0))
        return {
            "round_seconds": median(run.round_seconds for run in runs),
            "bytes_per_second": median(rates) if rates else None,
            "measured_at": utc_text(_coarse(ended)),
        }


def _coarse(moment: datetime) -> datetime:
    """The ten minutes that a moment lies in."""
    whole = moment.replace(microsecond=0)
    return whole - timedelta(seconds=(whole.minute * 60 + whole.second) % COARSE_SECONDS)
