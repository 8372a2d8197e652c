"""What does it cost to decide about one person's policy, with and without the trace, on one core?

Every decision is about another policy and another use of a query, as where a marketplace looks for a crowd:
so nothing is remembered from one person to the next but what the query itself says. The gate of a decision is
20 µs of the processor, which is 50,000 a second and core; what else runs on the machine does not count.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from statistics import median
from time import thread_time
from typing import Final, NamedTuple

from consent.decision import decide
from consent.policy import Permitted, Policy, Use
from consent.prohibition import Constraint, Operand, Operator, Prohibition, never
from consent.query import Condition, Query, Statistic
from consent.trace import trace
from consent.vocabulary import Purpose, RecipientKind, StatisticKind
from examples.bench import effort
from examples.bench.row import Row

PEOPLE: Final = 4000
ROUNDS: Final = 7
MICRO: Final = 1e6
GATE: Final = 20.0
NOW: Final = datetime(2026, 12, 1, 12, tzinfo=UTC)
NODES: Final = ("node-a", "node-b", "node-c")
POLICY: Final = Policy(
    data_set="exam/1",
    attributes=frozenset({"exam_score", "sex", "school_type"}),
    purposes=frozenset({Purpose.RESEARCH_AND_DEVELOPMENT}),
    recipient_kinds=frozenset({RecipientKind.UNIVERSITY, RecipientKind.RESEARCH_INSTITUTE}),
    statistics=frozenset({StatisticKind.COUNT, StatisticKind.MEAN}),
    crowd_floor=50,
    exact_allowed=False,
    epsilon_per_query=Decimal(1),
    epsilon_total=Decimal(5),
    compensation_cents=50,
    node_ids=NODES,
    given_at=NOW - timedelta(days=1),
    valid_until=NOW + timedelta(days=100),
)
FORBIDDEN: Final = frozenset(
    {
        never(Operand.RECIPIENT_KIND, "insurer"),
        never(Operand.COUNTRY, "EU", operator=Operator.IS_NONE_OF),
        Prohibition(
            never(Operand.PURPOSE, Purpose.COMMERCIAL_RESEARCH.value).constraints
            | {Constraint(Operand.CROWD, Operator.LESS, Decimal(500))}
        ),
    }
)
STRICT: Final = replace(
    POLICY,
    recipient_countries=frozenset({"EU", "CH"}),
    filters=frozenset({"sex", "school_type"}),
    runs=12,
    prohibitions=FORBIDDEN,
)
PLAIN: Final = Query(
    "exam/1",
    Purpose.ACADEMIC_RESEARCH,
    (Statistic(StatisticKind.COUNT), Statistic(StatisticKind.MEAN, "exam_score")),
    50,
    Decimal(1),
)
CHOSEN: Final = replace(PLAIN, where=(Condition("school_type", "girls"),))


class Asked(NamedTuple):
    """One decision: a person's policy and the use as it meets her."""

    policy: Policy
    use: Use


def rows() -> list[Row]:
    """Decisions about plain and strict policies, permitted and refused, and one trace."""
    plain, strict = _asked(POLICY, PLAIN), _asked(STRICT, CHOSEN)
    refused = [Asked(each.policy, replace(each.use, buyer_kind=RecipientKind.INSURER)) for each in strict]
    works: dict[str, tuple[Sequence[Asked], Callable[[Asked], object]]] = {
        "decide, a plain policy": (plain, _decide),
        "decide, a choice of people, three bounds and three prohibitions": (strict, _decide),
        "decide, the same, refused": (refused, _decide),
    }
    measured = [
        Row(name, "µs", _microseconds(asked, work), gate=GATE) for name, (asked, work) in works.items()
    ]
    return [*measured, Row("the trace of such a decision, on demand", "µs", _microseconds(strict, _trace))]


def _asked(policy: Policy, query: Query) -> list[Asked]:
    """As many people as there are decisions: each with a budget, a past and a crowd of her own."""
    asked = [
        Asked(
            replace(policy, compensation_cents=person % 50),
            Use(
                query=query,
                buyer_id="urn:argonauta:organisation:1",
                buyer_kind=RecipientKind.UNIVERSITY,
                cohort_size=500 + person,
                epsilon_spent=Decimal(person % 4),
                compensation_cents=50,
                node_ids=NODES,
                buyer_country="AT",
                runs=person % 12,
            ),
        )
        for person in range(effort.records(PEOPLE))
    ]
    if not all(isinstance(_decide(each), Permitted) for each in asked):
        raise RuntimeError("a use that should be permitted is refused")
    return asked


def _decide(asked: Asked) -> object:
    return decide(asked.policy, asked.use, now=NOW)


def _trace(asked: Asked) -> object:
    return trace(asked.policy, asked.use, now=NOW)


def _microseconds(asked: Sequence[Asked], work: Callable[[Asked], object]) -> float:
    """The median time of the processor for one of them, after a round that warms up."""
    _busy_seconds(asked, work)
    taken = [_busy_seconds(asked, work) for _ in range(effort.rounds(ROUNDS))]
    return median(taken) / len(asked) * MICRO


def _busy_seconds(asked: Sequence[Asked], work: Callable[[Asked], object]) -> float:
    begun = thread_time()
    for each in asked:
        work(each)
    return thread_time() - begun
