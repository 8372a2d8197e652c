"""Books with published answers go back to before there were any, and forward again, all else in place."""

from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import inspect

from marketplace.services.described_ports import PublishedAnswer
from marketplace.storage.store import MIGRATIONS, SqlStore, open_store
from ssi.hosting import database
from ssi.hosting.database import VERSION_TABLE
from tests.contracts.stores import add_order
from tests.marketplace.describing import description
from tests.marketplace.mpc_node.parties import NOW


def order_in(store: SqlStore) -> str:
    with store.reading() as books:
        return str(books.orders.of_account("account-1")[0].order_id)


@pytest.fixture
def books_before(database_url):
    """An order whose answer is published, in books that were set back to before."""
    store = open_store(database_url)
    add_order(store)
    order_id = order_in(store)
    with store.writing() as books:
        books.published.add(PublishedAnswer(description(order_id=order_id), NOW, 3))
    config = Config()
    config.set_main_option("script_location", str(Path(database.__file__).parent / "migrations_environment"))
    config.set_main_option("version_locations", str(MIGRATIONS / "versions"))
    config.set_main_option("path_separator", "newline")
    with store.database.engine.begin() as connection:
        config.attributes |= {"connection": connection, "version_table": VERSION_TABLE}
        command.downgrade(config, "0019")
    with store.database.engine.connect() as connection:
        assert "published_answers" not in inspect(connection).get_table_names()
    store.database.close()
    return database_url


@pytest.mark.usefixtures("as_in_production")
def test_books_from_before_get_the_table_and_keep_their_orders(books_before):
    store = open_store(books_before)
    order_id = order_in(store)
    with store.writing() as books:
        assert books.published.latest() == {}
        books.published.add(PublishedAnswer(description(order_id=order_id), NOW, 3))

    with store.reading() as books:
        assert books.published.latest()["exam/1"].order_id == order_id
    store.database.close()
