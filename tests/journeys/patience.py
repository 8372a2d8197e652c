"""Waiting for other processes: look again until what is seen is good, and fail with what was seen last."""

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

PATIENCE_SECONDS = 150.0
PAUSE_SECONDS = 0.05
PEER_TIMEOUT = "MPC_NODE_SERVE_PEER_TIMEOUT"
"""The setting of a node that says for how many seconds it waits for its peers."""


def until(look: Callable[[], T], good: Callable[[T], bool]) -> T:
    """What was seen when it was good for the first time."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        seen = look()
        if good(seen):
            return seen
        assert time.monotonic() < deadline, seen
        time.sleep(PAUSE_SECONDS)  # the other processes give no sign to wait for
