"""Did everything that was measured reach what we want of it?"""

from collections.abc import Mapping, Sequence

from rich.console import Console
from rich.table import Table

from examples.bench import effort
from examples.bench.row import Row, quantity


def summarise(measured: Mapping[str, Sequence[Row]], console: Console) -> None:
    """Print every gate of a run with its verdict and, after a full run, how many were met."""
    gates = [(section, row) for section, rows in measured.items() for row in rows if row.gate is not None]
    if not gates:
        return
    table = Table("section", "work", "measured", "wanted", "verdict", title="Gates", title_justify="left")
    for section, row in gates:
        table.add_row(section, row.name, _reached(row), row.wanted, row.verdict)
    console.print(table)
    quick = "A quick run shows that everything runs; its numbers decide nothing."
    console.print(quick if effort.is_quick() else verdict([row for _, row in gates]))


def verdict(rows: Sequence[Row]) -> str:
    """How many gates were met, missed and not measured, in words."""
    judged = [row for row in rows if row.gate is not None]
    met, missed, unknown = (sum(row.met is each for row in judged) for each in (True, False, None))
    return f"{met} of {len(judged)} gates met, {missed} missed, {unknown} not measured."


def _reached(row: Row) -> str:
    if not row.peer:
        return quantity(row.ours, row.unit)
    return "" if row.ratio is None else f"{row.ratio:,.1f} × {row.peer}"
