"""What does a job over many people cost? Three served nodes of this machine, up to a million people.

`python -m examples.bench.scale [PEOPLE …]` prints a table. The job goes the way that every job goes: the roll
in pieces, admission of everybody by papers, status list and consent, agreement between the nodes, sums over
sealed share files, rounds, release; and a buyer opens the answer, which is held against the same computation
in the clear. CPU and memory are those of the node's process that took most. A small job comes first, so that
compiled code is loaded.
"""

import math
import os
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import click
from rich.console import Console

from examples.bench import effort
from examples.bench.row import Row, show
from examples.bench.scale_people import FEW, NODES, truth
from examples.bench.scale_town import Town, status_lists
from marketplace.mpc_node.storage.share_files import FOLDER
from marketplace.sdk.result import OpenedResult

SIZES = (10_000, 100_000, 1_000_000)
MOST_BYTES, MOST_GROWTH = 4e9, 13.0
"""A node's memory, and how much longer ten times as many people may take."""
_CLOSE = 1e-6


class WrongAnswerError(Exception):
    """The three nodes computed something else than the same computation in the clear."""


@click.command()
@click.argument("people", nargs=-1, type=click.IntRange(1000, 2_000_000))
def main(people: Sequence[int]) -> None:
    """Measure a job over so many PEOPLE, by default 10,000, 100,000 and 1,000,000."""
    show("scale", rows(people or SIZES), Console(highlight=False))


def rows(sizes: Sequence[int] = SIZES) -> list[Row]:
    """A job of each size; a million people take some minutes, most of them to make and store their shares."""
    found: list[Row] = []
    before: tuple[int, float] | None = None  # people and CPU seconds: what the machine does beside is not in
    for size in dict.fromkeys(map(effort.records, sizes)):
        took = measure(size)
        found += [
            Row(f"{size:,} people: contributions stored, each", "µs", took["fill"] / size * 1e6),
            Row(f"{size:,} people: the job", "s", took["job"]),
            Row("· CPU of a node", "s", took["cpu"]),
            Row("· CPU of a node, for each person", "µs", took["cpu"] / size * 1e6),
            Row("· memory of a node", "GB", took["peak"] / 1e9, gate=MOST_BYTES / 1e9),
            Row("· share files of a node", "GB", took["disk"] / 1e9),
        ]
        if before is not None:
            growth = took["cpu"] / before[1] / (size / before[0]) * 10
            found.append(Row("· growth of CPU time for ten times the people", "×", growth, gate=MOST_GROWTH))
        before = (size, took["cpu"])
    return found


def measure(people: int) -> dict[str, float]:
    """Run the job once at three new nodes: seconds, and of every node's numbers the largest.

    Raises:
        WrongAnswerError: it is another answer than in the clear.
        JobFailedError: a node ended the job without an output.
    """
    with tempfile.TemporaryDirectory() as folder, status_lists() as lists:
        town = Town(Path(folder), lists)
        began = time.perf_counter()
        town.fill(people)
        filled = time.perf_counter() - began
        with town.served() as workers:
            town.wait_until_well()
            _check(town.run(min(people, FEW), "small"), min(people, FEW))
            busy = [cpu_seconds(worker) for worker in workers]
            began = time.perf_counter()
            opened = town.run(people, "large")
            took = time.perf_counter() - began
            cpu = [cpu_seconds(worker) - earlier for worker, earlier in zip(workers, busy, strict=True)]
            peak = max(map(peak_bytes, workers))
        _check(opened, people)
        files = [(Path(folder) / node / FOLDER).glob("*") for node in NODES]
        disk = max(sum(path.stat().st_size for path in each) for each in files)
    return {"fill": filled, "job": took, "cpu": max(cpu), "peak": peak, "disk": disk}


def _check(opened: OpenedResult, people: int) -> None:
    found = {row.group: [each.value for each in row.estimates] for row in opened.answer.rows}
    for group, expected in truth(people).items():
        values = found.get(group, [])
        if len(values) != len(expected) or not all(
            value is not None and math.isclose(value, known, abs_tol=_CLOSE)
            for value, known in zip(values, expected, strict=True)
        ):
            raise WrongAnswerError("the opened answer is not that of the clear computation")


def cpu_seconds(process: int) -> float:
    """User and system time of a process so far (proc(5))."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def peak_bytes(process: int | str) -> int:
    """The most memory that a process has had at any time (proc(5)); `self` is this one."""
    status = Path(f"/proc/{process}/status").read_text()
    (line,) = [line for line in status.splitlines() if line.startswith("VmHWM:")]
    return int(line.split()[1]) * 1024


if __name__ == "__main__":
    main()
