"""Who may touch the share files when? Many read at the same time, or one changes them.

A withdrawal waits for the jobs that read at that moment, which takes them about a second for a million
people, and a job waits for the one change that is under way. Whoever wants to change goes before new readers,
so that a busy node cannot put a withdrawal off.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager


class Turns:
    """A lock with two ways in, for the threads of one process. Nobody may take a second turn inside one."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._reading = 0
        self._waiting = 0
        self._changing = False

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Read together with others; nothing changes meanwhile."""
        with self._changed:
            self._changed.wait_for(lambda: not self._changing and not self._waiting)
            self._reading += 1
        try:
            yield
        finally:
            with self._changed:
                self._reading -= 1
                self._changed.notify_all()

    @contextmanager
    def changing(self) -> Iterator[None]:
        """Be alone."""
        with self._changed:
            self._waiting += 1
            try:
                self._changed.wait_for(lambda: not self._changing and not self._reading)
                self._changing = True
            finally:
                self._waiting -= 1
        try:
            yield
        finally:
            with self._changed:
                self._changing = False
                self._changed.notify_all()
