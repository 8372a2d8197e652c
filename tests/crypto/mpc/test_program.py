"""A program fits its inputs or is refused before anything is sent."""

import numpy as np
import pytest

from crypto.errors import OutOfRangeError
from crypto.mpc.program import (
    Inputs,
    LinearCell,
    ProductCell,
    Program,
    check_program,
    cross_terms,
    linear_sums,
)
from crypto.ring import from_ring_signed, to_ring
from tests.crypto.parties import rows

TABLE = to_ring(range(6)).reshape(3, 2)
INPUTS = Inputs(TABLE, TABLE + np.uint64(10))
MIXED = Program((LinearCell(1), ProductCell(0, 1), LinearCell(0, rows(True, False, True))))


def test_product_cells_are_known_by_their_positions():
    assert MIXED.products == (1,)


def test_local_sums_are_over_the_selected_rows_and_zero_for_products():
    assert from_ring_signed(linear_sums(MIXED, TABLE)) == [1 + 3 + 5, 0, 0 + 4]


def test_local_products_hold_three_of_the_nine_terms():
    program = Program((ProductCell(0, 1, rows(False, True, False)),))

    # x_i = 2, x_{i+1} = 12, y_i = 3, y_{i+1} = 13 in the one selected row.
    assert from_ring_signed(cross_terms(program, INPUTS)) == [2 * 3 + 2 * 13 + 12 * 3]


def test_a_selection_of_no_row_sums_to_zero():
    none = rows(False, False, False)

    assert from_ring_signed(linear_sums(Program((LinearCell(0, none),)), TABLE)) == [0]
    assert from_ring_signed(cross_terms(Program((ProductCell(0, 1, none),)), INPUTS)) == [0]


def test_an_empty_program_has_no_sums():
    assert linear_sums(Program(()), TABLE).shape == (0,)
    assert cross_terms(Program(()), INPUTS).shape == (0,)


@pytest.mark.parametrize(
    "cell",
    [
        LinearCell(2),
        LinearCell(-1),
        ProductCell(0, 2),
        ProductCell(-1, 0),
        LinearCell(0, rows(True, True)),
        LinearCell(0, np.array([1, 0, 1])),
        ProductCell(0, 1, rows(True, True, True, True)),
    ],
    ids=range(7),
)
def test_cells_that_do_not_fit_are_refused_by_their_number(cell):
    with pytest.raises(OutOfRangeError, match="cell 1"):
        check_program(Program((LinearCell(0), cell)), INPUTS)


@pytest.mark.parametrize(
    "inputs",
    [
        Inputs(TABLE, TABLE[:2]),
        Inputs(TABLE.reshape(6), TABLE.reshape(6)),
        Inputs(TABLE.astype(np.int64), TABLE),
    ],
    ids=["shapes differ", "no table", "no ring elements"],
)
def test_inputs_of_another_form_are_refused(inputs):
    with pytest.raises(OutOfRangeError):
        check_program(Program(()), inputs)


def test_no_share_stands_in_the_representation():
    assert repr(INPUTS) == "Inputs()"
