"""How would a question be computed? The marketplace's plan as values.

    plan = planned(buyer, query)          buyer.order(plan.query, accept_cents=…)

The plan's query names the way of computing, so that what is ordered and signed does.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from consent.joining import asked_about
from consent.query import Query
from consent.vocabulary import Engine
from consent.wording import describe_query
from crypto.encoding import canonical_json
from crypto.errors import MalformedError
from crypto.reading import Fields, utc_text
from marketplace.sdk.buyer import API, Buyer
from ssi.http.errors import RefusedByPeerError

_MOST: Final = 2**53 - 1


@dataclass(frozen=True)
class Alternative:
    """A way that was not taken: the name of what stands against it, and that in words."""

    engine: Engine
    obstacle: str
    reason: str
    remedy: str


@dataclass(frozen=True)
class Cost:
    """Rounds, bytes between nodes and to the buyer, and an estimate of the time as a range of seconds.

    `node_bytes` are by sending and receiving role, `dealer_bytes` what a dealer of random numbers gives out.
    `exact` is False where the crowd is too large to be counted at its size, or its groups are not known.
    `assumes` says what the seconds rest on, `measured_at` when the nodes measured that, if they did.
    """

    people: int
    rounds: int
    node_bytes: dict[tuple[int, int], int]
    dealer_bytes: int
    buyer_bytes: int
    products: int
    exact: bool
    seconds: tuple[float, float]
    assumes: str
    measured_at: datetime | None


@dataclass(frozen=True)
class Plan:
    """How a query is computed; `cost` is None where it is too large to be counted beforehand."""

    query: Query
    protocol: str
    reason: str
    who_must_collude: str
    alternatives: tuple[Alternative, ...]
    cost: Cost | None


def planned(buyer: Buyer, query: Query) -> Plan:
    """The plan of a query now; a refusal says why and names it.

    Raises:
        RefusedByPeerError: it cannot be computed now; `nearby_of` reads a question close by from it. With 429
            it is still being counted: ask again after a moment.
        MalformedError: the answer is no plan, or is about another question.
    """
    answer = buyer.client.post_json(f"{API}/plans", {"query": query.to_json()}, repeatable=True)
    fields = Fields.of(answer, "plan")
    found = Query.from_json(fields.any("query"), "plan.query")
    if not _is_same(query, found):
        raise MalformedError("the plan is about another question than was asked")
    return Plan(
        query=found,
        protocol=fields.text("protocol"),
        reason=fields.text("reason"),
        who_must_collude=fields.text("who_must_collude", max_length=1000),
        alternatives=tuple(_alternative(each) for each in fields.objects("alternatives")),
        cost=_cost(fields.section("cost")) if fields.has("cost") else None,
    )


def nearby_of(error: RefusedByPeerError) -> Query | None:
    """A question close to a refused one that would be answered now, if the refusal names one."""
    try:
        fields = Fields.parse(error.body, "problem")
        return Query.from_json(fields.any("nearby"), "problem.nearby") if fields.has("nearby") else None
    except MalformedError:
        return None


def nearby_text(nearby: Query) -> str:
    """A question close to a refused one, in words and as the document that can be asked as it stands."""
    sentence = describe_query(nearby, asked_about(nearby), "en")
    return f"This could be asked instead: {sentence}.\n{canonical_json(nearby.to_json()).decode()}"


def plan_lines(plan: Plan) -> list[str]:
    """The plan as lines for a terminal."""
    lines = [f"{plan.query.engine.value}: {plan.reason}", plan.who_must_collude]
    cost = plan.cost
    if cost is None:
        lines.append("This question is too large to be counted beforehand.")
    else:
        about = "" if cost.exact else "about "
        least, most = cost.seconds
        lines += [
            f"{about}{cost.rounds} rounds over {cost.people} people",
            *(f"  node {one} to node {two}: {count} bytes" for (one, two), count in cost.node_bytes.items()),
            *([f"  dealer to the nodes: {cost.dealer_bytes} bytes"] if cost.dealer_bytes else []),
            f"  to you: {cost.buyer_bytes} bytes",
            f"estimate: {least:.2g} to {most:.2g} seconds. {cost.assumes}",
            *([f"  measured at {utc_text(cost.measured_at)}"] if cost.measured_at else []),
        ]
    return lines + [f"not {each.engine.value} ({each.obstacle}): {each.reason}" for each in plan.alternatives]


def _is_same(asked: Query, found: Query) -> bool:
    """Whether a plan is about what was asked, with nothing but an open engine filled in."""
    without = {**found.to_json(), "engine": asked.engine.value}
    if found.engine is Engine.AUTO or asked.engine not in {Engine.AUTO, found.engine}:
        return False
    return without == {**asked.to_json(), "engine": asked.engine.value}


def _alternative(fields: Fields) -> Alternative:
    return Alternative(
        engine=fields.choice("engine", Engine),
        obstacle=fields.text("obstacle"),
        reason=fields.text("reason", max_length=1000),
        remedy=fields.text("remedy", max_length=1000) if fields.has("remedy") else "",
    )


def _cost(fields: Fields) -> Cost:
    seconds = fields.section("seconds")
    return Cost(
        people=_count(fields, "people"),
        rounds=_count(fields, "rounds"),
        node_bytes={
            (_count(each, "from"), _count(each, "to")): _count(each, "bytes")
            for each in fields.objects("node_bytes")
        },
        dealer_bytes=_count(fields, "dealer_bytes"),
        buyer_bytes=_count(fields, "buyer_bytes"),
        products=_count(fields, "products"),
        exact=fields.boolean("exact"),
        seconds=(seconds.number("least", most=_MOST), seconds.number("most", most=_MOST)),
        assumes=seconds.text("assumes", max_length=1000),
        measured_at=seconds.moment("measured_at") if seconds.has("measured_at") else None,
    )


def _count(fields: Fields, name: str) -> int:
    return fields.integer(name, least=0, most=_MOST)
