"""Slots add up side by side, and what cannot be a sum is refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crypto.errors import DecryptionError, OutOfRangeError
from crypto.paillier.packing import one_hot_plaintexts, pack, pack_one_hot, unpack
from tests.crypto.paillier.keyring import one_hot_schema, schema

SIGNED = schema(signed=True)


@st.composite
def crowds(draw):
    """A schema, and the values of as many contributors as it allows at most."""
    bits, signed, bins = draw(st.integers(1, 64)), draw(st.booleans()), draw(st.integers(1, 6))
    count = draw(st.integers(1, 9))
    most = draw(st.integers(count, count + 3))
    terms = schema(
        bins=bins, value_bits=bits, signed=signed, most_contributors=most, guard_bits=draw(st.integers(0, 3))
    )
    extreme = st.sampled_from([-terms.offset, 2**bits - 1 - terms.offset])
    values = st.one_of(extreme, st.integers(-terms.offset, 2**bits - 1 - terms.offset))
    row = st.lists(values, min_size=bins, max_size=bins)
    return terms, draw(st.lists(row, min_size=count, max_size=count))


@given(crowds())
def test_the_sum_of_packed_values_unpacks_to_the_sums(crowd):
    terms, rows = crowd
    total = sum(pack(terms, row) for row in rows)

    assert unpack(terms, total, len(rows)) == [sum(column) for column in zip(*rows, strict=True)]


@given(crowds())
def test_the_largest_possible_sum_stays_in_its_slots(crowd):
    terms, _ = crowd
    largest = pack(terms, [2**terms.value_bits - 1 - terms.offset] * terms.bins) * terms.most_contributors

    assert largest.bit_length() <= terms.bins * terms.slot_bits


@pytest.mark.parametrize("value", [-129, 128, 2**64])
def test_a_value_out_of_range_is_refused_without_being_told(value):
    with pytest.raises(OutOfRangeError, match="bin 2 ") as refused:
        pack(SIGNED, [0, 0, value, 0])

    assert str(value) not in str(refused.value)


@pytest.mark.parametrize("values", [[], [1] * 3, [1] * 5])
def test_there_is_one_value_for_each_bin(values):
    with pytest.raises(OutOfRangeError):
        pack(schema(), values)


def test_a_one_hot_contribution_is_a_one_in_its_bin():
    terms = one_hot_schema()

    assert [pack_one_hot(terms, place) for place in range(4)] == list(one_hot_plaintexts(terms))
    for place in range(4):
        assert unpack(terms, pack_one_hot(terms, place), 1) == [int(bin_ == place) for bin_ in range(4)]


@pytest.mark.parametrize(("terms", "place"), [(one_hot_schema(), -1), (one_hot_schema(), 4), (schema(), 0)])
def test_a_bin_that_is_not_there_is_refused(terms, place):
    with pytest.raises(OutOfRangeError):
        pack_one_hot(terms, place)


@pytest.mark.parametrize("count", [-1, 0, 21])
def test_more_contributors_than_the_schema_allows_are_refused(count):
    with pytest.raises(OutOfRangeError):
        unpack(schema(), 0, count)


@pytest.mark.parametrize(
    ("terms", "plaintext", "count"),
    [
        (schema(), -1, 1),
        (schema(), 1 << (4 * schema().slot_bits), 1),
        (schema(), 256, 1),
        (schema(), 2 * 255 + 1, 2),
        (one_hot_schema(), 0b11, 2),
        (one_hot_schema(), 1, 2),
        (one_hot_schema(), 2, 1),
    ],
)
def test_what_that_many_contributors_cannot_have_summed_is_refused(terms, plaintext, count):
    with pytest.raises(DecryptionError):
        unpack(terms, plaintext, count)
