"""What can be added up under encryption, with which noise, and within which range it is found."""

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest

from consent.aggregation import draw_node_noise, ranges_of
from consent.computation import compile_groups
from consent.errors import QueryRefusedError
from consent.query import Statistic
from consent.vocabulary import Engine, StatisticKind
from crypto.noise import distributed_variance
from crypto.randomness import stream
from ssi.dataset import data_set
from tests.marketplace.mpc_node.aggregation.joint import NOISED, SUMS

EXAM = data_set("exam/1")
SEED = bytes(range(32))


def _compiled(query, people=100, groups=(None,)):
    return compile_groups(query, EXAM, groups=groups, people=people)


def test_exact_sums_have_no_noise_and_range_from_nobody_to_everybody():
    compiled = _compiled(SUMS)

    assert draw_node_noise(compiled.measures, compiled.cells, stream(SEED, "noise")) == (0, 0, 0)
    ranges = ranges_of(compiled.measures, compiled.cells, EXAM, 100)
    assert [tuple(each) for each in ranges] == [
        (0, 100 * EXAM.columns[cell.left].maximum) for cell in compiled.cells
    ]


def test_the_noise_of_three_nodes_is_what_the_measure_states():
    compiled = _compiled(NOISED)

    for measure in compiled.measures:
        each_node = distributed_variance(measure.sensitivity, measure.rho)
        assert measure.variance == 3 * each_node
        assert 2 * each_node >= Fraction(measure.sensitivity) ** 2 / (2 * measure.rho)


def test_this_engine_needs_half_again_the_variance_of_the_other():
    encrypted, shared = _compiled(NOISED), _compiled(replace(NOISED, engine=Engine.AUTO))

    ratios = [
        float(one.variance / other.variance)
        for one, other in zip(encrypted.measures, shared.measures, strict=True)
    ]
    assert all(1.4 < ratio < 1.6 for ratio in ratios)


def test_drawn_noise_has_the_stated_size_about_the_centre():
    compiled = _compiled(NOISED)
    drawn = np.array(
        [draw_node_noise(compiled.measures, compiled.cells, stream(SEED, str(run))) for run in range(600)]
    )

    people = compiled.measures[0]
    assert compiled.cells[0].measure == people.name
    assert np.var(drawn[:, 0].astype(float)) == pytest.approx(float(people.variance) / 3, rel=0.25)


def test_noise_of_values_about_their_centre_follows_that_of_the_count():
    spread = replace(NOISED, statistics=(Statistic(StatisticKind.STANDARD_DEVIATION, "exam_score"),))
    compiled = _compiled(spread)
    follows = {measure.name: measure.follows for measure in compiled.measures}
    assert any(follows.values())
    found: dict[str, list[float]] = {measure.name: [] for measure in compiled.measures}

    for run in range(300):
        drawn = draw_node_noise(compiled.measures, compiled.cells, stream(SEED, str(run)))
        by_name = {cell.measure: each for cell, each in zip(compiled.cells, drawn, strict=True)}
        for name, noise in by_name.items():
            own = noise - sum(each.factor * by_name[each.measure] for each in follows[name])
            found[name].append(float(own))

    for measure in compiled.measures:
        assert np.var(found[measure.name]) == pytest.approx(float(measure.variance) / 3, rel=0.35)


def test_noise_stays_far_within_the_range_that_is_searched():
    compiled = _compiled(NOISED)
    ranges = ranges_of(compiled.measures, compiled.cells, EXAM, 0)

    for run in range(200):
        nodes = [
            draw_node_noise(compiled.measures, compiled.cells, stream(SEED, f"{run} {node}"))
            for node in range(3)
        ]
        totals = [sum(each) for each in zip(*nodes, strict=True)]
        assert all(each.low < 2 * total < each.high for total, each in zip(totals, ranges, strict=True))


def test_private_groups_are_products_and_refused():
    grouped = replace(NOISED, statistics=(Statistic(StatisticKind.MEAN, "exam_score"),), group_by="sex")

    with pytest.raises(QueryRefusedError, match="added up but not multiplied"):
        _compiled(grouped, groups=EXAM.attribute("sex").codes)


def test_counting_in_private_groups_is_a_sum_of_their_columns():
    counted = replace(NOISED, statistics=(Statistic(StatisticKind.COUNT),), group_by="sex")

    compiled = _compiled(counted, groups=EXAM.attribute("sex").codes)

    assert all(cell.right is None for cell in compiled.cells)


def test_relations_are_refused_before_anything_is_bought():
    related = replace(
        NOISED, statistics=(Statistic(StatisticKind.COVARIANCE, "exam_score", ("reading_score",)),)
    )

    with pytest.raises(QueryRefusedError):
        _compiled(related)


def test_a_sum_that_could_not_be_found_is_refused_with_the_remedy():
    squares = replace(SUMS, statistics=(Statistic(StatisticKind.STANDARD_DEVIATION, "exam_score"),))

    assert _compiled(squares, people=10_000)
    with pytest.raises(QueryRefusedError, match="engine mpc"):
        _compiled(squares, people=100_000)


def test_an_engine_that_no_nodes_have_is_refused():
    with pytest.raises(QueryRefusedError):
        _compiled(replace(NOISED, engine=Engine.FUNCTIONAL))


def test_smaller_epsilon_means_wider_ranges():
    wide = _compiled(replace(NOISED, epsilon=Decimal("0.1")))
    narrow = _compiled(NOISED)

    pairs = zip(
        ranges_of(wide.measures, wide.cells, EXAM, 100),
        ranges_of(narrow.measures, narrow.cells, EXAM, 100),
        strict=True,
    )
    assert all(one.low < other.low and one.high > other.high for one, other in pairs)
