"""Vector Pedersen commitments: binding an issuer and a wallet to a whole record with one point.

C = h^r · ∏ g_j^{x_j} over secp256k1 (Pedersen, Crypto 1991 §3, for several messages under one blinding).
Perfectly hiding for r uniform modulo the order; binding as long as discrete logarithms are hard, because the
generators are hashed to the curve and nobody knows a relation between them. Commitments add:
C(x, r) · C(y, s) = C(x + y, r + s), which is how components of a shared record are checked against the
commitment that its issuer signed. Everything holds modulo the group order; that the *integers* agree follows
from the range checks of `crypto.sharing.integer_masked`.

A generator domain names a purpose and version, e.g. "argonauta/exam/1". Two data sets may share a domain:
what tells their commitments apart is the signature around them, never the point.

Timing. x and r are secret to wallet and issuer. Each takes the constant-time multiplication, and a zero,
which the library would refuse and a loop would skip, must not show: one-hot columns are nearly all zero. So
every exponent is shifted by one public constant c, ∏ g_j^{x_j + c} · h^{r + c}, and the public product
(h · ∏ g_j)^c is taken off at the end. x_j + c is zero only for x_j = -c, which no honest value is.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

from crypto.curve import ORDER, Point, combine, hash_to_point
from crypto.encoding import sha256
from crypto.errors import CommitmentError, OutOfRangeError
from crypto.randomness import RandomBytes, random_bytes

_COEFFICIENT_BYTES: Final = 16
_SHIFT: Final = int.from_bytes(sha256(b"argonauta commitment shift v1"), "big") % ORDER


@dataclass(frozen=True)
class Generators:
    """The bases of one domain: one per value, and one for the blinding."""

    values: tuple[Point, ...]
    blinding: Point
    unshift: Point
    """What takes the shift of the exponents off again: (h · ∏ g_j)^{-c}."""


@dataclass(frozen=True)
class Opening:
    """A commitment and what it is said to contain. The contents stay out of ``repr``."""

    commitment: Point
    values: Sequence[int] = field(repr=False)
    blinding: int = field(repr=False)


@lru_cache(maxsize=64)
def generators(domain: str, count: int) -> Generators:
    """The first `count` generators of a domain and its blinding generator.

    The generators for a smaller count are a prefix of those for a larger one, so records of different
    lengths must not share a meaning: (1, 2) and (1, 2, 0) have one commitment.

    Raises:
        OutOfRangeError: the count is not in [1, 2^32).
    """
    if count < 1:
        raise OutOfRangeError(f"a commitment holds at least one value, got {count}")
    values = tuple(hash_to_point(f"{domain}/value", index) for index in range(count))
    blinding = hash_to_point(f"{domain}/blinding", 0)
    return Generators(values, blinding, combine((blinding, *values)).multiply_public(-_SHIFT))


def commit(values: Sequence[int], blinding: int, *, domain: str) -> Point:
    """Commit to integers, taken modulo the group order; 28 µs a value, with no time depending on them.

    The blinding is uniform in ``range(ORDER)`` and used once, or the commitment does not hide.
    """
    bases = generators(domain, len(values))
    terms = [base.multiply(value + _SHIFT) for base, value in zip(bases.values, values, strict=True)]
    return combine((bases.unshift, bases.blinding.multiply(blinding + _SHIFT), *terms))


def verify_opening(commitment: Point, values: Sequence[int], blinding: int, *, domain: str) -> None:
    """Return only if the commitment contains these values modulo the order.

    Raises:
        CommitmentError: it does not.
    """
    if commit(values, blinding, domain=domain) != commitment:
        raise CommitmentError("the commitment does not open to these values")


def verify_openings(batch: Sequence[Opening], random: RandomBytes = random_bytes, *, domain: str) -> None:
    """Return only if every commitment of a batch contains its values, for much less than one by one.

    With ρ_i of 128 random bits, ∏ C_i^{ρ_i} = h^{Σ ρ_i r_i} · ∏ g_j^{Σ ρ_i x_ij} is checked (small
    exponents test of Bellare, Garay, Rabin, Eurocrypt 1998 §3.3). The order is prime and exceeds 2^128, so a
    batch with any wrong opening passes with probability at most 2^-128 over ρ, which only has to be
    unpredictable to whoever made the openings: it is drawn after the batch is fixed. One public
    multiplication per commitment and one secret one per column. When the product differs, halves are
    checked with fresh coefficients until the wrong ones are alone.

    Raises:
        CommitmentError: some openings are wrong; `indices` are all of them, in order.
        OutOfRangeError: the openings differ in their number of values.
    """
    if len({len(opening.values) for opening in batch}) > 1:
        raise OutOfRangeError("the openings of a batch must have equally many values")
    wrong = _wrong_openings(batch, range(len(batch)), random, domain)
    if wrong:
        raise CommitmentError(f"{len(wrong)} of {len(batch)} commitments do not open to their values", wrong)


def _wrong_openings(
    batch: Sequence[Opening], indices: Sequence[int], random: RandomBytes, domain: str
) -> tuple[int, ...]:
    if not indices or _holds([batch[index] for index in indices], random, domain):
        return ()
    if len(indices) == 1:
        return tuple(indices)
    middle = len(indices) // 2
    halves = (indices[:middle], indices[middle:])
    return sum((_wrong_openings(batch, half, random, domain) for half in halves), ())


def _holds(batch: Sequence[Opening], random: RandomBytes, domain: str) -> bool:
    # A single opening needs no coefficient, and so has no error at all.
    single = len(batch) == 1
    weights = [1 if single else int.from_bytes(random(_COEFFICIENT_BYTES), "big") for _ in batch]
    columns = zip(*(opening.values for opening in batch), strict=True)
    values = [sum(map(int.__mul__, weights, column)) % ORDER for column in columns]
    blinding = sum(weight * opening.blinding for weight, opening in zip(weights, batch, strict=True)) % ORDER
    pairs = zip(weights, batch, strict=True)
    claimed = combine(opening.commitment.multiply_public(weight) for weight, opening in pairs)
    return commit(values, blinding, domain=domain) == claimed
