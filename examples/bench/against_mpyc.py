"""The same statistics by three of our nodes and by three parties of MPyC: CPU seconds of all three, summed.

Both sides are three processes on this machine and count everything between shared inputs and result, talking
included: ours over mutual TLS, MPyC's over plain TCP. MPyC computes over arrays, in the fastest form that we
found (`peers/mpyc_peer.py`); quick selection, which its own `statistics.median` takes, needs minutes where
its sorting network needs seconds. Our three processes and MPyC's are measured in turns.
"""

import statistics
from typing import NamedTuple

from rich.console import Console

from examples.bench import effort
from examples.bench.environments import ask
from examples.bench.row import Row
from examples.bench.three_nodes import measure
from examples.bench.workloads import WORKLOADS

PEER = "MPyC 0.11"
TURNS = 3
REPETITIONS = 3
"""How often ours is measured in a turn."""

LIMIT_SECONDS = 240


class Pair(NamedTuple):
    """Our workload, MPyC's task, what both are called in the table, and the ratio that we want."""

    workload: str
    task: str
    name: str
    gate: float | None


PAIRS = (
    Pair("mean-variance-1M", "mean_and_variance", "sum and sum of squares, {:,} records", 20),
    Pair(
        "mean-variance-1M-dealt",
        "mean_and_variance_with_inputs",
        "the same, with sharing the inputs, {:,} records",
        60,
    ),
    Pair("gram-100k", "gram", "Gram matrix of 7 columns (theirs 6 × 7), {:,} records", 150),
    Pair("less-than-10k", "less_than", "16-bit less-than, {:,} records", 300),
    Pair("median-1k", "median_by_sorting", "median of 16 bits (theirs: sorting), {:,} records", 40),
    Pair(
        "median-1k",
        "median_by_bits",
        "median of 16 bits (theirs: our walk in MPyC's arrays), {:,} records",
        None,
    ),
)


def rows(console: Console) -> list[Row]:
    """All rows; without MPyC its columns stay empty."""
    return [compared(pair, console) for pair in PAIRS]


def compared(pair: Pair, console: Console) -> Row:
    """One pair, in turns."""
    records = effort.records(WORKLOADS[pair.workload].records)
    ours, theirs = [], []
    for _ in range(effort.rounds(TURNS)):
        ours.append(measure(pair.workload, records=records, repetitions=REPETITIONS).cpu_seconds)
        said = ask(
            "mpyc",
            "mpyc_peer.py",
            console,
            pair.task,
            str(records),
            "-M3",
            "--no-log",
            seconds=LIMIT_SECONDS,
        )
        theirs += [] if said is None else [said["seconds"]]
    peer = statistics.median(theirs) if theirs else None
    return Row(pair.name.format(records), "s", statistics.median(ours), PEER, peer, pair.gate)
