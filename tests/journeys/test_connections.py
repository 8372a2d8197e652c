"""A town on a PostgreSQL server takes few of its connections, and an operator sees who holds which.

That none is left when a town has ended is asked wherever a town ends (`databases_for_a_town`).
"""

import os

import psycopg
import pytest

from examples.town import MARKETPLACE, WALLET, Town
from ssi.hosting.database import CONNECTIONS
from tests.journeys.customers import Purchase
from tests.journeys.databases import SERVER, holders
from tests.journeys.neighbourhood import Neighbourhood

pytestmark = [
    pytest.mark.journey,
    pytest.mark.database,
    pytest.mark.timeout(600),
    pytest.mark.skipif(SERVER not in os.environ, reason="only a server counts connections"),
]

TOWN = 50
"""Half of what a server admits by default, so that a second town has its place."""


def test_every_program_of_a_town_holds_few_connections_under_its_name(
    neighbourhood: Neighbourhood, exact: Purchase
):
    address = neighbourhood.town.database_url
    assert address is not None
    named = {
        party: address(party).rpartition("/")[2]
        for party in (*Town.ISSUERS, *Town.NODES, MARKETPLACE, WALLET)
    }

    with psycopg.connect(os.environ[SERVER]) as connection:
        held = holders(connection, list(named.values()))

    assert {(named[party], "issuer serve") for party in Town.ISSUERS} <= held.keys()
    assert {(named[party], "mpc-node serve") for party in Town.NODES} <= held.keys()
    assert {(named[MARKETPLACE], f"marketplace {each}") for each in ("serve", "worker")} <= held.keys()
    assert (named[WALLET], "wallet serve") in held
    assert max(held.values()) <= CONNECTIONS
    assert sum(held.values()) <= TOWN
