import statistics
from collections import Counter
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consent import computation
from consent.answer import decode
from consent.errors import MismatchError
from consent.estimate import Withheld
from consent.foresight import foresee
from consent.query import Statistic
from consent.vocabulary import StatisticKind
from crypto.randomness import random_below, stream
from tests.consent.examples import (
    BARS,
    COUNT,
    EXAM,
    HEALTH,
    MEAN,
    QUERY,
    SEED,
    SPREAD,
    category,
    drawn_noise,
    number,
    sums,
    tiny_data_set,
)

EXACT = replace(QUERY, statistics=(COUNT, MEAN, SPREAD), epsilon=None)
DRAW = stream(SEED, "records")


def _record(score):
    return {
        "exam_score": score,
        "reading_score": 0,
        "school_average": 0,
        "verbal_reasoning": ("bottom", "middle", "top")[random_below(3, DRAW)],
        "intake": "top",
        "sex": ("female", "male")[random_below(2, DRAW)],
        "school_type": ("mixed", "girls")[random_below(2, DRAW)],
    }


RECORDS = [_record(random_below(8001, DRAW) / 1000 - 4) for _ in range(400)]
SCORES = [record["exam_score"] for record in RECORDS]


def _noise(compiled, label):
    return drawn_noise(compiled, stream(SEED, label))


def _answer(query, records=None, label=None, described=EXAM):
    chosen = RECORDS if records is None else records
    compiled = computation.compile(query, described, chosen)
    totals = sums(compiled, described, chosen)
    if label is not None:
        totals = [total + noise for total, noise in zip(totals, _noise(compiled, label), strict=True)]
    return decode(compiled, totals)


def _values(answer):
    return [[estimate.value for estimate in row.estimates] for row in answer.rows]


def test_an_exact_answer_is_what_the_clear_computation_gives():
    ((count, mean, spread),) = _values(_answer(EXACT))

    assert count == 400
    assert mean == pytest.approx(statistics.fmean(SCORES), rel=1e-12)
    assert spread == pytest.approx(statistics.stdev(SCORES), rel=1e-12)


scores = st.lists(st.integers(-4000, 4000), min_size=10, max_size=40)


@given(scores)
@settings(max_examples=40)
def test_every_exact_answer_is_what_the_clear_computation_gives(steps):
    values = [step / 1000 for step in steps]
    ((count, mean, spread),) = _values(_answer(replace(EXACT, floor=10), list(map(_record, values))))

    assert count == len(values)
    assert mean == pytest.approx(statistics.fmean(values), abs=1e-9)
    assert spread == pytest.approx(statistics.stdev(values), abs=1e-9)


def test_exact_estimates_have_no_error():
    (row,) = _answer(EXACT).rows

    for estimate in row.estimates:
        assert estimate.noise_sd == 0
        assert estimate.interval95 == (estimate.value, estimate.value)


def test_the_spread_of_equal_values_is_nothing():
    ((_, mean, spread),) = _values(_answer(EXACT, [_record(1.234)] * 60))

    assert mean == pytest.approx(1.234, rel=1e-12)
    assert spread == 0


@pytest.mark.parametrize("group_by", ["sex", "school_type"])
def test_groups_are_answered_one_by_one(group_by):
    query = replace(QUERY, statistics=(COUNT, MEAN), group_by=group_by, epsilon=Decimal(10))

    answer = _answer(query)

    for row in answer.rows:
        members = [record["exam_score"] for record in RECORDS if record[group_by] == row.group]
        assert [each.value for each in row.estimates] == [
            len(members),
            pytest.approx(statistics.fmean(members)),
        ]


def test_a_histogram_has_a_bar_for_each_bin_and_each_category():
    bars = replace(QUERY, statistics=(BARS, Statistic(StatisticKind.HISTOGRAM, "verbal_reasoning")))

    (row,) = _answer(bars).rows

    found = Counter(record["verbal_reasoning"] for record in RECORDS)
    assert {each.label: each.value for each in row.estimates[16:]} == found
    assert [each.label for each in row.estimates[:2]] == ["-4 – -3.5", "-3.5 – -3"]
    assert sum(each.value for each in row.estimates[:16]) == 400
    assert [each.index for each in row.estimates] == [*range(16), *range(3)]


def test_people_are_counted_over_all_codes_of_a_category():
    described = tiny_data_set(
        attributes=[number("x"), category("town", ["a", "b"], disclosure="public", required=True)]
    )
    query = replace(QUERY, data_set="tiny/1", statistics=(COUNT,))

    (row,) = _answer(query, [{"town": "a"}] * 40 + [{"town": "b"}] * 20, described=described).rows

    assert row.estimates[0].value == 60


def test_withheld_groups_are_named():
    query = replace(QUERY, group_by="school_type", floor=10)

    assert _answer(query).withheld_groups == ("boys",)


def test_a_mean_over_too_few_people_who_have_a_value_is_withheld():
    mean = Statistic(StatisticKind.MEAN, "total_cholesterol")
    query = replace(QUERY, data_set="health/1", statistics=(mean,), epsilon=Decimal(10))
    with_value = {"age": 40, "sex": "female", "age_band": "40_49", "total_cholesterol": 200}
    without = {name: value for name, value in with_value.items() if name != "total_cholesterol"}
    band = HEALTH.attribute("age_band").codes[0]
    records = [{**with_value, "age_band": band}] * 49 + [{**without, "age_band": band}] * 51

    (row,) = _answer(query, records, described=HEALTH).rows

    assert row.estimates[0].withheld is Withheld.TOO_FEW_PEOPLE
    assert row.estimates[0].value is None
    assert row.estimates[0].interval95 is None


def test_a_mean_whose_people_are_mostly_noise_is_withheld():
    query = replace(QUERY, statistics=(MEAN,), epsilon=Decimal("0.02"), floor=10)

    (row,) = _answer(query).rows

    assert row.estimates[0].withheld is Withheld.TOO_FEW_PEOPLE


def test_a_spread_that_noise_could_have_made_is_withheld():
    query = replace(QUERY, statistics=(SPREAD,), epsilon=Decimal("0.5"))

    (row,) = _answer(query, [_record(0.5)] * 400).rows

    assert row.estimates[0].withheld is Withheld.NOISE_TOO_LARGE


def test_estimates_stay_in_the_range_that_is_possible():
    query = replace(QUERY, statistics=(MEAN, COUNT))
    compiled = computation.compile(query, EXAM, RECORDS)

    (row,) = decode(compiled, [400, 400 * 9000]).rows
    low, high = row.estimates[0].interval95 or (0, 0)

    assert row.estimates[0].value == 4
    assert -4 <= low < high == 4
    (row,) = decode(compiled, [-7, 0]).rows
    assert row.estimates[1].value == 0
    assert row.estimates[1].interval95 is not None
    assert row.estimates[1].interval95[0] == 0


@pytest.mark.slow
@pytest.mark.parametrize("group_by", [None, "sex"])
def test_nearly_all_intervals_hold_the_truth(group_by):
    query = replace(QUERY, statistics=(COUNT, MEAN, SPREAD), group_by=group_by, epsilon=Decimal(4))
    truth = _values(_answer(query))
    held = []

    for index in range(60):
        for row, true_row in zip(_answer(query, label=f"run {index}").rows, truth, strict=True):
            for estimate, true in zip(row.estimates, true_row, strict=True):
                if estimate.interval95 is not None:
                    low, high = estimate.interval95
                    held.append(low <= true <= high)

    assert len(held) >= 120
    assert 0.9 <= sum(held) / len(held) <= 0.995


def test_values_about_their_centre_get_half_the_noise_of_plain_ones():
    compiled = computation.compile(replace(QUERY, statistics=(MEAN,)), EXAM, RECORDS)

    assert {measure.name: measure.sensitivity for measure in compiled.measures} == {
        "people": 1,
        "exam_score.value": 4000,
    }


@pytest.mark.parametrize("length", [0, 1, 3])
def test_another_number_of_totals_than_cells_is_refused(length):
    compiled = computation.compile(replace(QUERY, statistics=(MEAN,)), EXAM, RECORDS)

    with pytest.raises(MismatchError):
        decode(compiled, [1] * length)


def test_more_people_or_a_larger_epsilon_are_expected_to_be_more_precise():
    def expected(people, epsilon):
        query = replace(QUERY, statistics=(MEAN,), epsilon=Decimal(epsilon))
        compiled = computation.compile_groups(query, EXAM, groups=(None,), people=people)
        return foresee(compiled, people).rows[0].estimates[0].noise_sd

    assert expected(4000, "1") < expected(400, "1") < expected(400, "0.5")


def test_what_is_expected_is_about_what_comes():
    query = replace(QUERY, statistics=(COUNT, MEAN, BARS), epsilon=Decimal(4))
    compiled = computation.compile(query, EXAM, RECORDS)

    (expected,) = foresee(compiled, len(RECORDS)).rows
    (came,) = _answer(query, label="run").rows

    for before, after in zip(expected.estimates, came.estimates, strict=True):
        assert before.noise_sd == pytest.approx(after.noise_sd, rel=0.3)
