"""What is said on screens: plain words, and the same refusals as the rules they come from."""

from decimal import Decimal

import pytest

from consent.computation import compile_groups
from consent.errors import QueryRefusedError
from consent.query import Condition, Query, Statistic
from consent.query_check import check
from consent.vocabulary import RecipientKind, StatisticKind
from marketplace.domain.job import JobState
from marketplace.web.words import (
    ORGANISATIONS,
    level_text,
    plainly,
    refusal_text,
    sentence,
    state_words,
    unit_text,
)
from ssi.dataset import data_set, data_sets
from tests.marketplace.web.queries import COUNT, SCORES, ask

EXAM = data_set("exam/1")
UNSAFE = [
    ask(SCORES, epsilon=None),
    ask(COUNT, floor=5),
    ask(COUNT, epsilon="50"),
    ask(COUNT, group_by="sex", epsilon=None),
    ask(COUNT, group_by="exam_score"),
    ask(Statistic(StatisticKind.HISTOGRAM, "sex"), group_by="sex"),
    ask(COUNT, group_by="school_type", where=(Condition("school_type", "girls"),)),
    ask(COUNT, where=(Condition("sex", "female"),), epsilon=None),
    ask(COUNT, where=(Condition("exam_score", None, Decimal(5), Decimal(9)),)),
    ask(Statistic(StatisticKind.MEDIAN, "sex")),
    ask(Statistic(StatisticKind.TOP_CATEGORIES, "sex", count=3)),
    ask(Statistic(StatisticKind.QUANTILES, "exam_score")),
    ask(Statistic(StatisticKind.CORRELATION, "exam_score", ("exam_score",))),
    ask(Statistic(StatisticKind.CORRELATION, "exam_score", ("sex",))),
    ask(Statistic(StatisticKind.CORRELATION, "exam_score", ("reading_score",)), group_by="sex"),
    ask(Statistic(StatisticKind.LINEAR_REGRESSION, "age", ("systolic",)), ref="health/1"),
    ask(Statistic(StatisticKind.LOGISTIC_REGRESSION, "sex", ("exam_score",))),
    ask(Statistic(StatisticKind.LOGISTIC_REGRESSION, "intake", ("exam_score",)), epsilon=None),
    ask(Statistic(StatisticKind.K_MEANS, "exam_score", count=9), epsilon=None),
    ask(COUNT, COUNT),
    ask(Statistic(StatisticKind.MEAN, "sex")),
    ask(Statistic(StatisticKind.MEAN, "systolic"), ref="health/1", epsilon=None),
]


@pytest.mark.parametrize("query", UNSAFE)
def test_refusals_name_what_stands_on_the_form(query: Query):
    described = data_set(query.data_set)
    with pytest.raises(QueryRefusedError) as caught:
        check(query, described)

    said = plainly(f"{caught.value.reason} {caught.value.remedy}", described)

    jargon = ["epsilon such", "histogram", "attribute", "_", "'", "public"]
    assert [word for word in jargon if word in said] == []


def test_an_overflow_is_refused_without_jargon():
    everything = ask(Statistic(StatisticKind.STANDARD_DEVIATION, "exam_score"), epsilon="0.01")
    with pytest.raises(QueryRefusedError) as caught:
        compile_groups(everything, EXAM, groups=(None,), people=10**12)

    said = plainly(caught.value.remedy, EXAM)

    assert said == "ask for fewer people, with a lighter protection, or without spreads and relations"


def test_labels_stand_in_place_of_codes():
    assert plainly("'exam_score' has no 'nothing'", EXAM) == "“Exam score” has no 'nothing'"


def test_every_unit_can_be_read():
    units = {attribute.unit for described in data_sets() for attribute in described.attributes}

    assert [
        unit_text(unit) for unit in units if "[" in unit_text(unit) or unit_text(unit) in {"1", "a", "h"}
    ] == []


def test_levels_have_the_names_of_the_form():
    assert level_text(Decimal("1.0")) == "Strong protection"
    assert level_text(None) == "No noise: the exact answer"
    assert level_text(Decimal("0.37")) == "Protection of your own choice"


def test_every_state_and_kind_of_organisation_has_words():
    assert {state_words(state)[1] for state in JobState} == {"good", "bad", "note"}
    assert set(ORGANISATIONS) == set(RecipientKind)


def test_messages_become_sentences():
    assert sentence("the order is settled; everybody is paid") == "The order is settled; everybody is paid."
    assert sentence("Exact answers are not allowed.") == "Exact answers are not allowed."
    assert refusal_text("consent_expired") == "Consent expired"
