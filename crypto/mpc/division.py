"""How are shared sums divided by shared counts? Bit by bit, exactly, with nothing opened.

The quotient grows from its highest bit down: bit j is set if 2^j·b still fits into what is left of a, and
then it is taken off. A step is one comparison and one multiplication; for the few quotients of a table of
means rounds are what counts, about 25 a bit.
"""

import numpy as np

from crypto.errors import OutOfRangeError
from crypto.mpc.arithmetic import multiply
from crypto.mpc.conversion import bits_to_field
from crypto.mpc.decomposition import MAX_BITS, field_to_planes
from crypto.mpc.party import Party
from crypto.mpc.rounds import Protocol
from crypto.mpc.shares import Elements


def divide(
    party: Party, dividends: Elements, divisors: Elements, *, bits: int, width: int
) -> Protocol[Elements]:
    """⌊a/b⌋ of values in [0, 2^width) by positive ones below 2^(width - bits), flat; quotients below 2^bits.

    A divisor of zero gives 2^bits - 1, and so does a quotient that is larger.

    Raises:
        OutOfRangeError: the shapes differ, or not 1 <= bits <= width <= 62.
        MalformedMessageError: a role sent what are no field elements; it is the culprit.
    """
    if dividends.shape != divisors.shape or not 1 <= bits <= width < MAX_BITS:
        raise OutOfRangeError("expected divisors of the dividends' shape and 1 <= bits <= width <= 62")
    rest, divisor = dividends.reshape(-1), divisors.reshape(-1)
    quotient = Elements.public(party.role, np.zeros(rest.first.size, dtype=np.uint64))
    for place in reversed(range(bits)):
        step = divisor.scale(1 << place)
        fits = yield from is_not_negative(party, rest - step, width=width)
        taken = yield from multiply(party, fits, step)
        rest, quotient = rest - taken, quotient + fits.scale(1 << place)
    return quotient


def is_not_negative(party: Party, values: Elements, *, width: int) -> Protocol[Elements]:
    """1 for each value in [0, 2^width), 0 for each in [-2^width, 0), flat.

    Raises:
        OutOfRangeError: the width is not in [0, 62].
        MalformedMessageError: a role sent what are no field elements; it is the culprit.
    """
    if not 0 <= width < MAX_BITS:
        raise OutOfRangeError(f"expected a width in [0, {MAX_BITS}), got {width}")
    flat = values.reshape(-1)
    raised = flat.plus(np.full(flat.shape, 1 << width, dtype=np.uint64))
    planes = yield from field_to_planes(party, raised, width + 1)
    signs = yield from bits_to_field(party, planes.take(width))
    return signs.reshape(-1)
