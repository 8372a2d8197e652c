"""The table of the rows that were refused: as they were handed in, with what is wrong in front.

It can be handed in again once it is corrected, as often as need be: what was put in front, and what was done
to keep spreadsheets from running cells, is taken away on reading.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from ssi.issuer_service.domain.spreadsheet_guard import as_it_was

HEADINGS: Final = ("error_row", "error_column", "error")
_MAX_SAID: Final = 1_000
"""So that what is wrong with a row of very many faults still fits into one cell, in characters."""


def error_cells(number: int, columns: Iterable[str], problems: Iterable[str]) -> tuple[str, str, str]:
    """What stands in front of a row."""
    return str(number), _joined(columns), _joined(problems)


def without_errors(
    records: Iterator[tuple[int, tuple[str, ...]]],
) -> Iterator[tuple[int, tuple[str, ...]]]:
    """The numbered records of a table, headings first, as they were before they were written as errors.

    A table that has not all three headings is another, and stays as it is.
    """
    first = next(records, None)
    if first is None:
        return
    headings = first[1]
    is_report = set(HEADINGS) <= set(headings)
    added = {headings.index(heading) for heading in HEADINGS} if is_report else set()
    yield first[0], _restored(headings, added)
    for number, cells in records:
        yield number, _restored(cells, added)


def _restored(cells: Sequence[str], added: set[int]) -> tuple[str, ...]:
    if not added:
        return tuple(cells)
    return tuple(as_it_was(cell) for place, cell in enumerate(cells) if place not in added)


def _joined(texts: Iterable[str]) -> str:
    said = "; ".join(texts)
    return said if len(said) <= _MAX_SAID else f"{said[: _MAX_SAID - 1]}…"
