"""Where the parties of a town keep their data: SQLite files in their folders, or PostgreSQL databases."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from uuid import uuid4

import psycopg
from psycopg import sql

SERVER = "ARGONAUTA_TEST_DATABASE_URL"


@contextmanager
def databases_for_a_town() -> Iterator[Callable[[str], str] | None]:
    """A fresh PostgreSQL database for each party that asks; None where the environment names no server."""
    server = os.environ.get(SERVER)
    if not server:
        yield None
        return
    named: dict[str, str] = {}
    with psycopg.connect(server, autocommit=True) as connection:

        def address(party: str) -> str:
            if party not in named:
                named[party] = f"argonauta_test_{uuid4().hex}"
                connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(named[party])))
            return f"{server.rpartition('/')[0]}/{named[party]}"

        try:
            yield address
        finally:
            for name in named.values():
                connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
