"""A product by lanes is the product of integers, whoever computes it."""

import math

import gmpy2
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from crypto import long_products
from crypto.errors import OutOfRangeError
from crypto.long_products import FEW, MAX_BITS, _by_lanes, product
from crypto.randomness import random_below, stream
from crypto.word_lanes import AVAILABLE

needs_lanes = pytest.mark.skipif(not AVAILABLE, reason="this processor has no AVX-512 IFMA")
draw = stream(b"\x31" * 16, "factors")
odd = st.one_of(
    st.integers(1, 1 << 700).map(lambda half: 2 * half + 1),
    st.sampled_from([51, 52, 53, 63, 64, 65, 104, 416, 520, 6144]).flatmap(
        lambda bits: st.sampled_from([(1 << bits) - 1, (1 << bits) + 1])
    ),
)


def expected(factors, modulus):
    return math.prod(factors) % modulus


@needs_lanes
@settings(deadline=None)
@given(odd, st.data())
@example((1 << 6144) - 1, None)
def test_lanes_give_the_product_of_integers(modulus, data):
    edges = st.sampled_from([0, 1, modulus - 1, modulus // 2, modulus >> 13])
    factor = st.one_of(st.integers(0, modulus - 1), edges)
    factors = data.draw(st.lists(factor, min_size=1, max_size=40)) if data else [modulus - 1] * 17

    assert _by_lanes(factors, modulus) == expected(factors, modulus)


@needs_lanes
def test_the_longest_factors_of_the_largest_words_overflow_nothing():
    modulus = (1 << (MAX_BITS - 1)) + (1 << (MAX_BITS - 2)) - 1
    factors = [modulus - 1 - number for number in range(9)]

    assert _by_lanes(factors, modulus) == expected(factors, modulus)


@needs_lanes
def test_factors_of_ones_in_every_word_overflow_nothing():
    modulus = (1 << MAX_BITS) - 1

    assert _by_lanes([modulus - 1] * 9, modulus) == modulus - 1


@pytest.mark.parametrize("count", [0, 1, FEW - 1, FEW, FEW + 1, 2 * FEW + 5])
def test_few_and_many_factors_give_their_product(count):
    modulus = (1 << 512) - 569
    factors = [gmpy2.mpz(random_below(modulus, draw)) for _ in range(count)]

    assert product(factors, modulus) == expected(factors, modulus)


def test_a_processor_without_the_instructions_gives_the_same(monkeypatch):
    modulus = (1 << 512) - 569
    factors = [random_below(modulus, draw) for _ in range(FEW)]
    found = product(factors, modulus)
    monkeypatch.setattr(long_products, "AVAILABLE", False)

    assert product(factors, modulus) == found


@pytest.mark.parametrize("modulus", [-7, 0, 1, 2, 10, 1 << MAX_BITS, (1 << MAX_BITS) + 1], ids=range(7))
def test_moduli_that_are_even_or_out_of_range_are_refused(modulus):
    with pytest.raises(OutOfRangeError, match="odd modulus"):
        product([1], modulus)


@pytest.mark.parametrize("factor", [-1, 9, 1 << 80], ids=range(3))
def test_factors_that_are_not_reduced_are_refused(factor):
    with pytest.raises(OutOfRangeError, match="below the modulus"):
        product([3, factor], 9)
