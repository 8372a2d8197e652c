"""A database that is filled once and copied for each market: a SQLite file, or one of a PostgreSQL server.

PostgreSQL copies a whole database faster than its rows can be written; the copies are dropped at the end,
because dropping one makes the server write down everything that it has.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

import psycopg
from psycopg import sql

SERVER = "ARGONAUTA_TEST_DATABASE_URL"


@dataclass(frozen=True)
class FilledFile:
    """A SQLite file with everybody who takes part."""

    path: Path

    @property
    def url(self) -> str:
        """Its address."""
        return f"sqlite:///{self.path}"

    def copied(self, folder: Path) -> str:
        """The address of a copy in a folder."""
        own = folder / "market.sqlite"
        shutil.copy(self.path, own)
        return f"sqlite:///{own}"


@dataclass(frozen=True)
class FilledOnServer:
    """A database of a server with everybody who takes part; nobody may be connected to it."""

    connection: psycopg.Connection
    server: str
    names: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._make(sql.SQL("CREATE DATABASE {}"))

    @property
    def url(self) -> str:
        """Its address."""
        return self._address(self.names[0])

    def copied(self, _folder: Path) -> str:
        """The address of a copy."""
        return self._address(self._make(sql.SQL("CREATE DATABASE {} TEMPLATE {}"), self.names[0]))

    def close(self) -> None:
        """Drop it and all copies."""
        for name in self.names:
            drop = sql.SQL("DROP DATABASE {} WITH (FORCE)")
            self.connection.execute(drop.format(sql.Identifier(name)))

    def _make(self, statement: sql.SQL, *from_: str) -> str:
        name = f"argonauta_test_{uuid4().hex}"
        self.connection.execute(statement.format(*map(sql.Identifier, (name, *from_))))
        self.names.append(name)
        return name

    def _address(self, name: str) -> str:
        return f"{self.server.rpartition('/')[0]}/{name}"


Filled = FilledFile | FilledOnServer


@contextmanager
def filled(folder: Path, fill: Callable[[str], None]) -> Iterator[Filled]:
    """A database that `fill` has filled, of the kind that the environment names."""
    server = os.environ.get(SERVER)
    if not server:
        file = FilledFile(folder / "populated.sqlite")
        fill(file.url)
        yield file
        return
    with psycopg.connect(server, autocommit=True) as connection:
        on_server = FilledOnServer(connection, server)
        try:
            fill(on_server.url)
            yield on_server
        finally:
            on_server.close()
