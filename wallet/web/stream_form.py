"""Reads the form about limits for a stream."""

from decimal import Decimal, InvalidOperation
from typing import TypeVar

from flask import request
from werkzeug.datastructures import MultiDict

from wallet.domain.alert import Side
from wallet.domain.period import Span
from wallet.errors import ChoiceError

TermT = TypeVar("TermT", Side, Span)
_LONGEST = 15


def read_term(kind: type[TermT], field: str) -> TermT:
    """One of a few choices.

    Raises:
        ChoiceError: none of them was chosen.
    """
    try:
        return kind(request.form.get(field, ""))
    except ValueError as error:
        raise ChoiceError("Choose one of these.", field) from error


def read_limit(form: MultiDict[str, str]) -> Decimal:
    """A number as people type it, with a comma or a point before its decimals.

    Raises:
        ChoiceError: it is none, or it is longer than 15 characters.
    """
    text = form.get("limit", "").strip().replace(",", ".").replace("−", "-")
    try:
        limit = Decimal(text) if len(text) <= _LONGEST and "e" not in text.lower() else Decimal("NaN")
    except InvalidOperation as error:
        raise ChoiceError("Type a number such as 7.5.", "limit") from error
    if not limit.is_finite():
        raise ChoiceError("Type a number such as 7.5.", "limit")
    return limit
