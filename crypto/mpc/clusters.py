"""How do records fall into k groups around k centres, if nobody sees records, groups or centres?

Lloyd's iteration (k-means; IEEE Trans. Information Theory, 1982) from public starting centres. In each:

1. Scores |c|² - 2 x·c for each record and centre: the squared distance less |x|², which all centres share.
   Sums of products, one element on the wire a score.
2. The least score of each record, by k - 1 comparisons of bit-planes, as one-hot bits.
3. Sums and counts of the records of each centre: bits as field elements times columns, summed before sending.
4. New centres: sums over counts, rounded (`crypto.mpc.division`). The old centre counts as one more record,
   so that an empty group keeps its centre and nothing is divided by zero.

The last iteration ends with step 3: the buyer gets sums and counts, and divides. Ties go to the earlier
centre.

Costs. A score becomes planes by about 700 ANDs (`crypto.mpc.decomposition`), which is nearly everything.
About 25 rounds for each bit of a feature and 30 + 7k more in each iteration, whatever the number of records.

Private against one role; a role that lies shifts centres unseen. Nothing but sums and counts is for anybody.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from crypto import goldilocks
from crypto.errors import OutOfRangeError
from crypto.mpc import local
from crypto.mpc.arithmetic import multiply, reshare, weighted_columns
from crypto.mpc.bits import and_outer, choose
from crypto.mpc.comparison import less_than
from crypto.mpc.conversion import bits_to_field
from crypto.mpc.decomposition import field_to_planes
from crypto.mpc.division import divide
from crypto.mpc.local import Shares
from crypto.mpc.party import Party
from crypto.mpc.rounds import Protocol, together
from crypto.mpc.shares import Elements, Planes

MOST_CENTRES: Final = 32
MOST_FEATURES: Final = 64
MOST_FEATURE_BITS: Final = 16
MOST_RECORDS: Final = 1 << 26
MOST_ITERATIONS: Final = 100


@dataclass(frozen=True)
class Plan:
    """The public shape of a clustering: starting centres (centres by features), feature bits, iterations.

    Raises:
        OutOfRangeError: there are too few or too many of something, or a centre is out of range.
    """

    centres: tuple[tuple[int, ...], ...]
    records: int
    feature_bits: int
    iterations: int

    def __post_init__(self) -> None:
        within = (
            2 <= len(self.centres) <= MOST_CENTRES  # noqa: PLR2004 — one centre is a mean
            and 1 <= self.features <= MOST_FEATURES
            and 1 <= self.feature_bits <= MOST_FEATURE_BITS
            and 1 <= self.records <= MOST_RECORDS
            and 1 <= self.iterations <= MOST_ITERATIONS
        )
        if not within or any(len(centre) != self.features for centre in self.centres):
            raise OutOfRangeError("the clustering has too few or too many centres, features or records")
        if not all(0 <= value < 1 << self.feature_bits for centre in self.centres for value in centre):
            raise OutOfRangeError(f"a centre does not fit into {self.feature_bits} bits a feature")

    @property
    def features(self) -> int:
        """How many columns there are."""
        return len(self.centres[0])

    @property
    def score_offset(self) -> int:
        """What makes every score positive: scores are in (-offset, offset)."""
        return 1 << 2 * self.feature_bits + 1 + (self.features - 1).bit_length()

    @property
    def sum_bits(self) -> int:
        """The width of twice a sum over all records, and of a count beside it."""
        return self.feature_bits + self.records.bit_length() + 2


@dataclass(frozen=True, eq=False)
class Clusters:
    """For each centre the sums of its records (centres by features) and how many they are; shared."""

    sums: Elements
    counts: Elements


def cluster(party: Party, table: Elements, plan: Plan) -> Protocol[Clusters]:
    """The groups after all iterations.

    Args:
        party: this role.
        table: features by records, each an integer in [0, 2^feature_bits).
        plan: the same at all roles.

    Raises:
        OutOfRangeError: the table does not have the plan's shape.
        MalformedMessageError: a role sent what are no field elements; it is the culprit.
    """
    if table.shape != (plan.features, plan.records):
        raise OutOfRangeError(
            f"expected {plan.features} features of {plan.records} records, got {table.shape}"
        )
    centres = Elements.public(party.role, np.array(plan.centres, dtype=np.uint64))
    found = yield from _assigned(party, table, centres, plan)
    for _ in range(plan.iterations - 1):
        centres = yield from _moved(party, found, centres, plan)
        found = yield from _assigned(party, table, centres, plan)
    return found


def means(sums: Sequence[int], counts: Sequence[int]) -> list[tuple[float, ...] | None]:
    """The centres that the buyer makes of opened sums (flat) and counts; None for an empty group.

    Raises:
        OutOfRangeError: there are not equally many sums for each count.
    """
    if not counts or len(sums) % len(counts):
        raise OutOfRangeError("expected equally many sums for each count")
    features = len(sums) // len(counts)
    rows = (sums[start : start + features] for start in range(0, len(sums), features))
    return [
        tuple(value / count for value in row) if count > 0 else None
        for row, count in zip(rows, counts, strict=True)
    ]


def _assigned(party: Party, table: Elements, centres: Elements, plan: Plan) -> Protocol[Clusters]:
    scores = yield from _scores(party, table, centres, plan)
    nearest = yield from _least(party, scores)
    chosen = yield from bits_to_field(party, nearest)
    features, groups = np.arange(plan.features), np.arange(len(plan.centres))
    pairs = np.stack([np.repeat(groups, plan.features), np.tile(features, len(groups))], axis=1)
    part = local.pair_sums(_shares(chosen), _shares(table), pairs.astype(np.int64))
    sums = yield from reshare(party, part)
    counts = (goldilocks.stacked([goldilocks.total(row) for row in half]) for half in _shares(chosen))
    return Clusters(sums.reshape(len(groups), plan.features), Elements(party.role, *counts))


def _scores(party: Party, table: Elements, centres: Elements, plan: Plan) -> Protocol[list[Planes]]:
    """|c|² - 2 x·c plus an offset, as planes for each centre."""
    rows = range(len(plan.centres))
    squares = yield from multiply(party, centres, centres)
    inner = yield from together([weighted_columns(party, table, centres.take(row)) for row in rows])
    conversions = []
    for row in rows:
        norm = squares.take(row).total().plus(goldilocks.stacked([plan.score_offset]))
        halves = (np.broadcast_to(half, (plan.records,)) for half in _shares(norm))
        scores = Elements(party.role, *halves) - inner[row].scale(2)
        conversions.append(field_to_planes(party, scores, plan.score_offset.bit_length()))
    return (yield from together(conversions))


def _least(party: Party, scores: Sequence[Planes]) -> Protocol[Planes]:
    """One-hot planes of the least score of each record, the first among equals."""
    best = scores[0]
    none = np.zeros_like(best.first[:1])
    hot = Planes.public(party.role, best.records, ~none)
    for score in scores[1:]:
        smaller = yield from less_than(party, score, best)
        # `best` and the planes so far change together, in one round.
        best, kept = yield from together(
            [choose(party, smaller, score, best), and_outer(party, smaller.invert(), hot)]
        )
        hot = Planes.stack([kept, smaller])
    return hot


def _moved(party: Party, found: Clusters, centres: Elements, plan: Plan) -> Protocol[Elements]:
    """Rounded means: (2S + N) / 2N, with the old centre among the records."""
    ones = np.ones(found.counts.shape, dtype=np.uint64)
    counts = found.counts.plus(ones)
    wide = Elements(
        party.role, *(np.repeat(half, plan.features).reshape(centres.shape) for half in _shares(counts))
    )
    dividends = (found.sums + centres).scale(2) + wide
    quotients = yield from divide(
        party, dividends, wide.scale(2), bits=plan.feature_bits, width=plan.sum_bits
    )
    return quotients.reshape(*centres.shape)


def _shares(values: Elements) -> Shares:
    return Shares(values.first, values.second)
