"""What is a weighted score, as a person reads it and as it is computed?

A score is Σ w_a · x_a over attributes a of one record, with small whole weights w_a and the values x_a as
they stand in the record. What is encrypted are columns, (x_a - minimum_a) · 10^decimals_a, so the weights of
the function key are

    y_a = w_a · 10^(D - decimals_a),    D the most decimals of any scored attribute,

and the sum over the columns, divided by 10^D and moved by Σ w_a · minimum_a, is the score. All of it is
exact.

Scored are the numbers that everybody has: a missing value is zero in its column and would be read as the
minimum. All of them are encrypted, so that every function of a record is judged over the same columns.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from consent.errors import TermsError
from crypto.encoding import Json
from crypto.errors import MalformedError
from crypto.functional.authority_terms import MIN_COLUMNS
from crypto.reading import Fields
from ssi.attribute import Attribute, Kind, Part
from ssi.dataset import DataSet

MOST_WEIGHT = 1000
MAX_NAME = 100
MOST_WEIGHTS = 100


def scored_attributes(data_set: DataSet) -> tuple[Attribute, ...]:
    """The attributes that a score can weigh, in the order of the data set.

    Raises:
        TermsError: there are fewer than three: a function of two numbers would say too much of one.
    """
    found = tuple(each for each in data_set.attributes if each.kind is Kind.NUMBER and each.required)
    if len(found) < MIN_COLUMNS:
        raise TermsError(f"{data_set.ref} has fewer than {MIN_COLUMNS} numbers that everybody has")
    return found


def has_scores(data_set: DataSet) -> bool:
    """Whether records of a data set can be scored."""
    return sum(each.kind is Kind.NUMBER and each.required for each in data_set.attributes) >= MIN_COLUMNS


def scored_columns(data_set: DataSet) -> tuple[int, ...]:
    """The places of the scored numbers in an encoded record, ascending.

    Raises:
        TermsError: as `scored_attributes`.
    """
    return tuple(data_set.column(each.name, Part.VALUE) for each in scored_attributes(data_set))


@dataclass(frozen=True)
class ScoreFunction:
    """One weighted sum over the scored attributes of a data set.

    `weights` has the weights that are not zero, each at most 1000 in magnitude, by attribute.

    Raises:
        TermsError: there is no weight, one is zero or too large, or an attribute is not scored.
    """

    data_set: DataSet
    weights: Mapping[str, int]

    def __post_init__(self) -> None:
        known = {each.name for each in scored_attributes(self.data_set)}
        for name, weight in self.weights.items():
            if name not in known:
                raise TermsError(f"{self.data_set.ref} has no number {name[:MAX_NAME]!r} that can be weighed")
            if weight == 0 or abs(weight) > MOST_WEIGHT:
                raise TermsError(f"{name}: expected a weight of 1 to {MOST_WEIGHT} or its negative")
        if not self.weights:
            raise TermsError("a score needs at least one weight")

    @cached_property
    def key_weights(self) -> tuple[int, ...]:
        """The weights of the columns, one for each scored attribute."""
        return tuple(
            self.weights.get(each.name, 0) * 10 ** (self._decimals - each.decimals)
            for each in scored_attributes(self.data_set)
        )

    @cached_property
    def bounds(self) -> tuple[int, int]:
        """The least and the largest sum over the columns of any record."""
        steps = [each.steps for each in scored_attributes(self.data_set)]
        ends = [weight * span for weight, span in zip(self.key_weights, steps, strict=True)]
        return sum(min(end, 0) for end in ends), sum(max(end, 0) for end in ends)

    @property
    def least(self) -> Decimal:
        """The least score that a record can have."""
        return self.in_units(self.bounds[0])

    @property
    def most(self) -> Decimal:
        """The largest score that a record can have."""
        return self.in_units(self.bounds[1])

    def in_units(self, total: int) -> Decimal:
        """The score behind a sum over the columns, in the units of the attributes."""
        origin = sum(
            (self.weights.get(each.name, 0) * each.minimum for each in scored_attributes(self.data_set)),
            Decimal(0),
        )
        return Decimal(total).scaleb(-self._decimals) + origin

    @property
    def _decimals(self) -> int:
        return max(each.decimals for each in scored_attributes(self.data_set))


def weights_to_json(weights: Mapping[str, int]) -> dict[str, Json]:
    """Weights as a document."""
    return dict(weights)


def read_weights(fields: Fields, name: str) -> dict[str, int]:
    """Read what `weights_to_json` wrote.

    Raises:
        MalformedError: no weights, too many, or one that is no whole number other than zero in range.
    """
    named = fields.any(name)
    section = fields.section(name)
    attributes = list(named) if isinstance(named, Mapping) else []
    if not 0 < len(attributes) <= MOST_WEIGHTS or not all(0 < len(each) <= MAX_NAME for each in attributes):
        raise MalformedError(f"{section.where}: expected 1 to {MOST_WEIGHTS} weights by attribute")
    weights = {each: section.integer(each, least=-MOST_WEIGHT, most=MOST_WEIGHT) for each in attributes}
    if not all(weights.values()):
        raise MalformedError(f"{section.where}: a weight of zero is left out")
    return weights
