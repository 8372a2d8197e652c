"""How do opened sums become one statistic? The parameters that decoding needs, as plain data.

An estimator names the measures it reads and the scale of its attribute, so that a browser can decode an
answer without knowing data sets: value = minimum + encoded / 10^decimals.
"""

from dataclasses import dataclass
from itertools import pairwise

from consent.cells import PEOPLE, centre, denominator, distribution, of_part
from consent.query import MAX_NAME, Statistic
from consent.vocabulary import StatisticKind
from crypto.encoding import Json
from crypto.errors import MalformedError
from crypto.reading import Fields
from ssi.attribute import Attribute, Kind, Part
from ssi.dataset import DataSet

MOST_LABELS = 64
MOST_DECIMALS = 9
MOST_STEPS = 2**31
MOST_MAGNITUDE = 2**53 - 1
_MEASURES_READ = {
    StatisticKind.COUNT: 1,
    StatisticKind.MEAN: 2,
    StatisticKind.STANDARD_DEVIATION: 3,
    StatisticKind.HISTOGRAM: 1,
}


@dataclass(frozen=True)
class Estimator:
    """One statistic of the answer and how to read it.

    `measures` are, by kind: of a count, people; of a mean, people with a value and the sum of values; of a
    standard deviation, also the sum of squares; of a histogram, its one-hot family, whose `labels` say what
    each index stands for. `minimum`, `maximum` and `decimals` are the attribute's scale, `centre` the
    encoded value about which its noise was calibrated.
    """

    kind: StatisticKind
    attribute: str | None
    measures: tuple[str, ...]
    minimum: float = 0.0
    maximum: float = 0.0
    decimals: int = 0
    centre: int = 0
    labels: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Json]:
        """The estimator as a document."""
        return {
            "kind": self.kind.value,
            "attribute": self.attribute,
            "measures": list(self.measures),
            "minimum": self.minimum,
            "maximum": self.maximum,
            "decimals": self.decimals,
            "centre": self.centre,
            "labels": list(self.labels),
        }

    @classmethod
    def from_fields(cls, fields: Fields) -> "Estimator":
        """Read what `to_json` wrote.

        Raises:
            MalformedError: a member is missing, unknown or not of its form.
        """
        kind = fields.choice("kind", StatisticKind)
        fields.any("attribute")
        estimator = cls(
            kind=kind,
            attribute=fields.text("attribute", max_length=MAX_NAME) if fields.has("attribute") else None,
            measures=fields.texts("measures", least=1, most=3, max_length=MAX_NAME),
            minimum=fields.number("minimum", most=MOST_MAGNITUDE),
            maximum=fields.number("maximum", most=MOST_MAGNITUDE),
            decimals=fields.integer("decimals", least=0, most=MOST_DECIMALS),
            centre=fields.integer("centre", least=0, most=MOST_STEPS),
            labels=fields.texts("labels", most=MOST_LABELS, max_length=MAX_NAME),
        )
        fields.done()
        if len(estimator.measures) != _MEASURES_READ[kind]:
            raise MalformedError(f"{fields.where}.measures: expected {_MEASURES_READ[kind]}")
        return estimator


def estimator(statistic: Statistic, data_set: DataSet) -> Estimator:
    """The estimator of a statistic of a checked query."""
    if statistic.attribute is None:
        return Estimator(statistic.kind, None, (PEOPLE,))
    attribute = data_set.attribute(statistic.attribute)
    if statistic.kind is StatisticKind.HISTOGRAM:
        return Estimator(
            statistic.kind, attribute.name, (distribution(attribute).name,), labels=_labels(attribute)
        )
    parts = [Part.VALUE] if statistic.kind is StatisticKind.MEAN else [Part.VALUE, Part.SQUARE]
    return Estimator(
        statistic.kind,
        attribute.name,
        (denominator(attribute).name, *(of_part(attribute, part).name for part in parts)),
        minimum=float(attribute.minimum),
        maximum=float(attribute.maximum),
        decimals=attribute.decimals,
        centre=centre(attribute),
    )


def _labels(attribute: Attribute) -> tuple[str, ...]:
    if attribute.kind is Kind.CATEGORY:
        return attribute.codes
    edges = [format(edge.normalize(), "f") for edge in attribute.bins]
    return tuple(f"{low} – {high}" for low, high in pairwise(edges))
