"""The words for what an answer is about: the page that opens it knows codes only."""

from consent.query import Query
from ssi.attribute import Attribute
from ssi.dataset import DataSet, data_set

Words = dict[str, str]


def labels_of(query: Query) -> dict[str, Words | dict[str, Words]]:
    """Labels of the query's attributes, of their categories and units, and of the groups it compares."""
    about = data_set(query.data_set)
    asked = [about.attribute(name) for name in sorted(query.attributes)]
    return {
        "attributes": {each.name: each.label["en"] for each in asked},
        "units": {each.name: each.unit for each in asked if each.unit != "1"},
        "categories": {each.name: _categories(each) for each in asked if each.categories},
        "groups": _groups(query, about),
    }


def _groups(query: Query, about: DataSet) -> Words:
    return {} if query.group_by is None else _categories(about.attribute(query.group_by))


def _categories(attribute: Attribute) -> Words:
    return {category.code: category.label["en"] for category in attribute.categories}
