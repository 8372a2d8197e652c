"""What do three nodes need as three processes that talk over mutual TLS? Wall seconds of the slowest.

Inputs are shared before the clock starts; keys are agreed on within the time. `examples.bench.three_nodes`
says how it is run, and holds every answer against the same computation in the clear.
"""

from typing import NamedTuple

from examples.bench import effort
from examples.bench.row import Row
from examples.bench.three_nodes import Measured, measure
from examples.bench.workloads import WORKLOADS

REPETITIONS = 5
DEAREST = 4
"""Protection against a node that lies may take so many times the time."""

PLAIN, VERIFIED = "multiply-10x1M", "multiply-10x1M-verified"
MICRO, MILLI = 1e6, 1e3


class Work(NamedTuple):
    """A workload, what it is called in the table (with its records), and how many seconds it may take."""

    workload: str
    name: str
    gate: float | None = None


WORKS = (
    Work("median-1M", "median of 16 bits, {:,} records", 2.0),
    Work("median-1k", "median of 16 bits, {:,} records", 0.3),
    Work("median-1k-verified", "the same, every AND verified, {:,} records"),
    Work("less-than-1M", "16-bit less-than, {:,} records", 1.0),
    Work("histogram-1M", "32-bin histogram from codes, {:,} records", 0.6),
    Work("histogram-1M-one-hot", "32-bin histogram from one-hot planes, {:,} records", 0.6),
    Work("gram-1M", "Gram matrix of 7 columns, {:,} records", 0.4),
    Work("multiply-10M", "one multiplication each, {:,} records", 1.5),
)


def rows() -> list[Row]:
    """All rows: what was to be computed, and what it costs to talk."""
    measured = [Row(_named(work), "s", _run(work.workload).wall_seconds, gate=work.gate) for work in WORKS]
    return [*measured, *_multiplications(), *_transport()]


def _multiplications() -> list[Row]:
    plain, verified = _run(PLAIN).wall_seconds, _run(VERIFIED).wall_seconds
    name = _named(Work(PLAIN, "ten successive multiplications each, {:,} records"))
    return [
        Row(name, "s", plain, gate=1.5),
        Row(f"{name}, with MACs", "s", verified, gate=DEAREST * plain),
    ]


def _transport() -> list[Row]:
    def each(workload: str, scale: float) -> float:
        return _run(workload).wall_seconds / effort.records(WORKLOADS[workload].records) * scale

    return [
        Row("a round trip between two nodes", "µs", each("round-trips", MICRO)),
        Row("a round of all three nodes", "µs", each("rounds", MICRO)),
        Row("16 MB from node to node", "ms", each("stream-16MB", MILLI)),
    ]


def _named(work: Work) -> str:
    return work.name.format(effort.records(WORKLOADS[work.workload].records))


def _run(workload: str) -> Measured:
    records = effort.records(WORKLOADS[workload].records)
    return measure(workload, records=records, repetitions=effort.rounds(REPETITIONS))
