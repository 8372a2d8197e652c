"""Primes have the structure that was asked for, and residues come together again."""

from math import gcd, prod

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crypto.errors import OutOfRangeError
from crypto.primes import (
    ChineseRemainder,
    batch_inverse,
    has_small_factor,
    inverse,
    is_prime,
    random_prime,
    safe_prime,
    subgroup_prime,
)
from crypto.randomness import stream

SMALL_PRIMES = {n for n in range(2, 2000) if all(n % d for d in range(2, n))}
CARMICHAEL = (561, 1105, 1729, 2465, 2821, 6601, 8911, 3215031751)
seeds = st.binary(min_size=16, max_size=16)


def test_primes_below_two_thousand_are_told_from_the_rest():
    assert {n for n in range(-5, 2000) if is_prime(n)} == SMALL_PRIMES


@pytest.mark.parametrize("number", CARMICHAEL)
def test_numbers_that_fool_fermat_are_not_prime(number):
    assert not is_prime(number)


@given(st.integers(1, 2**70))
def test_small_factors_are_those_below_a_thousand(number):
    assert has_small_factor(number) == any(number % p == 0 for p in SMALL_PRIMES if p < 1000)


@settings(max_examples=20)
@given(seeds, st.integers(32, 200))
def test_a_prime_has_its_length_and_two_high_bits(seed, bits):
    found = random_prime(bits, stream(seed, "prime"))

    assert is_prime(found)
    assert found >> (bits - 2) == 3


@settings(max_examples=10)
@given(seeds, st.integers(40, 60))
def test_a_subgroup_prime_has_its_structure(seed, order_bits):
    found = subgroup_prime(160, order_bits, stream(seed, "subgroup"))

    assert found.prime == 2 * found.order * found.cofactor + 1
    assert all(map(is_prime, (found.prime, found.order, found.cofactor)))
    assert (found.prime >> 158, found.order.bit_length(), found.prime % 4) == (3, order_bits, 3)


@settings(max_examples=10)
@given(seeds, st.integers(60, 140))
def test_a_safe_prime_is_twice_a_prime_and_one(seed, bits):
    found = safe_prime(bits, stream(seed, "safe"))

    assert is_prime(found)
    assert is_prime(found // 2)
    assert (found >> (bits - 2), found % 12) == (3, 11)


@settings(max_examples=20)
@given(seeds)
def test_the_product_of_two_primes_has_the_sum_of_their_lengths(seed):
    random = stream(seed, "two")

    product = random_prime(64, random) * random_prime(64, random)

    assert product.bit_length() == 128


def test_the_same_randomness_gives_the_same_primes():
    draws = [
        (random_prime(64, random), safe_prime(64, random), subgroup_prime(128, 40, random))
        for random in (stream(b"\x01" * 16, "primes") for _ in range(2))
    ]

    assert draws[0] == draws[1]


@pytest.mark.parametrize(
    "draw", [lambda: random_prime(31), lambda: safe_prime(32), lambda: subgroup_prime(100, 80)]
)
def test_short_primes_are_refused(draw):
    with pytest.raises(OutOfRangeError):
        draw()


def test_the_factors_stay_out_of_messages_and_logs():
    found = subgroup_prime(128, 40, stream(b"\x02" * 16, "repr"))

    assert str(found.prime) not in repr(found)
    assert str(found.order) not in repr(found)


@given(st.lists(st.integers(1, 2**128), max_size=12))
def test_a_batch_of_inverses_is_each_inverse(values):
    modulus = (2**89 - 1) * (2**107 - 1)

    inverses = batch_inverse(values, modulus)

    assert inverses == [pow(value, -1, modulus) for value in values]


def test_a_batch_with_one_value_without_inverse_is_refused():
    with pytest.raises(OutOfRangeError):
        batch_inverse([1, 2, 15, 4], 35)


@given(st.integers(0, 10**6), st.integers(2, 10**6))
def test_an_inverse_is_refused_where_there_is_none(value, modulus):
    if gcd(value, modulus) == 1:
        assert inverse(value, modulus) * value % modulus == 1
    else:
        with pytest.raises(OutOfRangeError):
            inverse(value, modulus)


@given(st.integers(0, (2**61 - 1) * (2**89 - 1) - 1))
def test_a_number_comes_together_from_its_remainders(number):
    moduli = (2**61 - 1, 2**89 - 1)

    combined = ChineseRemainder(*moduli).combine(number % moduli[0], number % moduli[1])

    assert combined == number < prod(moduli)


def test_moduli_with_a_common_factor_are_refused():
    with pytest.raises(OutOfRangeError):
        ChineseRemainder(15, 21)
