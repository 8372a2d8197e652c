"""What does a job over many people cost? Three nodes as processes of this machine, up to a million people.

`python -m examples.bench.scale [PEOPLE …]` prints a table. Mean, variance, a histogram and a table by groups
are computed over sealed share files by the nodes' own code, from the selection of the people in the index to
the end of the rounds, and held against the same computation in the clear. Seconds are those of the slowest
role, with three processes at once on this machine.
"""

import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import click
import numpy as np
from rich.console import Console

from crypto import goldilocks
from crypto.encoding import parse_json
from crypto.reading import Fields
from crypto.sharing.replicated import ROLES
from examples.bench import effort
from examples.bench.row import Row, show
from examples.bench.scale_people import program, truth
from examples.bench.three_nodes import found_town

SIZES = (10_000, 100_000, 1_000_000)
STEPS = {"select": "find them in the index", "sums": "sums over the files", "rounds": "rounds"}
LIMIT_SECONDS = 900
MOST_BYTES, MOST_GROWTH = 4e9, 13.0
"""A node's memory, and how much longer ten times as many people may take."""


class WrongAnswerError(Exception):
    """The three nodes computed something else than the same computation in the clear."""


@click.command()
@click.argument("people", nargs=-1, type=click.IntRange(1000, 10_000_000))
def main(people: Sequence[int]) -> None:
    """Measure a job over so many PEOPLE, by default 10,000, 100,000 and 1,000,000."""
    show("scale", rows(people or SIZES), Console(highlight=False))


def rows(sizes: Sequence[int] = SIZES) -> list[Row]:
    """A job of each size; a million people take some minutes, most of them to make and store their shares."""
    found: list[Row] = []
    before: tuple[int, float] | None = None  # people and CPU seconds: what the machine does beside is not in
    for size in dict.fromkeys(map(effort.records, sizes)):
        took = measure(size)
        job = sum(took[step] for step in STEPS)
        found += [
            Row(f"{size:,} people: contributions stored, each", "µs", took["fill"] / size * 1e6),
            Row(f"{size:,} people: the job", "s", job),
            *(Row(f"· {what}", "s", took[step]) for step, what in STEPS.items()),
            Row("· CPU of a node", "s", took["cpu"]),
            Row("· memory of a node", "GB", took["peak"] / 1e9, gate=MOST_BYTES / 1e9),
            Row("· share files of a node", "GB", took["disk"] / 1e9),
        ]
        if before is not None:
            growth = took["cpu"] / before[1] / (size / before[0]) * 10
            found.append(Row("· growth of CPU time for ten times the people", "×", growth, gate=MOST_GROWTH))
        before = (size, took["cpu"])
    return found


def measure(people: int) -> dict[str, float]:
    """Run the job once in three new processes: of every number the largest of the three.

    Raises:
        WrongAnswerError: it is another answer than in the clear.
        CalledProcessError: a process failed; what it said is on stderr.
    """
    with tempfile.TemporaryDirectory() as folder:
        found_town(Path(folder))
        command = [sys.executable, "-m", "examples.bench.scale_node"]
        nodes = [
            subprocess.Popen([*command, str(role), folder, str(people)], stdout=subprocess.PIPE)
            for role in ROLES
        ]
        said = [_heard(node) for node in nodes]
        parts = [np.load(Path(folder) / f"{role}.npy") for role in ROLES]
    total = goldilocks.add(goldilocks.add(parts[0], parts[1]), parts[2])
    if total.size != len(program(1000).cells) or goldilocks.to_signed(total) != truth(people):
        raise WrongAnswerError("the opened result is not that of the clear computation")
    return {step: max(each[step] for each in said) for step in said[0]}


def _heard(node: "subprocess.Popen[bytes]") -> dict[str, float]:
    said, _ = node.communicate(timeout=LIMIT_SECONDS)
    if node.returncode:
        raise subprocess.CalledProcessError(node.returncode, node.args)
    fields = Fields.of(parse_json(said), "node")
    return {name: fields.number(name) for name in ("fill", *STEPS, "cpu", "peak", "disk")}


if __name__ == "__main__":
    main()
