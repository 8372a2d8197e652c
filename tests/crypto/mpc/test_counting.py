"""Counts and sums of shared planes are those of the plain bits, however they are cut into rows and layers."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crypto.errors import OutOfRangeError
from crypto.mpc.counting import FEW, carry_save, count, count_integers, count_planes, sum_numbers
from crypto.mpc.packing import everybody, pack_bits
from crypto.mpc.shares import Planes
from crypto.sharing.replicated import ROLES
from tests.crypto.mpc.trio import (
    opened_elements,
    opened_integers,
    opened_planes,
    opened_words,
    parties,
    run,
    share_planes,
    share_words,
)


@st.composite
def tables(draw):
    """Bits by planes and records, with dirty padding behind them."""
    records, planes = draw(st.integers(1, 700)), draw(st.integers(1, 4))
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    bits = rng.integers(0, 2, (planes, records))
    words = pack_bits(bits)
    dirt = rng.integers(0, 2**64, words.shape, dtype=np.uint64) & ~everybody(records)
    return bits, share_words(words | dirt, records)


@given(tables(), st.sampled_from([0, 256, FEW]))
@settings(max_examples=60)
def test_every_plane_is_counted_and_padding_never(table, few):
    bits, shares = table
    expected = bits.sum(axis=1).tolist()

    assert opened_elements(run(count, shares, few=few).results) == expected
    assert opened_planes(run(count_planes, shares, few=few).results) == expected
    integers = run(count_integers, shares, few=few).results
    assert opened_integers(integers) == expected


@given(
    st.integers(1, 12),
    st.lists(st.integers(0, 2**12 - 1), min_size=1, max_size=300),
    st.sampled_from([0, FEW]),
)
@settings(max_examples=40)
def test_numbers_are_summed_from_their_planes(bits, numbers, few):
    one = [number % 2**bits for number in numbers]
    other = [number // 3 % 2**bits for number in numbers]
    shares = [
        [x, y] for x, y in zip(share_planes(one, bits), share_planes(other, bits, b"1" * 16), strict=True)
    ]

    assert opened_elements(run(sum_numbers, shares, few=few).results) == [sum(one), sum(other)]


def test_layers_keep_the_weighted_sum_and_end_with_two_words_a_weight():
    words = np.random.default_rng(5).integers(0, 2**64, (2, 100), dtype=np.uint64)
    levels = [[share] for share in share_words(words, 6400)]

    left = run(carry_save, levels, few=0).results

    widths = [level.first.shape[1] for level in left[0]]
    assert max(widths) <= 2
    totals = [0, 0]
    for weight in range(len(widths)):
        opened = opened_words([role[weight] for role in left])
        for row in range(2):
            totals[row] += sum(int(word).bit_count() << weight for word in opened[row])
    assert totals == [sum(int(word).bit_count() for word in words[row]) for row in range(2)]


def test_few_bits_are_converted_in_two_rounds_and_many_shrink_by_a_third_a_round():
    def played(records):
        return run(count, share_words(np.zeros((1, records // 64), np.uint64), records))

    assert played(FEW).rounds == 2
    assert played(64 * FEW).rounds == 2 + 11


def test_a_full_adder_costs_one_and_so_counting_costs_one_bit_a_record():
    records = 64 * 6000
    played = run(count, share_words(np.zeros((1, 6000), np.uint64), records), few=0)

    sent = [sum(map(len, played.received(role)[:-2])) * 8 for role in ROLES]
    assert sent[0] == sent[1] == sent[2]
    assert 0.98 * records < sent[0] < records


def test_what_cannot_be_counted_is_refused():
    party, numbers, fewer = parties()[0], share_planes([1, 2], 4)[0], share_planes([1, 2], 3)[0]
    nothing = Planes(0, 2, np.zeros((0, 1), np.uint64), np.zeros((0, 1), np.uint64))
    wide = Planes(0, 2, np.zeros((63, 1), np.uint64), np.zeros((63, 1), np.uint64))
    for protocol in (
        count(party, nothing),
        count_integers(party, nothing),
        count_planes(party, nothing),
        sum_numbers(party, []),
        sum_numbers(party, [numbers, fewer]),
        sum_numbers(party, [wide]),
    ):
        with pytest.raises(OutOfRangeError):
            next(protocol)


@pytest.mark.slow
def test_a_million_records_in_32_categories_are_counted():
    codes = np.random.default_rng(3).integers(0, 32, 1_000_000)
    planes = pack_bits(codes[None] == np.arange(32)[:, None])

    counts = opened_elements(run(count, share_words(planes, 1_000_000)).results)

    assert counts == np.bincount(codes, minlength=32).tolist()
