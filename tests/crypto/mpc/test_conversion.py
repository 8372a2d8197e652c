"""Values change their form and stay what they are."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crypto.errors import CryptoError, MalformedMessageError, OutOfRangeError
from crypto.goldilocks import PRIME, from_integers
from crypto.mpc.conversion import (
    bits_to_field,
    integers_to_planes,
    planes_to_field,
    total_in_field,
    total_in_ring,
    weighted_numbers,
)
from crypto.mpc.integers import Integers
from crypto.mpc.rounds import HEAD_BYTES
from crypto.mpc.shares import Planes
from crypto.sharing.replicated import ROLES
from tests.crypto.mpc.trio import (
    opened_elements,
    opened_integers,
    opened_planes,
    parties,
    run,
    share_integers,
    share_planes,
    share_words,
)

NUMBERS = st.integers(1, 32).flatmap(
    lambda bits: st.tuples(st.just(bits), st.lists(st.integers(0, 2**bits - 1), min_size=1, max_size=100))
)


@given(st.lists(st.integers(0, 2**64 - 1), min_size=1, max_size=100), st.integers(1, 64))
@settings(max_examples=50)
def test_integers_cut_modulo_2_to_the_64_become_planes(values, bits):
    integers = [Integers(role, *pair) for role, pair in enumerate(share_integers(values))]

    planes = run(integers_to_planes, integers, bits)

    assert opened_planes(planes.results) == [value % 2**bits for value in values]
    assert planes.rounds <= 2 + (bits - 1).bit_length()


def test_components_of_a_record_over_the_integers_become_its_planes():
    # The wallet's cut is over the integers: masks wider than the value, and a last component below zero.
    values, masks = [0, 1, 65535, 40000], [2**70 + 5, 2**79, 3, 2**80 - 1]
    last = [value - 2 * mask for value, mask in zip(values, masks, strict=True)]
    components = [np.array([part % 2**64 for part in each], dtype=np.uint64) for each in (masks, masks, last)]
    integers = [Integers(role, components[role], components[(role + 1) % 3]) for role in ROLES]

    assert opened_planes(run(integers_to_planes, integers, 16).results) == values


@given(NUMBERS)
@settings(max_examples=50)
def test_bits_become_field_elements_and_so_do_numbers(numbers):
    bits, values = numbers
    shares = share_planes(values, bits)

    single, whole = run(bits_to_field, shares), run(planes_to_field, shares)

    assert opened_elements(single.results) == [value >> bit & 1 for bit in range(bits) for value in values]
    assert single.results[0].shape == (bits, len(values))
    assert opened_elements(whole.results) == values
    assert single.rounds == whole.rounds == 2


@given(st.integers(1, 3), st.lists(st.integers(0, 3), min_size=1, max_size=4), st.integers(0, 2**32))
def test_bits_are_totalled_by_row_and_weight(rows, widths, seed):
    rng = np.random.default_rng(seed)
    tables = [rng.integers(0, 2**64, (rows, width), dtype=np.uint64) for width in [*widths, 1]]
    shared = [share_words(table, 64, bytes([place]) * 32) for place, table in enumerate(tables)]
    levels = [[table[role] for table in shared] for role in ROLES]

    expected = [
        sum(int(word).bit_count() << weight for weight, table in enumerate(tables) for word in table[row])
        for row in range(rows)
    ]
    assert opened_elements(run(total_in_field, levels).results) == expected
    ring = run(total_in_ring, levels).results
    assert opened_integers(ring) == expected


@given(NUMBERS)
@settings(max_examples=30)
def test_numbers_are_weighed_by_public_weights(numbers):
    bits, values = numbers
    weights = [7 * place - 50 for place in range(len(values))]

    weighed = run(weighted_numbers, share_planes(values, bits), from_integers(weights))

    assert opened_elements(weighed.results) == [sum(a * b for a, b in zip(values, weights, strict=True))]


def test_numbers_that_may_leave_the_field_are_refused():
    with pytest.raises(OutOfRangeError):
        next(planes_to_field(parties()[0], share_planes([1], 63)[0]))


def test_a_total_sends_a_third_of_a_word_for_each_bit_and_one_for_each_row():
    shares = share_words(np.arange(60, dtype=np.uint64).reshape(2, 30), 64)

    played = run(total_in_field, [[share] for share in shares])

    assert [list(map(len, played.received(role))) for role in ROLES] == [[2 * 30 * 64 // 3 * 8, 2 * 8]] * 3


def audited(party, protocol, *arguments):
    party.audit = []
    return (yield from protocol(party, *arguments))


def test_the_ring_refuses_where_lies_shall_be_noticed():
    levels = [[share] for share in share_words(np.arange(3, dtype=np.uint64).reshape(1, 3), 192)]

    with pytest.raises(CryptoError):
        run(audited, total_in_ring, levels)


@pytest.mark.parametrize("number", [1, 2])
@pytest.mark.parametrize("sender", ROLES)
def test_a_word_that_is_no_element_names_its_sender(number, sender):
    def tamper(at, origin, _receiver, raw):
        wrong = (at, origin) == (number, sender)
        return raw[:HEAD_BYTES] + PRIME.to_bytes(8, "little") + raw[HEAD_BYTES + 8 :] if wrong else raw

    with pytest.raises(MalformedMessageError) as refused:
        run(bits_to_field, share_planes([1, 2, 3], 4), tamper=tamper)

    assert refused.value.culprits == (sender,)


def test_padding_does_not_reach_the_numbers():
    shares = share_words(np.full((3, 1), 2**64 - 1, dtype=np.uint64), 5)

    assert opened_elements(run(planes_to_field, shares).results) == [7] * 5
    assert opened_elements(run(bits_to_field, shares).results) == [1] * 15


def test_shares_of_no_bits_are_shared_bits_of_nobody():
    empty = [Planes(role, 0, np.zeros((2, 0), np.uint64), np.zeros((2, 0), np.uint64)) for role in ROLES]

    assert opened_elements(run(bits_to_field, empty).results) == []
