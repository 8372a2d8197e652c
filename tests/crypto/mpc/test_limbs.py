"""Sums of products in limbs are those of the integers: for any values, pairs and numbers of records."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crypto import goldilocks
from crypto.goldilocks import INVERSE_ROOT, PRIME, ROOT
from crypto.mpc import limbs, local
from crypto.mpc.local import Shares
from crypto.sharing.replicated import ROLES, following

FULL = 0xFFFFFFFE_FFFFFFFF
"""An element with ones in nearly all places, so that every limb is as large as it can be."""

BLOCK = 512


def table(shape, seed):
    return np.random.default_rng(seed).integers(0, PRIME, shape, dtype=np.uint64)


def part(left, right, pairs):
    """What the kernel computes, in integers."""

    def combined(shares, column):
        return [
            int(own) * ROOT + int(other)
            for own, other in zip(shares[0][column], shares[1][column], strict=True)
        ]

    return [
        sum(x * y for x, y in zip(combined(left, j), combined(right, k), strict=True)) * INVERSE_ROOT % PRIME
        for j, k in pairs
    ]


@settings(max_examples=25, deadline=None)
@given(
    st.integers(1, 9),
    st.sampled_from([0, 1, 7, BLOCK - 1, BLOCK, BLOCK + 1, 2 * BLOCK + 3]),
    st.data(),
)
def test_sums_over_one_table_are_those_of_the_integers(columns, records, data):
    shares = tuple(table((columns, records), (1, half)) for half in range(2))
    places = st.integers(0, columns - 1)
    pairs = data.draw(st.lists(st.tuples(places, places), min_size=1, max_size=20))

    sums = limbs.pair_sums(shares, shares, np.array(pairs, dtype=np.int64))

    assert sums.tolist() == part(shares, shares, pairs)


@settings(max_examples=15, deadline=None)
@given(st.integers(1, 6), st.integers(1, 6), st.data())
def test_sums_over_two_tables_are_those_of_the_integers(lefts, rights, data):
    left = tuple(table((lefts, 40), (2, half)) for half in range(2))
    right = tuple(table((rights, 40), (3, half)) for half in range(2))
    pair = st.tuples(st.integers(0, lefts - 1), st.integers(0, rights - 1))
    pairs = data.draw(st.lists(pair, min_size=1, max_size=20))

    sums = limbs.pair_sums(left, right, np.array(pairs, dtype=np.int64))

    assert sums.tolist() == part(left, right, pairs)


@pytest.mark.parametrize("columns", [1, 5])
@pytest.mark.parametrize("word", [FULL, PRIME - 1])
def test_no_sum_of_the_largest_limbs_overflows(columns, word):
    other = np.full((columns, 300_000), word, dtype=np.uint64)
    shares = (np.zeros_like(other), other)
    pairs = np.array([(0, column) for column in range(columns)], dtype=np.int64)

    sums = limbs.pair_sums(shares, shares, pairs)

    assert set(sums.tolist()) == {300_000 * word * word * INVERSE_ROOT % PRIME}


def test_the_parts_of_three_roles_add_up_to_the_products_of_the_values():
    summands = [table((3, 100), (4, role)) for role in ROLES]
    pairs = np.array([(0, 0), (0, 1), (2, 1)], dtype=np.int64)
    held = [Shares(summands[role], summands[following(role)]) for role in ROLES]
    values = goldilocks.add(goldilocks.add(summands[0], summands[1]), summands[2]).tolist()

    parts = [local.pair_sums(each, each, pairs).tolist() for each in held]

    totals = [sum(column) % PRIME for column in zip(*parts, strict=True)]
    assert totals == [
        sum(x * y for x, y in zip(values[j], values[k], strict=True)) % PRIME for j, k in pairs.tolist()
    ]


def test_sums_of_groups_add_up_to_those_of_all_records():
    shares = Shares(table((3, 700), (5, 0)), table((3, 700), (5, 1)))
    pairs = np.array([(0, 0), (1, 2)], dtype=np.int64)
    labels = np.random.default_rng(6).integers(0, 4, 700).astype(np.int16)

    grouped = local.grouped_pair_sums(shares, shares, pairs, labels=labels, groups=4)

    assert [sum(row) % PRIME for row in grouped.tolist()] == local.pair_sums(shares, shares, pairs).tolist()
