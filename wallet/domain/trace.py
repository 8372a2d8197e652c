"""How readings are drawn as a line: broken where readings are missing, and thinned to what can be seen.

Readings are expected as far apart as they mostly are, by the median; where more than three times as much time
passes without one, there is a gap, and no line pretends to know what was in it.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from operator import attrgetter
from statistics import median
from typing import Final, NamedTuple

from wallet.domain.reading import Reading

GAP_FACTOR: Final = 3
COLUMNS: Final = 1_200
"""How many columns of a chart can be told apart."""

_VALUE: Final = attrgetter("value")


class Gap(NamedTuple):
    """Time without readings that were to be expected, in milliseconds since 1970."""

    begin: int
    end: int


class Trace(NamedTuple):
    """Readings in a row without a gap, run by run, and the gaps between them."""

    runs: tuple[tuple[Reading, ...], ...]
    gaps: tuple[Gap, ...]


def traced(readings: Sequence[Reading]) -> Trace:
    """Break readings, which are in the order of time, wherever there is a gap."""
    starts = [reading.start for reading in readings]
    steps = [later - earlier for earlier, later in pairwise(starts)]
    longest = GAP_FACTOR * median(steps) if steps else 0
    breaks = [place for place, step in enumerate(steps, start=1) if step > longest]
    bounds = pairwise((0, *breaks, len(readings)))
    return Trace(
        tuple(tuple(readings[begin:end]) for begin, end in bounds if begin < end),
        tuple(Gap(starts[place - 1], starts[place]) for place in breaks),
    )


def thinned(run: Sequence[Reading], begin: int, end: int) -> Iterator[Reading]:
    """The readings of a run that a chart from `begin` to `end` can show; a line through them looks the same.

    Of each column these are the first, the least, the largest and the last (M4: Jugel et al., VLDB 2014).
    """
    if len(run) <= 2 * COLUMNS:
        yield from run
        return
    column, first = -1, 0
    for place, reading in enumerate(run):
        found = (reading.start - begin) * COLUMNS // (end - begin)
        if found != column:
            yield from _seen(run[first:place])
            column, first = found, place
    yield from _seen(run[first:])


def _seen(column: Sequence[Reading]) -> list[Reading]:
    if not column:
        return []
    least, most = min(column, key=_VALUE), max(column, key=_VALUE)
    return sorted({column[0], least, most, column[-1]})
