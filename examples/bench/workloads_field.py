"""Sums and products in the field: what do the three nodes multiply and add up?"""

import numpy as np

from crypto import goldilocks
from crypto.mpc.arithmetic import gram, multiply, received
from crypto.mpc.mac import Authenticator
from crypto.mpc.party import Party
from crypto.mpc.program import Inputs, LinearCell, ProductCell, Program
from crypto.mpc.rounds import Exchange, Protocol
from crypto.mpc.shares import Elements
from crypto.mpc.statistics import compute
from examples.bench.workload import Values, Workload, added, drawn, shared

COLUMNS = 7
TIMES = 10
DEALER = 0
MEAN_AND_VARIANCE = Program((LinearCell(0), ProductCell(0, 0)))

Factors = tuple[Elements, Elements]


def _factors(role: int, seed: int, records: int) -> Factors:
    left, right = (shared(drawn(seed + each, records), role, seed + 10 + each) for each in (0, 1))
    return left, right


def _multiplied(party: Party, factors: Factors) -> Protocol[Elements]:
    return multiply(party, *factors)


def _sum_of_products(seed: int, records: int) -> list[int]:
    return [int(drawn(seed, records) @ drawn(seed + 1, records))]


def _chained(party: Party, factors: Factors) -> Protocol[Elements]:
    """The left value times the right one, ten times over: every product needs the one before."""
    value, factor = factors
    for _ in range(TIMES):
        value = yield from multiply(party, value, factor)
    return value


def _verified_chain(party: Party, factors: Factors) -> Protocol[Elements]:
    """The same under tags, verified at the end, the tags of the inputs included."""
    authenticator = Authenticator.draw(party)
    value = yield from authenticator.admit(factors[0])
    factor = yield from authenticator.admit(factors[1])
    for _ in range(TIMES):
        value = yield from authenticator.multiply(value, factor)
    yield from authenticator.verify()
    return value.values


def _sum_of_powers(seed: int, records: int) -> list[int]:
    pairs = zip(drawn(seed, records).tolist(), drawn(seed + 1, records).tolist(), strict=True)
    total = sum(left * pow(right, TIMES) for left, right in pairs) % goldilocks.PRIME
    return [total - goldilocks.PRIME if total > goldilocks.PRIME // 2 else total]


def _total(result: Elements) -> Values:
    return goldilocks.stacked([goldilocks.total(result.first)])


def _table(role: int, seed: int, records: int) -> Elements:
    return shared(drawn(seed, (COLUMNS, records)), role, seed + 10)


def _gram_in_the_clear(seed: int, records: int) -> list[int]:
    table = drawn(seed, (COLUMNS, records))
    return [int(entry) for entry in (table @ table.T).reshape(-1)]


def _column(role: int, seed: int, records: int) -> Elements:
    return shared(drawn(seed, (1, records)), role, seed + 10)


def _summed(party: Party, column: Elements) -> Protocol[Elements]:
    noise = np.zeros(len(MEAN_AND_VARIANCE.cells), dtype=np.int64)
    return compute(party, MEAN_AND_VARIANCE, Inputs(column.first, column.second), noise)


def _plain_column(role: int, seed: int, records: int) -> Values:
    return drawn(seed, (1, records)) if role == DEALER else np.empty((1, records), dtype=np.uint64)


def _dealt_and_summed(party: Party, column: Values) -> Protocol[Elements]:
    """One role has the column, and shares it first."""
    dealt = yield from _dealt(party, column)
    return (yield from _summed(party, dealt))


def _dealt(party: Party, column: Values) -> Protocol[Elements]:
    """The column in two summands: one from the key that roles 0 and 2 share, one that role 1 is sent.

    The third is zero: of the two others role 2 knows the first alone and role 1 the second alone, and each by
    itself is uniform.
    """
    mask = party.elements_with(DEALER, column.size)
    if party.role == DEALER:
        rest = goldilocks.subtract(column.reshape(-1), mask)
        yield Exchange({1: rest}, {})
        return Elements(DEALER, mask.reshape(1, -1), rest.reshape(1, -1))
    nothing = np.zeros((1, column.size), dtype=np.uint64)
    if party.role == 1:
        inbox = yield Exchange({}, {DEALER: column.size})
        return Elements(1, received(inbox, DEALER).reshape(1, -1), nothing)
    yield Exchange({}, {})
    return Elements(2, nothing, mask.reshape(1, -1))


def _sums_in_the_clear(seed: int, records: int) -> list[int]:
    column = drawn(seed, records)
    return [int(column.sum()), int(column @ column)]


def _gram_workload(records: int) -> Workload:
    return Workload(records, _table, gram, lambda result: result.first.reshape(-1), added, _gram_in_the_clear)


def _first(result: Elements) -> Values:
    return result.first


FIELD: dict[str, Workload] = {
    "multiply-10M": Workload(10_000_000, _factors, _multiplied, _total, added, _sum_of_products),
    "multiply-10x1M": Workload(1_000_000, _factors, _chained, _total, added, _sum_of_powers),
    "multiply-10x1M-verified": Workload(1_000_000, _factors, _verified_chain, _total, added, _sum_of_powers),
    "gram-1M": _gram_workload(1_000_000),
    "gram-100k": _gram_workload(100_000),
    "mean-variance-1M": Workload(1_000_000, _column, _summed, _first, added, _sums_in_the_clear),
    "mean-variance-1M-dealt": Workload(
        1_000_000, _plain_column, _dealt_and_summed, _first, added, _sums_in_the_clear
    ),
}
