"""What runs inside a computation as a protocol of its own, and how does a document say it?

A task is flat and has everything the nodes need, so that the digest of a computation covers all of it:

- *quantiles*: the values at some fractions of a crowd, found by a walk down the bits of the value;
- *top categories*: which categories have the most people, and how many;
- *logistic regression*: weights that explain a category with two codes by numbers;
- *k-means*: sums and sizes of groups around centres that move.

The last two work on *features*, numbers brought to one scale: (x - offset)·multiplier / 2^shift, rounded at
random to a neighbouring integer. Rational members are text.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from fractions import Fraction

from consent.calibration import read_fraction
from consent.menu import MOST_CLUSTERS, MOST_FRACTIONS, MOST_OTHERS, MOST_TOP
from consent.query import MOST_FLOOR, decimal_text, read_decimal
from consent.vocabulary import StatisticKind
from crypto.encoding import Json
from crypto.errors import MalformedError
from crypto.reading import Fields

MOST_COLUMNS = 4096
MOST_MEMBERS = 64
MOST_BITS = 31
MOST_SHIFT = 32
MOST_ITERATIONS = 100
CENTRE_BITS = 10
"""Features of k-means are numbers of so many bits."""

_MOST_WHOLE = 2**53 - 1


class TaskKind(Enum):
    """The protocols that run inside."""

    QUANTILES = "quantiles"
    TOP_CATEGORIES = "top_categories"
    LOGISTIC_REGRESSION = "logistic_regression"
    K_MEANS = "k_means"


TASK_OF = {
    StatisticKind.MINIMUM: TaskKind.QUANTILES,
    StatisticKind.MAXIMUM: TaskKind.QUANTILES,
    StatisticKind.MEDIAN: TaskKind.QUANTILES,
    StatisticKind.QUANTILES: TaskKind.QUANTILES,
    StatisticKind.TOP_CATEGORIES: TaskKind.TOP_CATEGORIES,
    StatisticKind.LOGISTIC_REGRESSION: TaskKind.LOGISTIC_REGRESSION,
    StatisticKind.K_MEANS: TaskKind.K_MEANS,
}
"""The protocol that answers a statistic, for those that sums alone do not answer."""


@dataclass(frozen=True)
class Feature:
    """A column brought to a common scale: (x - offset)·multiplier / 2^shift."""

    column: int
    offset: int
    multiplier: int
    shift: int

    @property
    def scale(self) -> float:
        """How much the feature grows with each step of the column."""
        return self.multiplier / float(1 << self.shift)

    def to_json(self) -> dict[str, Json]:
        """The feature as a document."""
        return {
            "column": self.column,
            "offset": self.offset,
            "multiplier": self.multiplier,
            "shift": self.shift,
        }

    @classmethod
    def from_fields(cls, fields: Fields) -> "Feature":
        """Read what `to_json` wrote.

        Raises:
            MalformedError: a member is missing, unknown or not of its form.
        """
        feature = cls(
            fields.integer("column", least=0, most=MOST_COLUMNS),
            fields.integer("offset", least=0, most=2**MOST_BITS),
            fields.integer("multiplier", least=1, most=2**MOST_BITS),
            fields.integer("shift", least=1, most=MOST_SHIFT),
        )
        fields.done()
        return feature


@dataclass(frozen=True)
class Task:
    """One protocol inside, over every group of the computation.

    `columns` are the value's (quantiles), those of the codes (top categories), or that of the second code
    (logistic regression). `members` are the columns of private groups in their order, empty otherwise.
    `presence` is the column that says who has a value, None where everyone has. `count` is how many
    categories or clusters there are; `margin` how many people an extreme with noise stays away from the end.
    Each draw of noise costs `rho` and has `variance`; both are 0 without noise. `floor` is the least size of
    a cluster.
    """

    kind: TaskKind
    columns: tuple[int, ...] = ()
    bits: int = 1
    presence: int | None = None
    members: tuple[int, ...] = ()
    fractions: tuple[Decimal, ...] = ()
    margin: int = 0
    count: int = 1
    rho: Fraction = Fraction(0)
    variance: Fraction = Fraction(0)
    features: tuple[Feature, ...] = ()
    centres: tuple[tuple[int, ...], ...] = ()
    iterations: int = 1
    rate: Fraction = Fraction(1)
    floor: int = 1

    @property
    def outputs(self) -> int:
        """How many numbers it gives for each group."""
        features = len(self.features)
        return {
            TaskKind.QUANTILES: len(self.fractions),
            TaskKind.TOP_CATEGORIES: 2 * self.count,
            TaskKind.LOGISTIC_REGRESSION: features + 1,
            TaskKind.K_MEANS: (features + 1) * self.count,
        }[self.kind]

    def to_json(self) -> dict[str, Json]:
        """The task as a document."""
        return {
            "kind": self.kind.value,
            "columns": list(self.columns),
            "bits": self.bits,
            "presence": self.presence,
            "members": list(self.members),
            "fractions": [decimal_text(fraction) for fraction in self.fractions],
            "margin": self.margin,
            "count": self.count,
            "rho": str(self.rho),
            "variance": str(self.variance),
            "noise_variance": float(self.variance),
            "features": [feature.to_json() for feature in self.features],
            "centres": [list(centre) for centre in self.centres],
            "iterations": self.iterations,
            "rate": str(self.rate),
            "floor": self.floor,
        }

    @classmethod
    def from_fields(cls, fields: Fields) -> "Task":
        """Read what `to_json` wrote.

        Raises:
            MalformedError: a member is missing, unknown, not of its form, or missing for this kind of task.
        """
        fields.number("noise_variance")
        fields.any("presence")
        task = cls(
            kind=fields.choice("kind", TaskKind),
            columns=_read_whole(fields, "columns", most=MOST_MEMBERS, largest=MOST_COLUMNS),
            bits=fields.integer("bits", least=1, most=MOST_BITS),
            presence=fields.integer("presence", least=0, most=MOST_COLUMNS)
            if fields.has("presence")
            else None,
            members=_read_whole(fields, "members", most=MOST_MEMBERS, largest=MOST_COLUMNS),
            fractions=_read_fractions(fields),
            margin=fields.integer("margin", least=0, most=_MOST_WHOLE),
            count=fields.integer("count", least=1, most=max(MOST_CLUSTERS, MOST_TOP)),
            rho=read_fraction(fields, "rho"),
            variance=read_fraction(fields, "variance"),
            features=tuple(map(Feature.from_fields, fields.objects("features", most=MOST_OTHERS))),
            centres=_read_centres(fields),
            iterations=fields.integer("iterations", least=1, most=MOST_ITERATIONS),
            rate=read_fraction(fields, "rate"),
            floor=fields.integer("floor", least=1, most=MOST_FLOOR),
        )
        fields.done()
        if not _IS_WHOLE[task.kind](task):
            raise MalformedError(f"{fields.where}: not all that this kind of task needs")
        return task


def _is_placed(task: Task) -> bool:
    return len(task.columns) == 1 and bool(task.fractions) and not task.features


def _is_ranked(task: Task) -> bool:
    return task.count <= len(task.columns) and not task.features


def _is_fitted(task: Task) -> bool:
    return len(task.columns) == 1 and bool(task.features) and not task.members


def _is_clustered(task: Task) -> bool:
    shape = {len(centre) for centre in task.centres}
    return len(task.centres) == task.count and shape == {len(task.features)} and not task.members


_IS_WHOLE = {
    TaskKind.QUANTILES: _is_placed,
    TaskKind.TOP_CATEGORIES: _is_ranked,
    TaskKind.LOGISTIC_REGRESSION: _is_fitted,
    TaskKind.K_MEANS: _is_clustered,
}


def _read_whole(fields: Fields, name: str, *, most: int, largest: int) -> tuple[int, ...]:
    return _wholes(fields.entries(name, most=most), f"{fields.where}.{name}", largest)


def _read_centres(fields: Fields) -> tuple[tuple[int, ...], ...]:
    rows = []
    for index, entry in enumerate(fields.entries("centres", most=MOST_CLUSTERS)):
        where = f"{fields.where}.centres[{index}]"
        if not isinstance(entry, list) or len(entry) > MOST_OTHERS:
            raise MalformedError(f"{where}: expected a list of at most {MOST_OTHERS} numbers")
        rows.append(_wholes(entry, where, 2**CENTRE_BITS - 1))
    return tuple(rows)


def _wholes(entries: Sequence[Json], where: str, largest: int) -> tuple[int, ...]:
    names = [str(index) for index in range(len(entries))]
    numbered = Fields(dict(zip(names, entries, strict=True)), where)
    return tuple(numbered.integer(name, least=0, most=largest) for name in names)


def _read_fractions(fields: Fields) -> tuple[Decimal, ...]:
    texts = fields.texts("fractions", most=MOST_FRACTIONS, max_length=20)
    numbered = Fields({str(index): text for index, text in enumerate(texts)}, f"{fields.where}.fractions")
    found = tuple(read_decimal(numbered, str(index)) for index in range(len(texts)))
    if any(fraction > 1 for fraction in found):
        raise MalformedError(f"{fields.where}.fractions: expected fractions from 0 to 1")
    return found
