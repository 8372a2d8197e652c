"""What each node's single summand can answer, with which noise, and when it takes a dealer."""

from dataclasses import replace
from decimal import Decimal

import pytest

from consent.additive import MOST_TRIPLES, needs_dealer
from consent.computation import compile_groups
from consent.errors import QueryRefusedError
from consent.query import Condition, Query, Statistic
from consent.vocabulary import Engine, Purpose, StatisticKind
from crypto.noise import distributed_variance
from ssi.dataset import data_set

EXAM = data_set("exam/1")
SUMS = Query(
    data_set="exam/1",
    purpose=Purpose.ACADEMIC_RESEARCH,
    statistics=(
        Statistic(StatisticKind.COUNT),
        Statistic(StatisticKind.MEAN, "exam_score"),
        Statistic(StatisticKind.VARIANCE, "exam_score"),
    ),
    floor=10,
    epsilon=Decimal(1),
    engine=Engine.ADDITIVE,
)
TOGETHER = replace(SUMS, statistics=(Statistic(StatisticKind.COVARIANCE, "exam_score", ("reading_score",)),))
FIT = replace(
    SUMS, statistics=(Statistic(StatisticKind.LINEAR_REGRESSION, "exam_score", ("reading_score",)),)
)


def _compiled(query, people=100, groups=(None,)):
    return compile_groups(query, EXAM, groups=groups, people=people)


@pytest.mark.parametrize(
    ("query", "dealt"),
    [
        (SUMS, False),
        (replace(SUMS, group_by="school_type"), False),
        (replace(SUMS, verified=True), True),
        (replace(SUMS, group_by="sex"), True),
        (TOGETHER, True),
        (FIT, True),
        (replace(TOGETHER, group_by="school_type"), True),
        (replace(TOGETHER, engine=Engine.AUTO), False),
    ],
    ids=[
        "sums",
        "public groups",
        "verified sums",
        "private groups",
        "a covariance",
        "a fit",
        "in groups",
        "mpc",
    ],
)
def test_a_dealer_is_needed_for_products_and_for_verification(query, dealt):
    assert needs_dealer(query, EXAM) is dealt


@pytest.mark.parametrize(
    ("query", "groups"),
    [(TOGETHER, (None,)), (FIT, (None,)), (replace(SUMS, group_by="sex"), ("female", "male"))],
)
def test_products_are_verified_whether_the_buyer_asks_for_it_or_not(query, groups):
    assert not query.verified
    assert _compiled(query, groups=groups).verified


def test_sums_are_verified_where_the_buyer_asks_for_it():
    assert not _compiled(SUMS).verified
    assert _compiled(replace(SUMS, verified=True)).verified


def test_one_honest_nodes_noise_is_all_that_is_promised():
    for measure in _compiled(SUMS).measures:
        alone = distributed_variance(measure.sensitivity, measure.rho, nodes=1, colluding=0)
        assert measure.variance == 3 * alone


def test_an_exact_answer_has_no_noise():
    assert {measure.variance for measure in _compiled(replace(SUMS, epsilon=None)).measures} == {0}


@pytest.mark.parametrize(
    "query",
    [
        replace(SUMS, statistics=(Statistic(StatisticKind.MEDIAN, "exam_score"),)),
        replace(SUMS, where=(Condition("sex", "female"),)),
        replace(SUMS, epsilon=None, statistics=(Statistic(StatisticKind.K_MEANS, "exam_score", count=2),)),
    ],
    ids=["places", "a private condition", "clusters"],
)
def test_what_takes_comparisons_is_refused_with_another_engine_as_remedy(query):
    with pytest.raises(QueryRefusedError, match="'additive' multiplies columns") as refused:
        _compiled(query)

    assert "mpc" in refused.value.remedy


def test_more_than_a_dealer_gives_out_is_refused_before_it_is_paid():
    most = MOST_TRIPLES // 10

    assert _compiled(TOGETHER, people=1000).verified
    with pytest.raises(QueryRefusedError, match="more random numbers"):
        _compiled(TOGETHER, people=4 * most)
    assert _compiled(SUMS, people=4 * most).cells


def test_a_person_stands_in_one_public_group_only_and_is_counted_once():
    grouped = replace(TOGETHER, group_by="school_type")
    groups = tuple(EXAM.attribute("school_type").codes)
    people = MOST_TRIPLES // 8

    assert _compiled(grouped, people, groups).verified
    assert _compiled(TOGETHER, people).verified
