"""What do nodes say that compute on shares among three? Counted at the very size up to `COUNTED_PEOPLE`.

For a larger crowd the bytes lie on a line through two smaller sizes, and rounds grow by the same number
whenever the crowd doubles: close for all that has noise, too many bytes for exact quantiles, which count in
blocks from 2048 people on.
"""

from collections.abc import Sequence
from math import ceil, log2
from typing import Final

import numpy as np

from consent.computation import Computation
from consent.grouping import PublicAttributes
from consent.policy import NODES
from crypto.encoding import sha256
from crypto.errors import TrafficLimitError
from crypto.mpc.local import Shares
from crypto.mpc.menu.holdings import Holdings, Table
from crypto.mpc.output import encode_output
from crypto.mpc.partitions import TablePartition, local_sums
from crypto.mpc.traffic import IsOver, count_traffic, never
from marketplace.domain.plan_cost import PlanCost
from marketplace.mpc_node.computation import needed_columns, protocol_of

COUNTED_PEOPLE: Final = 2048
FEW_PEOPLE: Final = 128
MOST_COUNTED_BYTES: Final = 32 << 20
"""Of all messages of one count: some seconds of work and some hundred megabytes of memory at most."""
_BINDING: Final = bytes(32)


def count_shares(computation: Computation, people: int, is_over: IsOver = never) -> PlanCost:
    """The cost over so many people; one that says too much for a count is continued from a small crowd.

    Raises:
        TrafficLimitError: even a small crowd says more than is listened to, or it is over.
    """
    try:
        return _up_to(COUNTED_PEOPLE, computation, people, is_over)
    except TrafficLimitError:
        if people <= FEW_PEOPLE or is_over():
            raise
        return _up_to(FEW_PEOPLE, computation, people, is_over)


def rows_of(computation: Computation, people: int) -> list[PublicAttributes]:
    """People who are spread evenly over the public groups; private groups and none need no attribute."""
    if computation.group_by is None or not computation.by_rows:
        return [{}] * people
    groups = computation.groups
    return [{computation.group_by: groups[place % len(groups)]} for place in range(people)]


def _up_to(most: int, computation: Computation, people: int, is_over: IsOver) -> PlanCost:
    if people <= most:
        return _counted(computation, people, is_over)
    large = _counted(computation, most, is_over)
    small = _counted(computation, most // 2, is_over)
    times = (people - most) / (most // 2)
    grown = [
        (pair, count + ceil(times * (count - before)))
        for (pair, count), (_, before) in zip(large.sent_bytes, small.sent_bytes, strict=True)
    ]
    doublings = ceil(log2(people / most))
    return PlanCost(
        people=people,
        rounds=large.rounds + doublings * (large.rounds - small.rounds),
        sent_bytes=tuple(grown),
        buyer_bytes=large.buyer_bytes,
        products=_products(computation, people),
        exact=False,
    )


def _counted(computation: Computation, people: int, is_over: IsOver) -> PlanCost:
    rows = rows_of(computation, people)
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
        ],
        most_bytes=MOST_COUNTED_BYTES,
        is_over=is_over,
    )
    given = sum(len(encode_output(end.own, end.held)) for end in ends)
    sent = tuple(sorted(traffic.sent_bytes.items()))
    products = _products(computation, people)
    return PlanCost(people, traffic.rounds, sent, given, products, exact=not computation.by_rows)


def _products(computation: Computation, people: int) -> int:
    return people * sum(cell.right is not None for cell in computation.cells)


def _nothing(computation: Computation, rows: Sequence[PublicAttributes]) -> Holdings:
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
