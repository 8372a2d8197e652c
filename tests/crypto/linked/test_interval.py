"""A number is proven to be of a width, and neither wider nor somebody else's."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crypto.base_point import BASE, multiply_base
from crypto.curve import INFINITY, ORDER
from crypto.errors import MalformedError, OutOfRangeError, ProofError
from crypto.linked.interval import (
    BLINDING_BASE,
    MAX_WIDTH,
    Interval,
    prove_interval,
    verify_interval,
)
from crypto.randomness import stream

CONTEXT = b"purchase 1, place 3"
RANDOM = stream(b"\x61" * 32, "interval")
WIDTH = 6
MADE, BLINDING = prove_interval(-17, WIDTH, CONTEXT, RANDOM)


def refused(interval, width=WIDTH, context=CONTEXT):
    with pytest.raises(ProofError):
        verify_interval(interval, width, context)
    return True


def with_bit(at, **changes):
    bits = list(MADE.bits)
    bits[at] = bits[at]._replace(**changes)
    return replace(MADE, bits=tuple(bits))


@settings(max_examples=15, deadline=None)
@given(width=st.integers(1, 12), data=st.data())
def test_every_number_of_a_width_is_committed_to_and_proven(width, data):
    number = data.draw(st.integers(-(1 << (width - 1)), (1 << (width - 1)) - 1))

    made, blinding = prove_interval(number, width, CONTEXT, RANDOM)

    point = verify_interval(Interval.decode(made.encode()), width, CONTEXT)
    assert point == multiply_base(number) + BLINDING_BASE.multiply(blinding)


@pytest.mark.parametrize("number", [32, -33, 10**9])
def test_a_wider_number_is_not_proven(number):
    with pytest.raises(OutOfRangeError):
        prove_interval(number, WIDTH, CONTEXT, RANDOM)


@pytest.mark.parametrize("width", [0, MAX_WIDTH + 1])
def test_a_width_outside_of_its_range_is_refused(width):
    with pytest.raises(OutOfRangeError):
        prove_interval(0, width, CONTEXT, RANDOM)


def test_a_proof_holds_for_its_context_and_width_only():
    assert verify_interval(MADE, WIDTH, CONTEXT)
    assert refused(MADE, context=b"purchase 1, place 4")
    assert refused(MADE, width=WIDTH + 1)


def test_another_bit_under_the_same_proof_is_refused():
    assert refused(with_bit(0, commitment=MADE.bits[0].commitment + BASE))
    assert refused(with_bit(0, commitment=MADE.bits[1].commitment))


def test_a_bit_that_is_two_is_not_proven():
    """The maker knows everything about 2·G + β·K, and still can answer neither branch honestly."""
    doubled = MADE.bits[2].commitment + BASE + BASE
    assert refused(with_bit(2, commitment=doubled))


def test_every_part_of_a_bit_is_bound():
    bit = MADE.bits[3]
    first, second = bit.responses
    assert refused(with_bit(3, challenge=(bit.challenge + 1) % 2**128))
    assert refused(with_bit(3, responses=((first + 1) % ORDER, second)))
    assert refused(with_bit(3, responses=(first, (second + 1) % ORDER)))
    assert refused(replace(MADE, challenge=(MADE.challenge + 1) % 2**128))


def test_bits_cannot_be_swapped():
    first, second, *rest = MADE.bits
    assert refused(replace(MADE, bits=(second, first, *rest)))


def test_a_point_at_infinity_is_refused():
    assert refused(with_bit(1, commitment=INFINITY))


def test_either_value_of_a_bit_gives_the_same_lengths():
    lengths = {len(prove_interval(number, WIDTH, CONTEXT, RANDOM)[0].encode()) for number in (-32, 0, 31)}
    assert len(lengths) == 1


def test_the_same_number_is_hidden_anew_each_time():
    again, _ = prove_interval(-17, WIDTH, CONTEXT, RANDOM)
    assert again.commitment != MADE.commitment


@pytest.mark.parametrize(
    "tamper",
    [
        lambda raw: raw[:-1],
        lambda raw: raw + b"\0",
        lambda raw: b"\x02" + raw[1:],
        lambda raw: raw[:1] + b"\0" + raw[2:],
        lambda raw: raw[:1] + bytes((MAX_WIDTH + 1,)) + raw[2:],
        lambda raw: raw[:18] + b"\x07" + raw[19:],
        lambda raw: raw[:-32] + b"\xff" * 32,
        lambda _: b"",
    ],
    ids=["cut", "longer", "version", "no bits", "too many bits", "not a point", "not reduced", "empty"],
)
def test_bytes_of_another_form_are_refused(tamper):
    with pytest.raises(MalformedError):
        Interval.decode(tamper(MADE.encode()))
