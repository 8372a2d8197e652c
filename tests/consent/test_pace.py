"""A buyer asks about one data set so often in a day, and no more."""

from dataclasses import replace

from consent.pace import MOST_QUESTIONS, asked_too_often
from tests.consent.examples import QUERY

HEALTH = replace(QUERY, data_set="health/1")
BOTH = replace(QUERY, join="health/1")


def test_the_last_question_of_a_day_is_asked_and_the_next_one_waits():
    assert asked_too_often(QUERY, [QUERY] * (MOST_QUESTIONS - 1)) is None
    assert asked_too_often(QUERY, [QUERY] * MOST_QUESTIONS) == QUERY.data_set


def test_another_data_set_is_counted_by_itself():
    assert asked_too_often(HEALTH, [QUERY] * MOST_QUESTIONS) is None


def test_a_joined_question_counts_for_both_data_sets_and_waits_for_either():
    assert asked_too_often(BOTH, [HEALTH] * MOST_QUESTIONS) == "health/1"
    assert asked_too_often(HEALTH, [BOTH] * MOST_QUESTIONS) == "health/1"
