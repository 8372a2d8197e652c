"""Who are the made-up people of `examples.bench.scale`, what is asked about them, and what must come out?

Everybody is one of a few hundred students of the exam data set, with papers of her own: a consent, a handle,
an entry in a status list. What is asked: how many, the mean and the deviation of a score, by a public group.
"""

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import cache

import numpy as np
from numpy.typing import NDArray

from consent.policy import Policy
from consent.query import Query, Statistic
from consent.vocabulary import Purpose, RecipientKind, StatisticKind
from crypto import goldilocks
from crypto.encoding import b64url_encode
from crypto.goldilocks import FieldVector
from crypto.sharing.replicated import following
from ssi.dataset import data_set

Values = NDArray[np.uint64]
NODES = ("node-a", "node-b", "node-c")
DATA_SET = data_set("exam/1")
KINDS = 360
SCHOOLS = ("mixed", "girls", "boys")
FEW = 1000
CENTS = 10
NOW = datetime.now(UTC).replace(microsecond=0)
POLICY = Policy(
    data_set=DATA_SET.ref,
    attributes=frozenset({"exam_score", "school_type"}),
    purposes=frozenset({Purpose.ACADEMIC_RESEARCH}),
    recipient_kinds=frozenset({RecipientKind.RESEARCH_INSTITUTE}),
    statistics=frozenset(StatisticKind),
    crowd_floor=50,
    exact_allowed=True,
    epsilon_per_query=Decimal(1),
    epsilon_total=Decimal(5),
    compensation_cents=CENTS,
    node_ids=NODES,
    given_at=NOW - timedelta(days=1),
    valid_until=NOW + timedelta(days=365),
)
QUERY = Query(
    data_set=DATA_SET.ref,
    purpose=Purpose.ACADEMIC_RESEARCH,
    statistics=(
        Statistic(StatisticKind.COUNT),
        Statistic(StatisticKind.MEAN, "exam_score"),
        Statistic(StatisticKind.STANDARD_DEVIATION, "exam_score"),
    ),
    floor=50,
    epsilon=None,
    group_by="school_type",
)


def name(index: int) -> str:
    """A consent id; people are in the order of theirs."""
    return f"urn:uuid:{index:08x}-0000-4000-8000-000000000000"


def digest(index: int, what: str) -> str:
    """A digest that only this person has."""
    return b64url_encode(hashlib.sha256(f"{what} {index}".encode()).digest())


def school(index: int) -> str:
    """A person's public attribute."""
    return SCHOOLS[index % KINDS % len(SCHOOLS)]


def score(kind: int) -> float:
    """What is asked about."""
    return round(-3 + kind * 0.37 % 6, 3)


def record(kind: int) -> dict[str, float | str]:
    """What the university says about a kind of person."""
    return {
        "exam_score": score(kind),
        "reading_score": round(-1 + kind * 0.21 % 2, 3),
        "school_average": 0.1,
        "verbal_reasoning": ("top", "middle", "bottom")[kind % 3],
        "intake": "middle",
        "sex": ("female", "male")[kind % 2],
        "school_type": school(kind),
    }


@cache
def _encoded() -> Values:
    """The records of all kinds of people, as wallets encode them, kinds by columns."""
    return np.array([DATA_SET.encode(record(kind)) for kind in range(KINDS)], dtype=np.uint64)


def shares(role: int, start: int, end: int) -> tuple[tuple[FieldVector, FieldVector], tuple[Values, Values]]:
    """Both components of one role, in the field and in the ring, people by columns."""
    plain = _encoded()[np.arange(start, end) % KINDS]

    def masks(form: int, bound: int) -> list[Values]:
        return [
            np.random.default_rng((form, component, start)).integers(0, bound, plain.shape, dtype=np.uint64)
            for component in range(2)
        ]

    first, second = masks(0, goldilocks.PRIME)
    fields = (first, second, goldilocks.subtract(goldilocks.subtract(plain, first), second))
    low, high = masks(1, 2**64)
    rings = (low, high, plain - low - high)
    mine = (role, following(role))
    return (fields[mine[0]], fields[mine[1]]), (rings[mine[0]], rings[mine[1]])


def truth(people: int) -> dict[str, list[float]]:
    """The answer, computed in the clear: for each group how many, mean and deviation."""
    kinds = np.arange(people) % KINDS
    scores = np.array([score(kind) for kind in range(KINDS)])
    groups = np.array([SCHOOLS.index(school(kind)) for kind in range(KINDS)])
    found: dict[str, list[float]] = {}
    for group, label in enumerate(SCHOOLS):
        values = scores[kinds[groups[kinds] == group]]
        found[label] = [float(values.size), float(values.mean()), float(values.std(ddof=1))]
    return found


def names(people: int) -> Sequence[str]:
    """The first so many people."""
    return [name(index) for index in range(people)]
