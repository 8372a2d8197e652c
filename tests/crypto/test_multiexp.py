"""A sum of multiples is what one multiplication after the other gives, whatever the window."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crypto import multiexp
from crypto.curve import INFINITY, ORDER, Point, combine, hash_to_point
from crypto.errors import OutOfRangeError
from crypto.multiexp import multiply_and_add, weighted_sum
from crypto.randomness import expand

POINTS = [hash_to_point("multiexp", index) for index in range(150)]
SEED = bytes(range(16))
scalars = st.integers(-(2**256), 2**256) | st.sampled_from([0, 1, -1, ORDER, ORDER - 1, ORDER + 1, 2**128])


def naive(points: list[Point], factors: list[int]) -> Point:
    return combine(point.multiply_public(factor) for point, factor in zip(points, factors, strict=True))


def coefficients(count: int, length: int = 16) -> multiexp.Coefficients:
    drawn = np.frombuffer(expand(SEED, "coefficients", count * length), dtype=np.uint8)
    return drawn.reshape(count, length)


def integers(drawn: multiexp.Coefficients) -> list[int]:
    return [int.from_bytes(row.tobytes(), "little") for row in drawn]


@settings(max_examples=30)
@given(st.lists(scalars, max_size=6))
def test_few_points(factors):
    assert multiply_and_add(POINTS[: len(factors)], factors) == naive(POINTS[: len(factors)], factors)


@settings(max_examples=8, deadline=None)
@given(st.lists(scalars, min_size=100, max_size=120))
def test_many_points(factors):
    assert multiply_and_add(POINTS[: len(factors)], factors) == naive(POINTS[: len(factors)], factors)


@pytest.mark.parametrize("window_bits", range(1, 14))
@pytest.mark.parametrize("length", [1, 2, 16])
def test_every_window_gives_the_same_sum(monkeypatch, window_bits, length):
    monkeypatch.setattr(multiexp, "_best_window", lambda _points, _bits: window_bits)
    drawn = coefficients(len(POINTS), length)

    assert weighted_sum(POINTS, drawn) == naive(POINTS, integers(drawn))


def test_larger_batches_take_larger_windows():
    windows = [multiexp._best_window(points, 128) for points in (100, 1000, 10_000, 100_000, 10**6)]

    assert windows == sorted(windows)
    assert windows[0] < windows[-1]


def test_infinity_among_the_points_adds_nothing():
    drawn = coefficients(len(POINTS))
    with_infinity = [INFINITY, *POINTS[1:-1], INFINITY]

    assert weighted_sum(with_infinity, drawn) == naive(POINTS[1:-1], integers(drawn[1:-1]))
    assert weighted_sum([INFINITY] * 150, drawn) == INFINITY


def test_equal_points_and_opposite_points_are_added_right():
    drawn = np.tile(coefficients(1), (150, 1))
    factor = integers(drawn[:1])[0]

    assert weighted_sum([POINTS[0]] * 150, drawn) == POINTS[0].multiply_public(150 * factor)
    assert weighted_sum([POINTS[0], -POINTS[0]] * 75, drawn) == INFINITY


@pytest.mark.parametrize("byte", [0, 255])
def test_coefficients_of_zeros_and_of_ones(byte):
    drawn = np.full((150, 16), byte, dtype=np.uint8)

    assert weighted_sum(POINTS, drawn) == combine(POINTS).multiply_public(integers(drawn)[0])


def test_the_sum_of_none_is_infinity():
    assert multiply_and_add([], []) == INFINITY


def test_as_many_coefficients_as_points():
    with pytest.raises(OutOfRangeError, match="expected 2 coefficients, got 3"):
        multiply_and_add(POINTS[:2], [1, 2, 3])


@pytest.mark.slow
def test_ten_thousand_points():
    points = [POINTS[index % 150].multiply_public(index + 1) for index in range(10_000)]
    drawn = coefficients(len(points))
    bases = [0] * 150
    for index, factor in enumerate(integers(drawn)):
        bases[index % 150] += (index + 1) * factor

    assert weighted_sum(points, drawn) == naive(POINTS, bases)
