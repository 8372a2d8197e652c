"""A wallet in a town of partners, once in memory and once on a real database."""

from collections.abc import Iterator

import pytest

from tests.wallet.world import World
from wallet.bootstrap import sql_stores
from wallet.domain.session import Session
from wallet.storage.schema import open_wallet_database


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def stored_world(database_url: str) -> Iterator[World]:
    """The same on a database, for what only storing can break."""
    database = open_wallet_database(database_url)
    yield World(stores=sql_stores(database))
    database.close()


@pytest.fixture
def anna(world: World) -> Session:
    return world.services.create_wallet("anna", "a quiet harbour")


@pytest.fixture
def ben(world: World) -> Session:
    return world.services.create_wallet("ben", "a windy harbour")
