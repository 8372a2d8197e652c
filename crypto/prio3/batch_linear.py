"""The affine part of batched verification: sums and checks over rows of elements, in compiled loops."""

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from crypto.prio3.batch_field import add, get, is_reduced, multiply, put

Flags = NDArray[np.bool_]
"""One flag for each report."""


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def flag_unreduced(rows: Any, flags: Any) -> None:
    """Flag rows with words that are no element."""
    for report in range(rows.shape[0]):
        for place in range(rows.shape[1]):
            if not is_reduced(get(rows[report], place)):
                flags[report] = True


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def weigh(rows: Any, weights: Any, constant: Any, sums: Any) -> None:
    """sums[i] = constant + Σ_j weights[j]·rows[i][j] for factors `weights`; one element a row of `sums`."""
    for report in range(rows.shape[0]):
        row, total = rows[report], get(constant, 0)
        for place in range(weights.shape[0]):
            total = add(total, multiply(get(row, place), get(weights, place)))
        put(sums[report], 0, total)


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def accumulate(rows: Any, skipped: Any, total: Any) -> None:
    """Add all rows that are not skipped to `total`."""
    for report in range(rows.shape[0]):
        if not skipped[report]:
            for place in range(rows.shape[1]):
                put(total, place, add(get(total, place), get(rows[report], place)))


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def add_rows(rows: Any, others: Any) -> None:
    """Add rows to rows."""
    for report in range(rows.shape[0]):
        for place in range(rows.shape[1]):
            put(rows[report], place, add(get(rows[report], place), get(others[report], place)))
