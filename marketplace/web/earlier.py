"""Has the buyer asked this, or something close to it, before?

The same question again costs money and brings no news. Two exact answers about almost the same people can
say something about one of them when they are compared, so the buyer is told that both exist.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from consent.query import Query
from marketplace.domain.job import JobState
from marketplace.domain.view import OrderView
from marketplace.web.query_form import QueryForm
from ssi.dataset import data_set

_WITHOUT_ANSWER = frozenset({JobState.FAILED, JobState.REFUNDED})


@dataclass(frozen=True)
class Earlier:
    """Orders that gave or will give an answer: of the same question, and exact ones comparable with it."""

    same: tuple[OrderView, ...]
    comparable: tuple[OrderView, ...]


def earlier_orders(query: Query, orders: Sequence[OrderView]) -> Earlier:
    """What of the buyer's orders, newest first, bears on this query."""
    answered = [order for order in orders if order.state not in _WITHOUT_ANSWER]
    same = tuple(order for order in answered if _is_same(order.query, query))
    comparable = tuple(
        order for order in answered if order not in same and _is_comparable(order.query, query)
    )
    return Earlier(same, comparable)


def _is_same(one: Query, other: Query) -> bool:
    """Whether two queries fill the form alike; the order of their statistics does not matter."""
    return one.data_set == other.data_set and _form(one) == _form(other)


def _form(query: Query) -> QueryForm:
    # A way that was left open is the one it is computed in.
    return QueryForm.of(replace(query, engine=query.chosen_engine), data_set(query.data_set))


def _is_comparable(one: Query, other: Query) -> bool:
    exact = one.epsilon is None and other.epsilon is None
    return exact and one.data_set == other.data_set and bool(set(one.statistics) & set(other.statistics))
