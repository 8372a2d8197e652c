"""What can be asked, for how much, and how exact would it be? What a buyer sees before paying."""

from dataclasses import dataclass
from datetime import datetime

from consent.answer import Answer, foresee
from consent.computation import compile_groups
from consent.grouping import Groups
from consent.query import Query
from consent.vocabulary import StatisticKind
from crypto.encoding import Json
from crypto.reading import utc_text
from marketplace.domain.band import Band
from marketplace.domain.split import Price
from ssi.dataset import DataSet

_WORDS = {
    StatisticKind.COUNT: "number of people",
    StatisticKind.MEAN: "average",
    StatisticKind.STANDARD_DEVIATION: "standard deviation",
    StatisticKind.HISTOGRAM: "people in each class",
}


@dataclass(frozen=True)
class CatalogueEntry:
    """One data set, how many people offer it, and the least compensation that one of them asks.

    `from_cents` is None while nobody offers.
    """

    data_set: DataSet
    people: Band
    from_cents: int | None


@dataclass(frozen=True)
class ExpectedError:
    """How far a statistic may be off because of the noise, as its standard deviation in the unit.

    `noise_sd` is 0 for an exact answer, and None where the noise is likely to leave no estimate at all.
    """

    label: str
    noise_sd: float | None
    unit: str | None

    def to_json(self) -> dict[str, Json]:
        """The expectation for an API."""
        return {"label": self.label, "noise_sd": self.noise_sd, "unit": self.unit}


@dataclass(frozen=True)
class Quote:
    """What a query costs now, over how many people, and how exact its answer would be."""

    query: Query
    price: Price
    people: Band
    expected_errors: tuple[ExpectedError, ...]
    quoted_at: datetime

    def to_json(self) -> dict[str, Json]:
        """The quote for an API."""
        return {
            "query": self.query.to_json(),
            "price": dict(self.price.to_json()),
            "people": dict(self.people.to_json()),
            "expected_errors": [each.to_json() for each in self.expected_errors],
            "quoted_at": utc_text(self.quoted_at),
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
    """One line for each statistic: its groups, bins and categories all expect the same."""
    found: dict[tuple[StatisticKind, str | None], ExpectedError] = {}
    for estimate in answer.rows[0].estimates:
        unit, label = None, _WORDS[estimate.kind]
        if estimate.attribute is not None:
            attribute = data_set.attribute(estimate.attribute)
            label = f"{label}: {attribute.label.get('en', attribute.name)}"
            has_unit = estimate.kind in {StatisticKind.MEAN, StatisticKind.STANDARD_DEVIATION}
            unit = attribute.unit if has_unit and attribute.unit != "1" else None
        if query.group_by is not None:
            label += ", in each group"
        found.setdefault((estimate.kind, estimate.attribute), ExpectedError(label, estimate.noise_sd, unit))
    return list(found.values())
