"""A fresh market for every test: its database is a copy of one that was filled once."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from marketplace.config import Settings
from tests.browsing import chromium
from tests.marketplace.web.filled import Filled, filled
from tests.marketplace.web.house import INSTITUTE, House, Visitor, open_house, populate, settings_in
from tests.marketplace.web.stage import Stage, key_file
from tests.serving import serving


@pytest.fixture(scope="session")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return settings_in(tmp_path_factory.mktemp("market"))


@pytest.fixture(scope="session")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Filled]:
    with filled(tmp_path_factory.mktemp("database"), populate) as database:
        yield database


@pytest.fixture
def house(tmp_path: Path, settings: Settings, database: Filled) -> Iterator[House]:
    opened = open_house(tmp_path, settings=settings, database=database)
    yield opened
    opened.store.database.close()


@pytest.fixture(scope="module")
def standing(
    tmp_path_factory: pytest.TempPathFactory, settings: Settings, database: Filled
) -> Iterator[House]:
    """A market for tests that look and change nothing that another one looks at."""
    opened = open_house(tmp_path_factory.mktemp("standing"), settings=settings, database=database)
    yield opened
    opened.store.database.close()


@pytest.fixture(scope="module")
def standing_buyer(standing: House) -> Visitor:
    """A registered buyer in the market that stands."""
    return standing.buyer("buyer@institute.example", INSTITUTE, euros=100_000)


@pytest.fixture(scope="module")
def standing_operator(standing: House) -> Visitor:
    """An operator in the market that stands."""
    return standing.operator()


@pytest.fixture
def buyer(house: House) -> Visitor:
    """A buyer whose organisation is registered and who has money."""
    return house.buyer("buyer@institute.example", INSTITUTE, euros=1000)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def stage(standing: House, browser: Browser) -> Iterator[Stage]:
    """The standing market in front of a browser."""
    with serving(standing.app) as url:
        yield Stage(standing, url, browser)


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The key file of the standing buyer."""
    return key_file(tmp_path_factory.mktemp("keys"), INSTITUTE)
