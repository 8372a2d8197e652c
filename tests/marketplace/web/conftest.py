"""A fresh market for every test: its database is a copy of one that was filled once."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from marketplace.config import Settings
from tests.marketplace.web.house import INSTITUTE, House, Visitor, open_house, populated, settings_in


@pytest.fixture(scope="session")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return settings_in(tmp_path_factory.mktemp("market"))


@pytest.fixture(scope="session")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return populated(tmp_path_factory.mktemp("database") / "populated.sqlite")


@pytest.fixture
def house(tmp_path: Path, settings: Settings, database: Path) -> Iterator[House]:
    opened = open_house(tmp_path, settings=settings, database=database)
    yield opened
    opened.store.database.close()


@pytest.fixture
def buyer(house: House) -> Visitor:
    """A buyer whose organisation is registered and who has money."""
    return house.buyer("buyer@institute.example", INSTITUTE, euros=1000)
