"""The algebra that decisions rest on, against slower or floating-point ways to the same answers."""

from fractions import Fraction
from itertools import product

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from crypto.functional.authority_algebra import echelon, is_inside, leverages, single_columns
from crypto.functional.authority_doubles import column_without_double, commonness, has_double
from crypto.functional.authority_lattice import dot, kernel, reduce

SIZE = 5
rows = st.lists(st.integers(-6, 6), min_size=SIZE, max_size=SIZE)
matrices = st.lists(rows, min_size=1, max_size=4)
spans = st.lists(st.integers(1, 9), min_size=SIZE, max_size=SIZE)


@given(matrices)
def test_an_echelon_form_has_as_many_rows_as_the_rank(matrix):
    assert len(echelon(matrix)) == np.linalg.matrix_rank(np.array(matrix))


@given(matrices, st.lists(st.integers(-3, 3), min_size=4, max_size=4))
def test_combinations_are_inside_and_what_raises_the_rank_is_not(matrix, factors):
    basis = echelon(matrix)
    combined = [sum(f * row[at] for f, row in zip(factors, matrix, strict=False)) for at in range(SIZE)]

    assert is_inside(basis, combined)
    for column in range(SIZE):
        unit = [int(at == column) for at in range(SIZE)]
        assert is_inside(basis, unit) == (len(echelon([*matrix, unit])) == len(basis))
        assert is_inside(basis, unit) == (column in single_columns(basis))


@given(matrices, spans)
def test_leverages_are_the_diagonal_of_the_scaled_projection(matrix, widths):
    assume(any(map(any, matrix)))
    scaled = np.array(matrix, dtype=float) * np.array(widths, dtype=float)

    exact = leverages(echelon(matrix), widths)

    projection = np.linalg.pinv(scaled) @ scaled
    np.testing.assert_allclose([float(share) for share in exact], np.diag(projection), atol=1e-9)
    assert sum(exact) == len(echelon(matrix))


@given(matrices, spans)
def test_a_leverage_is_one_exactly_where_a_unit_vector_follows(matrix, widths):
    basis = echelon(matrix)
    shares = leverages(basis, widths)

    assert [column for column in range(SIZE) if shares[column] == 1] == sorted(single_columns(basis))


@settings(max_examples=60)
@given(matrices, spans)
def test_a_kernel_is_all_of_the_kernel_over_the_integers(matrix, widths):
    found = kernel(matrix, widths)

    assert len(found) == SIZE - len(echelon(matrix))
    assert all(dot(row, vector) == 0 for row in matrix for vector in found)
    for candidate in product((-1, 0, 1), repeat=SIZE):
        if not any(dot(row, candidate) for row in matrix):
            assert _integer_combination(found, candidate)


def _integer_combination(basis, vector):
    """Solve in rational numbers on the transposed basis and look whether the solution is whole."""
    if not any(vector):
        return True
    joined = echelon([*column, entry] for *column, entry in zip(*basis, vector, strict=True))
    return all(row[-1].denominator == 1 for row in joined) and all(any(row[:-1]) for row in joined)


def test_reduction_finds_the_shortest_vectors_of_a_skewed_lattice():
    reduced = reduce([[1, 0, 314_159], [0, 1, 271_828], [0, 0, 1_000_033]])

    assert max(abs(entry) for vector in reduced for entry in vector) < 400
    assert abs(round(np.linalg.det(np.array(reduced, dtype=float)))) == 1_000_033


@given(spans, st.dictionaries(st.integers(0, SIZE - 1), st.integers(-9, 9).filter(bool), min_size=1))
def test_commonness_is_the_share_of_records_whose_double_is_in_range(widths, double):
    in_range = [
        sum(0 <= value + double.get(column, 0) <= span for value in range(span + 1))
        for column, span in enumerate(widths)
    ]
    expected = Fraction(1)
    for count, span in zip(in_range, widths, strict=True):
        expected *= Fraction(count, span + 1)

    assert commonness(double, widths) == expected


@settings(max_examples=40, deadline=None)
@given(st.lists(st.lists(st.integers(0, 4), min_size=4, max_size=4), min_size=1, max_size=2))
def test_a_column_with_a_double_is_ambiguous_for_the_promised_share_of_all_records(matrix):
    widths, least = (2,) * 4, Fraction(1, 9)
    lonely = column_without_double(matrix, widths, least)

    records = list(product(range(3), repeat=4))
    answers: dict[tuple[int, ...], list[tuple[int, ...]]] = {}
    for record in records:
        answers.setdefault(tuple(dot(row, record) for row in matrix), []).append(record)
    for column in range(4) if lonely is None else range(lonely):
        ambiguous = sum(
            len(same) for same in answers.values() if len({record[column] for record in same}) > 1
        )
        assert Fraction(ambiguous, len(records)) >= least


@pytest.mark.parametrize(
    ("combination", "found"), [((1, 0, 0, 0), True), ((1, 1, 0, 0), True), ((1, 1, 1, 1), False)]
)
def test_a_double_of_a_combination_changes_it(combination, found):
    assert has_double(combination, [(1, 1, 1, 1)], (9,) * 4, Fraction(1, 2)) is found


def test_a_column_that_no_function_looks_at_has_a_double():
    assert column_without_double([(1, 1, 0)], (9, 9, 9), Fraction(1, 2)) is None
