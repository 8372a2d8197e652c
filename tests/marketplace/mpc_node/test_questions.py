"""A node answers one buyer about one data set so often in a day, whatever the marketplace sends."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from consent.pace import MOST_QUESTIONS, SPAN
from marketplace.mpc_node.bootstrap import MIGRATIONS
from marketplace.mpc_node.errors import AttemptFailedError, Failure
from marketplace.mpc_node.storage.questions import Questions
from ssi.hosting.database import Database, migrate, open_database
from tests.marketplace.mpc_node.orders import BUYER_HANDLE, EXACT, manifest_for
from tests.marketplace.mpc_node.parties import NAMES
from tests.marketplace.mpc_node.people import people
from tests.marketplace.mpc_node.town import Town

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
EXAM, HEALTH = "exam/1", "health/1"


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """An empty, migrated database."""
    opened = open_database(database_url)
    migrate(opened.engine, MIGRATIONS)
    yield opened
    opened.close()


def ask(questions: Questions, times: int, *, buyer: str = "buyer", first: int = 0) -> None:
    """Let a buyer ask about exams."""
    for number in range(first, first + times):
        questions.note(f"{buyer} {number}", buyer, [EXAM], now=NOW)


def test_one_question_too_many_waits_for_a_day(database: Database):
    questions = Questions(database)
    ask(questions, MOST_QUESTIONS)

    with pytest.raises(AttemptFailedError) as caught:
        questions.note("another", "buyer", [HEALTH, EXAM], now=NOW + SPAN - timedelta(seconds=1))

    assert caught.value.failure is Failure.ASKED_TOO_OFTEN
    questions.note("another", "buyer", [HEALTH, EXAM], now=NOW + SPAN)


def test_a_question_that_is_refused_does_not_count(database: Database):
    questions = Questions(database)
    ask(questions, MOST_QUESTIONS)
    for number in range(MOST_QUESTIONS + 1):
        with pytest.raises(AttemptFailedError):
            questions.note(f"joined {number}", "buyer", [HEALTH, EXAM], now=NOW)

    questions.note("health", "buyer", [HEALTH], now=NOW)


def test_another_attempt_of_a_job_is_the_same_question(database: Database):
    questions = Questions(database)
    ask(questions, MOST_QUESTIONS)

    ask(questions, MOST_QUESTIONS)


def test_buyers_are_counted_apart(database: Database):
    questions = Questions(database)
    ask(questions, MOST_QUESTIONS)

    ask(questions, 1, buyer="another")


def test_a_job_of_a_buyer_who_asked_too_often_fails_by_name(town: Town):
    crowd = people(12)
    town.settle(crowd)
    for name in NAMES:
        for number in range(MOST_QUESTIONS):
            town.nodes[name].questions.note(f"earlier {number}", BUYER_HANDLE, [EXAM], now=town.moment)

    ended = town.run(manifest_for(crowd, EXACT))

    assert "asked_too_often" in {each["reason"] for each in ended.values()}
    assert {each["state"] for each in ended.values()} == {"FAILED"}
