"""Comparisons, counts and ranks on bit-planes: what do the three nodes compare and count?"""

import numpy as np

from crypto.mpc.comparison import less_than
from crypto.mpc.packing import everybody, pack, pack_mask
from crypto.mpc.party import Party
from crypto.mpc.ranks import median
from crypto.mpc.rounds import Protocol
from crypto.mpc.shares import Elements, Planes
from crypto.mpc.tally import histogram, histogram_of_codes
from crypto.mpc.verified_bits import verify_ands
from examples.bench.workload import Workload, added, drawn, ones, shared_bits

BITS = 16
CODE_BITS = 5
BINS = 1 << CODE_BITS


def _numbers(role: int, seed: int, records: int) -> Planes:
    return shared_bits(pack(drawn(seed, records, 1 << BITS), BITS), records, role, seed + 10)


def _pair(role: int, seed: int, records: int) -> tuple[Planes, Planes]:
    return _numbers(role, seed, records), _numbers(role, seed + 1, records)


def _smaller(seed: int, records: int) -> list[int]:
    left, right = (drawn(seed + each, records, 1 << BITS) for each in (0, 1))
    return [int((left < right).sum())]


def _median_of(party: Party, numbers: Planes) -> Protocol[Elements]:
    present = Planes.public(party.role, numbers.records, everybody(numbers.records)[None])
    found = yield from median(party, numbers, present)
    return Elements.join([found.values, found.counts])


def _verified_median_of(party: Party, numbers: Planes) -> Protocol[Elements]:
    """The same, and every AND is checked before the result leaves."""
    party.audit = []
    found = yield from _median_of(party, numbers)
    yield from verify_ands(party)
    return found


def _median_in_the_clear(seed: int, records: int) -> list[int]:
    return [int(np.sort(drawn(seed, records, 1 << BITS))[(records - 1) // 2]), records]


def _codes(role: int, seed: int, records: int) -> Planes:
    return shared_bits(pack(drawn(seed, records, BINS), CODE_BITS), records, role, seed + 10)


def _one_hot(role: int, seed: int, records: int) -> Planes:
    codes = drawn(seed, records, BINS)
    planes = np.stack([pack_mask(codes == each) for each in range(BINS)])
    return shared_bits(planes, records, role, seed + 10)


def _bins(seed: int, records: int) -> list[int]:
    counts = np.bincount(drawn(seed, records, BINS).astype(np.int64), minlength=BINS)
    return [int(count) for count in counts]


def _less_than_workload(records: int) -> Workload:
    return Workload(
        records,
        _pair,
        lambda party, pair: less_than(party, *pair),
        lambda result: result.first & everybody(result.records),
        ones,
        _smaller,
    )


def _median_workload(records: int, *, verified: bool = False) -> Workload:
    protocol = _verified_median_of if verified else _median_of
    return Workload(records, _numbers, protocol, lambda result: result.first, added, _median_in_the_clear)


BIT_PLANES: dict[str, Workload] = {
    "less-than-1M": _less_than_workload(1_000_000),
    "less-than-10k": _less_than_workload(10_000),
    "median-1M": _median_workload(1_000_000),
    "median-1k": _median_workload(1_000),
    "median-1k-verified": _median_workload(1_000, verified=True),
    "histogram-1M": Workload(
        1_000_000,
        _codes,
        lambda party, codes: histogram_of_codes(party, codes, BINS),
        lambda result: result.first,
        added,
        _bins,
    ),
    "histogram-1M-one-hot": Workload(
        1_000_000, _one_hot, histogram, lambda result: result.first, added, _bins
    ),
}
