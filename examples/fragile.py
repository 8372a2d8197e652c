"""A process that is struck at one exact point of its life with the database: it dies, or loses the database.

Points are counted: each statement before it is executed, each commit before it is made, and each connection
that is given back, which is after a commit and before anybody is answered. A test writes into the process's
folder after how many of them which blow falls; the process removes that before it is struck, so that the next
one lives, and writes down what it was doing. Nothing is counted before. Where a duty is named, only points of
the thread of that name count.

Death is SIGKILL for the whole group. To lose the database is, on PostgreSQL, that the server ends all
connections to it, those of other processes too; on SQLite, that a statement or commit fails as if the disk
were full.
"""

import os
import signal
import sqlite3
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any, NamedTuple
from uuid import uuid4

import psycopg
from sqlalchemy import Connection, Engine, event
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import Pool

FRAGILE = "ARGONAUTA_TEST_FRAGILE"
"""The setting under which processes of the nursery are fragile."""

_WIDTH = 12
COMMIT, GIVEN_BACK = "COMMIT", "after the commit"
_HANG_UP = """
    SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'
"""


class Blow(StrEnum):
    """What happens to a process."""

    DEATH = "death"
    LOSS = "loss"


class Fate(NamedTuple):
    """After how many points which blow falls; in which duty, if not in any; `name` tells two fates apart."""

    after: int
    blow: Blow
    duty: str
    name: str


@dataclass(frozen=True)
class Doom:
    """What is to strike the process of a folder that runs a command (`serve`, `worker`), and when."""

    folder: Path
    command: str

    @property
    def _file(self) -> Path:
        return self.folder / f"dies-{self.command}"

    def set(self, after: int, blow: Blow = Blow.DEATH, *, duty: str = "") -> None:
        """Let it be struck; from now on its points count."""
        self.forget()
        draft = self._file.with_suffix(".draft")
        draft.write_text("\n".join((str(after), blow, duty, uuid4().hex)))
        draft.rename(self._file)

    def forget(self) -> None:
        """Nothing has passed, and nothing has struck it."""
        self._told.unlink(missing_ok=True)
        self._counted.write_text(f"{0:{_WIDTH}}")

    def lift(self) -> None:
        """Let it live."""
        self._file.unlink(missing_ok=True)

    @property
    def passed(self) -> int:
        """How many points have passed since it was set."""
        return int(self._counted.read_text())

    @property
    def told(self) -> str:
        """What the process was doing when it was struck; empty if it was not."""
        try:
            return self._told.read_text()
        except FileNotFoundError:
            return ""

    @property
    def _counted(self) -> Path:
        return self._file.with_suffix(".passed")

    @property
    def _told(self) -> Path:
        return self._file.with_suffix(".told")

    def note(self, passed: int) -> None:
        """Write down how many points have passed."""
        with self._counted.open("r+") as file:  # as long as before, so that nobody ever reads a part of it
            file.write(f"{passed:{_WIDTH}}")

    def strike(self, doing: str) -> None:
        """Write down what the process is doing, and forget what was to strike it."""
        self._told.write_text(doing)
        self.lift()

    def read(self) -> Fate | None:
        """What is to strike it, if anything is."""
        try:
            after, blow, duty, name = self._file.read_text().split("\n")
        except FileNotFoundError:
            return None
        return Fate(int(after), Blow(blow), duty, name)


@dataclass(eq=False)
class _Count:
    doom: Doom
    fate: Fate | None = None
    passed: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def statement(self, connection: Connection, _cursor: object, said: str, *_: object) -> None:
        if self._falls(_short(said)):
            _lose(connection.engine.dialect.name, connection.connection.dbapi_connection)

    def commit(self, connection: Connection) -> None:
        if self._falls(COMMIT):
            _lose(connection.engine.dialect.name, connection.connection.dbapi_connection)

    def given_back(self, connection: Any, _record: object) -> None:
        is_served = isinstance(connection, psycopg.Connection)
        if connection is not None and self._falls(GIVEN_BACK, may_lose=is_served):
            _lose("postgresql", connection)

    def _falls(self, doing: str, *, may_lose: bool = True) -> bool:
        """Whether the database is lost now; does not return where the process dies.

        Where it cannot be lost, it is lost at the next point.
        """
        with self.lock:
            if (fate := self.doom.read()) != self.fate:
                self.fate, self.passed = fate, 0
            if fate is None or (fate.duty and threading.current_thread().name != fate.duty):
                return False
            self.passed += 1
            self.doom.note(self.passed)
            if self.passed < fate.after or (fate.blow is Blow.LOSS and not may_lose):
                return False
            self.doom.strike(doing)
            if fate.blow is Blow.DEATH:
                # The whole group, as a power cut would: a server's master would only start another worker.
                os.killpg(os.getpgrp(), signal.SIGKILL)
            return True


def _lose(dialect: str, connection: Any) -> None:
    """Let the server end all connections to this database, or this one statement fail."""
    if dialect == "sqlite":
        raise OperationalError("made to fail", None, sqlite3.OperationalError("database or disk is full"))
    with psycopg.connect(connection.info.dsn, autocommit=True) as other:
        other.execute(_HANG_UP)


def _short(statement: str) -> str:
    """A statement in a few words, without its columns."""
    words = statement.split()
    for mark in ("FROM", "INTO", "UPDATE"):
        if mark in words[:-1]:
            return f"{words[0]} {words[words.index(mark) + 1]}"
    return " ".join(words[:3])


def be_fragile(command: Sequence[str]) -> None:
    """Count the points of this process, which runs a command with `--dir`."""
    if "--dir" not in command:
        return
    count = _Count(Doom(Path(command[command.index("--dir") + 1]), command[1]))
    event.listen(Engine, "before_cursor_execute", count.statement)
    event.listen(Engine, "commit", count.commit)
    event.listen(Pool, "checkin", count.given_back)
