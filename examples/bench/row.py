"""One line of a comparison: what was done, what it cost us and a peer, and what we want the ratio to be."""

import json
import os
import platform
import statistics
import time
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from rich.console import Console
from rich.table import Table

RESULTS = Path(".bench")


class Row(NamedTuple):
    """A measured piece of work.

    `ours` and `theirs` are medians in `unit`, measured in one run of this machine; `theirs` is None where
    there is no peer. With a peer, `gate` is the ratio theirs/ours that we want at least; without one, the
    most that `ours` may be. None asks for nothing.
    """

    name: str
    unit: str
    ours: float
    peer: str = ""
    theirs: float | None = None
    gate: float | None = None

    @property
    def ratio(self) -> float | None:
        """How many times less of the unit we need than the peer."""
        return None if self.theirs is None else self.theirs / self.ours

    @property
    def met(self) -> bool | None:
        """Whether the gate holds; None without one."""
        if self.gate is None:
            return None
        return self.ours <= self.gate if self.ratio is None else self.ratio >= self.gate


def median_seconds(work: Callable[[], object], *, rounds: int = 7) -> float:
    """The median wall-clock time of a piece of work, after one round that warms up."""
    work()
    return statistics.median(_seconds(work) for _ in range(rounds))


def interleaved(works: Sequence[Callable[[], object]], *, rounds: int = 7) -> list[float]:
    """Medians of several pieces of work measured in turns, so that a busy moment hits all of them alike."""
    for work in works:
        work()
    turns = [[_seconds(work) for work in works] for _ in range(rounds)]
    return [statistics.median(column) for column in zip(*turns, strict=True)]


def show(title: str, rows: Iterable[Row], console: Console) -> None:
    """Print rows as a table and keep them in `.bench`."""
    rows = list(rows)
    table = Table("work", "ours", "peer", "theirs", "ratio", "wanted", title=title, title_justify="left")
    for row in rows:
        table.add_row(row.name, _quantity(row.ours, row.unit), row.peer, *_compared(row))
    console.print(table)
    keep(title, {"rows": [{**row._asdict(), "ratio": row.ratio, "met": row.met} for row in rows]})


def keep(name: str, document: dict[str, object]) -> None:
    """Write results down with the machine and the moment, for comparison."""
    RESULTS.mkdir(exist_ok=True)
    whole = {"at": datetime.now(UTC).isoformat(timespec="seconds"), "machine": machine(), **document}
    (RESULTS / f"{name}.json").write_text(json.dumps(whole, indent=2) + "\n")


def machine() -> str:
    """What was measured on."""
    return f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}"


def _compared(row: Row) -> tuple[str, str, str]:
    if row.gate is None:
        wanted = ""
    else:
        sign = "≤" if row.ratio is None else "≥"
        number = _quantity(row.gate, row.unit) if row.ratio is None else f"{row.gate:,.0f} ×"
        wanted = f"{sign} {number} {'✓' if row.met else 'missed'}"
    theirs = "" if row.theirs is None else _quantity(row.theirs, row.unit)
    return theirs, "" if row.ratio is None else f"{row.ratio:,.1f} ×", wanted


def _quantity(value: float, unit: str) -> str:
    digits = 0 if value >= 1000 else 1 if value >= 10 else 3
    return f"{value:,.{digits}f} {unit}"


def _seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began
