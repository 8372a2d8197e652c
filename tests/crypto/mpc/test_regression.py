"""What the buyer computes from opened sums is what the records say, to the last digit."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crypto.errors import OutOfRangeError
from crypto.mpc.program import Program
from crypto.mpc.regression import Moments, inverse, linear_regression, moment_cells
from tests.crypto.parties import Story, play

# Longley-like trouble in small: far from zero and nearly collinear.
TABLE = ((1000001, 5), (1000002, 7), (1000003, 8), (1000004, 10), (1000005, 13), (1000006, 13))


def moments_of(table):
    columns = len(table[0])
    results = [sum(row[j] for row in table) for j in range(columns)]
    results += [sum(row[j] * row[k] for row in table) for j in range(columns) for k in range(j, columns)]
    return Moments.read(len(table), results, columns)


tables = st.integers(2, 4).flatmap(
    lambda columns: st.lists(
        st.tuples(*[st.integers(-1000, 1000)] * columns), min_size=columns + 3, max_size=12
    )
)


@settings(max_examples=50)
@given(tables)
def test_covariances_are_those_of_the_records(table):
    expected = np.cov(np.array(table, dtype=float).T, ddof=1)

    assert np.allclose(moments_of(table).covariance(), expected, rtol=1e-9, atol=1e-6)


@settings(max_examples=50)
@given(tables)
def test_a_regression_is_that_of_the_records(table):
    moments = moments_of(table)
    x, y = np.array(table, dtype=float)[:, :-1], np.array(table, dtype=float)[:, -1]
    design = np.column_stack([np.ones(len(table)), x])
    if np.linalg.matrix_rank(design) < design.shape[1] or np.linalg.cond(design) > 1e8:
        return

    fit = linear_regression(moments)

    expected, *_ = np.linalg.lstsq(design, y, rcond=None)
    residuals = y - design @ expected
    assert np.allclose([fit.intercept, *fit.coefficients], expected, rtol=1e-6, atol=1e-6)
    freedom = len(table) - design.shape[1]
    covariance = residuals @ residuals / freedom * np.linalg.inv(design.T @ design)
    assert fit.standard_errors is not None
    assert np.allclose(fit.standard_errors, np.sqrt(np.diag(covariance))[1:], rtol=1e-4, atol=1e-6)


def test_no_digit_is_lost_far_from_zero():
    fit = linear_regression(moments_of(TABLE))

    # By hand, from centred values: 30 / 17.5, and 30² / (17.5 · 160/3) of the spread.
    assert fit.coefficients == (float(Fraction(12, 7)),)
    assert fit.r_squared == float(Fraction(27, 28))


def test_a_ridge_shrinks_and_states_no_errors():
    plain, shrunk = (linear_regression(moments_of(TABLE), ridge=ridge) for ridge in (0.0, 17.5))

    assert shrunk.coefficients[0] == pytest.approx(plain.coefficients[0] / 2)
    assert shrunk.standard_errors is None


def test_correlations_are_within_one():
    moments = moments_of(((1, 2, 7), (2, 4, 1), (3, 6, 5)))

    correlation = moments.correlation()

    assert correlation[0][1] == pytest.approx(1.0)
    assert all(abs(value) <= 1 for row in correlation for value in row)
    assert np.allclose(correlation, np.corrcoef(np.array(((1, 2, 7), (2, 4, 1), (3, 6, 5))).T))


@pytest.mark.parametrize(
    "table",
    [((1, 2, 5), (2, 4, 6), (3, 6, 9), (5, 10, 1)), ((7, 1), (7, 2), (7, 3))],
    ids=["collinear", "constant"],
)
def test_columns_that_depend_on_each_other_have_no_regression(table):
    with pytest.raises(OutOfRangeError):
        linear_regression(moments_of(table))


def test_noise_that_outweighs_the_data_is_no_wild_number():
    noisy = Moments.read(3, [6, 6, 11, 12, 14], 2)

    with pytest.raises(OutOfRangeError):
        linear_regression(noisy)
    with pytest.raises(OutOfRangeError):
        noisy.correlation()


def test_too_few_records_leave_no_standard_errors():
    fit = linear_regression(moments_of(((1, 2), (2, 5))))

    assert (fit.intercept, fit.coefficients, fit.standard_errors) == (-1.0, (3.0,), None)


@pytest.mark.parametrize("ridge", [-1.0, float("nan")])
def test_a_ridge_is_not_negative(ridge):
    with pytest.raises(OutOfRangeError):
        linear_regression(moments_of(TABLE), ridge=ridge)


@pytest.mark.parametrize(("count", "results"), [(1, [1, 2, 3, 4, 5]), (5, [1, 2, 3, 4])])
def test_moments_of_another_form_are_refused(count, results):
    with pytest.raises(OutOfRangeError):
        Moments.read(count, results, 2)


def test_one_column_alone_explains_nothing():
    with pytest.raises(OutOfRangeError):
        linear_regression(moments_of(((1,), (2,))))


def test_an_inverse_is_exact():
    matrix = ((Fraction(4), Fraction(2)), (Fraction(2), Fraction(3)))

    assert inverse(matrix) == ((Fraction(3, 8), Fraction(-1, 4)), (Fraction(-1, 4), Fraction(1, 2)))


def test_a_regression_over_shares_is_the_one_over_records():
    program = Program(moment_cells((0, 1)))
    story = Story(program, TABLE, ((0,) * len(program.cells),) * 3)

    moments = Moments.read(len(TABLE), play(story).results(), 2)

    assert linear_regression(moments) == linear_regression(moments_of(TABLE))
