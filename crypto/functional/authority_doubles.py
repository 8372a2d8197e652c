"""Does every column of a record have a double: another value that no granted function can tell apart?

A *double* of column j is an integer vector v with v_j ≠ 0 that every granted function maps to zero: the
records x and x + v give equal results under all keys, although their columns j differ. It is *common* to the
degree that x + v lies in the range of the columns again; for a record drawn uniformly from [0, span_l] in
every column l, independently, that has the probability

    α(v) = ∏_l (1 - |v_l| / (span_l + 1))      (0 if some |v_l| exceeds span_l).

The authority keeps, for every column and every protected combination p (where <p, v> ≠ 0), a double with α of
at least a stated threshold. So for at least that share of all records, the holder of all keys cannot tell
the value: both records are possible, and functional encryption hides which of two records with equal results
was encrypted. Everything that gives a column away exactly is ruled out at once:

- e_j in the rational span of the functions: then v_j = 0 for every v.
- e_j in the span modulo a number M > span_j, such as the order of the group in which keys are combined:
  Σ a_i y_i = e_j + M w gives v_j = -M <w, v>, so |v_j| >= M, beyond the span. Many keys with small weights
  can be chosen to hide this from any test over the rationals.
- Digits, y = (1, B, B², ...) with columns below B: <y, v> = 0 with all |v_l| < B forces v_0 ≡ 0 modulo B,
  hence v_0 = 0, and so on upwards.
- A gap, |y_j| greater than Σ_{l≠j} |y_l| span_l: v_j ≠ 0 cannot be balanced.

Doubles are looked for first among pairs of columns that the functions weigh in one proportion, then in the
kernel of a window of columns by lattice reduction. Not finding one is a refusal: a harmless function may be
refused, a harmful one is not granted.
"""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import chain
from math import gcd
from typing import Final

from crypto.functional.authority_lattice import Vector, kernel

Double = dict[int, int]
"""The entries of a vector that are not zero, by column."""

_WINDOWS: Final = (8, 24, 48)
"""How many columns more than the rank a window has in which a double is looked for; narrow ones first."""


def commonness(double: Double, spans: Vector) -> Fraction:
    """α(v): the share of the records for which this double lies in range as well."""
    share = Fraction(1)
    for column, entry in double.items():
        share *= Fraction(max(spans[column] + 1 - abs(entry), 0), spans[column] + 1)
    return share


def column_without_double(rows: Sequence[Vector], spans: Vector, least: Fraction) -> int | None:
    """The first column for which no double with α of at least `least` was found, or None if all have one."""
    lonely = set(range(len(spans)))
    for double in _pairs(rows, len(spans)):
        if commonness(double, spans) >= least:
            lonely.difference_update(double)
    while lonely:
        column = min(lonely)
        for double in _around(column, rows, spans):
            if commonness(double, spans) >= least:
                lonely.difference_update(double)
            if column not in lonely:
                break
        else:
            return column
    return None


def has_double(combination: Vector, rows: Sequence[Vector], spans: Vector, least: Fraction) -> bool:
    """Whether a double with α of at least `least` was found that changes a combination of columns."""
    wanted = [column for column, weight in enumerate(combination) if weight]
    around = (_around(column, rows, spans) for column in wanted)
    return any(
        sum(combination[column] * entry for column, entry in double.items())
        and commonness(double, spans) >= least
        for double in chain(_pairs(rows, len(spans)), chain.from_iterable(around))
    )


def _around(column: int, rows: Sequence[Vector], spans: Vector) -> Iterator[Double]:
    """Doubles among a column and those that follow it, in windows that widen."""
    size = len(spans)
    for width in sorted({min(size, wide + len(rows)) for wide in _WINDOWS}):
        window = [(column + offset) % size for offset in range(width)]
        for found in kernel([[row[at] for at in window] for row in rows], _scales(spans, window)):
            yield {at: entry for at, entry in zip(window, found, strict=True) if entry}


def _pairs(rows: Sequence[Vector], size: int) -> Iterator[Double]:
    """Exchanges between two columns that all functions weigh in one proportion."""
    partners: dict[tuple[int, ...], tuple[int, int]] = {}
    for column in range(size):
        weights = [row[column] for row in rows]
        divisor = _signed_divisor(weights)
        if divisor == 0:
            # No function looks at this column, so changing it alone changes nothing.
            yield {column: 1}
            continue
        direction = tuple(weight // divisor for weight in weights)
        other, factor = partners.setdefault(direction, (column, divisor))
        if other != column:
            common = gcd(factor, divisor)
            yield {column: factor // common, other: -divisor // common}


def _signed_divisor(weights: Vector) -> int:
    """The greatest common divisor, with the sign of the first weight that is not zero."""
    divisor = gcd(*weights)
    return -divisor if next((weight for weight in weights if weight), 0) < 0 else divisor


def _scales(spans: Vector, window: Sequence[int]) -> list[int]:
    """Weights that make a step of a narrow column as long as one of a wide column."""
    widest = max(spans[at] for at in window) + 1
    return [widest // (spans[at] + 1) for at in window]
