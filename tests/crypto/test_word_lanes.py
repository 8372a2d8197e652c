"""The lanes add what integers add."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numba import njit

from crypto.word_lanes import AVAILABLE, LANES, LIMB_BITS, add_two_multiples

pytestmark = pytest.mark.skipif(not AVAILABLE, reason="this processor has no AVX-512 IFMA")
LIMBS = 3
LIMIT = 1 << LIMB_BITS
limb = st.one_of(st.integers(0, LIMIT - 1), st.sampled_from([0, 1, LIMIT - 1]))


@njit
def _add(sums, start, factors, numbers):
    add_two_multiples(sums, start, factors, numbers)


def integer(limbs):
    return sum(int(word) << (LIMB_BITS * place) for place, word in enumerate(limbs))


@given(st.lists(limb, min_size=8 * LANES, max_size=8 * LANES), st.integers(0, 2))
def test_every_lane_gets_both_of_its_multiples(words, start):
    factors = np.array(words[: 2 * LANES], dtype=np.uint64).reshape(2, LANES)
    numbers = np.array(words[2 * LANES :], dtype=np.uint64).reshape(LIMBS, 2, LANES)
    sums = np.full((LIMBS + 4, LANES), 5, dtype=np.uint64)
    before = sums.copy()

    _add(sums, start, factors, numbers)

    for lane in range(LANES):
        added = sum(int(factors[i, lane]) * integer(numbers[:, i, lane]) for i in range(2))
        assert integer(sums[:, lane]) - integer(before[:, lane]) == added << (LIMB_BITS * start)


@given(st.lists(st.integers(0, (1 << 64) - 1), min_size=4 * LANES, max_size=4 * LANES))
def test_only_the_lower_52_bits_of_operands_count(words):
    factors = np.array(words[: 2 * LANES], dtype=np.uint64).reshape(2, LANES)
    numbers = np.array(words[2 * LANES :], dtype=np.uint64).reshape(1, 2, LANES)
    whole, cut = np.zeros((2, LANES), dtype=np.uint64), np.zeros((2, LANES), dtype=np.uint64)

    _add(whole, 0, factors, numbers)
    _add(cut, 0, factors % np.uint64(LIMIT), numbers % np.uint64(LIMIT))

    assert np.array_equal(whole, cut)
