from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consent.errors import TermsError
from consent.score_authority import Foresight, judge, record_bits, spent_bits
from consent.score_terms import ScoreRefusal, ScoreRefused
from tests.consent.scores import DOUBLE, EQUAL, EXAM, TERMS, function, wide

B = 8001
marks = st.sampled_from([f"m{at}" for at in range(8)])
WIDE_TERMS = replace(TERMS, data_set="marks/1", budget_bits=30)


def _refusal(weights, functions=(), terms=TERMS, of=EXAM):
    judged = judge(functions, function(weights, of), terms)
    assert isinstance(judged, ScoreRefused)
    return judged.reason


def _granted(weights, functions=(), terms=TERMS, of=EXAM) -> Foresight:
    judged = judge(functions, function(weights, of), terms)
    assert isinstance(judged, Foresight), judged
    return judged


def test_twice_one_number_and_once_another_may_be_known():
    foreseen = _granted(DOUBLE)

    assert foreseen.functions == ((2, 1, 0),)
    assert (foreseen.cost_bits, foreseen.left_bits) == (14.6, 5.4)
    assert foreseen.shares == {"exam_score": 0.8, "reading_score": 0.2}


@pytest.mark.parametrize(
    ("weights", "reason"),
    [
        ({"exam_score": 1}, ScoreRefusal.SINGLE_VALUE),
        ({"school_average": -7}, ScoreRefusal.SINGLE_VALUE),
        ({"exam_score": 100, "reading_score": 1, "school_average": 1}, ScoreRefusal.DOMINATED),
        ({"exam_score": 3, "reading_score": 1}, ScoreRefusal.DOMINATED),
    ],
    ids=["unit", "multiple of a unit", "dominating", "above four fifths"],
)
def test_weights_that_say_too_much_of_one_number_are_refused(weights, reason):
    assert _refusal(weights) is reason


def test_weights_that_pack_a_record_into_digits_are_refused():
    # A mark below 101 is the last digit of the sum in base 101, and neither of the others dominates.
    assert _refusal({"m0": 1, "m2": 101, "m4": 101}, of=wide(), terms=WIDE_TERMS) is ScoreRefusal.PACKED
    # (1, B, B²) is a whole record of digits below B, for any B; it is dominated by its last digit.
    for base in (10, 31):
        packing = {"exam_score": 1, "reading_score": base, "school_average": base**2}
        assert _refusal(packing) is ScoreRefusal.DOMINATED


def test_digits_of_a_whole_record_need_weights_that_no_request_can_name():
    with pytest.raises(TermsError, match="expected a weight"):
        function({"exam_score": 1, "reading_score": B, "school_average": B**2})


def test_a_second_buyer_cannot_complete_what_a_first_one_has():
    first = _granted({"exam_score": 1, "reading_score": 1})

    assert _refusal({"exam_score": 1, "reading_score": -1}, first.functions) is ScoreRefusal.SINGLE_VALUE
    assert _refusal({"exam_score": 1, "reading_score": 2}, first.functions) is ScoreRefusal.SINGLE_VALUE
    wanted = {"exam_score": 2, "reading_score": 3, "school_average": 4}
    assert _refusal(wanted, first.functions) is ScoreRefusal.TOO_MANY_FUNCTIONS


def test_the_same_score_again_or_a_multiple_of_it_tells_nothing_new():
    first = _granted(EQUAL)

    again = _granted({"exam_score": 5, "reading_score": 5}, first.functions)

    assert again.is_known_already
    assert again.functions == first.functions
    assert again.left_bits == first.left_bits


def test_a_budget_is_spent_by_all_scores_together_and_then_refuses():
    functions: tuple[tuple[int, ...], ...] = ()
    asked = [{f"m{at}": 1, f"m{at + 2}": 1, f"m{at + 4}": 1} for at in (0, 1)]
    for weights in asked:
        functions = _granted(weights, functions, WIDE_TERMS, wide()).functions

    assert _refusal({"m1": 1, "m3": 1, "m7": 1}, functions, WIDE_TERMS, wide()) is ScoreRefusal.BUDGET_SPENT
    assert spent_bits(functions, wide()) <= WIDE_TERMS.budget_bits
    more = replace(WIDE_TERMS, budget_bits=60)
    assert _granted({"m1": 1, "m3": 1, "m7": 1}, functions, more, wide()).left_bits > 0


def test_earlier_scores_count_under_later_terms_too():
    first = _granted(EQUAL)
    smaller = replace(TERMS, budget_bits=10)

    assert _refusal({"exam_score": 1, "reading_score": -1}, first.functions, smaller)
    assert _granted(EQUAL, first.functions, replace(TERMS, budget_bits=14)).is_known_already


def test_all_numbers_of_a_record_are_as_many_bits_as_they_have_values():
    assert record_bits(EXAM) == 36.9


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.dictionaries(st.sampled_from([f"m{at}" for at in range(8)]), st.integers(1, 3), min_size=1))
)
def test_what_was_granted_never_exceeds_its_budget_nor_reveals_one_number(asked):
    functions: tuple[tuple[int, ...], ...] = ()
    for weights in asked:
        judged = judge(functions, function(weights, wide()), WIDE_TERMS)
        if isinstance(judged, Foresight):
            functions = judged.functions

    assert spent_bits(functions, wide()) <= WIDE_TERMS.budget_bits + 0.1
    for place in range(8):
        assert _refusal({f"m{place}": 1}, functions, WIDE_TERMS, wide())
