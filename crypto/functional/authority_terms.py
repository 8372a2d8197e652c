"""What an owner's authority holds to in one epoch, and how functions are measured by it."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from math import gcd
from typing import Final

from crypto.encoding import sha256
from crypto.errors import OutOfRangeError

MIN_COLUMNS: Final = 3
MAX_COLUMNS: Final = 0xFFFF
MAX_MAGNITUDE: Final = 2**63 - 1
MILLIBITS: Final = 1000
"""The unit of the budget: a thousandth of a bit, rounded up for each key."""

_TERMS_TAG: Final = b"argonauta functional terms v1"


@dataclass(frozen=True)
class Terms:
    """What an owner's authority holds to in one epoch.

    Attributes:
        spans: for each column, its largest value minus its smallest, at least 1.
        budget_millibits: what all granted keys may carry about a record, in thousandths of a bit.
        protected: combinations of columns, besides the columns themselves, that must not follow.
        largest_share: how much of a column's variance may be explained, above 0 and below 1.
        least_ambiguity: for which share of the records a column must have a double, above 0 and at most 1.
        largest_result: what Σ |y_j| span_j may reach, so that schemes neither wrap nor search for long.
        epoch: names the master key that the state is about, so that a state of another is not taken for it.

    Raises:
        OutOfRangeError: there are fewer than 3 columns, or a number is outside of its range.
    """

    spans: tuple[int, ...]
    budget_millibits: int
    protected: tuple[tuple[int, ...], ...] = ()
    largest_share: Fraction = Fraction(1, 2)
    least_ambiguity: Fraction = Fraction(1, 16)
    largest_result: int = 2**40
    epoch: str = ""

    def __post_init__(self) -> None:
        if not MIN_COLUMNS <= len(self.spans) <= MAX_COLUMNS:
            raise OutOfRangeError(f"expected {MIN_COLUMNS} to {MAX_COLUMNS} columns, got {len(self.spans)}")
        if not all(1 <= span <= MAX_MAGNITUDE for span in self.spans):
            raise OutOfRangeError("expected every span in [1, 2^63)")
        if not 0 < self.largest_share < 1 or not 0 < self.least_ambiguity <= 1:
            raise OutOfRangeError("expected a largest share in (0, 1) and a least ambiguity in (0, 1]")
        if self.budget_millibits < 0 or not 1 <= self.largest_result <= MAX_MAGNITUDE:
            raise OutOfRangeError("expected a budget of at least 0 and a largest result in [1, 2^63)")
        for combination in self.protected:
            check_weights(combination, len(self.spans))

    @cached_property
    def digest(self) -> bytes:
        """32 bytes that stand for these terms."""
        numbers = [len(self.spans), *self.spans, self.budget_millibits, self.largest_result]
        for share in (self.largest_share, self.least_ambiguity):
            numbers += [share.numerator, share.denominator]
        numbers += [weight for combination in self.protected for weight in combination]
        listed = ",".join(map(str, numbers)) + "|" + self.epoch
        return sha256(_TERMS_TAG, listed.encode(errors="surrogatepass"))


def check_weights(weights: Sequence[int], columns: int) -> tuple[int, ...]:
    """The weights without common divisor, the first of them that is not zero positive.

    Raises:
        OutOfRangeError: they are not one for each column, all zero, or beyond 2^63 - 1.
    """
    if len(weights) != columns:
        raise OutOfRangeError(f"expected {columns} weights, got {len(weights)}")
    if not any(weights) or any(abs(weight) > MAX_MAGNITUDE for weight in weights):
        raise OutOfRangeError("expected a weight other than zero, and all below 2^63")
    divisor = gcd(*weights)
    sign = -1 if next(weight for weight in weights if weight) < 0 else 1
    return tuple(sign * weight // divisor for weight in weights)


def reach(weights: Sequence[int], terms: Terms) -> int:
    """Σ |y_j| span_j: by how much two results can differ."""
    return sum(abs(weight) * span for weight, span in zip(weights, terms.spans, strict=True))


def charge_millibits(function: Sequence[int], terms: Terms) -> int:
    """1000 · log2(Σ |y_j| span_j + 1), rounded up and exact: the least t with results^1000 <= 2^t."""
    return int((reach(function, terms) + 1) ** MILLIBITS - 1).bit_length()
