"""A program fits its inputs or is refused before anything is sent."""

import numpy as np
import pytest

from crypto import goldilocks
from crypto.errors import OutOfRangeError
from crypto.goldilocks import INVERSE_ROOT, PRIME, ROOT
from crypto.mpc.program import (
    Cell,
    Inputs,
    LinearCell,
    ProductCell,
    Program,
    check_program,
    check_range,
    cross_terms,
    linear_sums,
)
from tests.crypto.parties import rows

TABLE = np.ascontiguousarray(goldilocks.stacked(range(6)).reshape(3, 2).T)
INPUTS = Inputs(TABLE, TABLE + np.uint64(10))
MIXED = Program((LinearCell(1), ProductCell(0, 1), LinearCell(0, rows(True, False, True))))


def test_product_cells_are_known_by_their_positions():
    assert MIXED.products == (1,)


def test_local_sums_are_over_the_selected_rows_and_zero_for_products():
    assert goldilocks.to_signed(linear_sums(MIXED, TABLE)) == [1 + 3 + 5, 0, 0 + 4]


def test_a_local_product_is_that_of_both_combined_factors():
    program = Program((ProductCell(0, 1, rows(False, True, False)),))

    # x_i = 2, x_{i+1} = 12, y_i = 3, y_{i+1} = 13 in the one selected row.
    assert cross_terms(program, INPUTS.shares, INPUTS.shares).tolist() == [
        (2 + 12 * INVERSE_ROOT) * (3 * ROOT + 13) % PRIME
    ]


def test_a_selection_of_no_row_sums_to_zero():
    none = rows(False, False, False)

    assert goldilocks.to_signed(linear_sums(Program((LinearCell(0, none),)), TABLE)) == [0]
    assert goldilocks.to_signed(
        cross_terms(Program((ProductCell(0, 1, none),)), INPUTS.shares, INPUTS.shares)
    ) == [0]


def test_an_empty_program_has_no_sums():
    assert linear_sums(Program(()), TABLE).shape == (0,)
    assert cross_terms(Program(()), INPUTS.shares, INPUTS.shares).shape == (0,)


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
        Inputs(TABLE, TABLE[:1]),
        Inputs(TABLE.reshape(6), TABLE.reshape(6)),
        Inputs(TABLE.astype(np.int64), TABLE),
        Inputs(TABLE, TABLE + np.uint64(PRIME - 3)),
    ],
    ids=["shapes differ", "no table", "no words", "no field elements"],
)
def test_inputs_of_another_form_are_refused(inputs):
    with pytest.raises(OutOfRangeError):
        check_program(MIXED, inputs)


def test_no_share_stands_in_the_representation():
    assert repr(INPUTS) == "Inputs()"


def test_columns_that_no_cell_names_are_not_looked_at():
    table = TABLE.copy()
    table[1] = PRIME

    check_program(Program((LinearCell(0),)), Inputs(table, table))


GROUPS = tuple(np.arange(1500) % 7 == group for group in range(7))
WIDE = goldilocks.stacked(range(4500)).reshape(3, 1500)


def test_groups_of_rows_are_what_each_group_is_by_itself():
    cells = [LinearCell(column, rows) for rows in (*GROUPS, None) for column in (0, 2)]
    products = [ProductCell(0, column, rows) for rows in (None, *GROUPS) for column in (1, 0)]
    overlapping: list[Cell] = [LinearCell(1, GROUPS[0] | GROUPS[1]), ProductCell(2, 2, GROUPS[1] | GROUPS[2])]
    program = Program((*cells, *products, *overlapping))
    inputs = Inputs(WIDE, WIDE)

    sums, terms = linear_sums(program, WIDE), cross_terms(program, inputs.shares, inputs.shares)

    for cell, one, other in zip(program.cells, sums.tolist(), terms.tolist(), strict=True):
        chosen = WIDE[:, slice(None) if cell.rows is None else cell.rows].astype(object)
        if isinstance(cell, LinearCell):
            assert (one, other) == (sum(chosen[cell.column]), 0)
        else:
            assert (one, other) == (0, 3 * sum(chosen[cell.left] * chosen[cell.right]))


def test_tables_may_be_files_of_which_only_the_columns_of_cells_are_read(tmp_path):
    np.save(tmp_path / "shares.npy", WIDE)
    mapped = np.load(tmp_path / "shares.npy", mmap_mode="r")
    program = Program((LinearCell(1, GROUPS[0]), ProductCell(0, 1), ProductCell(0, 1, GROUPS[3])))
    check_program(program, Inputs(mapped, mapped))

    assert linear_sums(program, mapped).tolist() == linear_sums(program, WIDE).tolist()
    shares = Inputs(mapped, mapped).shares
    plain = Inputs(WIDE, WIDE).shares
    assert cross_terms(program, shares, shares).tolist() == cross_terms(program, plain, plain).tolist()


def test_a_cell_that_could_leave_the_field_is_refused_by_its_number():
    program = Program((LinearCell(0), ProductCell(0, 1)))

    check_range(program, [2**20, 2**20], records=2**20)
    with pytest.raises(OutOfRangeError, match="cell 1"):
        check_range(program, [2**22, 2**21], records=2**20)
    with pytest.raises(OutOfRangeError, match="cell 0"):
        check_range(program, [1, 1], records=1, noise=PRIME // 2)
    check_range(Program((LinearCell(0, np.zeros(4, dtype=np.bool_)),)), [PRIME], records=4)
