"""Measure us and our peers on the same work, in one run: `python -m examples.bench [WHAT ...]`."""

import sys
from contextlib import nullcontext

import click
from rich.console import Console

from examples.bench import story
from examples.bench.effort import quickly
from examples.bench.row import machine
from examples.bench.sections import NAMES, SECTIONS, STORY
from examples.bench.summary import summarise

LEAST_PEOPLE = 60
PEOPLE = 200
FILE_COLUMNS = 140
"""How wide tables are where no terminal says it."""


@click.command(epilog=f"WHAT is any of {', '.join(NAMES)}.")
@click.argument("what", nargs=-1, type=click.Choice(NAMES), metavar="[WHAT]...")
@click.option("--quick", is_flag=True, help="Measure once and with few records: shows that all of it runs.")
@click.option(
    "--people",
    default=None,
    type=click.IntRange(LEAST_PEOPLE, 4000),
    help=f"How many people the story has.  [default: {PEOPLE}, or {LEAST_PEOPLE} if quick]",
)
def main(what: tuple[str, ...], quick: bool, people: int | None) -> None:
    """Print what everything costs, or only WHAT; the numbers are kept in `.bench` for comparison.

    Peers are installed into environments of their own on first use. At the end every gate is listed.
    """
    console = Console(highlight=False, width=None if sys.stdout.isatty() else FILE_COLUMNS)
    console.print(machine())
    wanted = what or NAMES
    with quickly() if quick else nullcontext():
        measured = {section.name: section.measure(console) for section in SECTIONS if section.name in wanted}
        if STORY in wanted:
            story.run(people or (LEAST_PEOPLE if quick else PEOPLE), console)
        summarise(measured, console)


if __name__ == "__main__":
    main()
