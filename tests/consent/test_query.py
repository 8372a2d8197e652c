from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings

from consent.errors import QueryRefusedError
from consent.query import Condition, Query, Statistic, decimal_text
from consent.query_check import check
from consent.vocabulary import Engine, StatisticKind
from crypto.encoding import canonical_json, parse_json
from crypto.errors import MalformedError
from tests.consent.examples import BARS, COUNT, EXAM, HEALTH, MEAN, QUERY, SPREAD, loose, queries

EXACT = replace(QUERY, epsilon=None)


def test_a_plain_query_is_allowed():
    check(QUERY, EXAM)


def test_an_exact_mean_of_a_required_attribute_is_allowed():
    check(replace(EXACT, statistics=(COUNT, MEAN, SPREAD)), EXAM)


def test_an_exact_mean_grouped_by_a_public_attribute_is_allowed():
    check(replace(EXACT, group_by="school_type"), EXAM)


def test_a_noisy_histogram_grouped_by_a_private_attribute_is_allowed():
    check(replace(QUERY, statistics=(BARS,), group_by="sex"), EXAM)


def _health(**changes):
    return replace(QUERY, **{"data_set": "health/1", "statistics": (COUNT,), **changes})


def _of(kind, attribute, *others, **more):
    return replace(QUERY, statistics=(Statistic(StatisticKind(kind), attribute, others, **more),))


ALLOWED = {
    "a sum and a variance": replace(
        QUERY,
        statistics=tuple(Statistic(StatisticKind(kind), "exam_score") for kind in ("sum", "variance")),
    ),
    "extremes with noise": _of("minimum", "exam_score"),
    "exact quantiles of public groups": replace(
        _of("quantiles", "exam_score", fractions=(Decimal("0.25"), Decimal("0.5"), Decimal("0.75"))),
        epsilon=None,
        floor=20,
        group_by="school_type",
    ),
    "quantiles of private groups": replace(_of("median", "exam_score"), group_by="sex"),
    "the most frequent": _of("top_categories", "intake", count=3),
    "relations": _of("correlation", "exam_score", "reading_score", "school_average"),
    "a regression": replace(_of("linear_regression", "exam_score", "reading_score"), epsilon=None),
    "a regression within a private category": replace(
        _of("linear_regression", "exam_score", "reading_score"), where=(Condition("sex", "female"),)
    ),
    "a yes or no": replace(_of("logistic_regression", "sex", "exam_score"), epsilon=None),
    "clusters": replace(_of("k_means", "exam_score", "reading_score", count=8), epsilon=None),
    "clusters of one number": replace(_of("k_means", "exam_score", count=2), epsilon=None),
    "a private filter": replace(QUERY, where=(Condition("sex", "female"),)),
    "a filter that touches a range": replace(
        QUERY, where=(Condition("exam_score", None, Decimal(4), Decimal(9)),)
    ),
    "a mean by another engine": replace(QUERY, engine=Engine.PAILLIER),
    "a verified median": replace(_of("median", "exam_score"), verified=True),
}


@pytest.mark.parametrize("query", ALLOWED.values(), ids=ALLOWED.keys())
def test_a_query_for_this_is_allowed(query):
    check(query, EXAM)


def test_relations_of_numbers_that_not_everyone_has_are_allowed_with_noise():
    for kind in ("covariance", "correlation"):
        statistic = Statistic(StatisticKind(kind), "total_cholesterol", ("sleep_hours",))
        check(_health(statistics=(statistic,)), HEALTH)


def test_a_regression_on_numbers_that_not_everyone_has_is_refused():
    statistic = Statistic(StatisticKind.LINEAR_REGRESSION, "age", ("sleep_hours",))

    with pytest.raises(QueryRefusedError, match="a value of everybody") as refused:
        check(_health(statistics=(statistic,)), HEALTH)

    assert "correlation of two" in refused.value.remedy


@pytest.mark.parametrize(
    ("query", "floor"),
    [
        (_of("minimum", "exam_score"), 1_000_000),
        (_of("maximum", "exam_score"), 1_000_000),
        (_of("quantiles", "exam_score", fractions=(Decimal(0), Decimal("0.5"))), 50),
        (_of("quantiles", "exam_score", fractions=(Decimal("0.5"), Decimal("0.76"))), 20),
        (_of("quantiles", "exam_score", fractions=(Decimal("0.24"),)), 20),
        (_of("median", "exam_score"), 9),
    ],
)
def test_an_exact_value_near_the_end_of_a_crowd_is_refused(query, floor):
    with pytest.raises(QueryRefusedError) as refused:
        check(replace(query, epsilon=None, floor=floor), EXAM)

    assert refused.value.remedy


REFUSED = {
    "another data set": (replace(QUERY, data_set="exam/2"), "ask about exam/1"),
    "an unknown attribute": (
        replace(QUERY, statistics=(Statistic(StatisticKind.MEAN, "shoe_size"),)),
        "choose one of exam_score",
    ),
    "an unknown group": (replace(QUERY, group_by="shoe_size"), "choose one of"),
    "an unknown filter": (replace(QUERY, where=(Condition("shoe_size", "9"),)), "choose one of"),
    "a tiny crowd": (replace(QUERY, floor=9), "a crowd of 10 to"),
    "no privacy at all": (replace(QUERY, epsilon=Decimal("10.1")), "an epsilon from 0.01 to 10"),
    "privacy that leaves nothing": (replace(QUERY, epsilon=Decimal("0.009")), "an epsilon from 0.01 to 10"),
    "nothing": (replace(QUERY, statistics=()), "1 to 16 statistics"),
    "too much": (replace(QUERY, statistics=(COUNT,) * 17), "1 to 16 statistics"),
    "the same twice": (replace(QUERY, statistics=(MEAN, MEAN)), "each statistic once"),
    "the average of categories": (
        replace(QUERY, statistics=(Statistic(StatisticKind.MEAN, "sex"),)),
        "its distribution",
    ),
    "the spread of categories": (
        replace(QUERY, statistics=(Statistic(StatisticKind.STANDARD_DEVIATION, "sex"),)),
        "its distribution",
    ),
    "an exact distribution": (replace(EXACT, statistics=(BARS,)), "an epsilon such as"),
    "exact private groups": (replace(EXACT, group_by="sex"), "an epsilon such as"),
    "groups by a number": (replace(QUERY, group_by="reading_score"), "an attribute that has categories"),
    "the distribution of its groups": (
        replace(QUERY, statistics=(Statistic(StatisticKind.HISTOGRAM, "sex"),), group_by="sex"),
        "the number of people in each group",
    ),
    "a group that is filtered": (
        replace(QUERY, group_by="school_type", where=(Condition("school_type", "girls"),)),
        "not both",
    ),
    "an exact filter by a private attribute": (
        replace(EXACT, where=(Condition("sex", "female"),)),
        "an epsilon such as",
    ),
    "a filter by a category of a number": (
        replace(QUERY, where=(Condition("exam_score", "high"),)),
        "a range from -4 to 4",
    ),
    "a filter by a range of categories": (
        replace(QUERY, where=(Condition("sex", None, Decimal(0), Decimal(1)),)),
        "choose one of female, male",
    ),
    "a filter by a range that nothing is in": (
        replace(QUERY, where=(Condition("exam_score", None, Decimal("4.5"), Decimal(9)),)),
        "within -4 to 4",
    ),
    "a filter by a range between two steps": (
        replace(QUERY, where=(Condition("exam_score", None, Decimal("0.0001"), Decimal("0.0009")),)),
        "within -4 to 4",
    ),
    "a filter by a range that is upside down": (
        replace(QUERY, where=(Condition("exam_score", None, Decimal(1), Decimal(0)),)),
        "its lower end first",
    ),
    "the median of categories": (_of("median", "sex"), "its distribution"),
    "the most frequent of numbers": (_of("top_categories", "exam_score", count=2), "its quantiles"),
    "the most frequent without noise": (
        replace(_of("top_categories", "sex", count=2), epsilon=None),
        "an epsilon such as",
    ),
    "more categories than there are": (_of("top_categories", "sex", count=3), "1 to 2 categories"),
    "no number of categories": (_of("top_categories", "sex"), "name 1 to 10 count"),
    "quantiles at no place": (_of("quantiles", "exam_score"), "name 1 to 9 fractions"),
    "quantiles at ten places": (
        _of("quantiles", "exam_score", fractions=tuple(Decimal(part) / 10 for part in range(10))),
        "name 1 to 9 fractions",
    ),
    "quantiles out of order": (
        _of("quantiles", "exam_score", fractions=(Decimal("0.5"), Decimal("0.25"))),
        "fractions such as",
    ),
    "a quantile above all": (
        _of("quantiles", "exam_score", fractions=(Decimal("1.1"),)),
        "fractions such as",
    ),
    "fractions of a mean": (_of("mean", "exam_score", fractions=(Decimal("0.5"),)), "leave that out"),
    "a number of means": (_of("mean", "exam_score", count=2), "leave that out"),
    "the mean of two": (_of("mean", "exam_score", "reading_score"), "leave that out"),
    "a relation to nothing": (_of("correlation", "exam_score"), "name 1 to 8 other attributes"),
    "a relation to itself": (_of("correlation", "exam_score", "exam_score"), "once"),
    "a relation to categories": (_of("correlation", "exam_score", "sex"), "group by the categories"),
    "a relation to the unknown": (_of("covariance", "exam_score", "shoe_size"), "choose one of"),
    "a relation within private groups": (
        replace(_of("covariance", "exam_score", "reading_score"), group_by="sex"),
        "filter by one category at a time",
    ),
    "a regression of categories": (_of("linear_regression", "sex", "exam_score"), "its distribution"),
    "a yes or no among three": (
        replace(_of("logistic_regression", "intake", "exam_score"), epsilon=None),
        "with two categories",
    ),
    "a yes or no with noise": (
        _of("logistic_regression", "sex", "exam_score"),
        "an exact answer, or for a covariance",
    ),
    "clusters with noise": (_of("k_means", "exam_score", count=2), "an exact answer"),
    "one cluster": (replace(_of("k_means", "exam_score", count=1), epsilon=None), "name 2 to 8 count"),
    "a relation to its groups": (
        replace(_of("correlation", "exam_score", "reading_score"), group_by="reading_score"),
        "an attribute that has categories",
    ),
    "a median by another engine": (
        replace(_of("median", "exam_score"), engine=Engine.PAILLIER),
        "leave the choice of the engine open",
    ),
    "a private filter by another engine": (
        replace(QUERY, where=(Condition("sex", "female"),), engine=Engine.ADDITIVE),
        "leave the choice of the engine open",
    ),
    "a verified answer by another engine": (
        replace(QUERY, engine=Engine.PAILLIER, verified=True),
        "leave the choice of the engine open",
    ),
    "verified clusters": (
        replace(_of("k_means", "exam_score", count=2), epsilon=None, verified=True),
        "in a query of its own",
    ),
    "a filter by an unknown category": (
        replace(QUERY, where=(Condition("school_type", "boarding"),)),
        "choose one of mixed, boys, girls",
    ),
    "two filters by one attribute": (
        replace(QUERY, where=(Condition("school_type", "girls"), Condition("school_type", "boys"))),
        "one condition for each attribute",
    ),
}


@pytest.mark.parametrize(("query", "remedy"), REFUSED.values(), ids=REFUSED.keys())
def test_a_query_for_this_is_refused_with_a_remedy(query, remedy):
    with pytest.raises(QueryRefusedError) as refused:
        check(query, EXAM)

    assert remedy in refused.value.remedy
    assert refused.value.reason in str(refused.value)


def test_an_exact_mean_of_an_attribute_that_not_everyone_has_is_refused():
    query = replace(_health(), epsilon=None, statistics=(Statistic(StatisticKind.MEAN, "total_cholesterol"),))

    with pytest.raises(QueryRefusedError, match="not everyone has 'total_cholesterol'"):
        check(query, HEALTH)


def test_the_attributes_of_a_query_include_groups_and_filters():
    query = replace(QUERY, group_by="sex", where=(Condition("school_type", "girls"),))

    assert query.attributes == {"exam_score", "sex", "school_type"}


def test_a_person_without_the_public_attribute_meets_no_condition_on_it():
    query = replace(QUERY, where=(Condition("school_type", "girls"),))

    assert query.matches({"school_type": "girls"}, EXAM)
    assert not query.matches({"school_type": "boys"}, EXAM)
    assert not query.matches({"school_type": None}, EXAM)
    assert not query.matches({}, EXAM)


def test_private_conditions_are_met_by_everybody_as_far_as_anybody_can_see():
    conditions = (
        Condition("school_type", "girls"),
        Condition("sex", "female"),
        Condition("exam_score", None, Decimal(0), Decimal(1)),
    )
    query = replace(QUERY, where=conditions)

    assert query.private_conditions(EXAM) == conditions[1:]
    assert query.matches({"school_type": "girls"}, EXAM)
    assert not query.matches({"school_type": "boys", "sex": "female"}, EXAM)


def test_what_is_not_asked_for_stays_out_of_the_document():
    assert set(QUERY.to_json()) == {"data_set", "purpose", "statistics", "where", "privacy"}
    assert QUERY.to_json()["statistics"] == [
        {"kind": "count"},
        {"kind": "mean", "attribute": "exam_score"},
    ]


def test_engine_and_verification_change_what_is_asked():
    asked = [QUERY, replace(QUERY, engine=Engine.MPC), replace(QUERY, verified=True)]

    assert len({query.digest for query in asked}) == 3


@given(queries())
@settings(max_examples=50)
def test_reading_what_was_written_gives_the_query_and_its_digest(query):
    again = Query.from_json(parse_json(canonical_json(query.to_json())))

    assert again == query
    assert again.digest == query.digest


def test_the_same_epsilon_written_otherwise_gives_the_same_digest():
    assert replace(QUERY, epsilon=Decimal("1.00")).digest == QUERY.digest


@pytest.mark.parametrize(("number", "text"), [("0.50", "0.5"), ("1E+1", "10"), ("0", "0"), ("3", "3")])
def test_a_decimal_has_one_form(number, text):
    assert decimal_text(Decimal(number)) == text


HOSTILE = {
    "no object": lambda _: [],
    "a missing purpose": lambda d: d.pop("purpose"),
    "an unknown purpose": lambda d: d.update(purpose="dpv:Marketing"),
    "an unknown member": lambda d: d.update(sample=True),
    "an unknown kind of statistic": lambda d: d.update(statistics=[{"kind": "mode", "attribute": "x"}]),
    "a count of an attribute": lambda d: d.update(statistics=[{"kind": "count", "attribute": "x"}]),
    "a mean of nothing": lambda d: d.update(statistics=[{"kind": "mean"}]),
    "no statistics": lambda d: d.update(statistics=[]),
    "statistics that are text": lambda d: d.update(statistics="mean"),
    "no word about epsilon": lambda d: d["privacy"].pop("epsilon"),
    "an epsilon that is a number": lambda d: d["privacy"].update(epsilon=1),
    "an epsilon that is not a number": lambda d: d["privacy"].update(epsilon="NaN"),
    "an endless epsilon": lambda d: d["privacy"].update(epsilon="Infinity"),
    "a negative epsilon": lambda d: d["privacy"].update(epsilon="-1"),
    "an epsilon with an exponent": lambda d: d["privacy"].update(epsilon="1e9"),
    "a floor that is true": lambda d: d["privacy"].update(floor=True),
    "a floor of nobody": lambda d: d["privacy"].update(floor=0),
    "another privacy member": lambda d: d["privacy"].update(delta="1"),
    "a condition with more": lambda d: d.update(where=[{"attribute": "a", "is": "b", "or": "c"}]),
    "fractions that are numbers": lambda d: d["statistics"][1].update(fractions=[0.5]),
    "a fraction with an exponent": lambda d: d["statistics"][1].update(fractions=["5e-1"]),
    "a negative fraction": lambda d: d["statistics"][1].update(fractions=["-0.5"]),
    "a fraction twice": lambda d: d["statistics"][1].update(fractions=["0.5", "0.5"]),
    "ten fractions": lambda d: d["statistics"][1].update(fractions=[f"0.{part}" for part in range(10)]),
    "no fractions": lambda d: d["statistics"][1].update(fractions=[]),
    "a companion twice": lambda d: d["statistics"][1].update({"with": ["a", "a"]}),
    "nine companions": lambda d: d["statistics"][1].update({"with": list("abcdefghi")}),
    "a companion that is text": lambda d: d["statistics"][1].update({"with": "a"}),
    "a number that is text": lambda d: d["statistics"][1].update(count="2"),
    "a number of nothing": lambda d: d["statistics"][1].update(count=0),
    "a number too large": lambda d: d["statistics"][1].update(count=11),
    "a condition without its end": lambda d: d.update(where=[{"attribute": "a", "from": "1"}]),
    "a condition of both kinds": lambda d: d.update(
        where=[{"attribute": "a", "from": "1", "to": "2", "is": "b"}]
    ),
    "an end that is a number": lambda d: d.update(where=[{"attribute": "a", "from": 1, "to": 2}]),
    "an end without end": lambda d: d.update(where=[{"attribute": "a", "from": "1", "to": "Infinity"}]),
    "an unknown engine": lambda d: d.update(engine="abacus"),
    "verification that is text": lambda d: d.update(verified="yes"),
    "a group that is a list": lambda d: d.update(group_by=["sex"]),
}


@pytest.mark.parametrize("tamper", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_query_document_with_this_is_malformed(tamper):
    document = loose(QUERY.to_json())
    replaced = tamper(document)

    with pytest.raises(MalformedError):
        Query.from_json([] if replaced == [] else document)
