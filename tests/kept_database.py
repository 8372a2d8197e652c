"""One database on a PostgreSQL server for all tests of a process, emptied after each.

To drop a database makes the server write down everything it has, which takes longer than most tests.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import uuid4

import psycopg
from psycopg import sql

_EMPTY = "DROP SCHEMA public CASCADE; CREATE SCHEMA public"
_HANG_UP = """
    SELECT pg_terminate_backend(pid, 60000) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()
"""


@dataclass(frozen=True)
class KeptDatabase:
    """A database at `url`, for one test at a time."""

    url: str

    def empty(self) -> None:
        """Take everything out of it, also where a test has left a connection open."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(_HANG_UP)
            connection.execute(_EMPTY)


@contextmanager
def kept_on(server: str) -> Iterator[KeptDatabase]:
    """A new database on a server, for as long as the block lasts."""
    name = f"argonauta_test_{uuid4().hex}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    try:
        yield KeptDatabase(f"{server.rpartition('/')[0]}/{name}")
    finally:
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
