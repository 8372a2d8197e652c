"""A peer's noise key for a question is the first one that it gave, whatever happens in between."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from marketplace.mpc_node.bootstrap import MIGRATIONS
from marketplace.mpc_node.errors import AttemptFailedError, Failure
from marketplace.mpc_node.storage.noise_pins import NoisePins, Question
from ssi.hosting.database import Database, migrate, open_database

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
QUESTION = Question("job-1", "query", "root")
KEY, OTHER = b"\x01" * 32, b"\x02" * 32


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """An empty, migrated database."""
    opened = open_database(database_url)
    migrate(opened.engine, MIGRATIONS)
    yield opened
    opened.close()


def test_the_same_key_again_is_held(database: Database):
    pins = NoisePins(database)

    for _ in range(2):
        pins.hold(QUESTION, "node-b", KEY, now=NOW)


def test_another_key_later_names_the_peer(database: Database, database_url: str):
    NoisePins(database).hold(QUESTION, "node-b", KEY, now=NOW)
    after_a_crash = open_database(database_url)

    with pytest.raises(AttemptFailedError) as caught:
        NoisePins(after_a_crash).hold(QUESTION, "node-b", OTHER, now=NOW)

    after_a_crash.close()
    assert caught.value.failure is Failure.PEER_VIOLATION
    assert caught.value.culprits == ("node-b",)


def test_a_refused_key_does_not_become_the_key(database: Database):
    pins = NoisePins(database)
    pins.hold(QUESTION, "node-b", KEY, now=NOW)
    with pytest.raises(AttemptFailedError):
        pins.hold(QUESTION, "node-b", OTHER, now=NOW)

    pins.hold(QUESTION, "node-b", KEY, now=NOW)
    with pytest.raises(AttemptFailedError):
        pins.hold(QUESTION, "node-b", OTHER, now=NOW)


@pytest.mark.parametrize(
    "question",
    [replace(QUESTION, **{name: "other"}) for name in ("job_id", "query_digest", "admitted_root")],
    ids=["job", "query", "people"],
)
def test_another_question_may_have_another_key(database: Database, question):
    pins = NoisePins(database)
    pins.hold(QUESTION, "node-b", KEY, now=NOW)

    pins.hold(question, "node-b", OTHER, now=NOW)


def test_each_peer_has_a_key_of_its_own(database: Database):
    pins = NoisePins(database)
    pins.hold(QUESTION, "node-b", KEY, now=NOW)

    pins.hold(QUESTION, "node-c", OTHER, now=NOW)


def test_the_key_itself_is_not_kept(database: Database):
    NoisePins(database).hold(QUESTION, "node-b", KEY, now=NOW)

    with database.engine.connect() as connection:
        (row,) = connection.exec_driver_sql("SELECT * FROM noise_pin")
    assert KEY not in [value if isinstance(value, bytes) else str(value).encode() for value in row]
    assert KEY.hex() not in str(row)
