from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consent import computation
from consent.calibration import check_overflow
from consent.computation import Computation
from consent.errors import MismatchError, QueryRefusedError
from consent.query import Condition, Query, Statistic
from consent.vocabulary import Purpose, StatisticKind
from crypto.encoding import canonical_json, parse_json
from crypto.errors import MalformedError
from crypto.noise import rho_from_epsilon
from tests.consent.examples import (
    BARS,
    COUNT,
    EXAM,
    HEALTH,
    MEAN,
    QUERY,
    SPREAD,
    category,
    loose,
    number,
    sums,
    tiny_data_set,
)

EVERYTHING = replace(QUERY, statistics=(COUNT, MEAN, SPREAD, BARS))
EVERYONE = [{"school_type": "mixed"}] * 60
BY_TYPE = replace(QUERY, group_by="school_type", floor=10)
TYPES = [{"school_type": "girls"}] * 12 + [{"school_type": "mixed"}] * 30 + [{"school_type": "boys"}] * 9


def _parts(compiled):
    return [(cell.group, cell.measure, cell.index, cell.left, cell.right) for cell in compiled.cells]


def _column(attribute, part, index=0):
    return EXAM.column(attribute, part, index)


def test_a_mean_of_a_required_attribute_needs_people_and_values():
    compiled = computation.compile(replace(QUERY, statistics=(MEAN,)), EXAM, EVERYONE)

    assert _parts(compiled) == [
        (None, "people", 0, _column("exam_score", "present"), None),
        (None, "exam_score.value", 0, _column("exam_score", "value"), None),
    ]


def test_what_several_statistics_need_is_computed_once():
    compiled = computation.compile(EVERYTHING, EXAM, EVERYONE)

    assert [measure.name for measure in compiled.measures] == [
        "people",
        "exam_score.value",
        "exam_score.square",
        "exam_score.bin",
    ]
    assert len(compiled.cells) == 3 + 16


def test_private_groups_are_products_with_the_column_of_the_group():
    query = replace(QUERY, statistics=(COUNT, MEAN), group_by="sex")

    compiled = computation.compile(query, EXAM, EVERYONE)

    female, value = _column("sex", "is", 0), _column("exam_score", "value")
    assert _parts(compiled)[:2] == [
        ("female", "people", 0, female, None),
        ("female", "exam_score.value", 0, female, value),
    ]
    assert compiled.groups == ("female", "male")
    assert not compiled.by_rows
    assert compiled.row_masks(EVERYONE) == {"female": None, "male": None}


def test_public_groups_are_choices_of_rows():
    compiled = computation.compile(BY_TYPE, EXAM, TYPES)

    assert compiled.by_rows
    assert compiled.groups == ("mixed", "girls")
    assert all(cell.right is None for cell in compiled.cells)
    masks = compiled.row_masks(TYPES)
    assert masks["girls"] == (True,) * 12 + (False,) * 39
    assert masks["mixed"] == (False,) * 12 + (True,) * 30 + (False,) * 9


def test_a_public_group_below_the_floor_is_withheld_and_has_no_cell():
    compiled = computation.compile(BY_TYPE, EXAM, TYPES)

    assert compiled.withheld == ("boys",)
    assert "boys" not in {cell.group for cell in compiled.cells}


def test_a_public_group_without_people_is_withheld_like_one_with_few():
    some = computation.compile(BY_TYPE, EXAM, TYPES)
    none = computation.compile(BY_TYPE, EXAM, TYPES[:-9])

    assert some == none


def test_people_without_the_public_attribute_are_in_no_group():
    compiled = computation.compile(BY_TYPE, EXAM, [*TYPES, *[{}] * 20])

    assert compiled.groups == ("mixed", "girls")


def test_an_attribute_that_not_everyone_has_brings_its_own_number_of_people():
    mean = Statistic(StatisticKind.MEAN, "total_cholesterol")
    query = replace(QUERY, data_set="health/1", statistics=(mean,))

    compiled = computation.compile(query, HEALTH, [{}] * 60)

    assert [measure.name for measure in compiled.measures] == [
        "total_cholesterol.present",
        "total_cholesterol.value",
    ]


def test_people_are_counted_by_a_required_category_where_there_is_no_required_number():
    described = tiny_data_set(
        attributes=[number("x"), category("town", ["a", "b", "c"], disclosure="public", required=True)]
    )
    query = replace(QUERY, data_set="tiny/1", statistics=(COUNT,))

    compiled = computation.compile(query, described, [{"town": "a"}] * 60)

    assert [(cell.measure, cell.index) for cell in compiled.cells] == [
        ("people", 0),
        ("people", 1),
        ("people", 2),
    ]
    records = [{"town": "a"}] * 20 + [{"town": "c"}] * 40
    assert sums(compiled, described, records) == [20, 0, 40]


def test_people_cannot_be_counted_where_nobody_has_to_have_anything():
    query = replace(QUERY, data_set="tiny/1", statistics=(COUNT,))

    with pytest.raises(QueryRefusedError, match="people cannot be counted"):
        computation.compile(query, tiny_data_set(), [{}] * 60)


def test_public_groups_are_counted_even_then():
    query = replace(QUERY, data_set="tiny/1", statistics=(COUNT,), group_by="town")

    compiled = computation.compile(query, tiny_data_set(), [{"town": "b"}] * 60)

    assert [(cell.group, cell.measure) for cell in compiled.cells] == [("b", "people")]


def test_fewer_people_than_the_floor_are_refused():
    with pytest.raises(QueryRefusedError, match="fewer than 50 people take part"):
        computation.compile(QUERY, EXAM, EVERYONE[:49])


def test_public_groups_that_are_all_too_small_are_refused():
    with pytest.raises(QueryRefusedError, match="no group has 40 people"):
        computation.compile(replace(BY_TYPE, floor=40), EXAM, TYPES)


def test_a_query_that_may_not_be_asked_is_not_compiled():
    with pytest.raises(QueryRefusedError):
        computation.compile(replace(EVERYTHING, epsilon=None), EXAM, EVERYONE)


def test_a_person_who_does_not_meet_the_conditions_is_not_computed_over():
    query = replace(QUERY, where=(Condition("school_type", "girls"),))

    with pytest.raises(MismatchError, match="conditions"):
        computation.compile(query, EXAM, [{"school_type": "girls"}] * 60 + [{"school_type": "boys"}])


def test_an_answer_of_too_many_numbers_is_refused():
    codes = [f"c{index}" for index in range(64)]
    described = tiny_data_set(attributes=[category(name, codes, required=True) for name in ("a", "b", "c")])
    wide = tuple(Statistic(StatisticKind.HISTOGRAM, name) for name in ("b", "c"))
    query = replace(QUERY, data_set="tiny/1", statistics=wide, group_by="a")

    with pytest.raises(QueryRefusedError, match="8192 numbers"):
        computation.compile(query, described, [{}] * 60)


WIDE = {"minimum": 0, "maximum": 2**30, "decimals": 0, "bins": [0, 1, 2**30], "required": True}


def test_a_sum_of_squares_that_could_leave_the_ring_is_refused():
    described = tiny_data_set(attributes=[number("x", **WIDE)])
    query = replace(
        QUERY,
        data_set="tiny/1",
        statistics=(Statistic(StatisticKind.STANDARD_DEVIATION, "x"),),
        epsilon=None,
        floor=10,
    )

    with pytest.raises(QueryRefusedError, match="square could grow too large"):
        computation.compile(query, described, [{}] * 10)


@pytest.mark.parametrize(("people", "fits"), [(3, True), (4, False)])
def test_the_largest_sum_that_fits_has_62_bits(people, fits):
    described = tiny_data_set(attributes=[number("x", **WIDE)])
    query = Query(
        "tiny/1", Purpose.PUBLIC_BENEFIT, (Statistic(StatisticKind.STANDARD_DEVIATION, "x"),), 10, None
    )
    cells = computation.compile_groups(
        replace(query, statistics=(Statistic(StatisticKind.MEAN, "x"),)),
        described,
        groups=(None,),
        people=10,
    )
    square = [replace(cells.cells[0], measure="people", left=described.column("x", "square"))]

    if fits:
        check_overflow(square, cells.measures, described, people)
    else:
        with pytest.raises(QueryRefusedError):
            check_overflow(square, cells.measures, described, people)


def test_noise_counts_towards_the_ring():
    described = tiny_data_set(attributes=[number("x", **{**WIDE, "maximum": 2**28, "bins": [0, 1, 2**28]})])
    spread = (Statistic(StatisticKind.STANDARD_DEVIATION, "x"),)
    exact = replace(QUERY, data_set="tiny/1", statistics=spread, epsilon=None, floor=10)

    computation.compile(exact, described, [{}] * 10)
    with pytest.raises(QueryRefusedError, match="larger epsilon"):
        computation.compile(replace(exact, epsilon=Decimal("0.01")), described, [{}] * 10)


def test_the_buyer_compiles_what_the_nodes_compile():
    for query, rows in ((QUERY, EVERYONE), (BY_TYPE, TYPES), (replace(QUERY, group_by="sex"), EVERYONE)):
        theirs = computation.compile(query, EXAM, rows)
        ours = computation.compile_groups(query, EXAM, groups=theirs.groups, people=len(rows))

        assert ours.digest == theirs.digest


@pytest.mark.parametrize(
    ("query", "groups"),
    [
        (QUERY, ("mixed",)),
        (QUERY, ()),
        (BY_TYPE, ("girls", "mixed")),
        (BY_TYPE, ("mixed", "mixed")),
        (BY_TYPE, ("boarding",)),
        (BY_TYPE, (None,)),
        (replace(QUERY, group_by="sex"), ("female",)),
        (replace(QUERY, group_by="sex"), ()),
    ],
)
def test_groups_that_a_query_cannot_have_are_refused(query, groups):
    with pytest.raises(MismatchError):
        computation.compile_groups(query, EXAM, groups=groups, people=60)


COMPILED = [
    computation.compile(EVERYTHING, EXAM, EVERYONE),
    computation.compile(BY_TYPE, EXAM, TYPES),
    computation.compile(replace(EVERYTHING, group_by="sex"), EXAM, EVERYONE),
    computation.compile(replace(QUERY, epsilon=None), EXAM, EVERYONE),
]


@pytest.mark.parametrize("compiled", COMPILED, ids=["plain", "public groups", "private groups", "exact"])
def test_a_computation_survives_being_written(compiled):
    again = Computation.from_json(parse_json(canonical_json(compiled.to_json())))

    assert again == compiled
    assert again.digest == compiled.digest


HOSTILE = {
    "another version": lambda d: d.update(version=1),
    "a member more": lambda d: d.update(note="x"),
    "no groups": lambda d: d.update(groups=[]),
    "two groups for everybody": lambda d: d.update(groups=[None, None]),
    "a group that has no cells": lambda d: d.update(groups=["mixed"]),
    "a cell of no measure": lambda d: d["cells"][0].update(measure="x"),
    "a cell less": lambda d: d["cells"].pop(0),
    "a bar less": lambda d: d["cells"].pop(),
    "a cell of three columns": lambda d: d["cells"][0].update(columns=[1, 2, 3]),
    "a cell of no column": lambda d: d["cells"][0].update(columns=[]),
    "a cell of a negative column": lambda d: d["cells"][0].update(columns=[-1]),
    "a measure twice": lambda d: d["measures"].append(d["measures"][0]),
    "a measure that follows a later one": lambda d: d["measures"].reverse(),
    "less noise than it says": lambda d: d["measures"][0].update(noise_variance=1.0),
    "a variance that takes for ever": lambda d: d["measures"][0].update(variance="1e999999999"),
    "a cost by nothing": lambda d: d["measures"][0].update(rho="1/0"),
    "a variance by nothing": lambda d: d["measures"][0].update(variance="1/0"),
    "a factor that is none": lambda d: d["measures"][1]["follows"][0].update(factor="1e9"),
    "a statistic of no measure": lambda d: d["statistics"][0].update(measures=["x"]),
    "a statistic of too few measures": lambda d: d["statistics"][1].update(measures=["people"]),
    "a variance without end": lambda d: d["measures"][0].update(noise_variance=10**400),
    "a scale that is true": lambda d: d["statistics"][1].update(minimum=True),
    "a scale without end": lambda d: d["statistics"][1].update(minimum=10**400),
    "a scale that is text": lambda d: d["statistics"][1].update(minimum="low"),
}


@pytest.mark.parametrize("tamper", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_computation_document_with_this_is_malformed(tamper):
    document = loose(COMPILED[0].to_json())
    tamper(document)

    with pytest.raises(MalformedError):
        Computation.from_json(document)


def test_exact_answers_get_no_noise():
    compiled = computation.compile(replace(QUERY, epsilon=None), EXAM, EVERYONE)

    assert not any(measure.variance or measure.rho for measure in compiled.measures)


@pytest.mark.parametrize("epsilon", ["0.01", "0.5", "1", "10"])
@pytest.mark.parametrize("group_by", [None, "sex"])
def test_all_noise_together_is_what_the_whole_query_promises(epsilon, group_by):
    query = replace(EVERYTHING, epsilon=Decimal(epsilon), group_by=group_by)

    compiled = computation.compile(query, EXAM, EVERYONE)

    spent = sum(Fraction(measure.sensitivity) ** 2 / (2 * measure.variance) for measure in compiled.measures)
    assert (
        0 < spent <= sum(measure.rho for measure in compiled.measures) <= rho_from_epsilon(Decimal(epsilon))
    )


def _about_centres(compiled, totals):
    """The cells with values taken about their centre: the inverse of how noise follows noise."""
    follows = {measure.name: measure.follows for measure in compiled.measures}
    plain = {}
    centred = {}
    for cell, total in zip(compiled.cells, totals, strict=True):
        plain[cell.group, cell.measure] = total
        centred[cell] = total - sum(
            each.factor * plain[cell.group, each.measure] for each in follows[cell.measure]
        )
    return centred


records = st.builds(
    lambda values: {"verbal_reasoning": "top", "intake": "top", "school_average": 0, **values},
    st.fixed_dictionaries(
        {
            "exam_score": st.integers(-4000, 4000).map(lambda steps: steps / 1000),
            "reading_score": st.just(0),
            "sex": st.sampled_from(["female", "male"]),
            "school_type": st.just("mixed"),
        }
    ),
)


@given(records, st.sampled_from([None, "sex"]))
@settings(max_examples=40)
def test_one_person_adds_no_more_than_the_sensitivity_to_any_measure(record, group_by):
    compiled = computation.compile(replace(EVERYTHING, group_by=group_by), EXAM, EVERYONE)

    added = _about_centres(compiled, sums(compiled, EXAM, [record]))

    for measure in compiled.measures:
        squares = sum(value**2 for cell, value in added.items() if cell.measure == measure.name)
        assert squares <= measure.sensitivity**2


def test_the_sensitivity_is_reached_at_the_end_of_the_range():
    compiled = COMPILED[0]
    record = {
        "exam_score": 4,
        "reading_score": 0,
        "school_average": 0,
        "verbal_reasoning": "top",
        "intake": "top",
        "sex": "male",
        "school_type": "mixed",
    }

    added = _about_centres(compiled, sums(compiled, EXAM, [record]))

    assert {
        cell.measure: abs(value) for cell, value in added.items() if cell.measure != "exam_score.bin"
    } == {
        measure.name: measure.sensitivity for measure in compiled.measures if measure.name != "exam_score.bin"
    }


@given(st.lists(st.integers(1000, 10**7), min_size=2, max_size=5))
@settings(max_examples=30)
def test_many_small_queries_spend_no_more_rho_than_one_large_one(millionths):
    parts = [Decimal(each).scaleb(-6) for each in millionths]

    assert sum(map(rho_from_epsilon, parts)) <= rho_from_epsilon(sum(parts, Decimal(0))) + Fraction(1, 10**18)
