"""How one value of a record is read: as a person types it, as a table holds it, or as a credential states it.

All arithmetic is decimal and exact, so that the same text gives the same integer on every machine.
"""

import re
from collections.abc import Sequence
from decimal import ROUND_HALF_EVEN, Context, Decimal

from ssi.errors import DataSetError

Value = int | float | str | None
"""What a record holds: a number, a category's code, or nothing."""

MAX_NUMBER_TEXT = 40
_NUMBER = re.compile(r"[+-]?\d{1,20}(\.\d{0,30})?([eE][+-]?\d{1,2})?", re.ASCII)
_EXACT = Context(prec=200, rounding=ROUND_HALF_EVEN)
"""Enough digits that no number which `_NUMBER` admits is ever rounded before it is meant to be."""


def count_steps(distance: Decimal, decimals: int) -> int:
    """How many steps of 10^-decimals a distance is, rounded half to even."""
    return int(_EXACT.to_integral_value(_EXACT.scaleb(distance, decimals)))


def read_number(name: str, value: object, *, least: Decimal, most: Decimal) -> Decimal:
    """A number within bounds, from an int, a float, a Decimal or text with a decimal point.

    Raises:
        DataSetError: not a finite number, written too long, or out of bounds.
    """
    if isinstance(value, bool) or not isinstance(value, (int, float, Decimal, str)):
        raise DataSetError(f"{name}: expected a number from {least} to {most}")
    text = value.strip() if isinstance(value, str) else str(value)
    if len(text) > MAX_NUMBER_TEXT or not _NUMBER.fullmatch(text):
        raise DataSetError(f"{name}: expected a number from {least} to {most}, written such as 12.5")
    number = Decimal(text)
    if not least <= number <= most:
        raise DataSetError(f"{name}: expected a number from {least} to {most}")
    return number


def read_category(name: str, value: object, codes: Sequence[str]) -> str:
    """One of the codes.

    Raises:
        DataSetError: anything else.
    """
    if not isinstance(value, str) or value not in codes:
        raise DataSetError(f"{name}: expected one of {', '.join(codes)}")
    return value
