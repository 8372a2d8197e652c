"""Vector Pedersen commitments: binding an issuer and a wallet to a whole record with one point.

C = h^r · ∏ g_j^{x_j} over secp256k1 (Pedersen, Crypto 1991 §3, for several messages under one blinding).
Perfectly hiding for r uniform modulo the order; binding as long as discrete logarithms are hard, because the
generators are hashed to the curve and nobody knows a relation between them. Commitments add:
C(x, r) · C(y, s) = C(x + y, r + s), which is how components of a shared record are checked against the
commitment that its issuer signed. Everything holds modulo the group order; that the *integers* agree follows
from the range checks of `crypto.sharing.integer_masked`. Many openings at once: `crypto.opening_batch`.

A generator domain names a purpose and version, e.g. "argonauta/exam/1". Two data sets may share a domain:
what tells their commitments apart is the signature around them, never the point.

Timing. x and r are secret to wallet and issuer, and one-hot columns are nearly all zero: neither the values
nor the zeros among them may show.

- The first hundred commitments of a domain take one constant-time multiplication a value (28 µs). A zero,
  which the library would refuse and a loop would skip, is hidden by shifting every exponent by one public
  constant c, ∏ g_j^{x_j + c} · h^{r + c}; the public product (h · ∏ g_j)^c is taken off at the end. x_j + c
  is zero only for x_j = -c, which no honest value is.
- Whoever makes more, an issuer or a node, gets the tables of `crypto.base_tables`, equally constant in time:
  a value whose width is told costs 1 to 6 µs, the blinding 14 µs.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

from crypto.base_tables import BaseTables
from crypto.curve import ORDER, SCALAR_BYTES, Point, combine, hash_to_point
from crypto.encoding import sha256
from crypto.errors import CommitmentError, OutOfRangeError

_SHIFT: Final = int.from_bytes(sha256(b"argonauta commitment shift v1"), "big") % ORDER
_WARM: Final = 100
"""So many commitments of one shape pay for their tables."""


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


def commit(values: Sequence[int], blinding: int, *, domain: str, bits: Sequence[int] | None = None) -> Point:
    """Commit to integers, taken modulo the group order, with no time depending on them.

    The blinding is uniform in ``range(ORDER)`` and used once, or the commitment does not hide. `bits` are
    public widths: value j is in (-2^bits[j], 2^bits[j]). They change the cost and not the commitment.

    Raises:
        OutOfRangeError: there is no value, not one width for each, or a value is wider than it says.
    """
    return _shape(domain, len(values), None if bits is None else tuple(bits)).commit(values, blinding)


def verify_opening(
    commitment: Point,
    values: Sequence[int],
    blinding: int,
    *,
    domain: str,
    bits: Sequence[int] | None = None,
) -> None:
    """Return only if the commitment contains these values modulo the order.

    Raises:
        CommitmentError: it does not.
        OutOfRangeError: as `commit`.
    """
    if commit(values, blinding, domain=domain, bits=bits) != commitment:
        raise CommitmentError("the commitment does not open to these values")


class _Shape:
    """The commitments of one domain, number of values and widths: how many were made, and then tables."""

    def __init__(self, domain: str, count: int, bits: tuple[int, ...] | None) -> None:
        if bits is not None and (len(bits) != count or min(bits) < 1):
            raise OutOfRangeError(f"expected {count} positive widths")
        self._bases = generators(domain, count)
        self._bits = bits
        self._made = 0
        self._tables: BaseTables | None = None

    def commit(self, values: Sequence[int], blinding: int) -> Point:
        scalars = [blinding % ORDER, *self._non_negative(values)]
        self._made += 1
        if self._made > _WARM:
            # Two threads may both compute the tables; they are the same.
            self._tables = self._tables or self._computed()
            return self._tables.sum_of_multiples(scalars)
        terms = [base.multiply(x + _SHIFT) for base, x in zip(self._bases.values, values, strict=True)]
        return combine((self._bases.unshift, self._bases.blinding.multiply(blinding + _SHIFT), *terms))

    def _non_negative(self, values: Sequence[int]) -> list[int]:
        """The scalars for the tables: reduced, or where a width is told, above zero by an offset of it."""
        if self._bits is None:
            return [value % ORDER for value in values]
        pairs = list(zip(values, self._bits, strict=True))
        if not all(-(1 << width) < value < 1 << width for value, width in pairs):
            raise OutOfRangeError("a value is wider than the widths of its commitment allow")
        return [value + (1 << width) for value, width in pairs]

    def _computed(self) -> BaseTables:
        bases = (self._bases.blinding, *self._bases.values)
        if self._bits is None:
            return BaseTables(bases, [SCALAR_BYTES] * len(bases))
        lengths = [SCALAR_BYTES, *((width + 1 + 7) // 8 for width in self._bits)]
        offsets = zip(self._bases.values, self._bits, strict=True)
        constant = combine(base.multiply_public(-(1 << width)) for base, width in offsets)
        return BaseTables(bases, lengths, constant)


# A table takes 2 KiB for each byte of scalar: 0.4 MiB for 16 columns of 20 bits, 4 MiB for 150.
@lru_cache(maxsize=16)
def _shape(domain: str, count: int, bits: tuple[int, ...] | None) -> _Shape:
    return _Shape(domain, count, bits)
