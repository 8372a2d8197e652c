"""The form with a weight for each number of a record: what was typed, and the function that it is."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from consent.errors import TermsError
from consent.score_function import MOST_WEIGHT, ScoreFunction, scored_attributes
from consent.vocabulary import Purpose
from marketplace.web.query_form import FormError
from ssi.dataset import DataSet

WEIGHT: Final = "w_"
_WHOLE: Final = f"Give a whole number from −{MOST_WEIGHT} to {MOST_WEIGHT}, or nothing."
_MOST_TYPED: Final = 12


@dataclass(frozen=True)
class WeightsForm:
    """What stands in the form. A number that is empty or 0 is not weighed."""

    described: DataSet
    typed: Mapping[str, str]
    purpose: str = ""
    errors: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def read(cls, described: DataSet, values: Mapping[str, str]) -> "WeightsForm":
        """What an address or a form says."""
        names = [each.name for each in scored_attributes(described)]
        typed = {name: values.get(WEIGHT + name, "").strip()[:_MOST_TYPED] for name in names}
        return cls(described, typed, values.get("purpose", ""))

    @property
    def is_empty(self) -> bool:
        """Whether nothing is weighed."""
        return not any(self.typed.values())

    @property
    def address(self) -> dict[str, Any]:
        """What fills the form again."""
        weights = {WEIGHT + name: text for name, text in self.typed.items() if text}
        return {**weights, **({"purpose": self.purpose} if self.purpose else {})}

    def function(self) -> ScoreFunction:
        """The weighted sum.

        Raises:
            FormError: a weight is none, or nothing is weighed.
        """
        weights: dict[str, int] = {}
        errors: dict[str, str] = {}
        for name, text in self.typed.items():
            weight = _whole(text)
            if weight is None or abs(weight) > MOST_WEIGHT:
                errors[WEIGHT + name] = _WHOLE
            elif weight:
                weights[name] = weight
        if not errors and not weights:
            errors[WEIGHT + next(iter(self.typed))] = "Weigh at least one number."
        if errors:
            raise FormError(errors)
        try:
            return ScoreFunction(self.described, weights)
        except TermsError as error:
            raise FormError({WEIGHT + next(iter(self.typed)): str(error)}) from error

    def chosen_purpose(self, allowed: frozenset[Purpose] | None = None) -> Purpose:
        """The purpose that was chosen.

        Raises:
            FormError: none was, or one that is not allowed.
        """
        found = next((each for each in Purpose if each.value == self.purpose), None)
        if found is None or (allowed is not None and found not in allowed):
            raise FormError({"purpose": "Choose what it is for."})
        return found


def typed_whole(values: Mapping[str, str], name: str, *, least: int, most: int) -> int:
    """A whole number in a field.

    Raises:
        FormError: it is none, or out of its range.
    """
    found = _whole(values.get(name, "").strip()[:_MOST_TYPED] or "none")
    if found is None or not least <= found <= most:
        raise FormError({name: f"Give a whole number from {least:,} to {most:,}."})
    return found


def typed_level(values: Mapping[str, str], name: str, allowed: Mapping[str, object]) -> Decimal:
    """A level of protection by noise.

    Raises:
        FormError: it is not one of those on the form.
    """
    text = values.get(name, "")
    try:
        found = Decimal(text)
    except InvalidOperation:
        found = Decimal(0)
    if text not in allowed or found <= 0:
        raise FormError({name: "Choose a protection with noise."})
    return found


def _whole(text: str) -> int | None:
    plain = text.replace("−", "-")
    if not plain:
        return 0
    digits = plain.removeprefix("-").removeprefix("+")
    return int(plain) if digits.isascii() and digits.isdigit() else None
