"""What differs where an answer is added up under encryption? No products, other noise, and a bounded search.

Ciphertexts add and do nothing else, so every cell must be the sum of one column over a choice of rows.

Noise. Nobody can draw noise inside a sum, so each of the three nodes adds some of its own, encrypted. One of
them may tell the buyer its part; the other two alone then give what the query promises
(`crypto.noise.distributed_variance` with one colluding). The noise in the result has three halves of the
variance that a single draw would need: that is what this engine costs in accuracy, and `Measure.variance`
says so.

Search. A decrypted sum stands in an exponent and is found by looking through the range in which it must lie:
from no people to all of them, widened by the noise. Twelve standard deviations are exceeded with probability
below 2^-100. A range of 2^42 numbers takes about a second, so what could be larger is refused beforehand.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from math import ceil, isqrt
from typing import Final, NamedTuple

from consent.calibration import Measure
from consent.cells import Cell
from consent.errors import QueryRefusedError
from consent.policy import NODES
from crypto.discrete_log import MAX_RANGE
from crypto.noise import discrete_gaussian, distributed_variance
from crypto.randomness import RandomBytes
from ssi.dataset import DataSet

MOST_SEARCHED: Final = 8 * MAX_RANGE
"""The ranges of all cells together: some seconds of searching."""
_NOISE_DEVIATIONS: Final = 12


class SumRange(NamedTuple):
    """The least and the largest number that a cell can hold, its noise included."""

    low: int
    high: int


def by_three_nodes(measures: Sequence[Measure]) -> tuple[Measure, ...]:
    """The same measures with the variance that noise of three nodes has together; exact ones unchanged."""
    return tuple(
        replace(each, variance=NODES * distributed_variance(each.sensitivity, each.rho)) if each.rho else each
        for each in measures
    )


def draw_node_noise(
    measures: Sequence[Measure], cells: Sequence[Cell], random: RandomBytes
) -> tuple[int, ...]:
    """One node's own noise, one integer for each cell in order; zeros where the answer is exact."""
    by_name = {measure.name: measure for measure in measures}
    drawn: Counter[tuple[str | None, str]] = Counter()
    noise = []
    for cell in cells:
        measure = by_name[cell.measure]
        own = discrete_gaussian(measure.variance / NODES, random) if measure.variance else 0
        own += sum(each.factor * drawn[cell.group, each.measure] for each in measure.follows)
        drawn[cell.group, cell.measure] += own
        noise.append(own)
    return tuple(noise)


def ranges_of(
    measures: Sequence[Measure], cells: Sequence[Cell], data_set: DataSet, people: int
) -> tuple[SumRange, ...]:
    """In which range the sum of each cell over at most so many people lies, noise included."""
    noise = _largest_noise(measures, Counter((cell.group, cell.measure) for cell in cells))
    return tuple(
        SumRange(-noise[cell.measure], people * data_set.columns[cell.left].maximum + noise[cell.measure])
        for cell in cells
    )


def check_encrypted(
    measures: Sequence[Measure], cells: Sequence[Cell], data_set: DataSet, people: int
) -> None:
    """Hold a computation against what adding up under encryption can do.

    Raises:
        QueryRefusedError: a cell multiplies columns, or a sum could be too large to be found.
    """
    if any(cell.right is not None for cell in cells):
        raise QueryRefusedError(
            "what is encrypted can be added up but not multiplied",
            "ask without private groups and relations, or with the engine mpc",
        )
    sizes = [each.high - each.low + 1 for each in ranges_of(measures, cells, data_set, people)]
    if max(sizes, default=0) > MAX_RANGE or sum(sizes) > MOST_SEARCHED:
        raise QueryRefusedError(
            f"over {people} people, a sum could grow too large to be found in what was decrypted",
            "ask for fewer statistics or with a larger epsilon, or with the engine mpc",
        )


def _largest_noise(
    measures: Sequence[Measure], cells: Mapping[tuple[str | None, str], int]
) -> dict[str, int]:
    """Twelve deviations of the noise of each measure's cells, of what it follows included."""
    many = {measure.name: 1 for measure in measures}
    for (_, name), count in cells.items():
        many[name] = max(many.get(name, 1), count)
    noise: dict[str, int] = {}
    for measure in measures:
        own = _NOISE_DEVIATIONS * (isqrt(ceil(measure.variance)) + 1) if measure.variance else 0
        # A measure of several cells is followed by their sum.
        followed = (abs(each.factor) * many[each.measure] * noise[each.measure] for each in measure.follows)
        noise[measure.name] = own + sum(followed)
    return noise
