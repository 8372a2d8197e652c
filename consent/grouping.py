"""Over which groups is an answer computed, and which are withheld?

A private group is always computed, because nobody may know how many people are in it; noise is what
protects them. A public group is computed only if it has the people that the query's floor asks for. The other
codes of the attribute are withheld together, those with few people and those with none, so that being
withheld does not tell which of the two it is.
"""

from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from typing import TypeVar

from consent.errors import MismatchError, QueryRefusedError
from consent.query import Query
from ssi.dataset import DataSet

PublicAttributes = Mapping[str, str | None]
Groups = tuple[str | None, ...]
Name = TypeVar("Name", bound=Hashable)


def groups_of(query: Query, data_set: DataSet, rows: Sequence[PublicAttributes]) -> Groups:
    """The groups to compute for the admitted people, in the data set's order; (None,) without grouping."""
    if query.group_by is None:
        return (None,)
    attribute = data_set.attribute(query.group_by)
    if not attribute.is_public:
        return attribute.codes
    people = Counter(row.get(attribute.name) for row in rows)
    return tuple(code for code in attribute.codes if people[code] >= query.floor)


def in_no_group(query: Query, data_set: DataSet, rows: Mapping[Name, PublicAttributes]) -> frozenset[Name]:
    """Of rows by name those in no public group that is computed; none where no group is, as that is refused.

    They are left out altogether: with them, the number of people in the answer less those in its groups would
    be the number in the withheld ones, which may be one.
    """
    if query.group_by is None or not data_set.attribute(query.group_by).is_public:
        return frozenset()
    groups = groups_of(query, data_set, list(rows.values()))
    if not groups:
        return frozenset()
    return frozenset(name for name, row in rows.items() if row.get(query.group_by) not in groups)


def withheld_groups(query: Query, data_set: DataSet, groups: Groups) -> tuple[str, ...]:
    """The codes that are not computed.

    Raises:
        MismatchError: the groups are not ones that this query can have, or not in the data set's order.
        QueryRefusedError: there is no group to compute.
    """
    if query.group_by is None:
        _require(groups == (None,))
        return ()
    attribute = data_set.attribute(query.group_by)
    if not groups and attribute.is_public:
        raise QueryRefusedError(
            f"no group has {query.floor} people", "ask without groups, or group by another attribute"
        )
    expected = (
        tuple(code for code in attribute.codes if code in groups) if attribute.is_public else attribute.codes
    )
    _require(groups == expected)
    return tuple(code for code in attribute.codes if code not in groups)


def check_crowd(query: Query, people: int) -> None:
    """Hold the number of people against the query's floor.

    Raises:
        QueryRefusedError: there are fewer.
    """
    if people < query.floor:
        raise QueryRefusedError(
            f"fewer than {query.floor} people take part",
            "ask with fewer conditions, or again when more people take part",
        )


def _require(fitting: bool) -> None:
    if not fitting:
        raise MismatchError("these are not the groups of this query")
