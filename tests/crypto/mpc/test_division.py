"""Shared numbers are divided as integers are."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crypto.errors import OutOfRangeError
from crypto.mpc.division import divide, is_not_negative
from crypto.sharing.replicated import ROLES
from tests.crypto.mpc.trio import opened_elements, parties, play, share_elements

BITS, WIDTH = 5, 14


def run(dividends, divisors, *, bits=BITS, width=WIDTH):
    a, b = share_elements(dividends), share_elements(divisors, b"\x08" * 32)
    return play([divide(party, a[party.role], b[party.role], bits=bits, width=width) for party in parties()])


@settings(max_examples=20)
@given(
    st.lists(
        st.tuples(st.integers(0, 2**BITS - 1), st.integers(1, 2 ** (WIDTH - BITS) - 1), st.integers(0, 2**9)),
        min_size=1,
        max_size=5,
    )
)
def test_a_quotient_is_that_of_the_integers(chosen):
    dividends = [quotient * divisor + rest % divisor for quotient, divisor, rest in chosen]

    played = run(dividends, [divisor for _, divisor, _ in chosen])

    assert opened_elements(played.results) == [quotient for quotient, _, _ in chosen]


def test_dividing_by_zero_and_too_large_quotients_give_the_largest():
    assert opened_elements(run([0, 7, 500], [0, 0, 3]).results) == [31, 31, 31]


@settings(max_examples=20)
@given(st.lists(st.integers(-(2**40), 2**40 - 1), min_size=1, max_size=5))
def test_a_sign_is_a_bit(values):
    shares = share_elements(values)

    played = play([is_not_negative(party, shares[party.role], width=40) for party in parties()])

    assert opened_elements(played.results) == [int(value >= 0) for value in values]


@pytest.mark.parametrize("role", ROLES)
def test_what_a_role_receives_has_one_length_whatever_is_divided(role):
    lengths = [
        [len(body) for body in run(*numbers).received(role)] for numbers in (([0], [1]), ([999], [77]))
    ]

    assert lengths[0] == lengths[1]


@pytest.mark.parametrize(("bits", "width"), [(0, 5), (6, 5), (5, 63)])
def test_widths_out_of_range_are_refused(bits, width):
    with pytest.raises(OutOfRangeError):
        run([1], [1], bits=bits, width=width)
    with pytest.raises(OutOfRangeError):
        next(is_not_negative(parties()[0], share_elements([1])[0], width=63))


def test_as_many_divisors_as_dividends_are_needed():
    with pytest.raises(OutOfRangeError):
        run([1, 2], [1])
