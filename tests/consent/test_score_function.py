from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consent.errors import TermsError
from consent.score_function import (
    MOST_WEIGHT,
    ScoreFunction,
    read_weights,
    scored_attributes,
    scored_columns,
    weights_to_json,
)
from crypto.errors import MalformedError
from crypto.reading import Fields
from ssi.dataset import data_set
from tests.consent.scores import EXAM, function, wide

weights = st.dictionaries(
    st.sampled_from([each.name for each in scored_attributes(wide())]),
    st.integers(-MOST_WEIGHT, MOST_WEIGHT).filter(bool),
    min_size=1,
)


def test_scored_are_the_numbers_that_everybody_has():
    assert [each.name for each in scored_attributes(EXAM)] == [
        "exam_score",
        "reading_score",
        "school_average",
    ]
    assert [EXAM.columns[place].part for place in scored_columns(EXAM)] == ["value"] * 3


def test_a_data_set_with_fewer_than_three_such_numbers_has_no_scores():
    with pytest.raises(TermsError, match="fewer than 3"):
        scored_attributes(data_set("health/1"))


@given(weights, st.lists(st.integers(0, 100), min_size=8, max_size=8))
def test_the_sum_over_the_columns_is_the_score_in_the_units_of_the_attributes(chosen, marks):
    score = function(chosen, wide())
    values = {each.name: Decimal(mark) for each, mark in zip(scored_attributes(wide()), marks, strict=True)}
    row = wide().encode({name: int(value) for name, value in values.items()})
    columns = [row[place] for place in scored_columns(wide())]

    total = sum(y * x for y, x in zip(score.key_weights, columns, strict=True))

    assert score.in_units(total) == sum(weight * values[name] for name, weight in chosen.items())
    assert score.bounds[0] <= total <= score.bounds[1]
    assert score.least <= score.in_units(total) <= score.most


def test_weights_of_values_with_fewer_decimals_are_scaled_up():
    assert function({"m0": 1, "m1": 1}, wide()).key_weights[:2] == (10, 1)


def test_a_score_in_units_counts_from_the_minimum_of_each_attribute():
    score = function({"exam_score": 2, "reading_score": 1})

    assert (score.least, score.most) == (Decimal(-12), Decimal(12))


@pytest.mark.parametrize(
    "chosen",
    [{}, {"exam_score": 0}, {"exam_score": MOST_WEIGHT + 1}, {"sex": 1}, {"unknown": 1}],
    ids=["none", "zero", "too large", "no number", "unknown"],
)
def test_weights_that_are_no_score_are_refused(chosen):
    with pytest.raises(TermsError):
        ScoreFunction(EXAM, chosen)


@given(weights)
def test_weights_are_read_as_they_were_written(chosen):
    assert read_weights(Fields({"weights": weights_to_json(chosen)}, "x"), "weights") == chosen


@pytest.mark.parametrize(
    "document",
    [None, [], {}, 3, {"a": 0}, {"a": 1.5}, {"a": True}, {"": 1}, {"a": 1001}, {"a": "1"}],
    ids=str,
)
def test_anything_else_is_not_read_as_weights(document):
    with pytest.raises(MalformedError):
        read_weights(Fields({"weights": document}, "x"), "weights")
