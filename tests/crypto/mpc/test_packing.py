"""Numbers become planes and come back, at any size; padding is zero."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crypto.errors import OutOfRangeError
from crypto.mpc.packing import everybody, pack, pack_bits, pack_mask, unpack, unpack_bits, words_for

NUMBERS = st.lists(st.integers(0, 2**64 - 1), max_size=150)


@given(NUMBERS, st.integers(1, 64))
def test_planes_hold_the_low_bits_of_every_number(numbers, bits):
    planes = pack(np.array(numbers, dtype=np.uint64), bits)

    assert planes.shape == (bits, words_for(len(numbers)))
    assert unpack(planes, len(numbers)).tolist() == [number % 2**bits for number in numbers]


@given(NUMBERS.filter(bool))
def test_bit_r_of_plane_j_is_bit_j_of_record_r(numbers):
    planes = pack(np.array(numbers, dtype=np.uint64), 64)

    bits = unpack_bits(planes, len(numbers))
    for plane in range(64):
        assert bits[plane].tolist() == [number >> plane & 1 for number in numbers]
    for record, number in enumerate(numbers):
        assert int(planes[number.bit_length() - 1 if number else 0, record // 64]) >> record % 64 & 1 == (
            1 if number else 0
        )


@given(st.integers(0, 200))
def test_everybody_is_a_one_for_each_record_and_nothing_more(records):
    assert sum(int(word).bit_count() for word in everybody(records)) == records
    assert np.array_equal(everybody(records), pack_mask(np.ones(records)))


@given(st.lists(st.booleans(), min_size=1, max_size=150), st.integers(1, 4))
def test_single_bits_become_planes_and_come_back(bits, planes):
    table = np.array([bits] * planes)

    packed = pack_bits(table)

    assert np.array_equal(unpack_bits(packed, len(bits)), table.astype(np.uint64))
    assert np.array_equal(packed[0], pack_mask(np.array(bits)))
    assert np.array_equal(packed & everybody(len(bits)), packed)


@pytest.mark.parametrize("bits", [0, 65, -1])
def test_numbers_have_1_to_64_bits(bits):
    with pytest.raises(OutOfRangeError):
        pack(np.zeros(3, dtype=np.uint64), bits)
