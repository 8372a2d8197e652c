import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numba import njit

from crypto.prio3.batch_field import (
    add,
    bytes_of,
    factor_words,
    get,
    is_reduced,
    is_zero,
    multiply,
    put,
    subtract,
    to_factor,
    value_words,
    words_of,
)
from crypto.prio3.batch_linear import accumulate, add_rows, flag_unreduced, weigh
from crypto.prio3.field import FIELD64, FIELD128, PrimeField

FIELDS = (FIELD64, FIELD128)
EDGES = (0, 1, 2, (1 << 32) - 1, 1 << 32, (1 << 64) - 29, (1 << 64) - 28, (1 << 64) - 1, 1 << 64, 1 << 127)
of_every_field = pytest.mark.parametrize("field", FIELDS, ids=lambda field: field.name)


@njit
def operate(left, right, results):
    """One row of results for each operation."""
    for place in range(left.shape[0]):
        x, y = get(left, place), get(right, place)
        put(results[0], place, multiply(x, y))
        put(results[1], place, add(x, y))
        put(results[2], place, subtract(x, y))
        put(results[3], place, to_factor(x))


@njit
def zeros_of(row, flags):
    for place in range(row.shape[0]):
        flags[place] = is_zero(get(row, place))


@njit
def reduced_of(row, flags):
    for place in range(row.shape[0]):
        flags[place] = is_reduced(get(row, place))


def numbers(field: PrimeField, row) -> list[int]:
    return field.decode(np.ascontiguousarray(row).tobytes(), len(row))


def check_operations(field: PrimeField, left: list[int], right: list[int]) -> None:
    words = value_words(field, left), value_words(field, right)
    results = np.stack([np.empty_like(words[0])] * 4)
    operate(*words, results)
    p, r = field.modulus, 1 if field == FIELD64 else 1 << 128
    inverse = pow(r, -1, p)

    pairs = list(zip(left, right, strict=True))
    assert numbers(field, results[0]) == [x * y * inverse % p for x, y in pairs]
    assert numbers(field, results[1]) == [(x + y) % p for x, y in pairs]
    assert numbers(field, results[2]) == [(x - y) % p for x, y in pairs]
    assert numbers(field, results[3]) == [x * r % p for x in left]


@of_every_field
def test_the_edges_of_the_range_are_computed_right(field: PrimeField):
    edges = [edge % field.modulus for edge in EDGES] + [field.modulus - 1 - edge % 7 for edge in EDGES]

    check_operations(field, [x for x in edges for _ in edges], edges * len(edges))


@of_every_field
@settings(deadline=None)
@given(data=st.data())
def test_arithmetic_is_python_s(field: PrimeField, data):
    elements = st.integers(0, field.modulus - 1)
    pairs = data.draw(st.lists(st.tuples(elements, elements), min_size=1, max_size=20))

    check_operations(field, [x for x, _ in pairs], [y for _, y in pairs])


@of_every_field
def test_only_elements_are_reduced_and_only_zero_is_zero(field: PrimeField):
    p, size = field.modulus, field.element_bytes
    raw = [0, 1, p - 1, p, p + 1, (1 << 8 * size) - 1, 1 << 64 if size > 8 else 2]
    encoded = np.frombuffer(b"".join(number.to_bytes(size, "little") for number in raw), dtype=np.uint8)
    row = words_of(field, encoded[np.newaxis])[0].copy()
    reduced, zero = np.zeros(len(raw), dtype=np.bool_), np.zeros(len(raw), dtype=np.bool_)
    reduced_of(row, reduced)
    zeros_of(row, zero)
    flags = np.zeros(len(raw), dtype=np.bool_)
    flag_unreduced(row.reshape(len(raw), 1, *row.shape[1:]), flags)

    assert list(reduced) == [number < p for number in raw]
    assert list(zero) == [number == 0 for number in raw]
    assert list(flags) == [number >= p for number in raw]


@of_every_field
def test_rows_are_weighed_added_and_summed(field: PrimeField):
    p = field.modulus
    table = [[p - 1, 5, 7], [1, 0, p - 2]]
    rows = np.stack([value_words(field, row) for row in table])
    sums = np.empty_like(rows[:, :1])
    weigh(rows, factor_words(field, [3, -1, 2]), value_words(field, [10]), sums)
    total = value_words(field, [0, 0, 0])
    accumulate(rows, np.array([False, True]), total)
    doubled = rows.copy()
    add_rows(doubled, rows)

    assert [numbers(field, row) for row in sums] == [[(-3 - 5 + 14 + 10) % p], [(3 - 4 + 10) % p]]
    assert numbers(field, total) == table[0]
    assert [numbers(field, row) for row in doubled] == [[2 * x % p for x in row] for row in table]


@of_every_field
def test_words_and_bytes_are_two_views_of_a_row(field: PrimeField):
    encoded = np.frombuffer(field.encode([1, 2, 3] * 2), dtype=np.uint8).reshape(2, -1)

    words = words_of(field, encoded)

    assert bytes_of(words).tobytes() == encoded.tobytes()
    assert numbers(field, words[1]) == [1, 2, 3]
