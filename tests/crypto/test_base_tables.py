"""Tables give the multiples that the library gives, and read all of themselves for every scalar."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crypto.base_tables import BaseTables
from crypto.curve import INFINITY, ORDER, Point, combine, hash_to_point
from crypto.errors import OutOfRangeError

BASES = [hash_to_point("tables", index) for index in range(3)]
LENGTHS = (1, 11, 32)
TABLES = BaseTables(BASES, LENGTHS)
scalars = st.tuples(*(st.integers(0, 256**length - 1) for length in LENGTHS))


def naive(factors: tuple[int, ...]) -> Point:
    return combine(base.multiply_public(factor) for base, factor in zip(BASES, factors, strict=True))


@settings(max_examples=60)
@given(scalars)
def test_the_sum_is_that_of_the_library(factors):
    assert TABLES.sum_of_multiples(factors) == naive(factors)


@pytest.mark.parametrize(
    "factors",
    [(0, 0, 0), (255, 256**11 - 1, 256**32 - 1), (0, 0, ORDER), (1, 0, ORDER - 1), (0, 1, 0), (16, 16, 16)],
)
def test_the_edges_of_the_tables(factors):
    assert TABLES.sum_of_multiples(factors) == naive(factors)


def test_a_sum_that_vanishes_is_infinity():
    same = BaseTables([BASES[0], BASES[0]], (32, 32))

    assert same.sum_of_multiples((5, ORDER - 5)) == INFINITY


def test_a_constant_is_added_to_every_sum():
    shifted = BaseTables(BASES[:1], (1,), constant=BASES[1])

    assert shifted.sum_of_multiples((7,)) == BASES[0].multiply_public(7) + BASES[1]


@pytest.mark.parametrize(
    "factors", [(256, 0, 0), (-1, 0, 0), (0, 256**11, 0), (0, 0), (0, 0, 0, 0), ()], ids=range(6)
)
def test_scalars_that_do_not_fit_are_refused_and_not_told(factors):
    with pytest.raises(OutOfRangeError, match="the scalars do not fit the tables of their bases"):
        TABLES.sum_of_multiples(factors)
