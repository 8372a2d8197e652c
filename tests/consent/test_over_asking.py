"""A request that asks for more than its purpose needs is flagged, with the smaller one that would do."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from consent.errors import QueryRefusedError, TermsError
from consent.joining import asked_about
from consent.over_asking import NEEDS, SurplusKind, least_request, over_asked
from consent.over_asking_words import describe_surplus
from consent.precision import LADDER, enough_epsilon
from consent.query import Condition, Query, Statistic
from consent.query_check import check
from consent.vocabulary import Purpose, StatisticKind
from consent.windows import Windows
from tests.consent.examples import COUNT, EXAM, HEALTH, MEAN, QUERY, SPREAD
from tests.consent.test_wording import EVERY_LANGUAGE, SELLING, TECHNOLOGY

PEOPLE = 3000
HIRING = replace(QUERY, purpose=Purpose.PERSONNEL_HIRING)
EVERYBODY = Condition("exam_score", None, Decimal(-100), Decimal(100))


def _kinds(query: Query, people: int = PEOPLE) -> list[SurplusKind]:
    return [each.kind for each in over_asked(query, people=people)]


def test_a_request_that_its_purpose_needs_has_no_flag():
    assert over_asked(QUERY, people=PEOPLE) == ()
    assert least_request(QUERY, people=PEOPLE) == QUERY


def test_every_purpose_has_a_need():
    assert NEEDS.keys() == set(Purpose)


def test_health_data_for_hiring_staff_are_surplus():
    query = replace(
        HIRING, join="health/1", statistics=(MEAN, Statistic(StatisticKind.MEAN, "health/1#systolic"))
    )

    (flag,) = over_asked(query, people=PEOPLE)

    assert (flag.kind, flag.what) == (SurplusKind.HEALTH, ("health/1#systolic",))
    assert flag.smaller == replace(query, join=None, statistics=(MEAN,))


def test_where_everything_is_surplus_the_number_of_people_would_do():
    query = replace(HIRING, data_set="health/1", statistics=(Statistic(StatisticKind.MEAN, "systolic"),))

    flag = over_asked(query, people=PEOPLE)[0]

    assert flag.smaller.statistics == (COUNT,)


def test_health_data_for_research_are_no_surplus():
    query = replace(QUERY, data_set="health/1", statistics=(Statistic(StatisticKind.MEAN, "systolic"),))

    assert SurplusKind.HEALTH not in _kinds(query)


def test_columns_beyond_what_a_purpose_relates_are_named_and_left_out():
    query = replace(HIRING, group_by="sex", where=(Condition("school_type", "girls"),))
    query = replace(query, statistics=(MEAN, Statistic(StatisticKind.MEAN, "reading_score")))

    (flag,) = over_asked(query, people=PEOPLE)

    assert (flag.kind, flag.what) == (SurplusKind.ATTRIBUTES, ("school_type",))
    assert flag.smaller == replace(query, where=())


def test_a_relation_loses_the_numbers_that_are_too_many_and_keeps_the_others():
    relation = Statistic(StatisticKind.LINEAR_REGRESSION, "exam_score", ("reading_score", "school_average"))
    query = replace(HIRING, statistics=(relation,), group_by="school_type")

    (flag,) = over_asked(query, people=PEOPLE)

    assert flag.what == ("school_average",)
    assert flag.smaller.statistics == (replace(relation, others=("reading_score",)),)


def test_a_series_counts_as_one_column():
    windows = Windows(1, 4, 4, 3)
    steps = Statistic(StatisticKind.MEAN, "steps", windows=windows)
    query = replace(QUERY, data_set="activity/1", purpose=Purpose.PUBLIC_BENEFIT, statistics=(steps,))

    assert SurplusKind.ATTRIBUTES not in _kinds(query)


def test_a_condition_that_everybody_meets_is_surplus():
    query = replace(QUERY, where=(EVERYBODY, Condition("school_type", "girls")))

    (flag,) = over_asked(query, people=PEOPLE)

    assert (flag.kind, flag.what) == (SurplusKind.IDLE_CONDITION, ("exam_score",))
    assert flag.smaller == replace(query, where=query.where[1:])


def test_a_condition_that_leaves_out_somebody_is_none():
    narrower = replace(EVERYBODY, least=EXAM.attribute("exam_score").minimum + Decimal("0.1"))

    assert SurplusKind.IDLE_CONDITION not in _kinds(replace(QUERY, where=(narrower,)))


def test_a_condition_that_only_asks_for_a_value_leaves_out_those_who_have_none():
    optional = next(each for each in HEALTH.attributes if not each.required and not each.categories)
    everybody = Condition(optional.name, None, optional.minimum, optional.maximum)
    query = replace(QUERY, data_set="health/1", statistics=(COUNT,), where=(everybody,))

    assert SurplusKind.IDLE_CONDITION not in _kinds(query)


@pytest.mark.parametrize(
    ("implied", "other"),
    [
        (Statistic(StatisticKind.VARIANCE, "exam_score"), SPREAD),
        (
            Statistic(StatisticKind.MEDIAN, "exam_score"),
            Statistic(StatisticKind.QUANTILES, "exam_score", fractions=(Decimal("0.5"), Decimal("0.9"))),
        ),
    ],
)
def test_what_follows_from_another_answer_is_surplus(implied, other):
    query = replace(QUERY, statistics=(implied, other))

    flag = over_asked(query, people=PEOPLE)[0]

    assert (flag.kind, flag.what) == (SurplusKind.IMPLIED_STATISTIC, ("exam_score",))
    assert flag.smaller.statistics == (other,)


@pytest.mark.parametrize(
    "statistics",
    [
        (Statistic(StatisticKind.VARIANCE, "reading_score"), SPREAD),
        (
            Statistic(StatisticKind.MEDIAN, "exam_score"),
            Statistic(StatisticKind.QUANTILES, "exam_score", fractions=(Decimal("0.4"),)),
        ),
    ],
)
def test_what_only_looks_alike_is_not(statistics):
    assert SurplusKind.IMPLIED_STATISTIC not in _kinds(replace(QUERY, statistics=statistics))


def test_an_exact_answer_is_surplus_where_noise_would_not_be_noticed():
    (flag,) = over_asked(replace(QUERY, epsilon=None), people=PEOPLE)

    assert flag.kind is SurplusKind.EXACTNESS
    assert flag.smaller == replace(QUERY, epsilon=Decimal(2))


def test_an_exact_answer_is_none_where_there_is_no_other():
    fit = Statistic(StatisticKind.K_MEANS, "exam_score", ("reading_score",), count=3)

    assert _kinds(replace(QUERY, statistics=(fit,), epsilon=None)) == []


def test_precision_beyond_the_sampling_error_is_surplus():
    (flag,) = over_asked(replace(QUERY, epsilon=Decimal(10)), people=PEOPLE)

    assert (flag.kind, flag.what) == (SurplusKind.PRECISION, ("10",))
    assert flag.smaller == replace(QUERY, epsilon=Decimal(2))


def test_the_fewer_people_the_more_precision_is_needed():
    enough = [
        enough_epsilon(QUERY, EXAM, people=people, noise=0.25) for people in (300_000, 30_000, 3000, 300)
    ]

    found = [each for each in enough if each is not None]
    assert found == sorted(found)
    assert len(set(found)) > 1


def test_a_rougher_purpose_needs_less_precision():
    rough, fine = (enough_epsilon(QUERY, EXAM, people=PEOPLE, noise=noise) for noise in (1.0, 0.25))

    assert rough is not None
    assert fine is not None
    assert rough < fine


def test_precision_is_not_judged_where_the_sampling_error_is_not_known():
    relation = Statistic(StatisticKind.CORRELATION, "exam_score", ("reading_score",))

    assert enough_epsilon(replace(QUERY, statistics=(relation,)), EXAM, people=PEOPLE, noise=1.0) is None


_ASKED = (
    COUNT,
    MEAN,
    SPREAD,
    Statistic(StatisticKind.VARIANCE, "exam_score"),
    Statistic(StatisticKind.SUM, "reading_score"),
    Statistic(StatisticKind.MEDIAN, "exam_score"),
    Statistic(StatisticKind.QUANTILES, "exam_score", fractions=(Decimal("0.5"), Decimal("0.9"))),
    Statistic(StatisticKind.CORRELATION, "exam_score", ("reading_score", "school_average")),
)
_CONDITIONS = (EVERYBODY, Condition("school_type", "girls"), Condition("verbal_reasoning", "top"))


@st.composite
def _askable(draw: st.DrawFn) -> Query:
    """A query about exam results that may be asked."""
    return replace(
        QUERY,
        purpose=draw(st.sampled_from(Purpose)),
        statistics=tuple(draw(st.lists(st.sampled_from(_ASKED), min_size=1, max_size=4, unique=True))),
        floor=10,
        epsilon=draw(st.sampled_from([Decimal("0.01"), Decimal("0.3"), Decimal(1), Decimal(10)])),
        group_by=draw(st.sampled_from([None, "intake"])),
        where=tuple(draw(st.lists(st.sampled_from(_CONDITIONS), max_size=3, unique=True))),
    )


@given(_askable(), st.sampled_from([60, 3000, 100_000]))
@settings(max_examples=40)
def test_a_smaller_request_is_smaller_and_has_the_flag_no_more(query, people):
    try:
        check(query, EXAM)
    except QueryRefusedError:  # a relation within private groups
        assume(False)
    flags = over_asked(query, people=people)

    for flag in flags:
        smaller = flag.smaller
        check(smaller, asked_about(smaller))
        assert flag.kind not in _kinds(smaller, people)
        assert smaller.attributes <= query.attributes
        assert len(smaller.where) <= len(query.where)
        assert query.epsilon is None or (smaller.epsilon is not None and smaller.epsilon <= query.epsilon)
    least = least_request(query, people=people)
    assert over_asked(least, people=people) == ()
    assert least.epsilon in {query.epsilon, *LADDER}


@EVERY_LANGUAGE
def test_a_flag_names_the_surplus_and_the_request_that_would_do(language):
    greedy = replace(
        HIRING,
        statistics=(MEAN, SPREAD, Statistic(StatisticKind.VARIANCE, "exam_score")),
        group_by="sex",
        where=(EVERYBODY, Condition("school_type", "girls"), Condition("intake", "top")),
        epsilon=Decimal(10),
    )
    flags = [
        *over_asked(greedy, people=100_000),
        *over_asked(replace(QUERY, epsilon=None), people=PEOPLE),
        *over_asked(
            replace(HIRING, data_set="health/1", statistics=(Statistic(StatisticKind.MEAN, "age"),)),
            people=PEOPLE,
        ),
    ]

    said = [
        describe_surplus(each, HIRING.purpose, HEALTH if each.kind is SurplusKind.HEALTH else EXAM, language)
        for each in flags
    ]

    assert {each.kind for each in flags} == set(SurplusKind)
    for text in said:
        assert not TECHNOLOGY.search(text), text
        assert not SELLING.search(text), text
        assert not any(mark in text for mark in "{}[]")
    assert len(set(said)) == len(said)


def test_a_flag_in_words():
    (flag,) = over_asked(replace(QUERY, epsilon=Decimal(10)), people=PEOPLE)

    assert describe_surplus(flag, QUERY.purpose, EXAM, "en") == (
        "This asks for an answer that is more precise than needed for academic research. It takes 10 of the "
        "limit for all answers; 2 would be enough. This would be enough: Number of people and average exam "
        "score, over at least 50 people, with a random error."
    )


def test_there_is_no_third_language():
    (flag,) = over_asked(replace(QUERY, epsilon=Decimal(10)), people=PEOPLE)

    with pytest.raises(TermsError):
        describe_surplus(flag, QUERY.purpose, EXAM, "fr")
