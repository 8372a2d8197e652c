"""Multiples of the base point are those of the general multiplication, and shifting hides a zero."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from py_ecc.secp256k1 import secp256k1 as peer

from crypto.base_point import BASE, SHIFT, UNSHIFT, multiply_base, random_scalar
from crypto.curve import INFINITY, ORDER
from crypto.randomness import stream


def test_the_base_point_is_that_of_the_standard():
    x, y = peer.G

    assert BASE.to_bytes() == bytes([2 + y % 2]) + x.to_bytes(32, "big")


@given(st.integers(-ORDER, 2 * ORDER))
def test_multiples_agree_with_the_general_multiplication(scalar):
    assert multiply_base(scalar) == BASE.multiply(scalar)


@pytest.mark.parametrize("scalar", [0, ORDER, -ORDER])
def test_zero_times_the_base_point_is_infinity(scalar):
    assert multiply_base(scalar) == INFINITY


@given(st.integers(-(2**128), 2**128))
def test_a_shifted_number_is_never_zero_and_the_shift_comes_off(number):
    assert (number + SHIFT) % ORDER != 0
    assert multiply_base(number + SHIFT) + UNSHIFT == BASE.multiply(number)


def test_random_scalars_are_in_range_and_differ():
    random = stream(b"\x01" * 16, "scalars")
    drawn = [random_scalar(random) for _ in range(50)]

    assert len(set(drawn)) == 50
    assert all(1 <= scalar < ORDER for scalar in drawn)


def test_the_smallest_and_the_largest_draw_are_scalars():
    assert random_scalar(bytes) == 1
    assert random_scalar(lambda length: (ORDER - 2).to_bytes(length, "big")) == ORDER - 1
