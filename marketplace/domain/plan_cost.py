"""How many rounds and bytes will a computation take? Its own protocol is run on zeros, and counted.

What the nodes say depends on public sizes only, so three roles in this process that hold nothing but zeros
say as much as three nodes will. Up to `COUNTED_PEOPLE` that is done at the very size. For a larger crowd the
bytes lie on a line through two smaller sizes, and rounds grow by the same number whenever the crowd doubles:
close for all that has noise, too many bytes for exact quantiles, which count in blocks from 2048 people on.

Seconds are an estimate between two stated cases; `crypto.mpc.cost` says on what they were measured.
"""

from dataclasses import dataclass
from functools import lru_cache
from math import ceil, log2
from typing import Final

import numpy as np

from consent.computation import Computation, compile_groups
from consent.grouping import Groups, PublicAttributes
from consent.joining import asked_about
from consent.policy import NODES
from consent.query import Query
from consent.vocabulary import Engine
from crypto.encoding import Json, sha256
from crypto.mpc.additive.run import Run, run_sums
from crypto.mpc.additive.run import Table as Summands
from crypto.mpc.additive.sharing import Seat
from crypto.mpc.cost import LOOPBACK_SECONDS, SECONDS_PER_BYTE
from crypto.mpc.local import Shares
from crypto.mpc.menu.holdings import Holdings, Table
from crypto.mpc.output import encode_output
from crypto.mpc.partitions import TablePartition, local_sums
from crypto.mpc.program import LinearCell, Program
from crypto.mpc.traffic import Pair, count_traffic
from marketplace.mpc_node.computation import needed_columns, protocol_of

COUNTED_PEOPLE: Final = 2048
ROUND_WORK_SECONDS: Final = 0.3e-3
"""One role's work in a round: a third of what three roles in one process took, on two busy cores."""
SLOW_ROUND_SECONDS: Final = 0.030
"""A round trip between data centres of one continent, where none was measured."""
SLOW_BYTE_SECONDS: Final = 8 / 100e6
"""A line of 100 Mbit a second."""
_BINDING: Final = bytes(32)


@dataclass(frozen=True)
class PlanCost:
    """What the nodes say to each other, and what they give to the buyer, sealing not counted.

    `sent_bytes` are those of messages by sending and receiving role. `exact` tells whether it was counted at
    this very number of people. `products` are multiplications of two columns' values.
    """

    people: int
    rounds: int
    sent_bytes: tuple[tuple[Pair, int], ...]
    buyer_bytes: int
    products: int
    exact: bool

    @property
    def total_bytes(self) -> int:
        """The bytes of all messages between nodes."""
        return sum(count for _, count in self.sent_bytes)

    @property
    def seconds(self) -> tuple[float, float]:
        """An estimate: nodes side by side on one machine, and nodes far apart on slow lines."""
        busiest = max((count for _, count in self.sent_bytes), default=0)
        work = self.rounds * ROUND_WORK_SECONDS + busiest * SECONDS_PER_BYTE
        slow = self.rounds * SLOW_ROUND_SECONDS + busiest * SLOW_BYTE_SECONDS
        return work + self.rounds * LOOPBACK_SECONDS, work + slow

    def to_json(self) -> dict[str, Json]:
        """The cost for an API."""
        quick, slow = self.seconds
        return {
            "people": self.people,
            "rounds": self.rounds,
            "node_bytes": [
                {"from": sender, "to": receiver, "bytes": count}
                for (sender, receiver), count in self.sent_bytes
            ],
            "buyer_bytes": self.buyer_bytes,
            "products": self.products,
            "exact": self.exact,
            "seconds": {
                "least": round(quick, 3),
                "most": round(slow, 3),
                "assumes": ASSUMES,
            },
        }


ASSUMES: Final = (
    "An estimate. Least: nodes on one machine, as measured on two cores of an ordinary server. Most: "
    f"{SLOW_ROUND_SECONDS * 1000:.0f} ms for a round and 100 Mbit a second between nodes."
)


@lru_cache(maxsize=256)
def cost_of(query: Query, people: int) -> PlanCost | None:
    """The cost of a checked query over so many people; None where it is not counted.

    Not counted are sums under encryption, where nodes have no rounds, and products with dealt numbers.

    Raises:
        QueryRefusedError: the query cannot be computed over so many.
    """
    if people <= COUNTED_PEOPLE:
        return _counted(query, people)
    small, large = _counted(query, COUNTED_PEOPLE // 2), _counted(query, COUNTED_PEOPLE)
    if small is None or large is None:
        return None
    times = (people - COUNTED_PEOPLE) / (COUNTED_PEOPLE // 2)
    grown = [
        (pair, count + ceil(times * (count - before)))
        for (pair, count), (_, before) in zip(large.sent_bytes, small.sent_bytes, strict=True)
    ]
    doublings = ceil(log2(people / COUNTED_PEOPLE))
    return PlanCost(
        people=people,
        rounds=large.rounds + doublings * (large.rounds - small.rounds),
        sent_bytes=tuple(grown),
        buyer_bytes=large.buyer_bytes,
        products=round(large.products / COUNTED_PEOPLE * people),
        exact=False,
    )


def _counted(query: Query, people: int) -> PlanCost | None:
    described = asked_about(query)
    codes: Groups = (None,)
    if query.group_by is not None:
        codes = tuple(described.attribute(query.group_by).codes)
    computation = compile_groups(query, described, groups=codes, people=people)
    if query.chosen_engine is Engine.MPC:
        return _on_shares(computation, people)
    if query.chosen_engine is Engine.ADDITIVE and not computation.verified:
        return _on_summands(computation, people)
    return None


def _on_shares(computation: Computation, people: int) -> PlanCost:
    rows = _rows(computation, people)
    held = _nothing(computation, rows)
    traffic, ends = count_traffic(
        [
            protocol_of(
                computation,
                rows,
                held,
                role=role,
                seed=sha256(b"plan", bytes([role])),
                binding=_BINDING,
                noise_seed=sha256(b"plan noise", bytes([role])),
                noise_binding=_BINDING,
            )
            for role in range(NODES)
        ]
    )
    given = sum(len(encode_output(end.own, end.held)) for end in ends)
    products = people * sum(cell.right is not None for cell in computation.cells)
    sent = tuple(sorted(traffic.sent_bytes.items()))
    return PlanCost(people, traffic.rounds, sent, given, products, exact=not computation.by_rows)


def _on_summands(computation: Computation, people: int) -> PlanCost:
    columns = tuple(sorted({cell.left for cell in computation.cells}))
    program = Program(tuple(LinearCell(cell.left) for cell in computation.cells))
    table = Summands(columns, np.zeros((len(columns), people), dtype=np.uint64))
    traffic, ends = count_traffic(
        [run_sums(Run(Seat(role, NODES), bytes(32), _BINDING), program, table) for role in range(NODES)]
    )
    given = sum(len(end.part.encode()) for end in ends)
    sent = tuple(sorted(traffic.sent_bytes.items()))
    return PlanCost(people, traffic.rounds, sent, given, 0, exact=not computation.by_rows)


def _rows(computation: Computation, people: int) -> list[PublicAttributes]:
    """People who are spread evenly over the public groups; private groups and none need no attribute."""
    if computation.group_by is None or not computation.by_rows:
        return [{}] * people
    groups = computation.groups
    return [{computation.group_by: groups[place % len(groups)]} for place in range(people)]


def _nothing(computation: Computation, rows: list[PublicAttributes]) -> Holdings:
    needed = needed_columns(computation, rows)
    width = 1 + max((column for cell in needed.sums.cells for column in cell.columns), default=-1)
    piece = TablePartition(np.arange(len(rows)), _zeros(width, len(rows)))
    return Holdings(
        Table(needed.elements, _zeros(len(needed.elements), len(rows))),
        Table(needed.integers, _zeros(len(needed.integers), len(rows))),
        local_sums(needed.sums, [piece], records=len(rows)),
    )


def _zeros(columns: int, records: int) -> Shares:
    table = np.zeros((columns, records), dtype=np.uint64)
    return Shares(table, table)
