"""Measure us and our peers on the same work, in one run: `python -m examples.bench [WHAT ...]`."""

import click
from rich.console import Console

from examples.bench import story
from examples.bench.row import machine

LEAST_PEOPLE = 60


@click.command()
@click.option(
    "--people", default=200, type=click.IntRange(LEAST_PEOPLE, 4000), help="How many people the story has."
)
def main(people: int) -> None:
    """Print what everything costs; the numbers are kept in `.bench` for comparison."""
    console = Console(highlight=False)
    console.print(machine())
    story.run(people, console)


if __name__ == "__main__":
    main()
