"""What do nodes say that hold one summand each? Sums, which take no more than a digest; or what is verified.

What is verified is really run over a few people: records of zeros with commitments, triples of a dealer in
this process, and every check. All of it is so many words for each person, each product and each cell, so two
small crowds give the very count of any larger one; where groups are choices of rows, of people who are spread
evenly over them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from consent.computation import Computation
from consent.policy import NODES
from crypto.encoding import sha256
from crypto.mpc.additive.dealer import deal, receive
from crypto.mpc.additive.input_proof import CommittedRecords
from crypto.mpc.additive.part import Fixed
from crypto.mpc.additive.run import Deal, Run, Table, run_sums, run_verified, triples_for
from crypto.mpc.additive.sharing import Seat
from crypto.mpc.program import LinearCell, ProductCell, Program
from crypto.mpc.traffic import IsOver, PairTraffic, count_traffic, never
from crypto.randomness import stream
from crypto.sharing.integer_masked import Component
from marketplace.domain.count_shares import MOST_COUNTED_BYTES, rows_of
from marketplace.domain.plan_cost import PlanCost
from ssi.dataset import DataSet

_BINDING: Final = bytes(32)
_SEATS: Final = tuple(Seat(role, NODES) for role in range(NODES))
POINT_SECONDS: Final = 4e-6
"""For each other node and person, one point of a large sum (`crypto.mpc.additive.input_proof`)."""


@dataclass(frozen=True)
class _Counted:
    traffic: PairTraffic
    given: int
    dealt: int


def count_summands(computation: Computation, people: int) -> PlanCost:
    """The cost of sums that are not verified, which is that of one person."""
    program, columns = program_of(computation, 1)
    table = Table(columns, np.zeros((len(columns), 1), dtype=np.uint64))
    traffic, ends = count_traffic(
        [run_sums(_run(role, None), program, table) for role in range(NODES)], most_bytes=MOST_COUNTED_BYTES
    )
    sent = tuple(sorted(traffic.sent_bytes.items()))
    return PlanCost(people, traffic.rounds, sent, _given(ends), 0, exact=True)


def count_dealt(
    computation: Computation, described: DataSet, people: int, *, noised: bool, is_over: IsOver = never
) -> PlanCost:
    """The cost of what is verified over so many people, the dealer's packets counted apart.

    Raises:
        TrafficLimitError: even a few people say more than is listened to, or it is over.
    """
    few = len(computation.groups) if computation.by_rows else 1
    small, large = (_counted(computation, described, size, noised, is_over) for size in (few, 2 * few))

    def at(one: int, two: int) -> int:
        return one + round((two - one) * (people - few) / few)

    return PlanCost(
        people=people,
        rounds=large.traffic.rounds,
        sent_bytes=tuple(
            (pair, at(small.traffic.sent_bytes[pair], count))
            for pair, count in sorted(large.traffic.sent_bytes.items())
        ),
        buyer_bytes=large.given,
        products=people * sum(cell.right is not None for cell in computation.cells) // few,
        exact=not computation.by_rows,
        dealt_bytes=at(small.dealt, large.dealt),
        local_seconds=(NODES - 1) * people * POINT_SECONDS,
    )


def _counted(
    computation: Computation, described: DataSet, people: int, noised: bool, is_over: IsOver
) -> _Counted:
    program, columns = program_of(computation, people)
    table = Table(columns, np.zeros((len(columns), people), dtype=np.uint64))
    count = triples_for(program, columns=len(columns), records=people, noised=noised)
    packets = deal(count, NODES, binding=_BINDING, authenticated=True, random=stream(_BINDING, "plan deal"))
    noise = [0] * len(program.cells) if noised else None
    traffic, ends = count_traffic(
        [
            run_verified(
                _run(seat.role, noise),
                program,
                table,
                _records(described, seat.role, people),
                Deal(receive(packet, seat, binding=_BINDING), _BINDING),
            )
            for seat, packet in zip(_SEATS, packets, strict=True)
        ],
        most_bytes=MOST_COUNTED_BYTES,
        is_over=is_over,
    )
    return _Counted(traffic, _given(ends), sum(map(len, packets)))


def _records(described: DataSet, role: int, people: int) -> CommittedRecords:
    """Records of zeros, each cut into three components of zeros under blindings that everybody knows."""
    zeros = (0,) * len(described.bits)
    cut = [Component(described.bits, zeros, 1 + each) for each in range(NODES)]
    domain = described.commitment_domain
    points = [each.commitment(domain).to_bytes() for each in cut]
    return CommittedRecords(described.bits, domain, [cut[role]] * people, [points] * people)


def program_of(computation: Computation, people: int) -> tuple[Program, tuple[int, ...]]:
    """The cells as a node runs them, and the columns that they need."""
    masks = {
        group: None if mask is None else np.array(mask, dtype=np.bool_)
        for group, mask in computation.row_masks(rows_of(computation, people)).items()
    }
    program = Program(
        tuple(
            LinearCell(cell.left, masks[cell.group])
            if cell.right is None
            else ProductCell(cell.left, cell.right, masks[cell.group])
            for cell in computation.cells
        )
    )
    return program, tuple(sorted({column for cell in program.cells for column in cell.columns}))


def _run(role: int, noise: Sequence[int] | None) -> Run:
    return Run(_SEATS[role], sha256(b"plan", bytes([role])), _BINDING, noise)


def _given(ends: Sequence[Fixed]) -> int:
    return sum(len(end.part.encode()) for end in ends)
