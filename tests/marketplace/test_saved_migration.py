"""Books with saved questions go back to before there were any, and forward again, all else in place."""

from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import inspect

from marketplace.storage.store import MIGRATIONS, open_store
from ssi.hosting import database
from ssi.hosting.database import VERSION_TABLE
from tests.contracts.stores import add_order
from tests.contracts.test_marketplace_saved import question, standing
from tests.marketplace.repeating import an_id


@pytest.fixture
def books_before(database_url):
    """A repeated question, in books that were set back to 0021."""
    store = open_store(database_url)
    add_order(store)
    with store.writing() as books:
        books.saved.add(question(1))
        books.saved.begin(standing(11, 1))
    config = Config()
    config.set_main_option("script_location", str(Path(database.__file__).parent / "migrations_environment"))
    config.set_main_option("version_locations", str(MIGRATIONS / "versions"))
    config.set_main_option("path_separator", "newline")
    with store.database.engine.begin() as connection:
        config.attributes |= {"connection": connection, "version_table": VERSION_TABLE}
        command.downgrade(config, "0021")
    with store.database.engine.connect() as connection:
        assert "saved_questions" not in inspect(connection).get_table_names()
    store.database.close()
    return database_url


@pytest.mark.usefixtures("as_in_production")
def test_books_from_before_get_the_table_and_keep_their_orders(books_before):
    store = open_store(books_before)
    with store.writing() as books:
        assert len(books.orders.of_account("account-1")) == 1
        assert list(books.saved.of_account("account-1")) == []
        books.saved.add(question(1))
        books.saved.begin(standing(11, 1))

    with store.reading() as books:
        assert books.saved.standing(an_id(11)) == standing(11, 1)
    store.database.close()
