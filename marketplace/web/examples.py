"""Where could somebody begin? A few questions about a data set, made from what it holds."""

from collections.abc import Iterator
from dataclasses import dataclass

from consent.vocabulary import StatisticKind
from consent.wording import describe_query
from marketplace.web.query_form import QueryForm
from marketplace.web.relation_form import RelationForm
from ssi.attribute import Attribute, Kind
from ssi.dataset import DataSet

LANGUAGE = "en"


@dataclass(frozen=True)
class Example:
    """A question in words, and the form that asks it."""

    sentence: str
    form: QueryForm


def examples(data_set: DataSet) -> list[Example]:
    """Up to five questions that can be asked as they are."""
    return [Example(describe_query(form.query(), data_set, LANGUAGE), form) for form in _forms(data_set)]


def _forms(data_set: DataSet) -> Iterator[QueryForm]:
    numbers = [each for each in data_set.attributes if each.kind is Kind.NUMBER]
    if not numbers:
        return
    first, last = numbers[0], numbers[-1]
    yield _form(data_set, StatisticKind.COUNT.value, _of(StatisticKind.MEAN, first))
    for group in data_set.public_attributes[:1]:
        average, spread = _of(StatisticKind.MEAN, first), _of(StatisticKind.STANDARD_DEVIATION, first)
        yield _form(data_set, average, spread, group_by=group.name)
    yield _form(data_set, _of(StatisticKind.HISTOGRAM, last))
    yield _form(data_set, _of(StatisticKind.QUANTILES, first))
    together = [each for each in numbers if each.required]
    if len(together) > 1:
        relation = RelationForm(StatisticKind.CORRELATION.value, together[0].name, (together[1].name,))
        yield QueryForm(data_set, relation=relation)


def _form(data_set: DataSet, *statistics: str, group_by: str = "") -> QueryForm:
    return QueryForm(data_set, statistics=frozenset(statistics), group_by=group_by)


def _of(kind: StatisticKind, attribute: Attribute) -> str:
    return f"{kind.value}:{attribute.name}"
