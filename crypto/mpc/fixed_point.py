"""How do shared integers stand for real numbers, and how do products come back to their scale?

A number v is kept as the integer nearest to v·2^f. Sums keep the scale, products add their fractions, so that
long computations must divide by powers of two on the way, without seeing what they divide.

`truncate` does it in one round in which only role 0 speaks. Of x = s_0 + s_1 + s_2 role 0 knows
a = s_0 + s_1, roles 1 and 2 know b = s_2. For 0 <= x < p the integers a and b add up to x + p unless a <= x,
which happens with probability (x + 1)/p because a is uniform. As 2^32 divides p - 1,

    ⌊a/2^d⌋ + ⌊b/2^d⌋ + 1 - (p - 1)/2^d

is then (x + 2)/2^d rounded down or up, up with exactly the probability of its fraction: multiples stay exact,
and errors do not add up to one side. So 2 is taken off first, and signed numbers are shifted by their bound.
Role 0 shares its part with a mask that it has in common with role 2.

Probability of failure: with |x| <= 2^l - 2, at most 2^(l+1)/p < 2^(l-62.99) for each value, and a failure is
off by about p/2^d. `failure_bound` says what a computation adds up to; whoever plans one states it.

Security: role 1 gets one uniform element a value, nobody else anything. Values must be shared at random, as
inputs and products are; `Elements.public` is not. A role that lies shifts the result: nothing here is
authenticated, so computations that truncate are correct among honest roles and private against one liar.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from crypto import goldilocks
from crypto.errors import OutOfRangeError
from crypto.goldilocks import PRIME
from crypto.mpc.arithmetic import received
from crypto.mpc.party import Party
from crypto.mpc.rounds import Exchange, Protocol
from crypto.mpc.shares import Elements

MOST_SHIFT: Final = 32
"""2^32 divides p - 1, and larger powers of two do not."""

MOST_BITS: Final = 61
"""Values stay below 2^61 in magnitude, so that the shifted ones are below the prime."""


@dataclass(frozen=True)
class FixedPoint:
    """Numbers in [-2^magnitude, 2^magnitude] in steps of 2^-fraction.

    Raises:
        OutOfRangeError: fraction or magnitude is negative, or together they exceed 61 bits.
    """

    fraction: int
    magnitude: int = 0

    def __post_init__(self) -> None:
        if min(self.fraction, self.magnitude) < 0 or self.fraction + self.magnitude > MOST_BITS:
            raise OutOfRangeError(f"expected at most {MOST_BITS} bits, got {self.magnitude}.{self.fraction}")

    def encode(self, value: float) -> int:
        """The nearest integer to value·2^fraction; halves go to the even one.

        Raises:
            OutOfRangeError: the value is not in the range, or no number.
        """
        if not abs(value) <= 1 << self.magnitude:
            raise OutOfRangeError(f"expected a number of magnitude at most {1 << self.magnitude}")
        return round(value * (1 << self.fraction))

    def decode(self, value: int) -> float:
        """The number that an integer stands for."""
        return value / (1 << self.fraction)


def truncate(party: Party, values: Elements, *, shift: int, bits: int) -> Protocol[Elements]:
    """Shared x/2^shift, rounded down or up at random, of values with |x| <= 2^bits - 2. One round.

    Raises:
        OutOfRangeError: the shift is not in [1, 32], or bits not in [shift, 61].
        MalformedMessageError: role 0 sent what are no field elements; it is the culprit.
    """
    if not 1 <= shift <= MOST_SHIFT or not shift <= bits <= MOST_BITS:
        raise OutOfRangeError(f"expected 1 <= shift <= {MOST_SHIFT} and shift <= bits <= {MOST_BITS}")
    distance = np.uint64(shift)
    mask = party.elements_with(0, values.first.size)
    if party.role == 0:
        # The offset makes x positive; what it, the wrap and the lost unit leave is taken off again.
        offset, left = (1 << bits) - 2, (1 << bits - shift) + (PRIME - 1 >> shift) - 1
        shifted = goldilocks.add(goldilocks.add(values.first, values.second), _constant(values, offset))
        part = goldilocks.subtract(shifted >> distance, _constant(values, left))
        own = mask.reshape(values.shape)
        held = goldilocks.subtract(part, own)
        yield Exchange({1: held.reshape(-1)}, {})
        return Elements(0, own, held)
    if party.role == 1:
        inbox = yield Exchange({}, {0: values.first.size})
        return Elements(1, received(inbox, 0).reshape(values.shape), values.second >> distance)
    yield Exchange({}, {})
    return Elements(2, values.first >> distance, mask.reshape(values.shape))


def failure_bound(bits: int, values: int) -> float:
    """The probability that one of so many truncations of values below 2^bits is far off; at most 1."""
    return min(1.0, (values << bits + 1) / PRIME)


def _constant(values: Elements, constant: int) -> goldilocks.FieldVector:
    return np.broadcast_to(np.uint64(constant % PRIME), values.shape)
