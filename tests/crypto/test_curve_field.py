"""The compiled field is the integers modulo the prime, at its edges too."""

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from numba import njit

from crypto.curve_field import PRIME, WORDS, canonical, invert, multiply, opaque, subtract, times_small
from tests.crypto.machine_code import conditional_jumps

LIMIT = 2**256
words = st.one_of(
    st.integers(0, LIMIT - 1),
    st.integers(0, 2**34),
    st.integers(LIMIT - 2**34, LIMIT - 1),
    st.builds(
        lambda picks: sum(pick << (64 * i) for i, pick in enumerate(picks)),
        st.tuples(*(st.sampled_from([0, 1, 2**32 + 977, 2**64 - 1]) for _ in range(WORDS))),
    ),
)


def element(number):
    return tuple(np.uint64(number >> (64 * i) & 2**64 - 1) for i in range(WORDS))


def integer(words_of_it):
    return sum(int(word) << (64 * i) for i, word in enumerate(words_of_it))


@given(words, words)
@example(LIMIT - 1, LIMIT - 1)
@example(PRIME, PRIME - 1)
def test_products_are_those_of_integers(a, b):
    product = integer(multiply(element(a), element(b)))

    assert product < LIMIT
    assert product % PRIME == a * b % PRIME


@given(words, st.integers(0, 2**33 - 1))
@example(LIMIT - 1, 2**33 - 1)
@example(PRIME, 8)
def test_multiples_by_small_numbers_are_those_of_integers(a, factor):
    product = integer(times_small(element(a), np.uint64(factor)))

    assert product < LIMIT
    assert product % PRIME == a * factor % PRIME


@given(words, words)
@example(0, LIMIT - 1)
@example(0, PRIME)
@example(2**32 + 976, LIMIT - 1)
def test_differences_are_those_of_integers(a, b):
    difference = integer(subtract(element(a), element(b)))

    assert difference < LIMIT
    assert difference % PRIME == (a - b) % PRIME


@given(words)
@example(PRIME)
@example(PRIME - 1)
@example(LIMIT - 1)
def test_the_canonical_form_is_below_the_prime(a):
    assert integer(canonical(element(a))) == a % PRIME


@given(words)
@example(PRIME)
def test_an_inverse_is_a_power_and_zero_has_none(a):
    assert integer(canonical(invert(element(a)))) == pow(a, PRIME - 2, PRIME)


@pytest.mark.parametrize(
    ("function", "operands"),
    [
        (multiply, (element(12345), element(6789))),
        (subtract, (element(12345), element(6789))),
        (times_small, (element(12345), np.uint64(3))),
        (canonical, (element(12345),)),
    ],
    ids=["product", "difference", "multiple", "form"],
)
def test_the_compiler_put_no_branch_into_the_arithmetic(function, operands):
    assert conditional_jumps(function, *operands) == []


def square_or_multiply(a, bit):
    return multiply(a, a) if bit else a


def test_a_branch_on_a_value_would_be_seen():
    assert conditional_jumps(njit(square_or_multiply), element(12345), np.uint64(1))


def test_an_opaque_word_is_the_same_word():
    def through(word):
        return opaque(word) + np.uint64(1)

    assert njit(through)(np.uint64(2**64 - 5)) == 2**64 - 4
