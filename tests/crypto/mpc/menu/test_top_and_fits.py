"""Top categories by noised counts, logistic regressions, and clusters that hide those that are too small."""

from collections import Counter
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from crypto.errors import OutOfRangeError, ProtocolError
from crypto.mpc.clusters import Plan as ClusterPlan
from crypto.mpc.logistic import Plan as LogisticPlan
from crypto.mpc.menu.plan import Clusters, Feature, Filter, Logistic, Plan, Top
from tests.crypto.mpc.menu.plans import NOTHING, held, results
from tests.crypto.mpc.trio import flip

HARDLY = Fraction(40)
RANDOM = np.random.default_rng(3)
CODES = RANDOM.choice(4, 250, p=[0.1, 0.2, 0.3, 0.4])
ONE_HOT = [np.equal(CODES, code).astype(int).tolist() for code in range(4)]
MEMBERS = RANDOM.integers(0, 2, 250)
COLUMNS = [*ONE_HOT, MEMBERS.tolist(), (1 - MEMBERS).tolist()]
TOP = Top((0, 1, 2, 3), (None,), 2, HARDLY)


def _expected(chosen):
    counts = Counter(CODES[chosen].tolist())
    ordered = sorted(range(4), key=lambda code: (-counts[code], code))[:2]
    return [*ordered, *(counts[code] for code in ordered)]


@pytest.mark.parametrize("verified", [False, True], ids=["plain", "verified"])
def test_the_largest_come_first_with_their_counts(verified):
    plan = Plan(250, NOTHING, tasks=(TOP,), verified=verified)

    assert results(plan, held(COLUMNS)) == _expected(np.ones(250, dtype=bool))


def test_every_crowd_has_its_own():
    rows = np.arange(250) < 90
    tasks = (replace(TOP, crowds=(rows, ~rows)), replace(TOP, crowds=(4, 5)))

    found = results(Plan(250, NOTHING, tasks=tasks), held(COLUMNS))

    crowds = [rows, ~rows, MEMBERS == 1, MEMBERS == 0]
    assert found == [number for crowd in crowds for number in _expected(crowd)]


def test_a_filter_narrows_the_crowd():
    plan = Plan(250, NOTHING, tasks=(TOP,), filters=(Filter(4, 1, 1, 1),))

    assert results(plan, held(COLUMNS)) == _expected(MEMBERS == 1)


def test_noise_is_as_wide_as_it_costs_and_below_zero_too():
    task = replace(TOP, columns=(0, 1), crowds=(np.zeros(250, dtype=np.bool_),), rho=Fraction(1, 200))
    plan = Plan(250, NOTHING, tasks=(task,))

    counts = [number for run in range(20) for number in results(plan, held(COLUMNS), noise=str(run))[2:]]

    assert min(counts) < 0 < max(counts)
    assert 5 < np.std(counts) < 15


def test_largest_categories_without_noise_are_refused():
    with pytest.raises(OutOfRangeError, match="noise only"):
        results(Plan(250, NOTHING, tasks=(replace(TOP, rho=Fraction(0)),)), held(COLUMNS))


def test_more_categories_than_there_are_are_refused():
    with pytest.raises(OutOfRangeError):
        results(Plan(250, NOTHING, tasks=(replace(TOP, size=5),)), held(COLUMNS))


@pytest.mark.parametrize("number", [2, 6, 12, 25])
def test_a_lie_stops_a_verified_search(number):
    plan = Plan(250, NOTHING, tasks=(replace(TOP, rho=Fraction(1, 5)),), verified=True)

    with pytest.raises(ProtocolError):
        results(plan, held(COLUMNS), tamper=flip(number, 0, 2))


SCORES = RANDOM.integers(0, 2001, 250)
LABELS = (SCORES + RANDOM.integers(-600, 601, 250) > 1000).astype(int)
FEATURE = Feature(0, 1000, (256 << 10) // 1000, 10, 9)


def test_a_logistic_regression_is_that_of_its_own_descent():
    plan = LogisticPlan(2, 250, 20, 4.0)
    task = Logistic(1, (FEATURE,), ((None, plan),))
    x = np.stack([np.ones(250), (SCORES - 1000) * FEATURE.multiplier / 2**FEATURE.shift / 256])
    weights = np.zeros(2)
    for _ in range(20):
        z = weights @ x / 8
        weights -= x @ (0.5 + 19 / 16 * z - 13 / 16 * z**3 - LABELS) / 2.0**plan.step

    found = results(Plan(250, NOTHING, tasks=(task,)), held([SCORES.tolist(), LABELS.tolist()]))

    assert np.array(found) / 4096 == pytest.approx(weights, abs=0.03)


def test_a_regression_of_each_public_crowd_uses_its_own_rows():
    rows = np.arange(250) < 120
    plans = (LogisticPlan(2, 120, 6), LogisticPlan(2, 130, 6))
    task = Logistic(1, (FEATURE,), ((rows, plans[0]), (~rows, plans[1])))
    columns = [SCORES.tolist(), LABELS.tolist()]
    swapped = [[*column[120:], *column[:120]] for column in columns]
    again = Logistic(1, (FEATURE,), ((~np.roll(rows, 130), plans[1]), (np.roll(rows, 130), plans[0])))

    found = results(Plan(250, NOTHING, tasks=(task,)), held(columns))
    other = results(Plan(250, NOTHING, tasks=(again,)), held(swapped))

    assert found[:2] == pytest.approx(other[2:], abs=80)
    assert found[2:] == pytest.approx(other[:2], abs=80)


def _clusters(floor):
    plan = ClusterPlan(((100,), (900,)), 250, 10, 3)
    return Clusters((Feature(0, 0, 1 << 4, 4, 11),), ((None, plan),), floor)


def test_clusters_come_as_sums_and_sizes():
    values = np.where(np.arange(250) < 50, 900, 90)

    found = results(Plan(250, NOTHING, tasks=(_clusters(10),)), held([values.tolist()]))

    assert found[2:] == [200, 50]
    assert found[:2] == pytest.approx([200 * 90, 50 * 900], abs=250)


def test_a_cluster_below_the_floor_is_nothing():
    values = np.where(np.arange(250) < 50, 900, 90)

    found = results(Plan(250, NOTHING, tasks=(_clusters(51),)), held([values.tolist()]))

    assert found[1] == found[3] == 0
    assert found[2] == 200


@pytest.mark.parametrize("more", [{"verified": True}, {"filters": (Filter(0, 11, 0, 5),)}], ids=str)
def test_what_truncates_is_neither_verified_nor_filtered(more):
    with pytest.raises(OutOfRangeError, match="neither verified nor filtered"):
        results(Plan(250, NOTHING, tasks=(_clusters(10),), **more), held([SCORES.tolist()]))
