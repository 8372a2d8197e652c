"""One secret scalar times many points is what the library gives for each."""

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from crypto import shared_multiples
from crypto.base_point import BASE
from crypto.curve import INFINITY, ORDER, hash_to_point
from crypto.curve_field import PRIME
from crypto.errors import CryptoError, OutOfRangeError
from crypto.field_lanes import LIMBS
from crypto.shared_multiples import (
    BETA,
    LAMBDA,
    SHORT_VECTORS,
    _add,
    _choose,
    _double,
    _split,
    multiply_each,
)
from crypto.word_lanes import AVAILABLE, LANES
from tests.crypto.machine_code import conditional_jumps

POINTS = [hash_to_point("shared", index) for index in range(20)]
scalars = st.integers(1, ORDER - 1)
needs_lanes = pytest.mark.skipif(not AVAILABLE, reason="this processor has no AVX-512 IFMA")


def test_the_endomorphism_is_one():
    assert LAMBDA % ORDER not in {0, 1}
    assert pow(LAMBDA, 3, ORDER) == pow(BETA, 3, PRIME) == 1
    assert all((a + b * LAMBDA) % ORDER == 0 for a, b in SHORT_VECTORS)
    x, y = (int.from_bytes(raw, "big") for raw in (BASE.to_bytes()[1:], BASE.multiply(LAMBDA).to_bytes()[1:]))
    assert y == BETA * x % PRIME


@given(scalars)
@example(1)
@example(ORDER - 1)
@example(ORDER // 2)
def test_a_scalar_is_split_into_two_short_odd_parts(scalar):
    one, two = _split(scalar)

    assert (one + two * LAMBDA - scalar) % ORDER == 0
    assert one % 2 == two % 2 == 1
    assert max(abs(one), abs(two)) < 2**131


@settings(max_examples=30, deadline=None)
@given(scalars, st.integers(0, len(POINTS)))
@example(3, 8)
@example(ORDER - 3, 7)
@example(LAMBDA * 4 % ORDER, 9)
def test_every_point_is_multiplied(scalar, count):
    assert multiply_each(POINTS[:count], scalar) == [point.multiply(scalar) for point in POINTS[:count]]


def test_a_processor_without_the_instructions_gives_the_same(monkeypatch):
    monkeypatch.setattr(shared_multiples, "AVAILABLE", False)

    assert multiply_each(POINTS, 12345) == [point.multiply(12345) for point in POINTS]


def test_equal_and_opposite_points_are_multiplied_too():
    points = [POINTS[0], POINTS[0], -POINTS[0], BASE, -BASE, BASE.multiply(LAMBDA), POINTS[1], POINTS[1]]

    assert multiply_each(points, 987654321) == [point.multiply(987654321) for point in points]


@needs_lanes
def test_an_exceptional_scalar_is_noticed():
    # Its last digits leave -13·λ before -13·λ is added.
    with pytest.raises(CryptoError):
        multiply_each(POINTS, -26 * LAMBDA % ORDER)


@pytest.mark.parametrize("step", [-2, -1, 1, 2])
def test_the_neighbours_of_the_exceptional_scalar_are_not_exceptional(step):
    scalar = (-26 + step) * LAMBDA % ORDER

    assert multiply_each(POINTS, scalar) == [point.multiply(scalar) for point in POINTS]


@pytest.mark.parametrize("count", [1, len(POINTS)])
@pytest.mark.parametrize("scalar", [0, -1, ORDER, 2**300], ids=range(4))
def test_scalars_out_of_range_are_refused(scalar, count):
    with pytest.raises(OutOfRangeError):
        multiply_each(POINTS[:count], scalar)


@pytest.mark.parametrize("count", [1, len(POINTS)])
def test_infinity_is_refused(count):
    with pytest.raises(OutOfRangeError):
        multiply_each([*POINTS[:count], INFINITY], 5)


@needs_lanes
def test_the_compiler_put_no_branch_on_a_secret_into_a_step():
    numbers = np.ones((12, LIMBS, LANES), dtype=np.uint64)
    entries = np.ones((8, 2, LIMBS, LANES), dtype=np.uint64)

    # Those that close the loops over entries and coordinates.
    assert len(conditional_jumps(_choose, entries, np.uint8(3), numbers)) <= 2
    assert conditional_jumps(_double, numbers) == conditional_jumps(_add, numbers) == []
