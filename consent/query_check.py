"""May a query be asked at all? The rules that no consent can lift, held against one query.

`consent.query_rules` has the rule for each part of a query; here they are called in order, so that the first
one that is broken names the reason and a query close by that may be asked.
"""

from consent.errors import QueryRefusedError
from consent.menu import IN_WINDOWS, MENU
from consent.query import (
    LEAST_EPSILON,
    LEAST_FLOOR,
    MOST_EPSILON,
    MOST_FLOOR,
    MOST_STATISTICS,
    Condition,
    Query,
    Statistic,
    decimal_text,
)
from consent.query_rules import (
    check_bounds,
    check_category,
    check_engine,
    check_exactness,
    check_grouping,
    check_numbers,
    check_places,
    check_publication,
    check_shape,
    check_subject,
)
from consent.task_plans import fractions_of
from consent.vocabulary import Engine, StatisticKind
from ssi.attribute import Attribute
from ssi.dataset import DataSet


def check(query: Query, data_set: DataSet) -> None:
    """Hold a query against the rules that no consent can lift.

    `data_set` is the one it is about, as `consent.joining.asked_about` finds it: its own, or both as one.

    Raises:
        QueryRefusedError: it names what the data set does not have, asks for a statistic that does not fit
            the attribute or the engine, for too small a crowd, or for an exact answer where only noise
            protects.
    """
    if query.about != data_set.ref:
        raise QueryRefusedError(f"this is not a query about {data_set.ref}", f"ask about {data_set.ref}")
    _check_privacy(query)
    _check_lists(query)
    _check_join(query)
    if query.publication:
        check_publication(query)
    for statistic in query.statistics:
        _check_windows(statistic, query)
        for each in statistic.each:
            _check_statistic(each, query, data_set)
    if query.group_by is not None:
        _check_groups(query, _attribute(data_set, query.group_by))
    for condition in query.where:
        _check_condition(condition, _attribute(data_set, condition.attribute), exact=query.epsilon is None)
    check_engine(
        query.engine, query.kinds, inside=bool(query.private_conditions(data_set)), verified=query.verified
    )


def _check_privacy(query: Query) -> None:
    if not LEAST_FLOOR <= query.floor <= MOST_FLOOR:
        raise QueryRefusedError(
            f"an answer over fewer than {LEAST_FLOOR} people says too much about each of them",
            f"ask for a crowd of {LEAST_FLOOR} to {MOST_FLOOR} people",
        )
    if query.epsilon is not None and not LEAST_EPSILON <= query.epsilon <= MOST_EPSILON:
        raise QueryRefusedError(
            f"a privacy cost (epsilon) of {decimal_text(query.epsilon)} is out of range",
            f"ask with an epsilon from {LEAST_EPSILON} to {MOST_EPSILON}",
        )


def _check_lists(query: Query) -> None:
    if not 0 < len(query.computed) <= MOST_STATISTICS:
        raise QueryRefusedError(
            "the query asks for nothing, or for too much", "ask for 1 to 16 statistics, one for each window"
        )
    if len(set(query.computed)) != len(query.computed):
        raise QueryRefusedError("a statistic is asked for twice", "ask for each statistic once")
    filtered = [condition.attribute for condition in query.where]
    if len(set(filtered)) != len(filtered):
        raise QueryRefusedError(
            "two conditions are about the same attribute", "ask with one condition for each attribute"
        )


def _check_join(query: Query) -> None:
    if query.join is not None and query.chosen_engine is not Engine.MPC:
        raise QueryRefusedError(
            f"two records of one person are joined by the nodes only, not by {query.engine.value!r}",
            "leave the choice of the engine open (auto), or ask with mpc",
        )


def _check_windows(statistic: Statistic, query: Query) -> None:
    if statistic.windows is None:
        return
    if statistic.kind not in IN_WINDOWS:
        raise QueryRefusedError(
            f"{statistic.kind.value.replace('_', ' ')} is not computed in windows",
            "ask for counts, sums, averages, spreads or distributions in windows, or about one reading",
        )
    if query.chosen_engine is not Engine.MPC:
        raise QueryRefusedError(
            f"readings are put into windows by the nodes only, not by {query.engine.value!r}",
            "leave the choice of the engine open (auto), or ask with mpc",
        )


def _check_statistic(statistic: Statistic, query: Query, data_set: DataSet) -> None:
    form = MENU[statistic.kind]
    check_shape(statistic.kind, len(statistic.others), statistic.fractions, statistic.count)
    if statistic.attribute is None:
        return
    attribute = _attribute(data_set, statistic.attribute)
    others = [_attribute(data_set, name) for name in statistic.others]
    if statistic.kind is not StatisticKind.COUNT:
        check_subject(statistic.kind, attribute, statistic.count)
    check_numbers([attribute, *others])
    check_exactness(form, [attribute, *others], exact=query.epsilon is None)
    if query.epsilon is None:
        check_places(fractions_of(statistic), query.floor)


def _check_groups(query: Query, attribute: Attribute) -> None:
    check_grouping(attribute, query.kinds, exact=query.epsilon is None)
    if attribute.name in {name for each in query.statistics for name in each.attributes}:
        raise QueryRefusedError(
            f"{attribute.name!r} is what the answer is grouped by",
            "ask for the number of people in each group (count) instead",
        )
    if attribute.name in {condition.attribute for condition in query.where}:
        raise QueryRefusedError(
            f"a condition already fixes {attribute.name!r}", "group by it or filter by it, not both"
        )


def _check_condition(condition: Condition, attribute: Attribute, *, exact: bool) -> None:
    if exact and not attribute.is_public:
        raise QueryRefusedError(
            f"nobody may know how few people a condition on {attribute.name!r} leaves, so it needs noise",
            "ask with an epsilon such as 1.0",
        )
    if condition.least is not None and condition.most is not None:
        check_bounds(attribute, condition.least, condition.most)
    else:
        check_category(attribute, condition.category or "")


def _attribute(data_set: DataSet, name: str) -> Attribute:
    for attribute in data_set.attributes:
        if attribute.name == name:
            return attribute
    known = ", ".join(attribute.name for attribute in data_set.attributes)
    raise QueryRefusedError(f"{data_set.ref} has no attribute {name!r}", f"choose one of {known}")
