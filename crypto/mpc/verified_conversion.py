"""How do shared bits become field elements if a role may lie? By multiplications that carry codes.

A bit is b_0 ^ b_1 ^ b_2, each summand known to two roles, so each is a shared element without a message. As
x ^ y = x + y - 2 x y, two multiplications make the bit of them; both are authenticated (`crypto.mpc.mac`) and
verified before anybody uses the result. Seven rounds and seven words a bit, against two rounds and at most
4/3 of a word for the unverified way of `crypto.mpc.conversion`.

A lie in here passes with probability below 2^-62 and shows nothing if it does not pass. A summand that was
wrong before, from an AND that was lied about, is none of this file's: `crypto.mpc.verified_bits` finds it.
"""

import numpy as np

from crypto.mpc.mac import Authenticated, Authenticator
from crypto.mpc.party import Party
from crypto.mpc.rounds import Protocol, Words
from crypto.mpc.shares import Elements
from crypto.sharing.replicated import ROLES


def verified_bits_to_field(party: Party, own: Words, held: Words) -> Protocol[Elements]:
    """Single bits, given as both summands of them in words of their own, as elements of the same shape.

    Raises:
        ProtocolError: a role lied in a multiplication; the other two roles are named.
        MalformedMessageError: a role sent what are no field elements; it is the culprit.
    """
    authenticator = Authenticator.draw(party)
    summands = yield from authenticator.admit(_summands(party.role, own, held))
    first, second, third = (_part(summands, place) for place in ROLES)
    both = yield from _exclusive_or(authenticator, first, second)
    bits = yield from _exclusive_or(authenticator, both, third)
    yield from authenticator.verify()
    return bits.values


def _exclusive_or(
    authenticator: Authenticator, left: Authenticated, right: Authenticated
) -> Protocol[Authenticated]:
    product = yield from authenticator.multiply(left, right)
    return left + right - product.scale(2)


def _summands(role: int, own: Words, held: Words) -> Elements:
    """All three summands of every bit as shared elements: each is known to its two holders."""
    first, second = np.zeros((2, len(ROLES), *own.shape), dtype=np.uint64)
    first[role], second[(role + 1) % len(ROLES)] = own, held
    return Elements(role, first, second)


def _part(summands: Authenticated, place: int) -> Authenticated:
    return Authenticated(summands.values.take(place), summands.tags.take(place))
