"""Thousands of commitments opened at once: do they contain what is said, and if not, which ones lie?

With ρ_i of 128 random bits, ∏ C_i^{ρ_i} = h^{Σ ρ_i r_i} · ∏ g_j^{Σ ρ_i x_ij} is checked (the small exponents
test of Bellare, Garay, Rabin, Eurocrypt 1998). The left side is one sum by `crypto.multiexp`, the right side
one commitment.

Soundness. The group's order is prime and exceeds 2^128. If the i-th opening is wrong, then for every choice
of the other coefficients at most one ρ_i lets the equation hold, so a set with any wrong opening passes with
probability at most 2^-128. The coefficients only have to be unpredictable to whoever made the openings: they
are drawn after the batch is fixed, and drawn anew for every set that is checked. A search checks fewer sets
than there are openings, so a lie among n stays hidden with probability at most n · 2^-128.

Work. A batch that fails is searched by `crypto.bisection`. Sets of at most 32 are opened one by one, and
halving may cost eight times the first check (about a third of opening each by itself): an attacker who fills
a batch with lies makes it cost less than one and a half times what checking one by one would have cost.

The values are secret: sums of them are computed without looking at them, and committed to in constant time.
The coefficients are this checker's own and their time does not matter.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from crypto.bisection import SearchCosts, find_wrong
from crypto.commitments import Opening, commit, verify_opening
from crypto.curve import ORDER, Point
from crypto.errors import CommitmentError, OutOfRangeError
from crypto.multiexp import Coefficients, weighted_sum
from crypto.randomness import RandomBytes, random_bytes

COEFFICIENT_BYTES: Final = 16
_COSTS: Final = SearchCosts(one_by_one=32, most_checks=8, overhead=500)

Rows = NDArray[np.intp]
"""Positions in a batch."""


class WeightedSums(NamedTuple):
    """Σ ρ_i x_ij for every column j, and Σ ρ_i r_i: integers of any size and sign."""

    values: list[int]
    blinding: int


class OpeningBatch(Protocol):
    """Commitments with what they are said to contain, in whatever form it is held."""

    def __len__(self) -> int: ...

    def points(self, rows: Rows) -> list[Point]:
        """The commitments of these rows."""
        ...

    def weighted_sums(self, rows: Rows, coefficients: Coefficients) -> WeightedSums:
        """The sums over these rows, each times its coefficient of 16 bytes."""
        ...

    def verify_one(self, row: int, *, domain: str) -> None:
        """Return only if this commitment opens; raises CommitmentError."""
        ...


class ListedOpenings:
    """A batch that is a list of openings."""

    def __init__(self, openings: Sequence[Opening]) -> None:
        """Take openings with equally many values each.

        Raises:
            OutOfRangeError: they differ in their number of values.
        """
        if len({len(opening.values) for opening in openings}) > 1:
            raise OutOfRangeError("the openings of a batch must have equally many values")
        self._openings = openings

    def __len__(self) -> int:
        return len(self._openings)

    def points(self, rows: Rows) -> list[Point]:
        """See `OpeningBatch`."""
        return [self._openings[row].commitment for row in rows]

    def weighted_sums(self, rows: Rows, coefficients: Coefficients) -> WeightedSums:
        """See `OpeningBatch`."""
        weights = [int.from_bytes(row.tobytes(), "little") for row in coefficients]
        chosen = [self._openings[row] for row in rows]
        columns = zip(*(opening.values for opening in chosen), strict=True)
        values = [sum(map(int.__mul__, weights, column)) for column in columns]
        return WeightedSums(values, sum(w * each.blinding for w, each in zip(weights, chosen, strict=True)))

    def verify_one(self, row: int, *, domain: str) -> None:
        """See `OpeningBatch`."""
        opening = self._openings[row]
        verify_opening(opening.commitment, opening.values, opening.blinding, domain=domain)


def verify_openings(openings: Sequence[Opening], random: RandomBytes = random_bytes, *, domain: str) -> None:
    """Return only if every commitment of a list contains its values.

    Raises:
        CommitmentError: some openings are wrong; `indices` are all of them, in order.
        OutOfRangeError: the openings differ in their number of values.
    """
    verify_batch(ListedOpenings(openings), random, domain=domain)


def verify_batch(batch: OpeningBatch, random: RandomBytes = random_bytes, *, domain: str) -> None:
    """Return only if every commitment of a batch contains its values, for much less than one by one.

    Raises:
        CommitmentError: some openings are wrong; `indices` are all of them, in order.
    """

    def holds(rows: list[int]) -> bool:
        return _holds(batch, np.array(rows, dtype=np.intp), random, domain)

    every = list(range(len(batch)))
    if not every or holds(every):
        return
    wrong = tuple(find_wrong(every, holds, _COSTS))
    raise CommitmentError(f"{len(wrong)} of {len(batch)} commitments do not open to their values", wrong)


def _holds(batch: OpeningBatch, rows: Rows, random: RandomBytes, domain: str) -> bool:
    if len(rows) == 1:
        return _opens(batch, int(rows[0]), domain)  # needs no coefficient, and so has no error at all
    drawn = np.frombuffer(random(len(rows) * COEFFICIENT_BYTES), dtype=np.uint8)
    coefficients = drawn.reshape(-1, COEFFICIENT_BYTES)
    sums = batch.weighted_sums(rows, coefficients)
    claimed = weighted_sum(batch.points(rows), coefficients)
    return commit([value % ORDER for value in sums.values], sums.blinding, domain=domain) == claimed


def _opens(batch: OpeningBatch, row: int, domain: str) -> bool:
    try:
        batch.verify_one(row, domain=domain)
    except CommitmentError:
        return False
    return True
