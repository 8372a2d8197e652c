"""Books from before runs were counted are brought up to date with the jobs that they hold."""

from dataclasses import replace
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config

from marketplace.domain.job import JobEvent, JobState, PartOutcome
from marketplace.services.ports import ArrivedOffer
from marketplace.storage.store import MIGRATIONS, SqlStore, open_store
from ssi.hosting import database
from ssi.hosting.database import VERSION_TABLE
from tests.marketplace.builders import an_account, an_offer, an_order, consent_id
from tests.marketplace.mpc_node.parties import NOW

PLACES = {outcome: number for number, outcome in enumerate(PartOutcome, start=1)}


@pytest.fixture
def books_before(database_url):
    """Two orders, of which the first was computed, with a person for each outcome of a part; at 0004."""
    store = open_store(database_url)
    with store.writing() as books:
        books.accounts.add(an_account(1))
        for number in PLACES.values():
            books.offers.add(ArrivedOffer(an_offer(number), "contribution", "digest"))
        for number in (1, 2):
            order, job, parts = an_order(number, people=tuple(PLACES.values()))
            books.orders.add(order, job, parts)
            if number == 1:
                books.orders.save(job, JobEvent(NOW, JobState.RUNNING, "computing"))
            books.orders.save_parts(
                [replace(part, outcome=outcome) for part, outcome in zip(parts, PLACES, strict=True)]
            )
    config = Config()
    config.set_main_option("script_location", str(Path(database.__file__).parent / "migrations_environment"))
    config.set_main_option("version_locations", str(MIGRATIONS / "versions"))
    config.set_main_option("path_separator", "newline")
    with store.database.engine.execution_options(argonauta_mode="reshaping").begin() as connection:
        config.attributes |= {"connection": connection, "version_table": VERSION_TABLE}
        command.downgrade(config, "0004")
    store.database.close()
    return database_url


@pytest.mark.usefixtures("as_in_production")
def test_jobs_that_may_have_used_a_record_are_counted(books_before):
    store: SqlStore = open_store(books_before)
    with store.reading() as books:
        offers = books.offers.many(map(consent_id, PLACES.values()))
    store.database.close()

    assert {outcome: offers[consent_id(number)].runs_spent for outcome, number in PLACES.items()} == {
        PartOutcome.MATCHED: 2,
        PartOutcome.LEFT_OUT: 0,
        PartOutcome.TOOK_PART: 2,
        PartOutcome.PAID: 2,
        PartOutcome.FAILED: 1,
    }
