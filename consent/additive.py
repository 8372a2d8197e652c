"""What differs where each node holds one summand? All three must collude, and products need a dealer.

Noise. What a node gives to the buyer is seen by nobody else, so nobody can draw noise for all: each node adds
some of its own. Any two of them may tell the buyer their part; the third's alone then gives what the query
promises (`crypto.noise.distributed_variance` with two colluding). The noise in the result has three times the
variance that a single draw would need: that is what this engine costs in accuracy, and `Measure.variance`
says so.

Products are always verified. A node that brought in something else than somebody's summand would shift a
product by as much as it likes of the *other* factor, and read it out of the answer with the buyer's help; so
whatever is multiplied is first held against the commitments that the issuer signed
(`crypto.mpc.additive.run`). A dealer that the trust registry names makes the random numbers for that, one for
each value that is brought in and two for each product: `check_amount` bounds them.

A person whose consent allows this engine allows no other: a record that is also shared so that two nodes open
it would gain nothing from it (`consent.policy`).
"""

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Final

from consent.calibration import Measure
from consent.cells import Cell, cells_of
from consent.errors import QueryRefusedError
from consent.needs import families
from consent.policy import NODES
from consent.query import Query
from consent.vocabulary import Engine
from crypto.mpc.additive.input_proof import MOST_COLUMN_BITS
from crypto.mpc.additive.sacrifice import COST
from crypto.noise import distributed_variance
from ssi.dataset import DataSet

MOST_TRIPLES: Final = 1 << 20
"""What one run may take from the dealer: 32 MiB for one node, seconds of work for all."""


def by_every_node(measures: Sequence[Measure]) -> tuple[Measure, ...]:
    """The same measures with the variance that noise of three nodes has, each enough by itself."""
    return tuple(replace(each, variance=_variance(each)) if each.rho else each for each in measures)


def needs_dealer(query: Query, data_set: DataSet) -> bool:
    """Whether a checked query of this engine can only be answered with a dealer's random numbers."""
    return query.chosen_engine is Engine.ADDITIVE and (query.verified or _multiplies(query, data_set))


def multiplies(cells: Sequence[Cell]) -> bool:
    """Whether some cell is a sum of products."""
    return any(cell.right is not None for cell in cells)


def check_amount(
    cells: Sequence[Cell], data_set: DataSet, people: int, *, groups: int, verified: bool
) -> None:
    """Hold a computation against what a dealer gives out; `groups` are those that are choices of rows, or 1.

    Raises:
        QueryRefusedError: it is verified and would take more random numbers, or its columns are too wide.
    """
    if not verified:
        return
    columns = {column for cell in cells for column in (cell.left, cell.right) if column is not None}
    products = sum(cell.right is not None for cell in cells)
    # Groups that are choices of rows have each person in one of them.
    triples = len(columns) * (people + 1) + len(cells) + COST * people * -(-products // groups)
    if triples > MOST_TRIPLES or max(data_set.bits) > MOST_COLUMN_BITS:
        raise QueryRefusedError(
            f"over {people} people this takes more random numbers than the dealer gives out for one question",
            "ask for fewer statistics, without verification, or with the engine mpc",
        )


def _variance(measure: Measure) -> Fraction:
    one = distributed_variance(measure.sensitivity, measure.rho, nodes=NODES, colluding=NODES - 1)
    return NODES * one


def _multiplies(query: Query, data_set: DataSet) -> bool:
    group = None if query.group_by is None else data_set.attribute(query.group_by).codes[0]
    return any(multiplies(list(cells_of(each, query, data_set, group))) for each in families(query, data_set))
