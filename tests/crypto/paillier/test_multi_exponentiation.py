"""A product of powers by buckets is the product of the powers."""

from math import prod

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crypto.errors import OutOfRangeError
from crypto.paillier.multi_exponentiation import product_of_powers
from crypto.randomness import random_below, stream

MODULUS = (2**89 - 1) * (2**61 - 1)
terms = st.lists(st.tuples(st.integers(0, MODULUS - 1), st.integers(0, 2**70)), max_size=20)


def plainly(bases: list[int], exponents: list[int]) -> int:
    return (
        prod(pow(base, exponent, MODULUS) for base, exponent in zip(bases, exponents, strict=True)) % MODULUS
    )


@given(terms)
def test_buckets_give_the_product_of_the_powers(pairs):
    bases, exponents = [base for base, _ in pairs], [exponent for _, exponent in pairs]

    assert product_of_powers(bases, exponents, MODULUS) == plainly(bases, exponents)


@pytest.mark.parametrize("count", [100, 1000])
def test_wide_windows_give_it_as_well(count):
    random = stream(b"\x01" * 16, "terms")
    bases = [random_below(MODULUS, random) for _ in range(count)]
    # Lengths differ, as those of commitments and ciphertexts in a batch of proofs do.
    exponents = [random_below(1 << (192 if number % 9 == 0 else 64), random) for number in range(count)]

    assert product_of_powers(bases, exponents, MODULUS) == plainly(bases, exponents)


@pytest.mark.parametrize(("bases", "exponents"), [([2], []), ([], [1]), ([2, 3], [1, -1])])
def test_exponents_that_do_not_fit_are_refused(bases, exponents):
    with pytest.raises(OutOfRangeError):
        product_of_powers(bases, exponents, MODULUS)
