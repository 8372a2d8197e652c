"""What are the bits of a shared field element? Those of the sum of its summands, less as many primes as fit.

The summands s_0, s_1, s_2 below p are known to two roles each, so their bits are shared without a message,
and two adders give S = s_0 + s_1 + s_2, which is x + k p with k in {0, 1, 2}. For x below 2^63, S + 2^33 lies
in [k 2^64, (k + 1) 2^64), because p = 2^64 - 2^32 + 1: so k is read off bits 64 and 65, and modulo 2^64

    x = (S + 2^33) - c,    c = 2^33, 2^32 + 1 or 2 for k = 0, 1 or 2,

where the bits of c are sums of those of k. One more adder subtracts. At most 15 rounds and about 700 ANDs an
element: for results, thresholds and distances; columns that are needed as planes had better come as planes.
"""

import numpy as np

from crypto.errors import OutOfRangeError
from crypto.mpc.addition import add, add_three
from crypto.mpc.integers import known_planes
from crypto.mpc.packing import WORD_BITS, pack, pack_mask
from crypto.mpc.party import Party
from crypto.mpc.rounds import Protocol, Words
from crypto.mpc.shares import Elements, Planes
from crypto.sharing.replicated import ROLES

MAX_BITS = 63
"""Elements stand for integers in [0, 2^63)."""

_OFFSET = 1 << 33


def field_to_planes(party: Party, elements: Elements, bits: int) -> Protocol[Planes]:
    """The low bits of elements that stand for integers in [0, 2^63), flat; signed ones need an offset first.

    Raises:
        OutOfRangeError: the number of bits is not in [1, 63].
    """
    if not 1 <= bits <= MAX_BITS:
        raise OutOfRangeError(f"expected 1 to {MAX_BITS} bits, got {bits}")
    own = _bits_of(elements.first.reshape(-1), offset=party.role == 0)
    held = _bits_of(elements.second.reshape(-1), offset=(party.role + 1) % len(ROLES) == 0)
    total = yield from add_three(party, known_planes(party.role, elements.first.size, own, held))
    surplus = _surplus(total.take(slice(WORD_BITS, None)), bits)
    # x = S - c is the inverse of (inverse of S) + c.
    return (yield from add(party, total.take(slice(bits)).invert(), surplus)).invert()


def _bits_of(summand: Words, *, offset: bool) -> Words:
    """66 planes of a summand, plus the offset at the two roles that hold summand 0."""
    raised = summand + np.uint64(_OFFSET) if offset else summand
    planes = np.zeros((WORD_BITS + 2, -(-summand.size // WORD_BITS)), dtype=np.uint64)
    planes[:WORD_BITS] = pack(raised, WORD_BITS)
    planes[WORD_BITS] = pack_mask(raised < summand)
    return planes


def _surplus(primes: Planes, bits: int) -> Planes:
    """The low bits of c from the two bits of k, of which never both are set."""
    one, two = primes.take(0), primes.take(1)
    none = (one ^ two).invert()
    nothing = one.mask(np.zeros(1, dtype=np.uint64))
    places = {0: one, 1: two, 32: one, 33: none}
    return Planes.stack([places.get(bit, nothing) for bit in range(bits)])
