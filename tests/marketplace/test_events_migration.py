"""Books with events go back to before there were any, and forward again, all else in place."""

from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import inspect

from marketplace.domain.webhook import Delivery
from marketplace.storage.store import MIGRATIONS, open_store
from ssi.hosting import database
from ssi.hosting.database import VERSION_TABLE
from tests.contracts.stores import add_order
from tests.contracts.test_marketplace_events import ONE, a_webhook, an_event, note_all
from tests.marketplace.mpc_node.parties import NOW
from tests.marketplace.repeating import an_id


@pytest.fixture
def books_before(database_url):
    """An event and a webhook, in books that were set back to 0022."""
    store = open_store(database_url)
    add_order(store)
    note_all(store, an_event(1))
    with store.writing() as books:
        books.events.add_webhook(a_webhook(1))
        books.events.add_delivery(Delivery(an_id(1), 1, NOW, 1))
    config = Config()
    config.set_main_option("script_location", str(Path(database.__file__).parent / "migrations_environment"))
    config.set_main_option("version_locations", str(MIGRATIONS / "versions"))
    config.set_main_option("path_separator", "newline")
    with store.database.engine.begin() as connection:
        config.attributes |= {"connection": connection, "version_table": VERSION_TABLE}
        command.downgrade(config, "0022")
    with store.database.engine.connect() as connection:
        names = inspect(connection).get_table_names()
        assert not {"account_events", "event_numbers", "webhooks", "webhook_deliveries"} & {*names}
    store.database.close()
    return database_url


@pytest.mark.usefixtures("as_in_production")
def test_books_from_before_get_the_tables_and_keep_their_orders(books_before):
    store = open_store(books_before)
    with store.reading() as books:
        assert len(books.orders.of_account(ONE)) == 1
        assert books.events.last_number(ONE) == 0
    note_all(store, an_event(1))
    with store.reading() as books:
        assert list(books.events.after(ONE, 0, limit=9)) == [an_event(1)]
    store.database.close()
