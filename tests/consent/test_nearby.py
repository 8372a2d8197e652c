"""Where a query is refused, one close by is proposed that is allowed; and never another."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consent.nearby import MOST_TRIES, is_sound, nearby
from consent.query import MOST_FLOOR, Condition, Query, Statistic
from consent.vocabulary import Engine, Purpose, StatisticKind
from consent.windows import Windows
from crypto.errors import MalformedError

COUNT = Statistic(StatisticKind.COUNT)
MEAN = Statistic(StatisticKind.MEAN, "exam_score")
MAXIMUM = Statistic(StatisticKind.MAXIMUM, "exam_score")
GIRLS = Condition("school_type", "girls")
HIGH = Condition("exam_score", None, Decimal("3.9"), Decimal(4))
PLAIN = Query("exam/1", Purpose.ACADEMIC_RESEARCH, (COUNT, MEAN), 50, Decimal(1))
EXACT = replace(PLAIN, epsilon=None)


def quantiles(*fractions: str) -> Statistic:
    return Statistic(StatisticKind.QUANTILES, "exam_score", (), tuple(map(Decimal, fractions)))


def anything(_: Query) -> bool:
    return True


REFUSED: dict[str, tuple[Query, Callable[[Query], bool], Query]] = {
    "a condition that leaves too few": (
        replace(PLAIN, where=(GIRLS,)),
        lambda query: not query.where,
        PLAIN,
    ),
    "the narrower of two conditions": (
        replace(PLAIN, where=(GIRLS, HIGH)),
        lambda query: GIRLS not in query.where,
        replace(PLAIN, where=(HIGH,)),
    ),
    "a range that leaves too few": (
        replace(PLAIN, where=(HIGH,)),
        lambda query: all(each.least is None or each.least < Decimal("3.9") for each in query.where),
        replace(PLAIN, where=(Condition("exam_score", None, Decimal("3.85"), Decimal(4)),)),
    ),
    "a range the wrong way round": (
        replace(PLAIN, where=(Condition("exam_score", None, Decimal(1), Decimal(-1)),)),
        anything,
        replace(PLAIN, where=(Condition("exam_score", None, Decimal(-1), Decimal(1)),)),
    ),
    "groups that are too small": (
        replace(PLAIN, group_by="school_type"),
        lambda query: query.group_by is None,
        PLAIN,
    ),
    "an exact answer that differs by too few": (
        EXACT,
        lambda query: query.epsilon is not None,
        PLAIN,
    ),
    "a budget of which little is left": (
        PLAIN,
        lambda query: query.epsilon is not None and query.epsilon <= Decimal("0.2"),
        replace(PLAIN, epsilon=Decimal("0.2")),
    ),
    "an exact extreme": (
        replace(EXACT, statistics=(MAXIMUM,)),
        anything,
        replace(EXACT, statistics=(Statistic(StatisticKind.MEDIAN, "exam_score"),)),
    ),
    "an exact extreme beside others, where exactness is refused": (
        replace(EXACT, statistics=(COUNT, MAXIMUM)),
        lambda query: query.epsilon is not None,
        replace(PLAIN, statistics=(COUNT, MAXIMUM)),
    ),
    "exact places near the end": (
        replace(EXACT, statistics=(quantiles("0.01", "0.5"),)),
        anything,
        replace(EXACT, statistics=(quantiles("0.5"),)),
    ),
    "only exact places near the end, in a crowd that could be larger": (
        replace(EXACT, statistics=(quantiles("0.25"),), floor=10),
        lambda query: any(each.kind is StatisticKind.QUANTILES for each in query.statistics),
        replace(EXACT, statistics=(quantiles("0.25"),), floor=20),
    ),
    "too much at once": (
        PLAIN,
        lambda query: len(query.statistics) == 1,
        replace(PLAIN, statistics=(COUNT,)),
    ),
    "too little precision": (
        replace(PLAIN, epsilon=Decimal("0.05")),
        lambda query: query.epsilon is not None and query.epsilon > Decimal("0.05"),
        replace(PLAIN, epsilon=Decimal("0.1")),
    ),
    "a crowd below the least": (replace(PLAIN, floor=3), anything, replace(PLAIN, floor=10)),
    "a crowd above the most": (replace(PLAIN, floor=10**7), anything, replace(PLAIN, floor=MOST_FLOOR)),
    "a way of computing that nobody here has": (
        replace(PLAIN, engine=Engine.PAILLIER),
        lambda query: query.engine is Engine.AUTO,
        PLAIN,
    ),
    "people who want the arithmetic checked": (
        PLAIN,
        lambda query: query.verified,
        replace(PLAIN, verified=True),
    ),
    "a distribution that needs noise": (
        replace(EXACT, statistics=(Statistic(StatisticKind.HISTOGRAM, "exam_score"),)),
        anything,
        replace(PLAIN, statistics=(Statistic(StatisticKind.HISTOGRAM, "exam_score"),)),
    ),
    "an attribute that there is not": (
        replace(PLAIN, statistics=(COUNT, Statistic(StatisticKind.MEAN, "height"))),
        anything,
        replace(PLAIN, statistics=(COUNT,)),
    ),
    "windows of what is no series": (
        replace(
            PLAIN,
            statistics=(COUNT, Statistic(StatisticKind.MEAN, "exam_score", windows=Windows(0, 2, 2, 1))),
        ),
        anything,
        replace(PLAIN, statistics=(COUNT,)),
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_the_closest_query_that_is_allowed_is_proposed(name: str):
    query, is_allowed, expected = REFUSED[name]

    assert nearby(query, is_allowed) == expected


def test_nothing_is_proposed_where_nothing_is_allowed():
    assert nearby(PLAIN, lambda _: False) is None


def test_the_query_that_was_refused_is_never_proposed():
    assert nearby(PLAIN, lambda query: query == PLAIN) is None


def test_no_more_epsilon_is_proposed_than_people_can_afford():
    assert nearby(EXACT, anything_noisy, affordable=Decimal("0.1")) == replace(PLAIN, epsilon=Decimal("0.1"))
    assert nearby(replace(EXACT, statistics=(COUNT,)), anything_noisy, affordable=Decimal(0)) is None


def anything_noisy(query: Query) -> bool:
    return query.epsilon is not None


def is_readable(query: Query) -> bool:
    """Whether an interface takes it; what it refuses never gets as far as this."""
    try:
        return Query.from_json(query.to_json()) == query
    except MalformedError:
        return False


attributes = st.sampled_from(
    ["exam_score", "reading_score", "school_type", "sex", "verbal_reasoning", "school_average", "height"]
)
numbers = st.decimals(-6, 6, places=4)
statistics = st.builds(
    Statistic,
    st.sampled_from([each for each in StatisticKind if each is not StatisticKind.COUNT]),
    attributes,
    st.one_of(st.just(()), st.lists(attributes, max_size=3).map(tuple)),
    st.lists(st.sampled_from(["0", "0.01", "0.25", "0.5", "0.999", "1"]), max_size=3).map(
        lambda texts: tuple(map(Decimal, texts))
    ),
    st.one_of(st.none(), st.integers(1, 10)),
) | st.just(COUNT)
conditions = st.one_of(
    st.builds(Condition, attributes, st.sampled_from(["girls", "boys", "female", "top", "none"])),
    st.builds(Condition, attributes, st.none(), numbers, numbers),
)
queries = st.builds(
    Query,
    data_set=st.sampled_from(["exam/1", "health/1"]),
    purpose=st.sampled_from(Purpose),
    statistics=st.lists(statistics, min_size=1, max_size=3).map(tuple),
    floor=st.sampled_from([0, 1, 9, 10, 25, 60, 10**6, 10**7]),
    epsilon=st.one_of(
        st.none(), st.sampled_from(["0", "0.001", "0.01", "0.3", "1", "10", "11"]).map(Decimal)
    ),
    group_by=st.one_of(st.none(), attributes),
    where=st.lists(conditions, max_size=3).map(tuple),
    engine=st.sampled_from(Engine),
    verified=st.booleans(),
    join=st.none(),
).filter(is_readable)


@settings(max_examples=50)
@given(queries, st.integers(0, 2**16 - 1))
def test_whatever_is_proposed_is_accepted_when_asked(query: Query, mood: int):
    asked: list[Query] = []

    def is_allowed(other: Query) -> bool:
        asked.append(other)
        return bool(mood >> (len(other.where) + 4 * (other.epsilon is None) + 8 * (other.floor % 2)) & 1)

    found = nearby(query, is_allowed)

    assert len(asked) <= MOST_TRIES
    assert all(is_sound(each) for each in asked)
    if found is not None:
        assert found == asked[-1]
        assert found != query
        assert Query.from_json(found.to_json()) == found
        assert (found.data_set, found.purpose, found.join) == (query.data_set, query.purpose, query.join)
        assert query.epsilon is None or found.epsilon is not None


@settings(max_examples=25)
@given(queries)
def test_what_has_to_be_wrong_for_all_costs_a_bounded_search(query: Query):
    asked: list[Query] = []

    def refuse(other: Query) -> bool:
        asked.append(other)
        return False

    assert nearby(query, refuse) is None
    assert len(asked) == len(set(asked)) <= MOST_TRIES
