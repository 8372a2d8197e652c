"""A clock for waits between nodes of one process that goes on only while somebody waits.

A machine that is busy for seconds holds up the one who waits and the one who is waited for alike. By the
clock on the wall the wait is over then, and a node is named as silent that was given no turn to speak.
"""

import threading
import time

LOOK_SECONDS = 0.3
"""Whoever waits looks at the clock more often than this; what passes beyond it is a stall."""


class Unhurried:
    """Seconds that pass between looks, of which a stall takes no more than one; shared by all who wait."""

    def __init__(self) -> None:
        self._turn = threading.Lock()
        self._looked = time.monotonic()
        self._passed = 0.0

    def __call__(self) -> float:
        """The seconds that have passed; in place of `time.monotonic`."""
        with self._turn:
            now = time.monotonic()
            self._passed += min(now - self._looked, LOOK_SECONDS)
            self._looked = now
            return self._passed
