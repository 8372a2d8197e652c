from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings

from consent.errors import QueryRefusedError
from consent.query import Condition, Query, Statistic, check, decimal_text
from consent.vocabulary import StatisticKind
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
    return replace(QUERY, data_set="health/1", statistics=(COUNT,), **changes)


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
    "a filter by a private attribute": (
        replace(QUERY, where=(Condition("sex", "female"),)),
        "group by it with noise",
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

    assert query.matches({"school_type": "girls"})
    assert not query.matches({"school_type": "boys"})
    assert not query.matches({"school_type": None})
    assert not query.matches({})


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
    "an unknown kind of statistic": lambda d: d.update(statistics=[{"kind": "maximum", "attribute": "x"}]),
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
    "a group that is a list": lambda d: d.update(group_by=["sex"]),
}


@pytest.mark.parametrize("tamper", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_query_document_with_this_is_malformed(tamper):
    document = loose(QUERY.to_json())
    replaced = tamper(document)

    with pytest.raises(MalformedError):
        Query.from_json([] if replaced == [] else document)
