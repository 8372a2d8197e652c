"""How are the weights of a logistic regression found while features, labels and weights stay shared?

Full-batch gradient descent: w <- w - (η/n)·Σ x (σ(w·x) - y), where the logistic function is replaced by the
polynomial

    s(z) = 1/2 + 19/16·(z/8) - 13/16·(z/8)³,

within 0.13 of it for |z| <= 8 (the least-squares cubic on [-8, 8], rounded to sixteenths; a cubic as in Kim,
Song, Wang, Xia, Jiang, JMIR Medical Informatics 2018). What is optimised is thus close to, and not the same
as, the likelihood: signs and order of the weights are those of the exact fit, their size is within a few per
cent where scores stay in [-8, 8].

Scales. Features have 8 fractional bits and magnitude at most 1, weights 12, scores t = w·x/8 8, residuals 10.
Five rounds of work for a record in each iteration (two products, three truncations, a sum), one element on
the wire in each; the gradient is one element a feature. The rate η is rounded so that η/n is a power of two.

Range. The caller promises |w·x| < `MOST_SCORE` for all records on the way; features of magnitude 1 and a few
iterations at a rate of 1 or less keep it. Broken, the weights are wrong and still private. Truncation fails
with the probability that `Plan.failure_bound` states (a million records, 3 iterations: below 2^-15).
"""

from dataclasses import dataclass
from math import log2
from typing import Final

import numpy as np

from crypto.errors import OutOfRangeError
from crypto.mpc.arithmetic import column_products, multiply, weighted_columns
from crypto.mpc.fixed_point import MOST_SHIFT, FixedPoint, failure_bound, truncate
from crypto.mpc.party import Party
from crypto.mpc.rounds import Protocol
from crypto.mpc.shares import Elements

FEATURE: Final = FixedPoint(8)
"""How features are encoded: 1 is 256."""

WEIGHT: Final = FixedPoint(12, 4)
"""How the resulting weights are encoded: 1 is 4096."""

MOST_SCORE: Final = 16
"""What |w·x| must stay below."""

MOST_FEATURES: Final = 20
MOST_RECORDS: Final = 1 << 26
MOST_ITERATIONS: Final = 100

_LINEAR: Final = 19
_CUBIC: Final = -13
_SCORE_BITS: Final = FEATURE.fraction + WEIGHT.fraction + 4
_SQUARE_BITS: Final = 18  # (z/8)² < 4 with 16 fractional bits
_CURVE_BITS: Final = 24  # |19/16 t - 13/16 t³| < 9, with 20 fractional bits
_RESIDUAL_FRACTION: Final = 10
_RESIDUAL_BITS: Final = 14


@dataclass(frozen=True)
class Plan:
    """The public shape of a fit.

    Raises:
        OutOfRangeError: features, records or iterations are out of range, or the rate is not in (0, 16].
    """

    features: int
    records: int
    iterations: int
    rate: float = 1.0

    def __post_init__(self) -> None:
        within = (
            1 <= self.features <= MOST_FEATURES
            and 1 <= self.records <= MOST_RECORDS
            and 1 <= self.iterations <= MOST_ITERATIONS
            and 0 < self.rate <= MOST_SCORE
        )
        if not within or not 1 <= self.shift <= MOST_SHIFT:
            raise OutOfRangeError("the fit has too many features, records or iterations, or an unusual rate")

    @property
    def step(self) -> int:
        """m, so that η/n is 2^-m."""
        return round(log2(self.records / self.rate))

    @property
    def shift(self) -> int:
        """By how many bits a gradient is cut to become a change of weights."""
        return self.step + FEATURE.fraction + _RESIDUAL_FRACTION - WEIGHT.fraction

    @property
    def gradient_bits(self) -> int:
        """The magnitude of Σ x (s - y) in its scale."""
        return _RESIDUAL_BITS + FEATURE.fraction + (self.records - 1).bit_length()

    @property
    def failure_bound(self) -> float:
        """The probability that some truncation of the whole fit is far off."""
        once = sum(failure_bound(bits, self.records) for bits in (_SCORE_BITS, _SQUARE_BITS, _CURVE_BITS))
        return min(1.0, self.iterations * (once + failure_bound(self.gradient_bits, self.features)))


def fit(party: Party, table: Elements, labels: Elements, plan: Plan) -> Protocol[Elements]:
    """The weights after all iterations, shared, one for each feature, with 12 fractional bits.

    Args:
        party: this role.
        table: features by records, encoded by `FEATURE`; for an intercept one of them is 256 throughout.
        labels: one for each record, 0 or 1.
        plan: the same at all roles.

    Raises:
        OutOfRangeError: the shapes are not those of the plan.
        MalformedMessageError: a role sent what are no field elements; it is the culprit.
    """
    if table.shape != (plan.features, plan.records) or labels.shape != (plan.records,):
        raise OutOfRangeError(f"expected {plan.features} features and a label of {plan.records} records")
    zeros = np.zeros(plan.features, dtype=np.uint64)
    weights, truth = Elements(party.role, zeros, zeros), labels.scale(1 << _RESIDUAL_FRACTION)
    for _ in range(plan.iterations):
        scores = yield from weighted_columns(party, table, weights)
        guesses = yield from _logistic(party, scores)
        gradient = yield from column_products(party, table, guesses - truth)
        change = yield from truncate(party, gradient, shift=plan.shift, bits=plan.gradient_bits)
        weights = weights - change
    return weights


def _logistic(party: Party, scores: Elements) -> Protocol[Elements]:
    """s(z) with 10 fractional bits, from scores with 20."""
    shift = FEATURE.fraction + WEIGHT.fraction + 3 - 8
    t = yield from truncate(party, scores, shift=shift, bits=_SCORE_BITS)
    wide = yield from multiply(party, t, t)
    square = yield from truncate(party, wide, shift=8, bits=_SQUARE_BITS)
    slope = square.scale(_CUBIC).plus(np.full(square.shape, _LINEAR << 8, dtype=np.uint64))
    curve = yield from multiply(party, slope, t)
    odd = yield from truncate(party, curve, shift=10, bits=_CURVE_BITS)
    return odd.plus(np.full(odd.shape, 1 << _RESIDUAL_FRACTION - 1, dtype=np.uint64))
