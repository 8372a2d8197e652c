"""Shared numbers come back to their scale, rounded to either side, in one round."""

from collections import Counter
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from crypto import goldilocks
from crypto.errors import MalformedMessageError, OutOfRangeError
from crypto.goldilocks import PRIME
from crypto.mpc.fixed_point import FixedPoint, failure_bound, truncate
from crypto.mpc.rounds import HEAD_BYTES
from crypto.sharing.replicated import ROLES
from tests.crypto.mpc.trio import opened_elements, parties, play, share_elements

BITS = 40


def run(values, *, shift, bits=BITS, seed=b"\x07" * 32, keys=None, tamper=None):
    shares = share_elements(values, seed)
    roles = parties() if keys is None else parties(keys=keys)
    protocols = [truncate(party, shares[party.role], shift=shift, bits=bits) for party in roles]
    return play(protocols, tamper=tamper)


@settings(max_examples=50)
@given(
    st.lists(st.integers(-(2**BITS) + 2, 2**BITS - 2), min_size=1, max_size=20),
    st.integers(1, 32),
    st.binary(min_size=32, max_size=32),
)
def test_a_value_is_rounded_down_or_up(values, shift, seed):
    results = opened_elements(run(values, shift=shift, seed=seed).results)

    # One value in 2^23 may fail; hypothesis does not find such a seed.
    for value, result in zip(values, results, strict=True):
        assert result in {value >> shift, -(-value >> shift)}


@pytest.mark.parametrize("fraction", [0, 3, 8, 15])
def test_errors_do_not_add_up_to_one_side(fraction):
    results = opened_elements(run([-16 * 1000 + fraction] * 20_000, shift=4).results)

    mean = sum(results) / len(results)
    # A rounding has a standard deviation of at most 1/2.
    assert abs(mean - (-1000 + fraction / 16)) < 5 * 0.5 / 20_000**0.5


def test_cutting_every_summand_by_itself_is_off_by_the_wraps():
    """The naive variant: three summands wrap once or twice, and nobody knows which."""
    values = [12345] * 200
    shares = share_elements(values)
    cut = [share.first >> np.uint64(8) for share in shares]

    off = Counter(
        round((int(a) + int(b) + int(c) - 12345 // 256) / (PRIME / 256)) for a, b, c in zip(*cut, strict=True)
    )

    assert off[1]
    assert off[2]


def test_a_value_that_is_too_large_for_its_bound_may_fail():
    huge = [PRIME // 2 - 2**40] * 200

    results = opened_elements(run(huge, shift=8, bits=61).results)

    assert any(result not in {huge[0] >> 8, (huge[0] >> 8) + 1} for result in results)


def test_public_constants_are_not_shared_at_random_and_fail():
    protocols = []
    for party in parties():
        constant = type(share_elements([0])[0]).public(party.role, goldilocks.stacked([2560]))
        protocols.append(truncate(party, constant, shift=8, bits=BITS))

    assert opened_elements(play(protocols).results) != [10]


@pytest.mark.parametrize("role", ROLES)
def test_only_role_1_receives_and_sees_noise(role):
    counts: Counter[int] = Counter()
    for number in range(16):
        keys = [bytes([number + 1, each]) * 16 for each in ROLES]
        played = run([2**30] * 64, shift=8, keys=keys)
        counts.update(b"".join(played.received(role)))
        assert played.rounds == 1

    if role == 1:
        mean = counts.total() / 256
        assert sum((counts[byte] - mean) ** 2 / mean for byte in range(256)) < 330
    else:
        assert not counts


def test_a_word_above_the_prime_names_role_0():
    def tamper(number, sender, receiver, raw):
        return raw[:HEAD_BYTES] + b"\xff" * 8

    with pytest.raises(MalformedMessageError) as refused:
        run([1], shift=8, tamper=tamper)

    assert refused.value.culprits == (0,)


@pytest.mark.parametrize(("shift", "bits"), [(0, 40), (33, 40), (8, 7), (8, 62)])
def test_shifts_and_bounds_out_of_range_are_refused(shift, bits):
    with pytest.raises(OutOfRangeError):
        run([1], shift=shift, bits=bits)


def test_the_probability_of_failure_is_stated():
    assert failure_bound(24, 2**20) == pytest.approx(2**-19, rel=1e-9)
    assert failure_bound(61, 2**40) == 1.0


@given(st.integers(0, 30), st.integers(0, 20), st.floats(-(2**20), 2**20))
def test_numbers_come_back_within_half_a_step(fraction, magnitude, value):
    assume(abs(value) <= 2**magnitude)
    scale = FixedPoint(fraction, magnitude)

    decoded = scale.decode(scale.encode(value))

    assert abs(Fraction(decoded) - Fraction(value)) <= Fraction(1, 2 ** (fraction + 1))


@pytest.mark.parametrize("value", [1.001, -1.001, float("nan"), float("inf")])
def test_numbers_out_of_range_are_not_encoded(value):
    with pytest.raises(OutOfRangeError):
        FixedPoint(8).encode(value)


@pytest.mark.parametrize(("fraction", "magnitude"), [(-1, 3), (3, -1), (40, 22)])
def test_scales_have_at_most_61_bits(fraction, magnitude):
    with pytest.raises(OutOfRangeError):
        FixedPoint(fraction, magnitude)
