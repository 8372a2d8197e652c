"""The README's table of what everything costs, in Markdown: `python -m examples.bench.table [--all]`.

It is made of what the last full run kept in `.bench`; nothing is measured here.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime

import click

from examples.bench.row import HEADS, Row, kept
from examples.bench.sections import SECTIONS, STORY
from examples.bench.summary import verdict

PER_1000 = "seconds per 1,000 people"


@click.command()
@click.option("--all", "whole", is_flag=True, help="Every row; by default those with a peer or a gate.")
def main(whole: bool) -> None:
    """Print what was kept in `.bench` as Markdown."""
    for line in lines(whole=whole):
        click.echo(line)


def lines(*, whole: bool = False) -> Iterator[str]:
    """The lines of the table, section by section, and of the story."""
    judged: list[Row] = []
    for section in SECTIONS:
        found = kept(section.name)
        if found is None:
            continue
        document, rows = found
        judged += rows
        yield from _section(section.title, document, [row for row in rows if whole or _tells(row)])
    if judged:
        yield verdict(judged)
        yield ""
    story = kept(STORY)
    if story is not None:
        yield from _story(story[0])


def _section(title: str, document: dict[str, object], rows: list[Row]) -> Iterator[str]:
    yield from (f"**{title}** ({_origin(document)})", "")
    yield from _table(HEADS, [row.cells() for row in rows], rights=(1, 3, 4))


def _story(document: dict[str, object]) -> Iterator[str]:
    yield from (f"**The story**, {document['people_measured']} people ({_origin(document)})", "")
    seconds, sizes = document["seconds_per_1000_people"], document["bytes_per_person"]
    if isinstance(seconds, dict) and isinstance(sizes, dict):
        steps = [(step, f"{value:,.1f}") for step, value in seconds.items()]
        yield from _table(("step", PER_1000), steps, rights=(1,))
        parts = [(part, f"{count:,}") for part, count in sizes.items()]
        yield from _table(("one person's part", "bytes"), parts, rights=(1,))


def _table(
    heads: tuple[str, ...], cells: Sequence[tuple[str, ...]], *, rights: tuple[int, ...]
) -> Iterator[str]:
    yield _line(heads)
    yield _line(tuple("---:" if place in rights else "---" for place in range(len(heads))))
    yield from (_line(row) for row in cells)
    yield ""


def _line(cells: tuple[str, ...]) -> str:
    escaped = (cell.replace("|", "\\|") for cell in cells)
    return f"| {' | '.join(escaped)} |"


def _origin(document: dict[str, object]) -> str:
    day = datetime.fromisoformat(str(document["at"]))
    return f"{day.day} {day:%B %Y}, {document['machine']}"


def _tells(row: Row) -> bool:
    return bool(row.peer) or row.gate is not None


if __name__ == "__main__":
    main()
