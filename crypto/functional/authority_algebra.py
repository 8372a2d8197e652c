"""What follows linearly from the granted functions: exact rational algebra over their row span.

Rational numbers are gmpy2's, so nothing is rounded and every machine decides alike. All of it is public, and
the time depends on it.
"""

from collections.abc import Iterable, Sequence

from gmpy2 import mpq

from crypto.functional.authority_lattice import Vector

Matrix = list[list[mpq]]


def echelon(rows: Iterable[Sequence[int | mpq]]) -> Matrix:
    """The reduced row echelon form: independent rows, each with a leading 1 that is alone in its column."""
    basis: Matrix = []
    for row in rows:
        rest = remainder(basis, row)
        lead = _lead(rest)
        if lead is None:
            continue
        scaled = [entry / rest[lead] for entry in rest]
        basis = [_without(other, scaled, lead) for other in basis]
        basis.append(scaled)
    return sorted(basis, key=_lead_of)


def remainder(basis: Matrix, row: Sequence[int | mpq]) -> list[mpq]:
    """What is left of a row when its part in the span of an echelon form is taken off; zeros if it is inside.

    The leading columns of the remainder are zero, so the row is in the span exactly if all of it is.
    """
    rest = [mpq(entry) for entry in row]
    for other in basis:
        rest = _without(rest, other, _lead_of(other))
    return rest


def is_inside(basis: Matrix, row: Sequence[int | mpq]) -> bool:
    """Whether a row is a rational combination of an echelon form's rows."""
    return not any(remainder(basis, row))


def single_columns(basis: Matrix) -> list[int]:
    """The columns j whose unit vector e_j is in the span of an echelon form.

    e_j = Σ c_i row_i has its entry at the lead of row i equal to c_i, as no other row has one there. So
    c_i = 1 where the lead of row i is j and 0 elsewhere: e_j is in the span exactly if it *is* a row.
    """
    return [_lead_of(row) for row in basis if sum(map(bool, row)) == 1]


def leverages(basis: Matrix, spans: Vector) -> list[mpq]:
    """For each column, the share of its variance that the functions of a span explain, from 0 to 1.

    Scale every column by its span, so that all vary alike. With P the orthogonal projection onto the scaled
    row span, column j's leverage is P_jj. For independent, equally distributed columns it is the squared
    correlation of x_j with the best linear estimate of x_j from all results: the least mean squared error
    is (1 - P_jj) times the variance. It is 1 exactly if e_j is in the span; for one function it is
    (y_j s_j)² / Σ (y_l s_l)²; the sum over all columns is the rank.
    """
    scaled = [[entry * span for entry, span in zip(row, spans, strict=True)] for row in basis]
    gram = [[_dot(left, right) for right in scaled] for left in scaled]
    solved = _solve(gram, scaled)
    columns = range(len(spans))
    return [
        sum((row[j] * z[j] for row, z in zip(scaled, solved, strict=True)), start=mpq(0)) for j in columns
    ]


def _solve(matrix: Matrix, right: Matrix) -> Matrix:
    """X with matrix · X = right, for an invertible matrix: the echelon form of (matrix | right)."""
    size = len(matrix)
    joined = echelon([*left, *other] for left, other in zip(matrix, right, strict=True))
    return [row[size:] for row in joined]


def _without(row: list[mpq], other: list[mpq], lead: int) -> list[mpq]:
    factor = row[lead]
    return [a - factor * b for a, b in zip(row, other, strict=True)] if factor else row


def _lead(row: list[mpq]) -> int | None:
    return next((column for column, entry in enumerate(row) if entry), None)


def _lead_of(row: list[mpq]) -> int:
    lead = _lead(row)
    assert lead is not None  # noqa: S101 — no row of an echelon form is zero
    return lead


def _dot(left: list[mpq], right: list[mpq]) -> mpq:
    return sum((a * b for a, b in zip(left, right, strict=True)), start=mpq(0))
