"""Does what a trace says of a constraint follow from its two sides?

Whoever reads a logged trace has the sides alone, as `consent.shown` shows them, and can hold them against
each other as `consent.decision` and `consent.prohibition` do. Two things cannot be told from them: whether
more than one data set that was seen is a join, and whether a balance of privacy budget was negative, which is
refused although less than the total.
"""

import operator as compare
import re
from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from consent.country import countries_in
from consent.decision import RULES
from consent.policy import Refusal
from consent.prohibition import OPERATORS, Operand, Operator
from consent.shown import SHOWN, Shown
from consent.vocabulary import Purpose
from crypto.errors import MalformedError
from crypto.reading import Fields

_STATE: Final[Mapping[tuple[str, str], Refusal]] = {
    ("dateTime", "gteq"): Refusal.NOT_YET_VALID,
    ("dateTime", "lt"): Refusal.EXPIRED,
    ("mk:withdrawn", "eq"): Refusal.WITHDRAWN,
    ("mk:paused", "eq"): Refusal.PAUSED,
}
_ORDERED: Final[Mapping[str, Callable[[Any, Any], bool]]] = {
    "gteq": compare.ge,
    "lteq": compare.le,
    "gt": compare.gt,
    "lt": compare.lt,
}
_NUMBER: Final = re.compile(r"-?[0-9]{1,40}(\.[0-9]{1,40})?")


def is_of_state(operand: str, operator: str, refusal: Refusal) -> bool:
    """Whether a policy's being in force is compared like this, and its refusal is called so."""
    return _STATE.get((operand, operator)) is refusal


def is_of_permission(operand: str, operator: str, refusal: Refusal) -> bool:
    """The same for what a policy allows."""
    return operand in SHOWN and (SHOWN[operand].operator, RULES[operand].refusal) == (operator, refusal)


def is_of_prohibition(operand: str, operator: str, refusal: Refusal) -> bool:
    """The same for what it forbids."""
    known = operand in set(Operand) and operator in set(OPERATORS[Operand(operand)])
    return known and refusal is Refusal.PROHIBITED


def satisfied(operand: str, operator: str, right: Shown, seen: Shown, *, is_forbidding: bool) -> bool | None:
    """Whether a known constraint is satisfied by what was seen; None where the sides do not tell.

    Raises:
        MalformedError: a side is not of the form that the operand has.
    """
    if right is None:
        raise MalformedError(f"{operand}: expected something to compare with")
    if seen is None:
        # An exact answer has no epsilon to be compared; all else that is not known is not allowed.
        return is_forbidding or operand == "mk:epsilonPerQuery"
    if operator in _ORDERED:
        return _is_in_order(operand, operator, right, seen)
    if is_forbidding or operator == Operator.IS_NONE_OF:
        return _is_met(operator, _asked(operand, right), _terms(seen))
    return _is_allowed(operand, operator, right, seen)


def _is_in_order(operand: str, operator: str, right: Shown, seen: Shown) -> bool | None:
    read: Callable[[Shown, str], Any] = _moment if operand == "dateTime" else _number
    value, bound = read(seen, operand), read(right, operand)
    holds = _ORDERED[operator](value, bound)
    if operand == "mk:runs":
        return holds and value >= 1
    return None if holds and operand == "mk:epsilonTotal" else holds


def _is_met(operator: str, asked: frozenset[str], seen: frozenset[str]) -> bool:
    if operator == Operator.IS_ALL_OF:
        return asked <= seen
    return asked.isdisjoint(seen) is (operator == Operator.IS_NONE_OF)


def _is_allowed(operand: str, operator: str, right: Shown, seen: Shown) -> bool | None:
    if operator == "eq":
        return seen == right or (operand == "target" and _terms(right) <= _terms(seen))
    asked = _asked(operand, right)
    if operand == Operand.PURPOSE:
        return not asked.isdisjoint(_lineage(seen))
    if operand == "mk:join":
        return True if _terms(seen) <= asked else None
    return _terms(seen) <= asked


def _number(shown: Shown, where: str) -> Decimal:
    if not isinstance(shown, str) or not _NUMBER.fullmatch(shown):
        raise MalformedError(f"{where}: expected two numbers to compare")
    return Decimal(shown)


def _moment(shown: Shown, where: str) -> datetime:
    return Fields({"compared": shown if isinstance(shown, str) else None}, where).moment("compared")


def _asked(operand: str, right: Shown) -> frozenset[str]:
    return countries_in(_terms(right)) if operand == Operand.COUNTRY else _terms(right)


def _terms(shown: Shown) -> frozenset[str]:
    return frozenset((shown,) if isinstance(shown, str) else shown or ())


def _lineage(shown: Shown) -> frozenset[str]:
    try:
        return frozenset(
            each.iri for each in Purpose.from_iri(shown if isinstance(shown, str) else "").lineage
        )
    except ValueError as error:
        raise MalformedError("purpose: expected one that is known") from error
