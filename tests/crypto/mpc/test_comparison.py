"""Comparisons of shared numbers say what comparisons of the numbers say, in as few rounds as promised."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crypto.errors import OutOfRangeError
from crypto.mpc.comparison import (
    compare,
    equals,
    equals_public,
    less_than,
    less_than_public,
    one_hot,
)
from tests.crypto.mpc.trio import opened_planes, opened_words, parties, run, share_planes

OTHER = b"\x01" * 32


@st.composite
def pairs(draw):
    """Bits, and pairs of numbers of that many bits, some of them equal."""
    bits = draw(st.integers(1, 20))
    number = st.integers(0, 2**bits - 1)
    same = number.map(lambda value: (value, value))
    table = draw(st.lists(st.tuples(number, number) | same, min_size=1, max_size=100))
    return bits, [a for a, _ in table], [b for _, b in table]


@given(pairs())
def test_smaller_and_equal_are_told_for_every_record(numbers):
    bits, left, right = numbers
    shares = share_planes(left, bits), share_planes(right, bits, OTHER)
    table = list(zip(left, right, strict=True))

    both = run(compare, *shares).results

    assert opened_planes(run(less_than, *shares).results) == [a < b for a, b in table]
    assert opened_planes([smaller for smaller, _ in both]) == [a < b for a, b in table]
    assert opened_planes([equal for _, equal in both]) == [a == b for a, b in table]
    assert opened_planes(run(equals, *shares).results) == [a == b for a, b in table]


@given(pairs(), st.data())
def test_numbers_are_compared_with_a_public_one(numbers, data):
    bits, left, _ = numbers
    bound = data.draw(st.sampled_from(left) | st.integers(0, 2 ** (bits + 1)))
    code = bound % 2**bits
    shares = share_planes(left, bits)

    assert opened_planes(run(less_than_public, shares, bound).results) == [a < bound for a in left]
    assert opened_planes(run(equals_public, shares, code).results) == [a == code for a in left]


@given(st.integers(1, 7), st.data())
def test_a_code_becomes_one_plane_for_each_of_its_values(bits, data):
    codes = data.draw(st.lists(st.integers(0, 2**bits - 1), min_size=1, max_size=100))

    planes = run(one_hot, share_planes(codes, bits)).results

    words = opened_words(planes)
    assert words.shape[0] == 2**bits
    for code in range(2**bits):
        marked = [int(words[code, place // 64]) >> place % 64 & 1 for place in range(len(codes))]
        assert marked == [each == code for each in codes]


@pytest.mark.parametrize(("bits", "rounds"), [(1, 1), (2, 2), (8, 4), (16, 5), (17, 6), (64, 7)])
def test_a_comparison_takes_one_round_and_the_logarithm_of_the_bits(bits, rounds):
    numbers = share_planes([0, 2**bits - 1], bits)

    assert run(less_than, numbers, numbers).rounds == rounds
    assert run(less_than_public, numbers, 1).rounds == rounds - 1
    assert run(equals_public, numbers, 1).rounds == rounds - 1


@pytest.mark.parametrize("bits", [2, 3, 5, 8])
def test_a_one_hot_tree_needs_an_and_for_each_value_but_zero_and_the_bits_themselves(bits):
    played = run(one_hot, share_planes([3] * 64, bits))

    assert [sum(map(len, played.received(role))) for role in range(3)] == [8 * (2**bits - bits - 1)] * 3


def test_a_16_bit_comparison_costs_42_bits_on_the_wire():
    numbers = share_planes([3] * 64, 16)

    played = run(less_than, numbers, numbers)

    # 16 to begin; the fold of 16 positions halves them four times: 8 + 4 + 2 + 1 for g, one fewer each for p.
    assert sum(map(len, played.received(0))) == 8 * (16 + 15 + 11)


def test_questions_out_of_range_are_refused():
    party, numbers, fewer = parties()[0], share_planes([1, 2], 4)[0], share_planes([1, 2], 3)[0]
    for protocol in (
        less_than(party, numbers, fewer),
        compare(party, numbers, fewer),
        equals(party, numbers, fewer),
        less_than_public(party, numbers, -1),
        equals_public(party, numbers, 16),
        equals_public(party, numbers, -1),
    ):
        with pytest.raises(OutOfRangeError):
            next(protocol)
