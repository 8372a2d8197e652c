"""What can be asked, for how much, and how exact would it be? What a buyer sees before paying."""

from dataclasses import dataclass
from datetime import datetime

from consent.answer import Answer
from consent.computation import compile_groups
from consent.estimate import Estimate
from consent.foresight import foresee
from consent.grouping import Groups
from consent.query import Query
from consent.relations import INTERCEPT, R_SQUARED
from consent.vocabulary import StatisticKind
from crypto.encoding import Json
from crypto.reading import utc_text
from marketplace.domain.band import Band
from marketplace.domain.described import Description
from marketplace.domain.split import Price
from marketplace.domain.supply import SupplyTerms
from marketplace.domain.vat import Vat
from ssi.dataset import DataSet

_WORDS = {
    StatisticKind.COUNT: "number of people",
    StatisticKind.SUM: "sum",
    StatisticKind.MEAN: "average",
    StatisticKind.VARIANCE: "variance",
    StatisticKind.STANDARD_DEVIATION: "standard deviation",
    StatisticKind.HISTOGRAM: "people in each class",
    StatisticKind.MINIMUM: "smallest value",
    StatisticKind.MAXIMUM: "largest value",
    StatisticKind.MEDIAN: "middle value",
    StatisticKind.QUANTILES: "quantiles",
    StatisticKind.TOP_CATEGORIES: "people in the most frequent classes",
    StatisticKind.COVARIANCE: "covariance",
    StatisticKind.CORRELATION: "correlation",
    StatisticKind.LINEAR_REGRESSION: "regression",
    StatisticKind.LOGISTIC_REGRESSION: "yes-or-no regression",
    StatisticKind.K_MEANS: "groups of similar people",
}
_READINGS = "number of readings"
_HAVE_UNITS = frozenset(
    {
        StatisticKind.SUM,
        StatisticKind.MEAN,
        StatisticKind.STANDARD_DEVIATION,
        StatisticKind.MINIMUM,
        StatisticKind.MAXIMUM,
        StatisticKind.MEDIAN,
        StatisticKind.QUANTILES,
    }
)
_TOLD_ONE_BY_ONE = frozenset(
    {StatisticKind.COVARIANCE, StatisticKind.CORRELATION, StatisticKind.LINEAR_REGRESSION}
)
"""Of these each number has an error of its own; all bins, categories and quantiles expect the same."""


@dataclass(frozen=True)
class CatalogueEntry:
    """One data set, how many people offer it, and what they allow as far as it is said.

    `supply` is None while too few people offer, or before it was summed up. `may_be_asked` is False while an
    impact assessment that the law asks for is missing. `description` is what a published answer says.
    """

    data_set: DataSet
    people: Band
    supply: SupplyTerms | None = None
    may_be_asked: bool = True
    description: Description | None = None

    @property
    def from_cents(self) -> int | None:
        """For which compensation, as a class of prices, enough people take part to say so."""
        return None if self.supply is None else self.supply.from_cents


@dataclass(frozen=True)
class ExpectedError:
    """How far a statistic may be off because of the noise, as its standard deviation in the unit.

    `noise_sd` is 0 for an exact answer, and None where the noise is likely to leave no estimate at all, or
    where it is not the value that is off but its place: then by `noise_rank_sd` people.
    """

    label: str
    noise_sd: float | None
    unit: str | None
    noise_rank_sd: float | None = None

    def to_json(self) -> dict[str, Json]:
        """The expectation for an API."""
        return {
            "label": self.label,
            "noise_sd": self.noise_sd,
            "noise_rank_sd": self.noise_rank_sd,
            "unit": self.unit,
        }


@dataclass(frozen=True)
class Quote:
    """What a query costs now, over how many people, and how exact its answer would be.

    `tax` is what the fee, which the price contains, is made of and at which rate in per mille; None in a
    market that bills nothing. `node_ids` are the three nodes that would
    compute it: those whom these people chose.
    """

    query: Query
    price: Price
    people: Band
    expected_errors: tuple[ExpectedError, ...]
    quoted_at: datetime
    tax: tuple[Vat, int] | None = None
    node_ids: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Json]:
        """The quote for an API."""
        return {
            "query": self.query.to_json(),
            "price": dict(self.price.to_json()),
            "people": dict(self.people.to_json()),
            "expected_errors": [each.to_json() for each in self.expected_errors],
            "quoted_at": utc_text(self.quoted_at),
            "vat_cents": None if self.tax is None else self.tax[0].vat_cents,
            "vat_rate_permille": None if self.tax is None else self.tax[1],
        }


def expected_errors(
    query: Query, data_set: DataSet, groups: Groups, people: Band
) -> tuple[ExpectedError, ...]:
    """The error of each statistic at the lower edge of the band, where it is largest; from no data at all.

    Raises:
        QueryRefusedError: the query cannot be computed.
    """
    least = max(people.least, query.floor)
    answer = foresee(compile_groups(query, data_set, groups=groups, people=least), least)
    return tuple(_first_of_each(query, data_set, answer))


def _first_of_each(query: Query, data_set: DataSet, answer: Answer) -> list[ExpectedError]:
    """One line for each statistic, or for each of its numbers where they expect different errors."""
    found: dict[tuple[StatisticKind, str | None, str | None], ExpectedError] = {}
    for estimate in answer.rows[0].estimates:
        label, own = _WORDS[estimate.kind], None
        if estimate.attribute is not None:
            label = _READINGS if estimate.kind is StatisticKind.COUNT else label
            label = f"{label}: {_label(data_set, estimate.attribute)}"
        if estimate.kind in _TOLD_ONE_BY_ONE:
            own = estimate.label
            label += f", {_part(data_set, own or '')}"
        if query.group_by is not None:
            label += ", in each group"
        error = ExpectedError(label, estimate.noise_sd, _unit(data_set, estimate), estimate.noise_rank_sd)
        found.setdefault((estimate.kind, estimate.attribute, own), error)
    return list(found.values())


def _unit(data_set: DataSet, estimate: Estimate) -> str | None:
    if estimate.attribute is None or estimate.kind not in _HAVE_UNITS:
        return None
    unit = data_set.attribute(estimate.attribute).unit
    return unit if unit != "1" else None


def _label(data_set: DataSet, name: str) -> str:
    attribute = data_set.attribute(name)
    return attribute.label.get("en", attribute.name)


def _part(data_set: DataSet, label: str) -> str:
    parts = {INTERCEPT: "constant", R_SQUARED: "share explained"}
    return parts[label] if label in parts else f"with {_label(data_set, label)}"
