"""What does a person forbid, whatever else she allows? ODRL prohibitions of our profile.

A prohibition (ODRL 2.2 §2.6.3) is a list of constraints, all of which must be met for it to apply: "never
insurers", "never for commercial research by companies", "never sex together with school type". One that
applies refuses the use, whatever the permission says. Where it cannot be told whether a constraint is met,
because the fact is not known, it counts as met: what may be forbidden is refused.

Each operand has the few operators of `OPERATORS`, which are read so that a doubt forbids:

- a purpose is met by those below it in DPV and by those above it, which include it (`isAnyOf`); "none of"
  is met by whatever lies under none of the purposes named;
- the people among whom somebody hides are those of the narrowest group that the answer may be about;
- `isAllOf` is met by a question that is about all of the things named, whatever else it is about.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Final

from consent.country import countries_in, is_place
from consent.errors import TermsError
from consent.query import decimal_text
from consent.vocabulary import Engine, Purpose, RecipientKind, StatisticKind
from crypto.encoding import Json

MOST_PROHIBITIONS: Final = 16
MOST_TERMS: Final = 300
"""More than there are countries."""
_NUMBERS_BELOW: Final = 1_000_000
_MOST_PLACES: Final = 6


class Operand(StrEnum):
    """What a prohibition can be about, as it stands on the left."""

    PURPOSE = "purpose"
    RECIPIENT_KIND = "mk:recipientKind"
    RECIPIENT = "mk:recipient"
    COUNTRY = "mk:recipientCountry"
    ATTRIBUTE = "mk:attribute"
    FILTER = "mk:filter"
    STATISTIC = "mk:statistic"
    ENGINE = "mk:engine"
    EXACT = "mk:exact"
    VERIFIED = "mk:verified"
    CROWD = "mk:crowd"
    EPSILON = "mk:epsilon"
    COMPENSATION = "mk:compensationCents"

    # That of an enumeration is a function of Python, and a decision looks up facts by operands.
    __hash__ = str.__hash__


class Operator(StrEnum):
    """How the left is compared with the right."""

    IS_ANY_OF = "isAnyOf"
    IS_NONE_OF = "isNoneOf"
    IS_ALL_OF = "isAllOf"
    EQUAL = "eq"
    LESS = "lt"
    GREATER = "gt"


_ANY, _NONE, _ALL = Operator.IS_ANY_OF, Operator.IS_NONE_OF, Operator.IS_ALL_OF

OPERATORS: Final[Mapping[Operand, tuple[Operator, ...]]] = {
    Operand.PURPOSE: (_ANY, _NONE),
    Operand.RECIPIENT_KIND: (_ANY, _NONE),
    Operand.RECIPIENT: (_ANY, _NONE),
    Operand.COUNTRY: (_ANY, _NONE),
    Operand.ATTRIBUTE: (_ANY, _ALL),
    Operand.FILTER: (_ANY, _ALL),
    Operand.STATISTIC: (_ANY, _ALL),
    Operand.ENGINE: (_ANY, _NONE),
    Operand.EXACT: (Operator.EQUAL,),
    Operand.VERIFIED: (Operator.EQUAL,),
    Operand.CROWD: (Operator.LESS,),
    Operand.EPSILON: (Operator.GREATER,),
    Operand.COMPENSATION: (Operator.LESS,),
}
"""The operators of each operand; every other one is refused."""

NUMBERS: Final = frozenset({Operand.CROWD, Operand.EPSILON, Operand.COMPENSATION})
TRUTHS: Final = frozenset({Operand.EXACT, Operand.VERIFIED})

Seen = frozenset[str] | Decimal | None
"""What a use shows of an operand: the terms that hold, a number, or None where it is not known."""

Facts = Callable[[Operand, Operator], Seen]
"""What a use shows; of purposes other terms hold for one operator than for another."""


@dataclass(frozen=True)
class Constraint:
    """One comparison: with terms (a truth is the one term "true" or "false"), or with a number."""

    operand: Operand
    operator: Operator
    right: frozenset[str] | Decimal

    def __post_init__(self) -> None:
        """Refuse a comparison that there is not.

        Raises:
            TermsError: the operand has no such operator or no such right side; a number is at least 0, less
                than a million, and has at most six digits after the point.
        """
        if self.operator not in OPERATORS[self.operand]:
            raise TermsError(f"{self.operand.value} is not compared by {self.operator.value}")
        if isinstance(self.right, Decimal):
            fits = self.operand in NUMBERS and _is_writable(self.right)
            # People and cents are whole.
            fits = fits and (self.operand is Operand.EPSILON or self.right == self.right.to_integral_value())
        else:
            most = 1 if self.operand in TRUTHS else MOST_TERMS
            fits = 0 < len(self.right) <= most and all(is_term(self.operand, each) for each in self.right)
        if not fits:
            raise TermsError(f"{self.operand.value} is compared with something that it cannot be")

    def is_met(self, facts: Facts) -> bool:
        """Whether a use meets the constraint, or may meet it because the fact is not known."""
        return self.is_met_by(facts(self.operand, self.operator))

    def is_met_by(self, seen: Seen) -> bool:
        """The same for what the use shows of the operand."""
        if seen is None:
            return True
        right, operator = self.right, self.operator
        if isinstance(right, Decimal) or isinstance(seen, Decimal):
            return _compared(operator, seen, right)
        if self.operand is Operand.COUNTRY:
            right = countries_in(right)
        if operator is _ALL:
            return right <= seen
        return right.isdisjoint(seen) is (operator is _NONE)

    @property
    def texts(self) -> list[str]:
        """The right side in words of documents, in order."""
        return [decimal_text(self.right)] if isinstance(self.right, Decimal) else sorted(self.right)

    def to_json(self, name: Callable[[Operand, str], str]) -> dict[str, Json]:
        """The constraint as DSP writes it; `name` gives a term the form that it has in documents."""
        texts = sorted(name(self.operand, text) for text in self.texts)
        single = self.operand in NUMBERS | TRUTHS
        right: Json = texts[0] if single else list(texts)
        return {"leftOperand": self.operand.value, "operator": self.operator.value, "rightOperand": right}


@dataclass(frozen=True)
class Prohibition:
    """What is forbidden: whatever meets all of the constraints, of which each operand has at most one."""

    constraints: frozenset[Constraint]

    def __post_init__(self) -> None:
        """Refuse a prohibition that says nothing, or two things of one operand.

        Raises:
            TermsError: it has no constraint, or two with the same operand.
        """
        operands = {each.operand for each in self.constraints}
        if not 0 < len(self.constraints) == len(operands):
            raise TermsError("a prohibition has at least one constraint, and one for each operand")

    @property
    def ordered(self) -> tuple[Constraint, ...]:
        """The constraints in the order of the operands."""
        return tuple(sorted(self.constraints, key=lambda each: _ORDER[each.operand]))

    def applies(self, facts: Facts) -> bool:
        """Whether a use is, or may be, what is forbidden."""
        return all(each.is_met(facts) for each in self.constraints)

    def terms(self, operand: Operand) -> frozenset[str]:
        """The terms that it names of an operand; none where it does not name that operand."""
        named = (each.right for each in self.constraints if each.operand is operand)
        return frozenset(text for right in named if not isinstance(right, Decimal) for text in right)


_KNOWN: Final[Mapping[Operand, frozenset[str]]] = {
    Operand.PURPOSE: frozenset(each.value for each in Purpose),
    Operand.RECIPIENT_KIND: frozenset(each.value for each in RecipientKind),
    Operand.STATISTIC: frozenset(each.value for each in StatisticKind),
    Operand.ENGINE: frozenset(each.value for each in Engine if each is not Engine.AUTO),
    Operand.EXACT: frozenset({"true", "false"}),
    Operand.VERIFIED: frozenset({"true", "false"}),
    **dict.fromkeys(NUMBERS, frozenset[str]()),
}


def is_term(operand: Operand, text: str) -> bool:
    """Whether an operand can be this term: a word that is not known would forbid nothing."""
    if operand is Operand.COUNTRY:
        return is_place(text)
    return operand not in _KNOWN or text in _KNOWN[operand]


_ORDER: Final = {operand: place for place, operand in enumerate(Operand)}


def never(operand: Operand, *terms: str, operator: Operator = Operator.IS_ANY_OF) -> Prohibition:
    """The prohibition with one constraint: `never(Operand.RECIPIENT_KIND, "insurer")`."""
    return Prohibition(frozenset({Constraint(operand, operator, frozenset(terms))}))


def _is_writable(number: Decimal) -> bool:
    """Whether documents can hold the number: `consent.query.read_decimal` reads no other back."""
    in_range = number.is_finite() and not number.is_signed() and number < _NUMBERS_BELOW
    return in_range and number == round(number, _MOST_PLACES)


def _compared(operator: Operator, seen: Seen, right: frozenset[str] | Decimal) -> bool:
    if not isinstance(seen, Decimal) or not isinstance(right, Decimal):
        return True  # what is no number cannot be told to be within a bound
    return seen < right if operator is Operator.LESS else seen > right
