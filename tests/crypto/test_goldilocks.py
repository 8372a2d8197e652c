"""The field is the integers modulo the prime, however the words are reduced."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crypto import goldilocks
from crypto.errors import MalformedError, OutOfRangeError
from crypto.goldilocks import PRIME

EDGES = [
    0,
    1,
    2,
    2**32 - 1,
    2**32,
    2**32 + 1,
    PRIME // 2,
    PRIME // 2 + 1,
    PRIME - 2**32,
    PRIME - 2,
    PRIME - 1,
]
elements = st.sampled_from(EDGES) | st.integers(0, PRIME - 1)
vectors = st.lists(elements, min_size=1, max_size=40)
pairs = st.lists(st.tuples(elements, elements), min_size=1, max_size=40)


def columns(chosen):
    return tuple(goldilocks.stacked(list(column)) for column in zip(*chosen, strict=True))


def test_the_prime_has_the_roots_of_unity_that_transforms_need():
    assert PRIME == 2**64 - 2**32 + 1
    assert pow(7, (PRIME - 1) // 2, PRIME) == PRIME - 1
    assert (PRIME - 1) % 2**32 == 0


def test_the_root_and_its_inverse_add_up_to_one():
    assert (goldilocks.ROOT**2 - goldilocks.ROOT + 1) % PRIME == 0
    assert goldilocks.ROOT * goldilocks.INVERSE_ROOT % PRIME == 1
    assert (goldilocks.ROOT + goldilocks.INVERSE_ROOT) % PRIME == 1


@given(elements)
def test_multiplying_by_the_root_is_a_shift(element):
    assert int(goldilocks.times_root(element)) == element * goldilocks.ROOT % PRIME


@given(pairs)
def test_sums_differences_and_products_are_those_of_the_integers(chosen):
    left, right = columns(chosen)

    assert goldilocks.add(left, right).tolist() == [(a + b) % PRIME for a, b in chosen]
    assert goldilocks.subtract(left, right).tolist() == [(a - b) % PRIME for a, b in chosen]
    assert goldilocks.multiply(left, right).tolist() == [a * b % PRIME for a, b in chosen]
    assert goldilocks.negate(left).tolist() == [-a % PRIME for a, _ in chosen]


def test_every_pair_of_edges_is_reduced_right():
    chosen = [(a, b) for a in EDGES for b in EDGES]
    left, right = columns(chosen)

    assert goldilocks.multiply(left, right).tolist() == [a * b % PRIME for a, b in chosen]
    assert goldilocks.add(left, right).tolist() == [(a + b) % PRIME for a, b in chosen]
    assert goldilocks.inner_product(left, right) == sum(a * b for a, b in chosen) % PRIME


@given(pairs)
def test_an_inner_product_is_reduced_once_and_right(chosen):
    left, right = columns(chosen)

    assert goldilocks.inner_product(left, right) == sum(a * b for a, b in chosen) % PRIME
    assert goldilocks.total(left) == sum(a for a, _ in chosen) % PRIME


def test_long_sums_of_the_largest_elements_do_not_overflow():
    largest = np.full(100_000, PRIME - 1, dtype=np.uint64)

    assert goldilocks.inner_product(largest, largest) == 100_000
    assert goldilocks.total(largest) == -100_000 % PRIME


@given(vectors, st.integers(-(2**130), 2**130))
def test_public_factors_may_have_any_size_and_sign(chosen, factor):
    assert goldilocks.scale(goldilocks.stacked(chosen), factor).tolist() == [
        a * factor % PRIME for a in chosen
    ]


@given(elements.filter(bool))
def test_an_inverse_undoes_its_element(element):
    assert goldilocks.inverse(element) * element % PRIME == 1


@pytest.mark.parametrize("zero", [0, PRIME, -PRIME])
def test_zero_has_no_inverse(zero):
    with pytest.raises(OutOfRangeError):
        goldilocks.inverse(zero)


@given(st.lists(st.integers(-(PRIME // 2), PRIME // 2), max_size=20))
def test_signed_integers_round_trip(values):
    assert goldilocks.to_signed(goldilocks.from_integers(values)) == values


@given(st.lists(st.integers(0, 2**64 - 1), max_size=20))
def test_any_words_are_reduced(words):
    reduced = goldilocks.from_words(np.array(words, dtype=np.uint64))

    assert reduced.tolist() == [word % PRIME for word in words]


@given(vectors)
def test_elements_round_trip_as_bytes(chosen):
    raw = goldilocks.encode(goldilocks.stacked(chosen))

    assert raw[:8] == chosen[0].to_bytes(8, "little")
    assert goldilocks.decode(raw, len(chosen)).tolist() == chosen


@given(st.binary(max_size=64), st.integers(0, 8))
def test_bytes_that_are_not_so_many_elements_are_refused(raw, count):
    words = [int.from_bytes(raw[place : place + 8], "little") for place in range(0, len(raw), 8)]
    if len(raw) == 8 * count and all(word < PRIME for word in words):
        assert goldilocks.decode(raw, count).tolist() == words
    else:
        with pytest.raises(MalformedError):
            goldilocks.decode(raw, count)


@pytest.mark.parametrize("word", [PRIME, 2**64 - 1])
def test_a_word_that_is_no_element_is_refused(word):
    with pytest.raises(MalformedError):
        goldilocks.checked(np.array([0, word], dtype=np.uint64))


def test_shapes_broadcast_and_read_only_arrays_are_read():
    table = np.frombuffer(goldilocks.encode(goldilocks.stacked(range(6))), dtype=np.uint64).reshape(2, 3)

    assert not table.flags.writeable
    assert goldilocks.multiply(table, table[:1]).tolist() == [[0, 1, 4], [0, 4, 10]]
    assert goldilocks.add(table.T, table.T).tolist() == (2 * table.T).tolist()


def test_a_file_mapped_into_memory_is_read_where_it_lies(tmp_path):
    np.save(tmp_path / "column.npy", goldilocks.stacked([PRIME - 1, 5]))
    mapped = np.load(tmp_path / "column.npy", mmap_mode="r")

    assert goldilocks.total(mapped) == 4
    assert goldilocks.inner_product(mapped, mapped) == 26
