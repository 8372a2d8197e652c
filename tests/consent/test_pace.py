"""A buyer asks about one data set so often in a day, and no more."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from consent.pace import MOST_QUESTIONS, SPAN, Wait, asked_too_often
from consent.query import Query
from tests.consent.examples import QUERY

HEALTH = replace(QUERY, data_set="health/1")
BOTH = replace(QUERY, join="health/1")
FIRST = datetime(2026, 11, 27, 8, tzinfo=UTC)


def asked(query: Query, count: int) -> Sequence[tuple[datetime, Query]]:
    """The same query so many times, one a minute."""
    return [(FIRST + timedelta(minutes=each), query) for each in range(count)]


def test_the_last_question_of_a_day_is_asked_and_the_next_one_waits():
    assert asked_too_often(QUERY, asked(QUERY, MOST_QUESTIONS - 1)) is None
    assert asked_too_often(QUERY, asked(QUERY, MOST_QUESTIONS)) == Wait(QUERY.data_set, FIRST + SPAN)


def test_who_asked_more_often_still_waits_for_the_oldest_that_is_one_too_many():
    earlier = asked(QUERY, MOST_QUESTIONS + 5)

    assert asked_too_often(QUERY, earlier) == Wait(QUERY.data_set, FIRST + timedelta(minutes=5) + SPAN)


def test_after_the_wait_the_question_is_asked():
    earlier = asked(QUERY, MOST_QUESTIONS)
    wait = asked_too_often(QUERY, earlier)
    assert wait is not None

    left = [each for each in earlier if each[0] > wait.until - SPAN]

    assert asked_too_often(QUERY, left) is None


def test_another_data_set_is_counted_by_itself():
    assert asked_too_often(HEALTH, asked(QUERY, MOST_QUESTIONS)) is None


def test_a_joined_question_counts_for_both_data_sets_and_waits_for_either():
    for query, earlier in ((BOTH, HEALTH), (HEALTH, BOTH)):
        wait = asked_too_often(query, asked(earlier, MOST_QUESTIONS))
        assert wait is not None
        assert wait.data_set == "health/1"
