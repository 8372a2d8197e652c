"""A process that kills itself (SIGKILL) at one exact point of its life with the database.

Points are counted: each statement before it is executed, each commit before it is made, and each connection
that is given back, which is after a commit and before anybody is answered. A test writes into the process's
folder after how many of them it is to die; the process removes that before it dies, so that the next one
lives. Nothing is counted before.
"""

import os
import signal
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import Engine, event
from sqlalchemy.pool import Pool

FRAGILE = "ARGONAUTA_TEST_FRAGILE"
"""The setting under which processes of the nursery are fragile."""


@dataclass(frozen=True)
class Doom:
    """After how many points the process of a folder dies that runs a command (`serve`, `worker`)."""

    folder: Path
    command: str

    @property
    def _file(self) -> Path:
        return self.folder / f"dies-{self.command}"

    def set(self, after: int) -> None:
        """Let it die; from now on its points count."""
        draft = self._file.with_suffix(".draft")
        draft.write_text(str(after))
        draft.rename(self._file)

    def lift(self) -> None:
        """Let it live."""
        self._file.unlink(missing_ok=True)

    @property
    def passed(self) -> int:
        """How many points have passed since it was set."""
        try:
            return int(self._counted.read_text() or "0")
        except FileNotFoundError:
            return 0

    @property
    def _counted(self) -> Path:
        return self._file.with_suffix(".passed")

    def note(self, passed: int) -> None:
        """Write down how many points have passed."""
        self._counted.write_text(str(passed))

    def read(self) -> int | None:
        """After how many points it dies, if it does."""
        try:
            return int(self._file.read_text())
        except FileNotFoundError:
            return None


@dataclass(eq=False)
class _Count:
    doom: Doom
    left: int | None = None
    lock: threading.Lock = field(default_factory=threading.Lock)

    def __call__(self, *_: object, **__: object) -> None:
        with self.lock:
            if (after := self.doom.read()) is None:
                self.left = None
                return
            self.left = (after if self.left is None else self.left) - 1
            self.doom.note(after - self.left)
            if self.left <= 0:
                self.doom.lift()
                # The whole group, as a power cut would: a server's master would only start another worker.
                os.killpg(os.getpgrp(), signal.SIGKILL)


def be_fragile(command: Sequence[str]) -> None:
    """Count the points of this process, which runs a command with `--dir`."""
    if "--dir" not in command:
        return
    count = _Count(Doom(Path(command[command.index("--dir") + 1]), command[1]))
    event.listen(Engine, "before_cursor_execute", count)
    event.listen(Engine, "commit", count)
    event.listen(Pool, "checkin", count)
