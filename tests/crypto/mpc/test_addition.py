"""Sums of shared numbers are sums modulo a power of two, and their signs are their signs."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crypto.errors import OutOfRangeError
from crypto.mpc.addition import add, add_three, is_negative
from tests.crypto.mpc.trio import opened_planes, parties, run, share_planes

SEEDS = (b"\x01" * 32, b"\x02" * 32, b"\x03" * 32)


@st.composite
def triples(draw):
    bits = draw(st.integers(1, 24))
    number = st.integers(0, 2**bits - 1)
    return bits, draw(st.lists(st.tuples(number, number, number), min_size=1, max_size=80))


def shared(bits, table):
    return [
        share_planes(column, bits, seed) for column, seed in zip(zip(*table, strict=True), SEEDS, strict=True)
    ]


def by_role(columns):
    return [tuple(column[role] for column in columns) for role in range(3)]


@given(triples())
def test_two_and_three_numbers_are_added_modulo_a_power_of_two(numbers):
    bits, table = numbers
    columns = shared(bits, table)

    assert opened_planes(run(add, *columns[:2]).results) == [(a + b) % 2**bits for a, b, _ in table]
    three = run(add_three, by_role(columns)).results
    assert opened_planes(three) == [sum(row) % 2**bits for row in table]


@given(triples().filter(lambda numbers: numbers[0] > 1))
def test_the_sign_of_a_sum_is_its_top_bit(numbers):
    bits, table = numbers

    signs = run(is_negative, by_role(shared(bits, table))).results

    assert opened_planes(signs) == [sum(row) >> (bits - 1) & 1 for row in table]


@pytest.mark.parametrize(("bits", "rounds"), [(1, 0), (2, 1), (3, 2), (9, 4), (16, 5), (17, 5), (64, 7)])
def test_an_addition_takes_one_round_and_the_logarithm_of_the_carries(bits, rounds):
    numbers = share_planes([0, 2**bits - 1], bits)

    assert run(add, numbers, numbers).rounds == rounds


def test_a_sign_costs_fewer_ands_than_a_sum():
    columns = by_role(shared(20, [(1, 2, 3)] * 64))

    sign, total = run(is_negative, columns), run(add_three, columns)

    assert 4 * sum(map(len, sign.received(0))) < 3 * sum(map(len, total.received(0)))
    assert sign.rounds <= total.rounds


def test_numbers_that_do_not_fit_are_refused():
    party, numbers, fewer, bit = (parties()[0], *(share_planes([1, 1], bits)[0] for bits in (4, 3, 1)))
    for protocol in (add(party, numbers, fewer), is_negative(party, (bit, bit, bit))):
        with pytest.raises(OutOfRangeError):
            next(protocol)
