"""What does field arithmetic cost three nodes?

Three roles in one process, one after the other, and words handed over as they are: CPU seconds of all three
nodes together, without any network. `over_tls` has the network, `against_mpyc` the peer. All rows begin with
shared inputs.
"""

import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from crypto import goldilocks
from crypto.goldilocks import FieldVector
from crypto.mpc import arithmetic
from crypto.mpc.bits import and_planes
from crypto.mpc.clusters import Plan as ClusterPlan
from crypto.mpc.clusters import cluster
from crypto.mpc.logistic import Plan, fit
from crypto.mpc.mac import Authenticator
from crypto.mpc.party import Party
from crypto.mpc.program import Inputs, LinearCell, ProductCell, Program
from crypto.mpc.rounds import Protocol
from crypto.mpc.shares import Elements, Planes
from crypto.mpc.statistics import compute
from crypto.mpc.verified_bits import verify_ands
from crypto.sharing.replicated import ROLES, following
from examples.bench import effort
from examples.bench.mpc_bits import parties
from examples.bench.row import Row

MILLION = 1_000_000
AND_WORDS = 1 << 20
WORD_BITS = 64
SUMS = Program((LinearCell(0), ProductCell(0, 0)))
Make = Callable[[Party], Protocol[Any]]
Shared = list[Elements]


def rows() -> list[Row]:
    """All rows."""
    return [*arithmetic_rows(), *statistics_rows(), *learning_rows()]


def arithmetic_rows() -> Iterator[Row]:
    """Multiplications and ANDs, with and without protection against a role that lies."""
    records, words = effort.records(MILLION), effort.records(AND_WORDS)
    left, right = shared(drawn(records, 1)), shared(drawn(records, 2))
    bits = [planes(words, seed) for seed in (3, 4)]
    yield _row(
        f"ten successive multiplications, {records:,}",
        lambda party: _chain(party, left[party.role], right[party.role]),
    )
    yield _row(
        "the same, authenticated and verified",
        lambda party: _checked_chain(party, left[party.role], right[party.role]),
    )
    yield _row(f"{words * WORD_BITS:,} ANDs", lambda party: _anded(party, bits, verified=False))
    yield _row("the same, verified", lambda party: _anded(party, bits, verified=True))


def statistics_rows() -> Iterator[Row]:
    """Sums and sums of products."""
    records = effort.records(MILLION)
    column = shared(drawn((1, records), 5, bound=1 << 12))
    table = shared(drawn((7, records), 6, bound=1 << 12))
    yield _row(f"sum and sum of squares, {records:,}", lambda party: _computed(party, column))
    yield _row("the same, authenticated", lambda party: _computed(party, column, mac=True))
    yield _row(
        f"Gram matrix of 7 columns, {records:,}", lambda party: arithmetic.gram(party, table[party.role])
    )


def learning_rows() -> Iterator[Row]:
    """Computations whose state stays shared."""
    records, fewer = effort.records(MILLION), effort.records(MILLION // 10)
    features, labels = shared(drawn((7, records), 7, bound=257)), shared(drawn(records, 8, bound=2))
    points = shared(drawn((7, fewer), 9, bound=1 << 8))
    plan = Plan(7, records, 3)
    groups = ClusterPlan(tuple((64 * at,) * 7 for at in range(4)), fewer, 8, 3)
    yield _row(
        f"logistic regression, 7 features, 3 iterations, {records:,}",
        lambda party: fit(party, features[party.role], labels[party.role], plan),
    )
    yield _row(
        f"k-means, 4 centres, 7 features, 3 iterations, {fewer:,}",
        lambda party: cluster(party, points[party.role], groups),
    )


def drawn(shape: int | tuple[int, ...], seed: int, *, bound: int = goldilocks.PRIME) -> FieldVector:
    """Made-up elements below a bound."""
    return np.random.default_rng(seed).integers(0, bound, shape, dtype=np.uint64)


def shared(values: FieldVector) -> Shared:
    """Elements as each role holds them."""
    first, second = (drawn(values.shape, seed) for seed in (10, 11))
    summands = (first, second, goldilocks.subtract(goldilocks.subtract(values, first), second))
    return [Elements(role, summands[role], summands[following(role)]) for role in ROLES]


def planes(count: int, seed: int) -> list[Planes]:
    """A plane of so many words as each role holds it."""
    words = [
        np.random.default_rng((seed, role)).integers(0, 2**64, (1, count), dtype=np.uint64) for role in ROLES
    ]
    return [Planes(role, count * WORD_BITS, words[role], words[following(role)]) for role in ROLES]


def run(make: Make) -> list[Any]:
    """Run three roles to their results, words handed over as they are."""
    running = {party.role: make(party) for party in parties()}
    exchanges = {role: next(protocol) for role, protocol in running.items()}
    results: dict[int, Any] = {}
    while exchanges:
        boxes = {
            role: {sender: each.send[role] for sender, each in exchanges.items() if role in each.send}
            for role in exchanges
        }
        for role, box in boxes.items():
            try:
                exchanges[role] = running[role].send(box)
            except StopIteration as end:
                results[role] = end.value
        exchanges = {role: each for role, each in exchanges.items() if role not in results}
    return [results[role] for role in ROLES]


def seconds(make: Make, *, rounds: int = 5) -> float:
    """The median CPU time that three roles take together, after one round that warms up."""
    run(make)
    taken = []
    for _ in range(effort.rounds(rounds)):
        began = time.process_time()
        run(make)
        taken.append(time.process_time() - began)
    return statistics.median(taken)


def _row(name: str, make: Make) -> Row:
    return Row(name, "s", seconds(make))


def _chain(party: Party, value: Elements, factor: Elements) -> Protocol[Elements]:
    for _ in range(10):
        value = yield from arithmetic.multiply(party, value, factor)
    return value


def _checked_chain(party: Party, left: Elements, right: Elements) -> Protocol[Elements]:
    authenticator = Authenticator.draw(party)
    value = yield from authenticator.admit(left)
    factor = yield from authenticator.admit(right)
    for _ in range(10):
        value = yield from authenticator.multiply(value, factor)
    yield from authenticator.verify()
    return value.values


def _anded(party: Party, bits: Sequence[Sequence[Planes]], *, verified: bool) -> Protocol[Planes]:
    left, right = (each[party.role] for each in bits)
    party.audit = [] if verified else None
    product = yield from and_planes(party, left, right)
    if verified:
        yield from verify_ands(party)
    return product


def _computed(party: Party, column: Shared, *, mac: bool = False) -> Protocol[Elements]:
    mine = column[party.role]
    noise = np.zeros(len(SUMS.cells), dtype=np.int64)
    return compute(party, SUMS, Inputs(mine.first, mine.second), noise, mac=mac)
