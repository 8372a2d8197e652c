"""A scalar in pieces, of which any `threshold` rebuild it and fewer say nothing about it.

Shamir (CACM 1979). The secret is f(0) of a polynomial f of degree threshold - 1 with uniform coefficients
modulo the order of secp256k1, the share of party j is f(j), and parties are numbered from 1. Fewer than
`threshold` shares are independent of the secret. Interpolation also works on multiples of a point, so that
parties can compute f(0)·P from their f(j)·P without anyone ever holding f(0): see `crypto.elgamal`.

Whether shares belong together is not seen from `threshold` of them; more are checked against each other
here, and `crypto.sharing.feldman` lets each party check its own.

Timing. Arithmetic modulo the order is done on Python integers and is not constant time to the last digit.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from crypto.curve import ORDER, SCALAR_BYTES, Point, combine
from crypto.errors import MalformedError, OutOfRangeError, ShareError
from crypto.randomness import RandomBytes, random_below, random_bytes

MAX_PARTIES: Final = 255
_VERSION: Final = 1
_SHARE_BYTES: Final = 2 + SCALAR_BYTES


@dataclass(frozen=True)
class Share:
    """What one party, numbered from 1, holds of a secret. The value stays out of ``repr``."""

    party: int
    value: int = field(repr=False)

    def encode(self) -> bytes:
        """Version, party, value: 34 bytes."""
        return bytes((_VERSION, self.party)) + self.value.to_bytes(SCALAR_BYTES, "big")

    @classmethod
    def decode(cls, raw: bytes) -> "Share":
        """Read a share.

        Raises:
            MalformedError: another version or length, party 0, or a value that is not reduced.
        """
        if len(raw) != _SHARE_BYTES or raw[0] != _VERSION or raw[1] == 0:
            raise MalformedError(f"expected a share of version {_VERSION} and {_SHARE_BYTES} bytes")
        value = int.from_bytes(raw[2:], "big")
        if value >= ORDER:
            raise MalformedError("the value of a share is not reduced")
        return cls(raw[1], value)


@dataclass(frozen=True)
class Polynomial:
    """A polynomial modulo the order, constant coefficient first; coefficients stay out of ``repr``."""

    coefficients: tuple[int, ...] = field(repr=False)

    @classmethod
    def draw(cls, secret: int, threshold: int, random: RandomBytes = random_bytes) -> "Polynomial":
        """A uniform polynomial of degree threshold - 1 whose value at 0 is the secret."""
        return cls((secret % ORDER, *(random_below(ORDER, random) for _ in range(threshold - 1))))

    @classmethod
    def through(cls, shares: Sequence[Share]) -> "Polynomial":
        """The polynomial of the lowest degree through shares of different parties.

        Raises:
            ShareError: a party stands twice, or is not numbered from 1 to 255.
        """
        parties = _checked([share.party for share in shares])
        terms = (_basis(share.party, parties, share.value) for share in shares)
        return cls(tuple(sum(column) % ORDER for column in zip(*terms, strict=True)))

    def at(self, place: int) -> int:
        """The value at a place, in ``range(ORDER)``."""
        value = 0
        for coefficient in reversed(self.coefficients):
            value = (value * place + coefficient) % ORDER
        return value


def split(
    secret: int, *, threshold: int, parties: int, random: RandomBytes = random_bytes
) -> tuple[Share, ...]:
    """Cut a secret, taken modulo the order, into a share for each party from 1 on.

    Raises:
        OutOfRangeError: not 1 <= threshold <= parties <= 255.
    """
    if not 1 <= threshold <= parties <= MAX_PARTIES:
        raise OutOfRangeError(
            f"expected 1 <= threshold <= parties <= {MAX_PARTIES}, got {threshold}, {parties}"
        )
    polynomial = Polynomial.draw(secret, threshold, random)
    return tuple(Share(party, polynomial.at(party)) for party in range(1, parties + 1))


def combine_shares(shares: Sequence[Share], *, threshold: int) -> int:
    """Rebuild the secret from at least `threshold` shares of different parties.

    Raises:
        ShareError: there are too few, two of one party, or more than `threshold` that do not lie on one
            polynomial, so that one of them is wrong; which one is not known.
    """
    values = {share.party: share.value for share in shares}
    if len(values) != len(shares) or len(shares) < threshold:
        raise ShareError(f"expected shares of at least {threshold} different parties, got {len(values)}")
    first, rest = shares[:threshold], shares[threshold:]
    _checked([share.party for share in shares])
    polynomial = Polynomial.through(first)
    if any(polynomial.at(share.party) != share.value for share in rest):
        raise ShareError("the shares do not lie on one polynomial")
    return polynomial.at(0)


def combine_points(points: Mapping[int, Point], *, threshold: int) -> Point:
    """f(0)·P from f(j)·P of at least `threshold` parties j; the first of them in order are used.

    Raises:
        ShareError: there are too few, or a party is not numbered from 1 to 255.
    """
    if len(points) < threshold:
        raise ShareError(f"expected points of at least {threshold} parties, got {len(points)}")
    parties = sorted(points)[:threshold]
    coefficients = lagrange_coefficients(parties)
    return combine(points[party].multiply_public(coefficients[party]) for party in parties)


def lagrange_coefficients(parties: Sequence[int]) -> Mapping[int, int]:
    """λ_j modulo the order with f(0) = Σ λ_j f(j) for every f of a degree below the number of parties.

    Raises:
        ShareError: a party stands twice, or is not numbered from 1 to 255.
    """
    checked = _checked(parties)
    return {party: _basis(party, checked, 1)[0] for party in checked}


def _basis(party: int, parties: Sequence[int], value: int) -> tuple[int, ...]:
    """The coefficients of the polynomial that has this value at `party` and is zero at all others."""
    coefficients, denominator = [1], 1
    for other in parties:
        if other != party:
            # Times (x - other).
            shifted = zip([0, *coefficients], [*coefficients, 0], strict=True)
            coefficients = [(low - other * high) % ORDER for low, high in shifted]
            denominator = denominator * (party - other) % ORDER
    factor = value * pow(denominator, -1, ORDER) % ORDER
    return tuple(coefficient * factor % ORDER for coefficient in coefficients)


def _checked(parties: Sequence[int]) -> Sequence[int]:
    if len(set(parties)) != len(parties) or not all(1 <= party <= MAX_PARTIES for party in parties):
        raise ShareError(f"expected different parties from 1 to {MAX_PARTIES}")
    return parties
