"""Covariances, correlations and regressions: against exact arithmetic, and their error against real noise."""

import statistics
from dataclasses import replace
from decimal import Decimal
from math import sqrt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consent import computation
from consent.answer import decode
from consent.estimate import Withheld
from consent.moments import Moments, UndeterminedError, fit, inverse
from consent.query import Statistic
from consent.vocabulary import StatisticKind
from crypto.mpc import regression
from crypto.randomness import random_below, stream
from tests.consent.examples import EXAM, QUERY, SEED, drawn_noise, loose, number, sums, tiny_data_set

DRAW = stream(SEED, "related records")
EXPLAINED = Statistic(StatisticKind.LINEAR_REGRESSION, "exam_score", ("reading_score", "school_average"))
TOGETHER = Statistic(StatisticKind.CORRELATION, "exam_score", ("reading_score", "school_average"))
VARYING = Statistic(StatisticKind.COVARIANCE, "exam_score", ("reading_score", "school_average"))
EXACT = replace(QUERY, statistics=(VARYING, TOGETHER, EXPLAINED), epsilon=None)


def _record():
    reading, school = random_below(4001, DRAW) - 2000, random_below(1001, DRAW) - 500
    exam = reading // 2 + school + random_below(801, DRAW) - 400
    return {
        "exam_score": exam / 1000,
        "reading_score": reading / 1000,
        "school_average": school / 1000,
        "verbal_reasoning": "top",
        "intake": "top",
        "sex": ("female", "male")[random_below(2, DRAW)],
        "school_type": "mixed",
    }


RECORDS = [_record() for _ in range(300)]
NAMES = ("exam_score", "reading_score", "school_average")
COLUMNS = {name: [record[name] for record in RECORDS] for name in NAMES}


def _answer(query, records=RECORDS, described=EXAM, label=None):
    compiled = computation.compile(query, described, records)
    totals = sums(compiled, described, records)
    if label is not None:
        noise = drawn_noise(compiled, stream(SEED, label))
        totals = [total + each for total, each in zip(totals, noise, strict=True)]
    (row,) = decode(compiled, totals).rows
    return row.estimates


def test_exact_relations_are_those_of_the_standard_library():
    estimates = _answer(EXACT)

    exam = COLUMNS["exam_score"]
    others = [COLUMNS[name] for name in NAMES[1:]]
    assert [each.value for each in estimates[:2]] == pytest.approx(
        [statistics.covariance(exam, other) for other in others]
    )
    assert [each.value for each in estimates[2:4]] == pytest.approx(
        [statistics.correlation(exam, other) for other in others]
    )
    assert [(each.index, each.label) for each in estimates[:2]] == [
        (0, "reading_score"),
        (1, "school_average"),
    ]


def test_an_exact_regression_is_that_of_exact_arithmetic():
    columns = [COLUMNS[name] for name in ("reading_score", "school_average", "exam_score")]
    steps = [[round(value * 1000) for value in column] for column in columns]
    totals = [sum(column) for column in steps]
    products = tuple(tuple(sum(a * b for a, b in zip(x, y, strict=True)) for y in steps) for x in steps)
    exact = regression.linear_regression(regression.Moments(len(RECORDS), tuple(totals), products))

    intercept, *slopes, share = _answer(EXACT)[4:]

    assert intercept.value == pytest.approx(exact.intercept / 1000)
    assert [each.value for each in slopes] == pytest.approx(list(exact.coefficients))
    assert [each.standard_error for each in slopes] == pytest.approx(list(exact.standard_errors or ()))
    assert share.value == pytest.approx(exact.r_squared)
    assert all(each.noise_sd == 0 for each in (intercept, *slopes, share))


@given(st.lists(st.tuples(*[st.integers(-50, 50)] * 3), min_size=8, max_size=30))
@settings(max_examples=60)
def test_regressions_agree_with_exact_arithmetic_or_are_not_determined(rows):
    columns = list(zip(*rows, strict=True))
    products = [[sum(a * b for a, b in zip(x, y, strict=True)) for y in columns] for x in columns]
    exact = regression.Moments(len(rows), tuple(map(sum, columns)), tuple(map(tuple, products)))
    moments = Moments(len(rows), list(map(sum, columns)), products)
    try:
        expected = regression.linear_regression(exact)
    except ValueError:
        with pytest.raises(UndeterminedError):
            fit(moments, [0.0, 0.0])
        return

    found = fit(moments, [0.0, 0.0])

    assert list(found.slopes) == pytest.approx(list(expected.coefficients), rel=1e-6, abs=1e-9)
    assert found.intercept == pytest.approx(expected.intercept, rel=1e-6, abs=1e-6)


def test_columns_that_depend_on_each_other_have_no_regression():
    twice = [{**record, "reading_score": 2 * record["school_average"]} for record in RECORDS]

    assert {each.withheld for each in _answer(EXACT, twice)[4:]} == {Withheld.UNDETERMINED}


def test_a_column_that_does_not_vary_has_no_correlation():
    flat = [{**record, "school_average": 0.5} for record in RECORDS]

    estimates = _answer(EXACT, flat)

    assert estimates[3].withheld is Withheld.UNDETERMINED
    assert estimates[1].value == 0


def test_a_matrix_that_has_no_inverse_is_named():
    with pytest.raises(UndeterminedError):
        inverse([[1.0, 1.0], [1.0, 1.0]])


NOISY = replace(EXACT, epsilon=Decimal(10))


def test_noise_that_decides_leaves_no_regression():
    estimates = _answer(replace(NOISY, epsilon=Decimal("0.5")), label="much")

    assert {each.withheld for each in estimates[4:]} == {Withheld.NOISE_TOO_LARGE}


def test_too_few_people_have_no_relations():
    described = tiny_data_set(attributes=[number("x"), number("y"), number("z", required=True)])
    statistic = Statistic(StatisticKind.CORRELATION, "x", ("y",))
    query = replace(QUERY, data_set="tiny/1", statistics=(statistic,), epsilon=Decimal(10))
    records = [{"x": 1, "y": 2, "z": 1}] * 20 + [{"x": 3, "z": 2}] * 80

    assert _answer(query, records, described)[0].withheld is Withheld.TOO_FEW_PEOPLE


def test_numbers_that_not_everyone_has_are_related_over_those_who_have_both():
    described = tiny_data_set(attributes=[number("x"), number("y"), number("z", required=True)])
    kinds = (StatisticKind.COVARIANCE, StatisticKind.CORRELATION)
    query = replace(
        QUERY,
        data_set="tiny/1",
        statistics=tuple(Statistic(kind, "y", ("x", "z")) for kind in kinds),
        epsilon=Decimal(10),
    )
    records = [
        {"z": index % 7, **({"x": index % 5} if index % 3 else {}), **({"y": index % 8} if index % 4 else {})}
        for index in range(600)
    ]

    found = _answer(query, records, described)

    for place, other in enumerate(("x", "z")):
        both = [(record["y"], record[other]) for record in records if "y" in record and other in record]
        y, x = zip(*both, strict=True)
        assert found[place].value == pytest.approx(statistics.covariance(y, x))
        assert found[2 + place].value == pytest.approx(statistics.correlation(y, x))


def test_the_stated_error_of_relations_is_that_of_the_noise():
    compiled = computation.compile(NOISY, EXAM, RECORDS * 10)
    true_totals = [10 * total for total in sums(compiled, EXAM, RECORDS)]
    truth = [each.value for each in decode(compiled, true_totals).rows[0].estimates]
    runs = []
    for index in range(80):
        noise = drawn_noise(compiled, stream(SEED, f"run {index}"))
        totals = [total + each for total, each in zip(true_totals, noise, strict=True)]
        runs.append(decode(compiled, totals).rows[0].estimates)

    for place, true in enumerate(truth):
        shown = [(run[place].value, run[place].noise_sd) for run in runs]
        assert not any(None in each for each in shown)
        found = sqrt(statistics.fmean(((value or 0) - (true or 0)) ** 2 for value, _ in shown))
        stated = statistics.fmean(noise_sd or 0 for _, noise_sd in shown)
        assert found == pytest.approx(stated, rel=0.35)


def test_the_same_product_is_computed_once_whichever_way_it_is_asked_for():
    statistics_of = (
        Statistic(StatisticKind.COVARIANCE, "exam_score", ("reading_score",)),
        Statistic(StatisticKind.COVARIANCE, "reading_score", ("exam_score",)),
        Statistic(StatisticKind.LINEAR_REGRESSION, "reading_score", ("exam_score",)),
    )
    compiled = computation.compile(replace(QUERY, statistics=statistics_of), EXAM, RECORDS)

    names = [measure.name for measure in compiled.measures]
    assert names.count("exam_score.reading_score.product") == 1
    assert len(names) == len(set(names)) == 6


def _about_centres(compiled, totals):
    """The cells about their centres: the inverse of how noise follows noise."""
    follows = {measure.name: measure.follows for measure in compiled.measures}
    plain, centred = {}, {}
    for cell, total in zip(compiled.cells, totals, strict=True):
        plain[cell.measure] = total
        centred[cell.measure] = total - sum(
            each.factor * plain[each.measure] for each in follows[cell.measure]
        )
    return centred


ends = st.sampled_from([-4000, 0, 4000]) | st.integers(-4000, 4000)


@given(ends, ends, st.integers(-1000, 1000))
@settings(max_examples=60)
def test_one_person_adds_no_more_than_the_sensitivity_to_any_product(exam, reading, school):
    compiled = computation.compile(replace(EXACT, epsilon=Decimal(1)), EXAM, RECORDS)
    record = {
        **RECORDS[0],
        "exam_score": exam / 1000,
        "reading_score": reading / 1000,
        "school_average": school / 1000,
    }

    added = _about_centres(compiled, sums(compiled, EXAM, [record]))

    for measure in compiled.measures:
        assert abs(added[measure.name]) <= measure.sensitivity
    middles = {name: EXAM.attribute(name).steps // 2 for name in NAMES}
    steps = {name: round((record[name] - float(EXAM.attribute(name).minimum)) * 1000) for name in NAMES}
    assert added["exam_score.reading_score.product"] == (steps["exam_score"] - middles["exam_score"]) * (
        steps["reading_score"] - middles["reading_score"]
    )


def test_optional_pairs_follow_their_own_people():
    described = tiny_data_set(attributes=[number("x"), number("y"), number("z", required=True)])
    statistic = Statistic(StatisticKind.CORRELATION, "y", ("x",))
    query = replace(QUERY, data_set="tiny/1", statistics=(statistic,))
    compiled = computation.compile(query, described, [{}] * 60)

    for record in ({"x": 8, "y": 8, "z": 0}, {"x": 0, "y": 8, "z": 0}, {"x": 8, "z": 0}, {"z": 8}):
        added = _about_centres(compiled, sums(compiled, described, [record]))
        both = "x" in record and "y" in record
        assert added["x.y.present"] == both
        for measure in compiled.measures:
            assert abs(added[measure.name]) <= measure.sensitivity * both


def test_relations_survive_being_written():
    compiled = computation.compile(NOISY, EXAM, RECORDS)

    again = computation.Computation.from_json(loose(compiled.to_json()))

    assert again == compiled
