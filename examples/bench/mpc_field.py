"""What field arithmetic costs three nodes, and what MPyC needs for the same.

Three roles in one process, one after the other, and words handed over as they are: CPU seconds of all three
nodes together, without any network (`three_nodes` has the network). MPyC's three processes are counted in CPU
seconds too, summed. All rows begin with shared inputs on both sides, but for the one that says otherwise.
"""

import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console

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
from examples.bench.environments import RUN_SECONDS, SCRIPTS, python_of
from examples.bench.mpc_bits import parties
from examples.bench.row import Row

MILLION = 1_000_000
PEER = "MPyC 0.11, CPU"
Make = Callable[[Party], Protocol[Any]]
Shared = list[Elements]


def rows(console: Console) -> list[Row]:
    """All rows; a peer that cannot be had leaves its columns empty."""
    return [*arithmetic_rows(), *statistics_rows(console), *learning_rows()]


def arithmetic_rows() -> list[Row]:
    """Multiplications and ANDs, with and without protection against a role that lies."""
    left, right = shared(drawn(MILLION, 1)), shared(drawn(MILLION, 2))
    bits = [planes(seed) for seed in (3, 4)]
    plain = seconds(lambda party: _chain(party, left[party.role], right[party.role]))
    checked = seconds(lambda party: _checked_chain(party, left[party.role], right[party.role]))
    return [
        Row("ten successive multiplications, 1,000,000", "s", plain, gate=1.0),
        Row("the same, authenticated and verified", "s", checked, gate=4 * plain),
        Row("67,108,864 ANDs", "s", seconds(lambda party: _anded(party, bits, verified=False))),
        Row("the same, verified", "s", seconds(lambda party: _anded(party, bits, verified=True))),
    ]


def statistics_rows(console: Console) -> list[Row]:
    """Sums and sums of products, against MPyC."""
    values = drawn(MILLION, 5, bound=1 << 12)
    table = shared(drawn((7, MILLION), 6, bound=1 << 12))
    fewer = shared(drawn((7, MILLION // 10), 6, bound=1 << 12))
    column, twelve_bits = shared(values.reshape(1, -1)), Program((LinearCell(0), ProductCell(0, 0)))
    theirs = {task: mpyc_seconds(task, console) for task in ("mean_and_variance", "gram")}
    return [
        _against(
            "sum and sum of squares, 1,000,000",
            seconds(lambda party: _computed(party, column, twelve_bits)),
            theirs["mean_and_variance"],
            20,
        ),
        Row(
            "the same, authenticated",
            "s",
            seconds(lambda party: _computed(party, column, twelve_bits, mac=True)),
        ),
        Row(
            "the same, with sharing the inputs",
            "s",
            cpu_seconds(lambda: _shared_and_computed(values, twelve_bits)),
        ),
        _against(
            "Gram 7 × 7 (theirs 6 × 7), 100,000",
            seconds(lambda party: arithmetic.gram(party, fewer[party.role])),
            theirs["gram"],
            150,
        ),
        Row(
            "Gram 7 × 7, 1,000,000",
            "s",
            seconds(lambda party: arithmetic.gram(party, table[party.role])),
            gate=0.4,
        ),
    ]


def learning_rows() -> list[Row]:
    """Computations whose state stays shared."""
    features, labels = shared(drawn((7, MILLION), 7, bound=257)), shared(drawn(MILLION, 8, bound=2))
    points = shared(drawn((7, MILLION // 10), 9, bound=1 << 8))
    plan = Plan(7, MILLION, 3)
    groups = ClusterPlan(tuple((64 * at,) * 7 for at in range(4)), MILLION // 10, 8, 3)
    return [
        Row(
            "logistic regression, 7 features, 3 iterations, 1,000,000",
            "s",
            seconds(lambda party: fit(party, features[party.role], labels[party.role], plan)),
            gate=2.0,
        ),
        Row(
            "k-means, 4 centres, 7 features, 3 iterations, 100,000",
            "s",
            seconds(lambda party: cluster(party, points[party.role], groups), rounds=3),
        ),
    ]


def drawn(shape: int | tuple[int, ...], seed: int, *, bound: int = goldilocks.PRIME) -> FieldVector:
    """Made-up elements below a bound."""
    return np.random.default_rng(seed).integers(0, bound, shape, dtype=np.uint64)


def shared(values: FieldVector) -> Shared:
    """Elements as each role holds them."""
    first, second = (drawn(values.shape, seed) for seed in (10, 11))
    summands = (first, second, goldilocks.subtract(goldilocks.subtract(values, first), second))
    return [Elements(role, summands[role], summands[following(role)]) for role in ROLES]


def planes(seed: int) -> list[Planes]:
    """A plane of 2^26 bits as each role holds it."""
    words = [
        np.random.default_rng((seed, role)).integers(0, 2**64, (1, 1 << 20), dtype=np.uint64)
        for role in ROLES
    ]
    return [Planes(role, 1 << 26, words[role], words[following(role)]) for role in ROLES]


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
    """The median CPU time that three roles take together."""
    return cpu_seconds(lambda: run(make), rounds=rounds)


def cpu_seconds(work: Callable[[], object], *, rounds: int = 5) -> float:
    """The median CPU time of a piece of work, after one round that warms up."""
    work()
    taken = []
    for _ in range(rounds):
        began = time.process_time()
        work()
        taken.append(time.process_time() - began)
    return statistics.median(taken)


def mpyc_seconds(task: str, console: Console) -> float | None:
    """CPU seconds of three MPyC processes together; None if MPyC cannot be had."""
    python = python_of("mpyc", console)
    if python is None:
        return None
    with tempfile.TemporaryDirectory() as folder:
        command = [str(python), str(SCRIPTS / "mpyc_peer.py"), folder, task, "-M3"]
        subprocess.run(command, check=True, timeout=RUN_SECONDS, capture_output=True)
        return sum(float(path.read_text(encoding="utf-8")) for path in Path(folder).iterdir())


def _against(name: str, ours: float, theirs: float | None, gate: float) -> Row:
    return Row(name, "s", ours, PEER, theirs, None if theirs is None else gate)


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


def _computed(party: Party, column: Shared, program: Program, *, mac: bool = False) -> Protocol[Elements]:
    mine = column[party.role]
    noise = np.zeros(len(program.cells), dtype=np.int64)
    return compute(party, program, Inputs(mine.first, mine.second), noise, mac=mac)


def _shared_and_computed(values: FieldVector, program: Program) -> list[Elements]:
    column = shared(values.reshape(1, -1))
    return run(lambda party: _computed(party, column, program))
