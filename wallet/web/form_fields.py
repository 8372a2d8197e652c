"""Reads the fields that several forms of the wallet have: terms, whole numbers, amounts of money."""

from collections.abc import Iterable
from decimal import Decimal, InvalidOperation
from enum import Enum
from typing import TypeVar

from werkzeug.datastructures import MultiDict

from wallet.domain.choices import MOST_CENTS
from wallet.errors import ChoiceError

TermT = TypeVar("TermT", bound=Enum)
Form = MultiDict[str, str]
_MOST_AMOUNT_DIGITS = 12
_MOST_DIGITS = 9


def read_terms(kind: type[TermT], texts: Iterable[str]) -> tuple[TermT, ...]:
    """The terms among these texts, each once; others are left out."""
    known = {term.value: term for term in kind}
    return tuple(known[text] for text in dict.fromkeys(texts) if text in known)


def read_whole(text: str, field: str, *, most: int) -> int:
    """A whole number from 1 on, in at most nine digits.

    Raises:
        ChoiceError: it is none, or larger than `most`.
    """
    is_short = text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS
    if not is_short or not 0 < int(text) <= most:
        raise ChoiceError(f"Choose a whole number from 1 to {most}.", field)
    return int(text)


def read_cents(text: str) -> int:
    """Euros as people type them, with a comma or a point, as cents.

    Raises:
        ChoiceError: it is no amount, or a larger one than can be asked for.
    """
    cleaned = text.strip().removeprefix("€").strip().replace(",", ".")
    try:
        cents = Decimal(cleaned[:_MOST_AMOUNT_DIGITS]) * 100
    except InvalidOperation as error:
        raise ChoiceError("Type an amount such as 0.50.", "amount") from error
    if not cents.is_finite() or cents != int(cents) or not 0 <= cents <= MOST_CENTS:
        raise ChoiceError(f"Type an amount from 0.00 to {MOST_CENTS // 100}.00.", "amount")
    return int(cents)
