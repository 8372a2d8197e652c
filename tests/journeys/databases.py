"""Where the parties of a town keep their data: SQLite files in their folders, or PostgreSQL databases.

A server admits a hundred connections, so nobody of a town that has ended may keep one.
"""

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any
from uuid import uuid4

import psycopg
from psycopg import sql

from tests.journeys.patience import until

SERVER = "ARGONAUTA_TEST_DATABASE_URL"
_HOLDERS = """
    SELECT datname, application_name, count(*) FROM pg_stat_activity
    WHERE datname = ANY(%s) GROUP BY datname, application_name
"""


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
            until(partial(holders, connection, [*named.values()]), lambda left: not left)
        finally:
            for name in named.values():
                connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def holders(connection: psycopg.Connection[Any], names: Sequence[str]) -> dict[tuple[str, str], int]:
    """How many connections each program has to each of these databases, where it has any."""
    rows = connection.execute(_HOLDERS, (list(names),)).fetchall()
    return {(database, program): count for database, program, count in rows}
