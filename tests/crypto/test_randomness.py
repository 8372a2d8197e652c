"""Randomness is an argument, unbiased and repeatable."""

import hashlib
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crypto.errors import OutOfRangeError
from crypto.randomness import expand, random_below, random_bytes, stream

SEED = b"\x01" * 16


def test_drawn_bytes_have_the_asked_length_and_differ():
    assert len(random_bytes(24)) == 24
    assert random_bytes(24) != random_bytes(24)


@given(st.integers(1, 2**70), st.binary(min_size=16, max_size=16))
def test_a_random_number_is_below_its_bound(bound, seed):
    assert 0 <= random_below(bound, stream(seed, "below")) < bound


def test_numbers_beyond_the_bound_are_drawn_again_and_not_folded():
    draws = iter([b"\xff", b"\x07", b"\x04"])

    assert random_below(5, lambda length: next(draws)) == 4


def test_every_number_below_a_bound_comes_about_equally_often():
    random = stream(SEED, "counts")

    counts = Counter(random_below(6, random) for _ in range(6000))

    assert set(counts) == set(range(6))
    # Five degrees of freedom: a chi-square above 20.5 would have probability 0.001.
    assert sum((count - 1000) ** 2 / 1000 for count in counts.values()) < 20.5


@pytest.mark.parametrize("bound", [0, -1])
def test_a_bound_that_is_not_positive_is_refused(bound):
    with pytest.raises(OutOfRangeError):
        random_below(bound)


def test_an_expansion_is_shake256_of_the_length_prefixed_label_and_the_seed():
    assert expand(SEED, "é", 50) == hashlib.shake_256(b"\x00\x02" + "é".encode() + SEED).digest(50)


def test_a_shorter_expansion_is_a_prefix_and_another_label_is_independent():
    assert expand(SEED, "a", 64).startswith(expand(SEED, "a", 32))
    assert expand(SEED, "a", 32) != expand(SEED, "b", 32)


def test_a_label_cannot_be_moved_into_the_seed():
    assert expand(b"b" + SEED, "a", 32) != expand(SEED, "ab", 32)


@pytest.mark.parametrize(
    ("seed", "label", "length"), [(b"x" * 15, "a", 1), (SEED, "a" * 65536, 1), (SEED, "a", -1)]
)
def test_short_seeds_long_labels_and_negative_lengths_are_refused(seed, label, length):
    with pytest.raises(OutOfRangeError):
        expand(seed, label, length)


def test_a_stream_repeats_itself_and_no_draw_repeats_another():
    first, second = stream(SEED, "s"), stream(SEED, "s")
    draws = [first(16) for _ in range(10)]

    assert draws == [second(16) for _ in range(10)]
    assert len(set(draws)) == 10
