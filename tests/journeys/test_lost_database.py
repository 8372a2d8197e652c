"""The server ends all connections to the market's database and takes no new ones for a while.

Web and worker stay alive, say what is amiss, and go on by themselves when it is back.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import psycopg
import pytest
import requests
from psycopg import sql

from examples.town import MARKETPLACE, WORKER, Town
from marketplace.sdk.result import Placed
from ssi.http.errors import RefusedByPeerError
from tests.journeys.crowds import OF_ALL, students
from tests.journeys.customers import enrolled, order, wait
from tests.journeys.databases import SERVER, databases_for_a_town
from tests.journeys.neighbourhood import living_in
from tests.journeys.patience import until
from tests.journeys.test_killed_node import everybody_is_paid_once

pytestmark = [
    pytest.mark.journey,
    pytest.mark.database,
    pytest.mark.timeout(600),
    pytest.mark.skipif(SERVER not in os.environ, reason="only a server goes away and comes back"),
]

PEOPLE = 12


@contextmanager
def away(url: str) -> Iterator[None]:
    """Let nobody into a database meanwhile, and throw out who is in."""
    server, _, name = url.rpartition("/")
    door = sql.SQL("ALTER DATABASE {} WITH ALLOW_CONNECTIONS {}")
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        connection.execute(door.format(sql.Identifier(name), sql.SQL("false")))
        connection.execute(
            "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = %s", (name,)
        )
        try:
            yield
        finally:
            connection.execute(door.format(sql.Identifier(name), sql.SQL("true")))


def test_web_and_worker_say_that_the_database_is_away_and_go_on_by_themselves(tmp_path: Path):
    with (
        databases_for_a_town() as databases,
        living_in(Town(tmp_path / "town", database_url=databases)) as found,
    ):
        assert databases is not None
        found.people = found.settle(students(found.town, PEOPLE))
        customer = enrolled(found)
        before, url = found.balances(), found.town.url(MARKETPLACE)
        alive = {name: found.town.processes[name].pid for name in (MARKETPLACE, WORKER)}
        placed = order(customer, OF_ALL)

        with away(databases(MARKETPLACE)):
            health = until(
                partial(requests.get, f"{url}/health", timeout=60), lambda answer: not answer.ok
            ).json()
            page = requests.get(f"{url}/", timeout=60)
            with pytest.raises(RefusedByPeerError) as refusal:
                customer.buyer.progress(placed)
            until(partial(said_by, found.town, WORKER), lambda said: "DatabaseUnavailableError" in said)

        assert health["checks"]["database"] == "failing"
        assert (page.status_code, refusal.value.status) == (503, 503)
        assert "The database of this market does not answer" in page.text
        assert "start the database" in page.text
        wait(customer, Placed(placed.order_id, OF_ALL))
        everybody_is_paid_once(found, customer, placed, before)
        assert {name: found.town.processes[name].pid for name in alive} == alive
        assert all(found.town.processes[name].poll() is None for name in alive)


def said_by(town: Town, name: str) -> str:
    """What a process wrote into its log."""
    return (town.home(name) / "process.log").read_text()
