"""Vectors over Z_2^64 wrap like the ring they are."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crypto.errors import MalformedError
from crypto.functional.ring import (
    from_ring_signed,
    inner_product,
    ring_bytes,
    ring_from_bytes,
    to_ring,
    total,
)

integers = st.integers(-(2**130), 2**130)
vectors = st.lists(integers, max_size=8)


def wrapped(value: int) -> int:
    return (value + 2**63) % 2**64 - 2**63


@given(vectors)
def test_elements_stand_for_the_signed_integer_they_equal_modulo_2_to_the_64(values):
    assert from_ring_signed(to_ring(values)) == [wrapped(value) for value in values]


@given(vectors)
def test_a_total_is_the_wrapped_sum(values):
    assert from_ring_signed(total(to_ring(values))) == [wrapped(sum(values))]


@given(st.lists(st.tuples(integers, integers), max_size=8))
def test_an_inner_product_is_the_wrapped_sum_of_products(pairs):
    left, right = to_ring(x for x, _ in pairs), to_ring(y for _, y in pairs)

    assert from_ring_signed(inner_product(left, right)) == [wrapped(sum(x * y for x, y in pairs))]


@given(vectors)
def test_the_wire_form_round_trips(values):
    vector = to_ring(values)

    raw = ring_bytes(vector)

    assert raw == b"".join((value % 2**64).to_bytes(8, "big") for value in values)
    assert np.array_equal(ring_from_bytes(raw, len(values)), vector)


def test_bytes_of_another_count_are_refused():
    with pytest.raises(MalformedError):
        ring_from_bytes(bytes(16), 1)
