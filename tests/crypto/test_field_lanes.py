"""Eight numbers at once are eight numbers modulo the prime, at its edges too."""

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from numba import njit

from crypto.curve_field import PRIME, WORDS
from crypto.field_lanes import (
    LIMBS,
    add_into,
    multiply_into,
    read_rows,
    subtract_into,
    write_rows,
)
from crypto.word_lanes import AVAILABLE, LANES, LIMB_BITS
from tests.crypto.machine_code import conditional_jumps

pytestmark = pytest.mark.skipif(not AVAILABLE, reason="this processor has no AVX-512 IFMA")
LIMIT = 2**256
MOST = 2**256 + 2**71 - 1
EDGES = [0, 1, PRIME - 1, PRIME, PRIME + 1, 2 * PRIME - LIMIT, LIMIT - 1, LIMIT, MOST]
number = st.one_of(
    st.integers(0, MOST),
    st.sampled_from(EDGES),
    st.builds(
        lambda picks: min(sum(pick << (LIMB_BITS * i) for i, pick in enumerate(picks)), MOST),
        st.tuples(
            *(st.sampled_from([0, 1, 2**52 - 1]) for _ in range(LIMBS - 1)), st.sampled_from([0, 2**48])
        ),
    ),
)
eight = st.lists(number, min_size=LANES, max_size=LANES)
ALL_MOST = [MOST] * LANES


@njit
def _multiply(numbers):
    multiply_into(numbers, 2, 0, 1)


@njit
def _subtract(numbers):
    subtract_into(numbers, 2, 0, 1)


@njit
def _add(numbers):
    add_into(numbers, 2, 0, 1)


@njit
def _square_in_place(numbers):
    multiply_into(numbers, 0, 0, 0)


def places(*values):
    numbers = np.zeros((3, LIMBS, LANES), dtype=np.uint64)
    for place, lanes in enumerate(values):
        for lane, value in enumerate(lanes):
            numbers[place, :, lane] = [
                value >> (LIMB_BITS * limb) & (1 << LIMB_BITS) - 1 for limb in range(LIMBS)
            ]
    return numbers


def value(numbers, place, lane):
    words = [int(word) for word in numbers[place, :, lane]]
    assert max(words) < 1 << LIMB_BITS
    found = sum(word << (LIMB_BITS * limb) for limb, word in enumerate(words))
    assert found <= MOST
    return found


@pytest.mark.parametrize(
    ("operation", "meant"),
    [(_multiply, int.__mul__), (_subtract, int.__sub__), (_add, int.__add__)],
    ids=["product", "difference", "sum"],
)
@given(eight, eight)
@example(ALL_MOST, ALL_MOST)
@example([0] * LANES, ALL_MOST)
@example([LIMIT] * LANES, [PRIME] * LANES)
def test_every_lane_computes_modulo_the_prime(operation, meant, ones, others):
    numbers = places(ones, others)

    operation(numbers)

    for lane, (one, other) in enumerate(zip(ones, others, strict=True)):
        assert value(numbers, 2, lane) % PRIME == meant(one, other) % PRIME


@given(eight)
@example(ALL_MOST)
def test_a_result_may_replace_its_operands(ones):
    numbers = places(ones)

    _square_in_place(numbers)

    for lane, one in enumerate(ones):
        assert value(numbers, 0, lane) % PRIME == one * one % PRIME


@given(st.lists(st.one_of(st.integers(0, LIMIT - 1), st.just(LIMIT - 1)), min_size=LANES, max_size=LANES))
def test_a_coordinate_of_rows_is_written_and_read_again(ones):
    rows = np.array(
        [[one >> (64 * word) & 2**64 - 1 for word in range(WORDS)] for one in ones], dtype=np.uint64
    )
    numbers, again = places(), np.zeros((LANES, 2 * WORDS), dtype=np.uint64)

    write_rows(rows, 0, numbers, 1)
    read_rows(numbers, 1, again, WORDS)

    assert [value(numbers, 1, lane) for lane in range(LANES)] == ones
    assert np.array_equal(again[:, WORDS:], rows)


@given(eight)
@example(ALL_MOST)
def test_numbers_beyond_four_words_are_read_reduced(ones):
    rows = np.zeros((LANES, WORDS), dtype=np.uint64)

    read_rows(places(ones), 0, rows, 0)

    for row, one in zip(rows, ones, strict=True):
        assert sum(int(word) << (64 * i) for i, word in enumerate(row)) % PRIME == one % PRIME


@pytest.mark.parametrize("operation", [_multiply, _subtract, _add], ids=["product", "difference", "sum"])
def test_the_compiler_put_no_branch_into_the_arithmetic(operation):
    assert conditional_jumps(operation, places()) == []
