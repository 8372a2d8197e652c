"""How many rounds and bytes will a computation take? Its own protocol is run on zeros, and counted.

What the nodes say depends on public sizes only, so three roles in this process that hold nothing but zeros
say as much as three nodes will. Each way of computing is counted by the code that its nodes run:
`count_shares`, `count_summands`, `count_encrypted`.

It ends, whatever was asked: nobody is listened to beyond `MOST_COUNTED_BYTES`, and what would take more is
counted over fewer people and continued, or not at all; and whoever counts can end it after any round. Counts
depend on the *shape* of a computation, which many questions have in common; they may be kept by it.
"""

from consent.computation import Computation, compile_groups
from consent.grouping import Groups
from consent.joining import asked_about
from consent.query import Query
from consent.vocabulary import Engine
from crypto.encoding import Json, digest_of
from crypto.errors import TrafficLimitError
from crypto.mpc.traffic import IsOver, never
from marketplace.domain.count_encrypted import count_encrypted
from marketplace.domain.count_shares import count_shares
from marketplace.domain.count_summands import count_dealt, count_summands
from marketplace.domain.plan_cost import PlanCost

_OF_ONE_QUERY = ("query_digest", "statistics", "withheld")
"""What of a computation's document says nothing of how much is said while it runs."""


def compiled(query: Query, people: int) -> Computation:
    """What nodes would compute for a checked query over so many people, all public groups taken.

    Raises:
        QueryRefusedError: the query cannot be computed over so many.
    """
    described = asked_about(query)
    codes: Groups = (None,)
    if query.group_by is not None:
        codes = tuple(described.attribute(query.group_by).codes)
    return compile_groups(query, described, groups=codes, people=people)


def shape_of(query: Query, computation: Computation, people: int) -> str:
    """The digest by which a count may be kept: equal shapes have equal counts."""
    document: dict[str, Json] = {
        name: value for name, value in computation.to_json().items() if name not in _OF_ONE_QUERY
    }
    asked: dict[str, Json] = {"engine": query.chosen_engine.value, "exact": query.epsilon is None}
    return digest_of({"computation": document, "people": people, **asked})


def count(query: Query, computation: Computation, people: int, is_over: IsOver = never) -> PlanCost | None:
    """What a compiled query costs over so many people; None where it is too large to be counted in time."""
    engine, exact = query.chosen_engine, query.epsilon is None
    try:
        if engine is Engine.PAILLIER:
            return count_encrypted(computation, people, exact=exact)
        if engine is Engine.ADDITIVE and computation.verified:
            return count_dealt(computation, asked_about(query), people, noised=not exact, is_over=is_over)
        if engine is Engine.ADDITIVE:
            return count_summands(computation, people)
        return count_shares(computation, people, is_over)
    except TrafficLimitError:
        return None


def cost_of(query: Query, people: int) -> PlanCost | None:
    """`count` of a checked query.

    Raises:
        QueryRefusedError: the query cannot be computed over so many.
    """
    return count(query, compiled(query, people), people)
