"""Would a sum say too much with everything told before, and how is all of it said in words?"""

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consent.crowd_authority import CrowdForesight, Exposure, ToldSum, judge, millibits_of
from consent.crowd_run import numbers_of
from consent.crowd_terms import CrowdRefusal, CrowdRefused
from consent.crowd_wording import (
    describe_crowd_cost,
    describe_crowd_method,
    describe_crowd_order,
    describe_crowd_terms,
    explain_crowd_refusal,
)
from consent.errors import MismatchError, TermsError
from consent.record_document import Notice
from ssi.dataset import data_set
from tests.consent.crowds import (
    NOW,
    ordered,
)
from tests.crowd_sitters import terms

EXAM = data_set("exam/1")
TERMS = terms(NOW)


def told(number=1, people=range(12), weights=None) -> ToldSum:
    made = ordered(number, people=255, **({"weights": weights} if weights else {}))
    numbers = numbers_of(made, len(people))
    handles = frozenset(f"person {each}" for each in people)
    return ToldSum(made.order_id, handles, numbers.function.key_weights, numbers.rho)


def judged(exposure, asked, weights=None, allowed=TERMS):
    made = ordered(1, people=255, **({"weights": weights} if weights else {}))
    numbers = numbers_of(made, len(asked.handles))
    return judge(exposure, numbers, asked, "person 0", allowed)


def test_a_first_sum_is_granted_and_says_what_it_may_tell():
    decision = judged(Exposure(), told())

    assert isinstance(decision, CrowdForesight)
    assert 0 < decision.cost_bits < decision.record_bits
    assert decision.cost_bits == 1.6


@pytest.mark.parametrize(
    "people",
    [range(11), range(13), [*range(11), 99]],
    ids=["one less", "one more", "one for another"],
)
def test_a_second_sum_over_nearly_the_same_people_is_refused(people):
    decision = judged(Exposure((told(),)), told(2, people))

    assert isinstance(decision, CrowdRefused)
    assert decision.reason in {
        CrowdRefusal.SINGLE_VALUE,
        CrowdRefusal.DOMINATED,
        CrowdRefusal.CROWD_TOO_SMALL,
    }


def test_a_sum_over_otherwise_other_people_is_granted():
    first, second = told(1, range(30)), told(2, [0, *range(100, 120)])

    assert isinstance(judged(Exposure((first,)), second), CrowdForesight)


def test_one_order_counts_once_and_the_total_is_a_limit():
    assert judged(Exposure((told(),)), told()) == CrowdRefused(CrowdRefusal.ALREADY_TOLD)
    tight = replace(TERMS, epsilon_total=Decimal(8))
    assert judged(Exposure((told(),)), told(2), allowed=tight) == CrowdRefused(CrowdRefusal.BUDGET_SPENT)


def test_scores_sold_before_count_as_if_sums_were_exact():
    """With two scores of three numbers and one sum of the third kind, a number would be pinned down."""
    known = Exposure(scores=((1, 1, 0), (1, -1, 0)))

    decision = judged(known, told(1, weights={"school_average": 1}), {"school_average": 1})

    assert decision == CrowdRefused(CrowdRefusal.SINGLE_VALUE)
    harmless = Exposure(scores=((1, 1, 0),))
    assert isinstance(judged(harmless, told()), CrowdForesight)


def test_who_is_not_among_the_people_is_not_asked():
    with pytest.raises(MismatchError):
        judge(Exposure(), numbers_of(ordered(), 12), told(), "somebody", TERMS)


@given(st.fractions(Fraction(1, 1000), Fraction(10)))
def test_what_a_sum_tells_is_charged_and_rounded_up(rho):
    assert millibits_of(rho) >= 1442.695 * float(rho)
    assert Exposure((replace(told(), rho=rho),)).millibits == millibits_of(rho)


# Words.


@pytest.mark.parametrize("language", ["en", "de"])
def test_everything_is_said_in_both_languages(language):
    words = describe_crowd_terms(TERMS, EXAM, language)

    assert str(TERMS.crowd_floor) in words.summary
    assert words.notice == Notice.of(words.text, language)
    assert all("{" not in line for line in words.text.split("\n"))
    for refusal in CrowdRefusal:
        assert explain_crowd_refusal(refusal, language).endswith(".")
    assert "12" in describe_crowd_order(ordered(), language)
    assert "11" in describe_crowd_method(11, language)
    assert " 2 " in describe_crowd_cost(ordered(), language)


def test_taking_part_for_nothing_is_said():
    words = describe_crowd_terms(replace(TERMS, compensation_cents=0), EXAM, "en")

    assert "without compensation" in words.compensation


def test_there_are_no_words_in_other_languages():
    with pytest.raises(TermsError):
        describe_crowd_terms(TERMS, EXAM, "fr")
