"""How a party knows that its share is right: commitments to the coefficients of the dealer's polynomial.

Feldman (FOCS 1987): the dealer publishes A_k = a_k·G for every coefficient, and party j checks
f(j)·G = Σ j^k A_k. The secret's multiple A_0 becomes public; the secret is as safe as a discrete logarithm.

Pedersen (Crypto 1991): the dealer commits to two polynomials at once, C_k = a_k·G + b_k·H, and party j
gets f(j) and g(j). Nothing about the secret becomes public, whatever the adversary can compute; the dealer
is bound as long as it does not know log_G H, and H is hashed to the curve.

Both are homomorphic: the sums of what several dealers gave are shares of the sum, and so are the
commitments. A dealing of either kind binds parties to one polynomial of degree threshold - 1: any
`threshold` honest ones rebuild the same secret.

Timing. Shares and coefficients meet the curve by constant-time multiplications.
"""

from dataclasses import dataclass
from typing import Final

from crypto.base_point import multiply_base
from crypto.curve import INFINITY, POINT_BYTES, Point, hash_to_point
from crypto.errors import CommitmentError, MalformedError
from crypto.sharing.shamir import Polynomial, Share

SECOND_BASE: Final = hash_to_point("argonauta/pedersen sharing v1", 0)
"""H of Pedersen's sharing; nobody knows its logarithm."""

_VERSION: Final = 1
_HEAD_BYTES: Final = 2


@dataclass(frozen=True)
class Commitments:
    """What a dealer publishes: a point for each coefficient, the constant one first."""

    points: tuple[Point, ...]

    def at(self, place: int) -> Point:
        """The commitment to the polynomial's value at a place, Σ place^k·A_k."""
        total = INFINITY
        for point in reversed(self.points):
            total = total.multiply_public(place) + point
        return total

    def __add__(self, other: "Commitments") -> "Commitments":
        """Commitments to the sum of two polynomials.

        Raises:
            CommitmentError: they are of different degrees, so that a coefficient would be left out.
        """
        if len(self.points) != len(other.points):
            raise CommitmentError(
                f"expected commitments to {len(self.points)} coefficients, got {len(other.points)}"
            )
        return Commitments(tuple(map(Point.__add__, self.points, other.points)))

    def encode(self) -> bytes:
        """Version, number of points, points of 33 bytes.

        Raises:
            OutOfRangeError: a point is infinity, which a random coefficient gives with probability 2^-256.
        """
        return bytes((_VERSION, len(self.points))) + b"".join(point.to_bytes() for point in self.points)

    @classmethod
    def decode(cls, raw: bytes, *, threshold: int) -> "Commitments":
        """Read commitments to a polynomial of degree threshold - 1.

        Raises:
            MalformedError: another version or length, or not a point.
        """
        body = raw[_HEAD_BYTES:]
        if raw[:_HEAD_BYTES] != bytes((_VERSION, threshold)) or len(body) != threshold * POINT_BYTES:
            raise MalformedError(f"expected commitments of version {_VERSION} to {threshold} coefficients")
        starts = range(0, len(body), POINT_BYTES)
        return cls(tuple(Point.from_bytes(body[start : start + POINT_BYTES]) for start in starts))


def commit(polynomial: Polynomial) -> Commitments:
    """Feldman's commitments: a_k·G for every coefficient."""
    return Commitments(tuple(multiply_base(coefficient) for coefficient in polynomial.coefficients))


def commit_hiding(polynomial: Polynomial, blinding: Polynomial) -> Commitments:
    """Pedersen's commitments: a_k·G + b_k·H for polynomials of equal degree."""
    pairs = zip(polynomial.coefficients, blinding.coefficients, strict=True)
    return Commitments(tuple(multiply_base(a) + SECOND_BASE.multiply(b) for a, b in pairs))


def verify_share(share: Share, commitments: Commitments) -> Share:
    """Return the share if it is the value at its party of what Feldman's commitments hold.

    Raises:
        CommitmentError: it is not; the dealer or whoever carried it is to blame.
    """
    if multiply_base(share.value) != commitments.at(share.party):
        raise CommitmentError(f"the share of party {share.party} does not fit the dealer's commitments")
    return share


def verify_hidden_share(share: Share, blinding: Share, commitments: Commitments) -> Share:
    """Return the share if it and its blinding are the values of what Pedersen's commitments hold.

    Raises:
        CommitmentError: they are not, or are of different parties.
    """
    opened = multiply_base(share.value) + SECOND_BASE.multiply(blinding.value)
    if share.party != blinding.party or opened != commitments.at(share.party):
        raise CommitmentError(f"the share of party {share.party} does not fit the dealer's commitments")
    return share
