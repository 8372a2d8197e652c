"""What a program costs the server of its database: few connections, which carry the program's name."""

import os
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import Any

import pytest
from sqlalchemy import TextClause, text

from ssi.hosting.database import Database, open_database

SERVER = "ARGONAUTA_TEST_DATABASE_URL"
PATIENCE_SECONDS = 60
HELD = text("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()")
NAME = text("SELECT current_setting('application_name')")

pytestmark = pytest.mark.skipif(SERVER not in os.environ, reason="only a server counts connections")


def ask(database: Database, question: TextClause) -> Any:
    with database.reading() as session:
        return session.scalar(question)


def test_many_threads_share_few_connections_and_a_program_at_rest_holds_two(database_url):
    with closing(open_database(database_url, connections=4)) as database, ThreadPoolExecutor(24) as pool:
        together = threading.Barrier(24)

        def work(_: int) -> list[int]:
            together.wait(PATIENCE_SECONDS)
            return [ask(database, HELD) for _ in range(20)]

        held = [count for counts in pool.map(work, range(24)) for count in counts]

        assert max(held) <= 4
        assert ask(database, HELD) <= 2


@pytest.mark.parametrize(
    ("command", "name"),
    [
        (["/opt/venv/bin/marketplace", "worker", "--dir", "/srv/market"], "marketplace worker"),
        (["mpc-node", "make-aggregation-key"], "mpc-node make-aggregation-key"),
        (["wallet", "--help"], "wallet"),
        (["notes.py", "/srv/letters.txt"], "notes.py"),
        (["notebook"], "notebook"),
    ],
)
def test_the_server_shows_which_program_holds_a_connection(database_url, monkeypatch, command, name):
    monkeypatch.setattr(sys, "argv", command)

    with closing(open_database(database_url)) as database:
        assert ask(database, NAME) == name


def test_an_address_may_give_another_name(database_url):
    with closing(open_database(f"{database_url}?application_name=market-two")) as database:
        assert ask(database, NAME) == "market-two"
