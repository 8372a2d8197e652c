"""How do opened numbers become one statistic? The parameters that decoding needs, as plain data.

An estimator names the measures it reads, or the task, and the scales of its attributes, so that a browser can
decode an answer without knowing data sets: value = minimum + encoded / 10^decimals.
"""

from dataclasses import dataclass, field
from decimal import Decimal
from itertools import pairwise

from consent.cells import MAX_MEASURE, centre
from consent.menu import MOST_OTHERS
from consent.needs import needs
from consent.query import MAX_NAME, Statistic
from consent.vocabulary import StatisticKind
from crypto.encoding import Json
from crypto.errors import MalformedError
from crypto.reading import Fields
from ssi.attribute import Attribute, Kind
from ssi.dataset import DataSet

MOST_LABELS = 64
MOST_READ = 64
MOST_TASKS = 16
MOST_DECIMALS = 9
MOST_STEPS = 2**31
MOST_MAGNITUDE = 2**53 - 1

_PAIR, _PAIR_WITH_SQUARES = 4, 6
_MEASURES_READ = {
    StatisticKind.COUNT: 1,
    StatisticKind.SUM: 2,
    StatisticKind.MEAN: 2,
    StatisticKind.VARIANCE: 3,
    StatisticKind.STANDARD_DEVIATION: 3,
    StatisticKind.HISTOGRAM: 1,
    StatisticKind.MINIMUM: 1,
    StatisticKind.MAXIMUM: 1,
    StatisticKind.MEDIAN: 1,
    StatisticKind.QUANTILES: 1,
    StatisticKind.TOP_CATEGORIES: 0,
    StatisticKind.LOGISTIC_REGRESSION: 0,
    StatisticKind.K_MEANS: 0,
}


@dataclass(frozen=True)
class Scale:
    """What encoded numbers of an attribute stand for: from `minimum` to `maximum` in steps of 10^-decimals.

    `centre` is the encoded value about which noise was calibrated.
    """

    attribute: str
    minimum: float = 0.0
    maximum: float = 0.0
    decimals: int = 0
    centre: int = 0

    @property
    def unit(self) -> float:
        """How many steps make one unit of the attribute."""
        return 10.0**self.decimals

    @property
    def middle(self) -> float:
        """The centre as a value."""
        return self.minimum + self.centre / self.unit

    def to_json(self) -> dict[str, Json]:
        """The scale as a document."""
        return {
            "attribute": self.attribute,
            "minimum": self.minimum,
            "maximum": self.maximum,
            "decimals": self.decimals,
            "centre": self.centre,
        }

    @classmethod
    def from_fields(cls, fields: Fields) -> "Scale":
        """Read what `to_json` wrote, and leave the rest of the members to whoever goes on reading.

        Raises:
            MalformedError: a member is missing or not of its form.
        """
        return cls(
            fields.text("attribute", max_length=MAX_NAME),
            minimum=fields.number("minimum", most=MOST_MAGNITUDE),
            maximum=fields.number("maximum", most=MOST_MAGNITUDE),
            decimals=fields.integer("decimals", least=0, most=MOST_DECIMALS),
            centre=fields.integer("centre", least=0, most=MOST_STEPS),
        )


_NOBODY = Scale("")


@dataclass(frozen=True)
class Estimator:
    """One statistic of the answer and how to read it.

    `measures` are in the order of `consent.needs`; `labels` say what each index of a one-hot family or of a
    task's codes stands for. `scale` is the attribute's, `others` those of the numbers it is related to.
    `task` is the position of the task whose numbers it reads, None where it reads sums.
    """

    kind: StatisticKind
    attribute: str | None
    measures: tuple[str, ...]
    scale: Scale = _NOBODY
    others: tuple[Scale, ...] = ()
    labels: tuple[str, ...] = ()
    task: int | None = field(default=None)

    @property
    def features(self) -> int:
        """How many features its task has."""
        if self.kind is StatisticKind.LOGISTIC_REGRESSION:
            return len(self.others)
        return len(self.others) + 1 if self.kind is StatisticKind.K_MEANS else 0

    def to_json(self) -> dict[str, Json]:
        """The estimator as a document."""
        return {
            **self.scale.to_json(),
            "kind": self.kind.value,
            "attribute": self.attribute,
            "measures": list(self.measures),
            "with": [scale.to_json() for scale in self.others],
            "labels": list(self.labels),
            "task": self.task,
        }

    @classmethod
    def from_fields(cls, fields: Fields) -> "Estimator":
        """Read what `to_json` wrote.

        Raises:
            MalformedError: a member is missing, unknown or not of its form.
        """
        kind = fields.choice("kind", StatisticKind)
        fields.any("attribute"), fields.any("task")
        attribute = fields.text("attribute", max_length=MAX_NAME) if fields.has("attribute") else None
        estimator = cls(
            kind=kind,
            attribute=attribute,
            measures=_read_measures(fields),
            scale=_read_scale(fields, attribute),
            others=tuple(map(_read_other, fields.objects("with", most=MOST_OTHERS))),
            labels=fields.texts("labels", most=MOST_LABELS, max_length=MAX_NAME),
            task=fields.integer("task", least=0, most=MOST_TASKS - 1) if fields.has("task") else None,
        )
        fields.done()
        if len(estimator.measures) != _measures_read(kind, len(estimator.others)):
            raise MalformedError(f"{fields.where}.measures: not as many as this kind of statistic reads")
        return estimator


def estimator(statistic: Statistic, data_set: DataSet, task: int | None) -> Estimator:
    """The estimator of a statistic of a checked query; `task` is the position of its task, if it has one."""
    measures = tuple(family.name for family in needs(statistic, data_set))
    if statistic.attribute is None:
        return Estimator(statistic.kind, None, measures)
    attribute, *others = (data_set.attribute(name) for name in statistic.attributes)
    has_labels = statistic.kind in {StatisticKind.HISTOGRAM, StatisticKind.TOP_CATEGORIES}
    return Estimator(
        statistic.kind,
        attribute.name,
        measures,
        scale=_scale(attribute),
        others=tuple(map(_scale, others)),
        labels=_labels(attribute) if has_labels else (),
        task=task,
    )


def fraction_label(fraction: Decimal) -> str:
    """A fraction as the label of a quantile: 0.25 is "25 %"."""
    return f"{format((100 * fraction).normalize(), 'f')} %"


def _measures_read(kind: StatisticKind, others: int) -> int:
    """How many measures a statistic reads."""
    columns = others + 1
    relations = {
        StatisticKind.COVARIANCE: _PAIR * others,
        StatisticKind.CORRELATION: _PAIR_WITH_SQUARES * others,
        StatisticKind.LINEAR_REGRESSION: 1 + columns + columns * (columns + 1) // 2,
    }
    return relations[kind] if kind in relations else _MEASURES_READ[kind]


def _scale(attribute: Attribute) -> Scale:
    if attribute.kind is Kind.CATEGORY:
        return Scale(attribute.name)
    return Scale(
        attribute.name,
        float(attribute.minimum),
        float(attribute.maximum),
        attribute.decimals,
        centre(attribute),
    )


def _labels(attribute: Attribute) -> tuple[str, ...]:
    if attribute.kind is Kind.CATEGORY:
        return attribute.codes
    edges = [format(edge.normalize(), "f") for edge in attribute.bins]
    return tuple(f"{low} – {high}" for low, high in pairwise(edges))


def _read_scale(fields: Fields, attribute: str | None) -> Scale:
    if attribute is not None:
        return Scale.from_fields(fields)
    for name in ("minimum", "maximum", "decimals", "centre"):
        fields.any(name)
    return _NOBODY


def _read_other(fields: Fields) -> Scale:
    scale = Scale.from_fields(fields)
    fields.done()
    return scale


def _read_measures(fields: Fields) -> tuple[str, ...]:
    """Names, some of which may stand twice."""
    entries = fields.entries("measures", most=MOST_READ)
    numbered = Fields({str(index): entry for index, entry in enumerate(entries)}, f"{fields.where}.measures")
    return tuple(numbered.text(str(index), max_length=MAX_MEASURE) for index in range(len(entries)))
