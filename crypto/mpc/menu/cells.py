"""Sums of columns and of products, over the records that a shared bit marks.

Without a mark cells are those of `crypto.mpc.statistics`. With one, a sum becomes an inner product with the
mark, and a product of two columns first multiplies one of them by the mark, record by record.
"""

import numpy as np

from crypto.mpc.arithmetic import multiply
from crypto.mpc.mac import Authenticated, Authenticator
from crypto.mpc.menu.holdings import Holdings
from crypto.mpc.menu.plan import Plan
from crypto.mpc.partitioned import shared_sums
from crypto.mpc.partitions import LocalSums
from crypto.mpc.party import Party
from crypto.mpc.program import Cell, Inputs, LinearCell, ProductCell, Program
from crypto.mpc.rounds import Protocol
from crypto.mpc.shares import Elements
from crypto.mpc.statistics import sums


def cells(party: Party, plan: Plan, holdings: Holdings, mark: Elements | None) -> Protocol[Elements]:
    """The cells of a plan without noise, shared, in their order.

    Args:
        party: this role.
        plan: the plan.
        holdings: this role's shares.
        mark: 0 or 1 for each record, or None for all records.

    Raises:
        OutOfRangeError: a column is not held.
        ProtocolError: the plan is verified, and another role lied.
        MalformedMessageError: a role sent what are no field elements; it is the culprit.
    """
    if holdings.sums is not None and plan.beforehand:
        return (yield from _from_sums(party, plan, holdings, holdings.sums))
    places = {column: place for place, column in enumerate(holdings.elements.columns)}
    inputs = Inputs(*holdings.elements.shares)
    program = Program(tuple(_placed(cell, places) for cell in plan.program.cells))
    if mark is None or not program.cells:
        return (yield from sums(party, program, inputs, mac=plan.verified))
    lefts = sorted({cell.left for cell in program.cells if isinstance(cell, ProductCell)})
    table = [mark.reshape(1, -1)]
    if lefts:
        columns = Elements(party.role, inputs.first[lefts], inputs.second[lefts])
        table.append((yield from _marked(party, columns, mark, verified=plan.verified or plan.noised)))
    width = inputs.first.shape[0]
    marked = {left: width + 1 + place for place, left in enumerate(lefts)}
    wide = Inputs(
        np.concatenate([inputs.first, *(each.first for each in table)]),
        np.concatenate([inputs.second, *(each.second for each in table)]),
    )
    weighed = Program(tuple(_weighed(cell, width, marked) for cell in program.cells))
    return (yield from sums(party, weighed, wide, mac=plan.verified))


def _from_sums(party: Party, plan: Plan, holdings: Holdings, held: LocalSums) -> Protocol[Elements]:
    """The cells where each role summed up its part of them before; verified products are computed here."""
    done = list(plan.beforehand)
    left = [place for place in range(len(plan.program.cells)) if place not in frozenset(done)]
    places = {column: place for place, column in enumerate(holdings.elements.columns)}
    rest = Program(tuple(_placed(plan.program.cells[place], places) for place in left))
    parts = [(done, (yield from shared_sums(party, plan.summed, held)))]
    if left:
        parts.append((left, (yield from sums(party, rest, Inputs(*holdings.elements.shares), mac=True))))
    own, next_own = np.zeros((2, len(plan.program.cells)), dtype=np.uint64)
    for where, found in parts:
        own[where], next_own[where] = found.first, found.second
    return Elements(party.role, own, next_own)


def _placed(cell: Cell, places: dict[int, int]) -> Cell:
    if isinstance(cell, LinearCell):
        return LinearCell(places.get(cell.column, -1), cell.rows)
    return ProductCell(places.get(cell.left, -1), places.get(cell.right, -1), cell.rows)


def _weighed(cell: Cell, mark: int, marked: dict[int, int]) -> Cell:
    if isinstance(cell, LinearCell):
        return ProductCell(cell.column, mark, cell.rows)
    return ProductCell(marked[cell.left], cell.right, cell.rows)


def _marked(party: Party, columns: Elements, mark: Elements, *, verified: bool) -> Protocol[Elements]:
    """Every column times the mark."""
    wide = _repeated(mark, columns.shape[0])
    if not verified:
        return (yield from multiply(party, columns, wide))
    authenticator = Authenticator.draw(party)
    tagged = yield from authenticator.admit(mark)
    left = Authenticated(wide, _repeated(tagged.tags, columns.shape[0]))
    # Of the right factor only the values are read, so that the columns need no tags.
    products = yield from authenticator.multiply(left, Authenticated(columns, columns))
    yield from authenticator.verify()
    return products.values


def _repeated(values: Elements, times: int) -> Elements:
    tables = (
        np.ascontiguousarray(np.broadcast_to(half, (times, half.size)))
        for half in (values.first, values.second)
    )
    return Elements(values.role, *tables)
