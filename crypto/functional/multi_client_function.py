"""What many wallets compute together: a weighted sum of all their values, planned before anybody encrypts.

Wallet i of a cohort holds a vector x_i of `width` integers and has the weights y_i; the function's value is
Σ_i <y_i, x_i>, plus whatever noise the members add. Column j of every wallet is within ±bounds[j], so the
largest possible value is known in advance, and a scheme refuses a function that its range cannot hold: a
result never wraps unseen. The digest of a function binds key shares to cohort, weights, bounds and noise.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from crypto.encoding import sha256
from crypto.errors import OutOfRangeError
from crypto.functional.decentralised_keys import Cohort

MAX_WIDTH: Final = 0xFFFF
MAX_MAGNITUDE: Final = 2**63 - 1
"""The largest weight, bound or noise: what a signed 64-bit word holds."""

MAX_LABEL_BYTES: Final = 0xFFFF
LABEL_DIGEST_BYTES: Final = 32
_FUNCTION_TAG: Final = b"argonauta multi-client function v1"
_LABEL_TAG: Final = b"argonauta label v1"
_WIRE_BYTES: Final = 8


@dataclass(frozen=True)
class Function:
    """A weighted sum over a cohort.

    Attributes:
        cohort: who takes part, in order.
        weights: one row for each member, of one integer for each column.
        bounds: how large the magnitude of a value of each column may be, at least 1.
        noise_bound: how large the magnitude of the noise may be that one member adds; 0 for none.

    Raises:
        OutOfRangeError: the rows do not fit the cohort or the columns, a bound is not positive, all weights
            are zero, or an integer is beyond 2^63 - 1.
    """

    cohort: Cohort
    weights: tuple[tuple[int, ...], ...]
    bounds: tuple[int, ...]
    noise_bound: int = 0

    def __post_init__(self) -> None:
        if not 1 <= len(self.bounds) <= MAX_WIDTH:
            raise OutOfRangeError(f"expected 1 to {MAX_WIDTH} columns, got {len(self.bounds)}")
        if len(self.weights) != self.cohort.size:
            raise OutOfRangeError(f"expected {self.cohort.size} rows of weights, got {len(self.weights)}")
        if any(len(row) != len(self.bounds) for row in self.weights):
            raise OutOfRangeError(f"expected {len(self.bounds)} weights for every member")
        if not all(1 <= bound <= MAX_MAGNITUDE for bound in self.bounds):
            raise OutOfRangeError("expected every bound in [1, 2^63)")
        largest = max((abs(weight) for row in self.weights for weight in row), default=0)
        if not 1 <= largest <= MAX_MAGNITUDE or not 0 <= self.noise_bound <= MAX_MAGNITUDE:
            raise OutOfRangeError("expected a weight other than zero, and weights and noise below 2^63")

    @cached_property
    def largest(self) -> int:
        """The largest magnitude that the result can have, noise included."""
        reach = sum(
            abs(weight) * bound
            for row in self.weights
            for weight, bound in zip(row, self.bounds, strict=True)
        )
        return reach + self.cohort.size * self.noise_bound

    @cached_property
    def digest(self) -> bytes:
        """32 bytes that stand for the cohort and everything that is computed on it."""
        flat = [weight for row in self.weights for weight in row]
        numbers = (len(self.bounds), self.noise_bound, *self.bounds, *flat)
        encoded = b"".join(number.to_bytes(_WIRE_BYTES, "big", signed=True) for number in numbers)
        return sha256(_FUNCTION_TAG, self.cohort.digest, encoded)


def check_values(values: Sequence[int], bounds: Sequence[int]) -> None:
    """Return only if there is one value for each column and each is within ±bound.

    Raises:
        OutOfRangeError: otherwise; the message names a column and never a value.
    """
    if len(values) != len(bounds):
        raise OutOfRangeError(f"expected {len(bounds)} values, got {len(values)}")
    for column, (value, bound) in enumerate(zip(values, bounds, strict=True)):
        if not -bound <= value <= bound:
            raise OutOfRangeError(f"column {column}: the value is not within its declared bound")


def label_digest(label: str) -> bytes:
    """32 bytes that stand for a label: a purchase, or a moment of a subscription.

    Raises:
        OutOfRangeError: the label is empty, longer than 65535 bytes, or holds a lone surrogate.
    """
    try:
        encoded = label.encode()
    except UnicodeEncodeError as error:
        raise OutOfRangeError("the label is not text") from error
    if not 1 <= len(encoded) <= MAX_LABEL_BYTES:
        raise OutOfRangeError(f"expected a label of 1 to {MAX_LABEL_BYTES} bytes, got {len(encoded)}")
    return sha256(_LABEL_TAG, encoded)
