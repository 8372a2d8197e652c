"""How the story is told on a terminal: acts with progress bars, tables, and a last word on what held."""

from collections.abc import Iterable, Iterator, Sequence
from typing import TypeVar

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from examples.comparison import Line

T = TypeVar("T")
MOST_LINES = 14


class Report:
    """Tells the story and remembers what held."""

    def __init__(self, console: Console | None = None) -> None:
        self.console = console or Console(highlight=False)
        self.promises: list[tuple[str, bool]] = []
        self._acts = 0

    def act(self, title: str) -> None:
        """Begin the next act."""
        self._acts += 1
        self.console.print(f"\n[bold cyan]{self._acts}. {title}[/]")

    def say(self, text: str) -> None:
        """Tell what happened."""
        self.console.print(f"   {text}")

    def follow(self, steps: Iterable[T], label: str, total: int) -> Iterator[T]:
        """Show a progress bar while something long goes on."""
        columns = (
            TextColumn("   {task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
        )
        with Progress(*columns, console=self.console) as progress:
            yield from progress.track(steps, total=total, description=label)

    def promise(self, text: str, *, held: bool) -> None:
        """Say whether something that the story promises held."""
        self.promises.append((text, held))
        self.console.print(f"   [green]✓[/] {text}" if held else f"   [bold red]✗ {text}[/]")

    def compared(self, title: str, lines: Sequence[Line], withheld: Sequence[str]) -> None:
        """Print an answer beside the same answer in the clear."""
        table = Table(title=title, title_justify="left", title_style="italic")
        for name in ("group", "statistic"):
            table.add_column(name)
        for name in ("private answer", "in the clear", "stated error (95 %)"):
            table.add_column(name, justify="right")
        for line in lines[:MOST_LINES]:
            private = "withheld" if line.private is None else f"{line.private:,.4f}"
            table.add_row(line.group, escape(line.what), private, f"{line.in_the_clear:,.4f}", _error(line))
        self.console.print(table)
        if len(lines) > MOST_LINES:
            self.say(f"… and {len(lines) - MOST_LINES} more numbers, all compared the same way")
        for group in withheld:
            self.say(f"group [italic]{group}[/]: too few people, so nobody gets a number")

    @property
    def all_held(self) -> bool:
        """Whether every promise held."""
        return all(held for _, held in self.promises)


def _error(line: Line) -> str:
    if line.private is None:
        return "–"
    if line.places is not None:
        return f"± {1.96 * line.places.sd:,.0f} places"
    return f"± {1.96 * line.noise_sd:,.4f}" if line.noise_sd else "exact"
