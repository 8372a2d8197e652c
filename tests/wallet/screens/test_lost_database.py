"""The database of a wallet server goes away for a while: people are told what to do, and all goes on."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy.orm import Session

from ssi.hosting.database import Database
from ssi.hosting.errors import DatabaseUnavailableError
from tests.wallet.browsing import Browser
from tests.wallet.world import World
from wallet.bootstrap import sql_stores
from wallet.storage.schema import open_wallet_database
from wallet.web.app import create_app


class FickleDatabase(Database):
    """A database that can be away."""

    away = False

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """As ever, or away."""
        self._require()
        with super().reading() as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """As ever, or away."""
        self._require()
        with super().writing() as session:
            yield session

    def _require(self) -> None:
        if self.away:
            raise DatabaseUnavailableError

    def go(self, *, away: bool) -> None:
        """Go away, or come back."""
        object.__setattr__(self, "away", away)


@pytest.fixture
def database(database_url: str) -> Iterator[FickleDatabase]:
    database = FickleDatabase(open_wallet_database(database_url).engine)
    yield database
    database.close()


@pytest.fixture
def anna(database: FickleDatabase) -> Browser:
    """Somebody whose wallet is open."""
    browser = Browser(create_app(World(stores=sql_stores(database)).services))
    browser.sign_up()
    return browser


def test_the_page_says_what_happened_and_what_to_do_and_all_goes_on(anna, database):
    for path in ("/home", "/records/", "/agreements/", "/settings"):
        database.go(away=True)
        answer = anna.client.get(path)

        assert answer.status_code == 503, path
        page = answer.get_data(as_text=True)
        assert "Your wallet cannot be looked into right now" in page
        assert "What is in your wallet is unchanged." in page
        assert "start the database, or free its disk" in page
        database.go(away=False)
        assert anna.client.get(path).status_code == 200, path


def test_it_is_said_in_the_language_of_whoever_looks(anna, database):
    database.go(away=True)

    answer = anna.client.get("/records", headers={"Accept-Language": "de"})

    assert answer.status_code == 503
    assert "Die Datenbank dieses Wallet-Servers antwortet nicht." in answer.get_data(as_text=True)


def test_the_door_says_it_too(database):
    stranger = Browser(create_app(World(stores=sql_stores(database)).services))
    stranger.get("/sign-in")
    database.go(away=True)

    page = stranger.post("/sign-in", 503, login="anna", password="a quiet harbour")

    assert "start the database, or free its disk" in page
