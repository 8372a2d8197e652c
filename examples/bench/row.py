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

from examples.bench import effort

RESULTS = Path(".bench")
QUICK_RESULTS = RESULTS / "quick"
HEADS = ("work", "ours", "peer", "theirs", "ratio", "wanted")


class Row(NamedTuple):
    """A measured piece of work.

    `ours` and `theirs` are medians in `unit`, measured in one run of this machine; `theirs` is None where
    there is no peer, or where the peer that is named could not be had. With a peer, `gate` is the ratio
    theirs/ours that we want at least; without one, the most that `ours` may be. None asks for nothing.
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
        """Whether the gate holds; None without one, or where its peer could not be had."""
        if self.gate is None:
            return None
        if not self.peer:
            return self.ours <= self.gate
        return None if self.ratio is None else self.ratio >= self.gate

    @property
    def wanted(self) -> str:
        """What the gate asks for, in words; empty without one."""
        if self.gate is None:
            return ""
        return f"≥ {_times(self.gate)} ×" if self.peer else f"≤ {quantity(self.gate, self.unit)}"

    @property
    def verdict(self) -> str:
        """Whether the gate was met, in words; empty without one."""
        if self.gate is None:
            return ""
        return {True: "✓", False: "missed", None: "not measured"}[self.met]

    def cells(self) -> tuple[str, ...]:
        """The row as it stands in a table under `HEADS`."""
        return (
            self.name,
            quantity(self.ours, self.unit),
            self.peer,
            "" if self.theirs is None else quantity(self.theirs, self.unit),
            "" if self.ratio is None else f"{self.ratio:,.{1 if self.ratio >= 1 else 2}f} ×",
            f"{self.wanted} {self.verdict}".strip(),
        )


def median_seconds(work: Callable[[], object], *, rounds: int = 7) -> float:
    """The median wall-clock time of a piece of work, after one round that warms up."""
    work()
    return statistics.median(_seconds(work) for _ in range(effort.rounds(rounds)))


def interleaved(works: Sequence[Callable[[], object]], *, rounds: int = 7) -> list[float]:
    """Medians of several pieces of work measured in turns, so that a busy moment hits all of them alike."""
    for work in works:
        work()
    turns = [[_seconds(work) for work in works] for _ in range(effort.rounds(rounds))]
    return [statistics.median(column) for column in zip(*turns, strict=True)]


def show(name: str, rows: Iterable[Row], console: Console, *, title: str = "") -> None:
    """Print rows as a table and keep them under their name in `.bench`."""
    rows = list(rows)
    table = Table(*HEADS, title=title or name, title_justify="left")
    for row in rows:
        table.add_row(*row.cells())
    console.print(table)
    keep(name, {"rows": [{**row._asdict(), "ratio": row.ratio, "met": row.met} for row in rows]})


def keep(name: str, document: dict[str, object]) -> None:
    """Write results down with the machine and the moment, for comparison; those of a quick run stay apart."""
    folder = QUICK_RESULTS if effort.is_quick() else RESULTS
    folder.mkdir(parents=True, exist_ok=True)
    whole = {"at": datetime.now(UTC).isoformat(timespec="seconds"), "machine": machine(), **document}
    (folder / f"{name}.json").write_text(
        json.dumps(whole, indent=2, ensure_ascii=False) + "\n", encoding="utf-8"
    )


def kept(name: str) -> tuple[dict[str, object], list[Row]] | None:
    """What a full run wrote down under a name, and the rows in it; None if there was none."""
    path = RESULTS / f"{name}.json"
    if not path.exists():
        return None
    document = json.loads(path.read_text(encoding="utf-8"))
    rows = [Row(*(row[field] for field in Row._fields)) for row in document.get("rows", [])]
    return document, rows


def machine() -> str:
    """What was measured on."""
    return f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}"


def quantity(value: float, unit: str) -> str:
    """A number with its unit, in as many digits as say something."""
    if value >= 1000 or value == int(value):
        return f"{value:,.0f} {unit}"
    digits = 1 if value >= 10 else 3 if value >= 0.01 else 5
    return f"{value:.{digits}f} {unit}"


def _times(gate: float) -> str:
    return f"{gate:,.0f}" if gate >= 1 else f"{gate:.1f}"


def _seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began
