"""Cutting a committed record into three components over the integers.

Split. For a value x in [0, 2^b): components s_0, s_1 are uniform in [0, 2^(b+64)), each expanded from a seed
of 32 bytes, and s_2 = x - s_0 - s_1 is explicit. The blinding r of the record's commitment is cut the same
way modulo the group order. Sharing over the integers lets one set of components be checked modulo the group
order, against the commitment C that the issuer signed (C_0 · C_1 · C_2 = C, each holder opens its C_i), and
be used modulo 2^64.

Privacy. Each node holds two components. (s_0, s_1) is independent of x. (s_1, s_2) shows x - s_0, and two
values x, x' shift a uniform range of 2^(b+64) integers against each other by |x - x'| < 2^b, so what the node
sees differs in statistical distance by less than 2^-64 a column; (s_2, s_0) likewise. A record of m columns
is private up to m · 2^-64 (150 columns: 2^-56), besides the expansion of the seeds. The commitments hide
perfectly: of (r_0, r_1, r_2) two are known to a node and the third, like r, is uniform to it.

Soundness. A component is accepted only if s_0, s_1 are in [0, 2^(b+64)) (true by expansion) and s_2 is in
(-2^(b+65), 2^b). The sum of accepted components is then within ±2^(b+66). It equals the committed x modulo
the group order n > 2^255, and x is in [0, 2^b) because the issuer checked it; as 2^(b+66) + 2^b < n for
b <= 188, both are the same integer, hence the same element of Z_2^64. Two honest nodes check all three
components between them.

Timing. Drawing, subtracting and encoding work on Python integers of nearly constant width, which is not
constant time to the last digit; the commitments are, see `crypto.commitments`.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from crypto.commitments import commit
from crypto.curve import ORDER, SCALAR_BYTES, Point, combine
from crypto.errors import CommitmentError, MalformedError, ShareError
from crypto.randomness import RandomBytes, expand, random_bytes

STATISTICAL_BITS: Final = 64
"""Every mask is this many bits wider than the value: a column leaks at most 2^-64 to one node."""

MAX_BITS: Final = 188
"""The widest column: three accepted components of one cannot wrap modulo the group order."""

COMPONENTS: Final = 3
SEED_BYTES: Final = 32
_VERSION: Final = 1
_SEEDED: Final = bytes((_VERSION, 0))
_EXPLICIT: Final = bytes((_VERSION, 1))
_LABEL: Final = "argonauta integer mask v1"
# 512 bits reduced modulo a 256-bit order are uniform up to 2^-256.
_WIDE_SCALAR_BYTES: Final = 64


@dataclass(frozen=True)
class Component:
    """One of three summands of a record, with its part of the commitment's blinding.

    Seeded components carry their seed and are sent as it. All contents stay out of ``repr``.
    """

    bits: tuple[int, ...]
    values: tuple[int, ...] = field(repr=False)
    blinding: int = field(repr=False)
    seed: bytes | None = field(default=None, repr=False)

    @classmethod
    def expand(cls, seed: bytes, bits: Sequence[int]) -> "Component":
        """The component of a seed: values uniform in [0, 2^(bits + 64)), a blinding uniform modulo the order.

        Raises:
            ShareError: the seed does not have 32 bytes, or a column has no width from 1 to 188 bits.
        """
        if len(seed) != SEED_BYTES:
            raise ShareError(f"a seed has {SEED_BYTES} bytes, got {len(seed)}")
        widths = _checked_widths(bits)
        lengths = [(width + STATISTICAL_BITS + 7) // 8 for width in widths]
        raw = expand(seed, _LABEL, sum(lengths) + _WIDE_SCALAR_BYTES)
        drawn = _integers(raw, lengths, signed=False)
        values = tuple(
            value & ((1 << (width + STATISTICAL_BITS)) - 1)
            for value, width in zip(drawn, widths, strict=True)
        )
        blinding = int.from_bytes(raw[-_WIDE_SCALAR_BYTES:], "big") % ORDER
        return cls(widths, values, blinding, seed)

    def commitment(self, domain: str) -> Point:
        """The commitment C_i that this component opens, in the domain of the record's own commitment."""
        return commit(self.values, self.blinding, domain=domain)

    def encode(self) -> bytes:
        """Write the component: 34 bytes if seeded, else about 8 bytes a column more than its values need.

        Explicit: version, kind, each value in two's complement of ⌈(bits + 66) / 8⌉ bytes, the blinding in
        32. Lengths depend on the columns' widths only.
        """
        if self.seed is not None:
            return _SEEDED + self.seed
        pairs = zip(self.values, _explicit_lengths(self.bits), strict=True)
        body = b"".join(value.to_bytes(length, "big", signed=True) for value, length in pairs)
        return _EXPLICIT + body + self.blinding.to_bytes(SCALAR_BYTES, "big")

    @classmethod
    def decode(cls, raw: bytes, bits: Sequence[int]) -> "Component":
        """Read a component of columns of these widths.

        Raises:
            MalformedError: another version, kind or length, or a blinding that is not reduced.
            ShareError: a value of the explicit component is out of its range; the column is named.
        """
        widths = _checked_widths(bits)
        head, body = raw[: len(_SEEDED)], raw[len(_SEEDED) :]
        if head == _SEEDED and len(body) == SEED_BYTES:
            return cls.expand(body, widths)
        lengths = _explicit_lengths(widths)
        if head != _EXPLICIT or len(body) != sum(lengths) + SCALAR_BYTES:
            raise MalformedError("expected a component of a known version, kind and length")
        blinding = int.from_bytes(body[-SCALAR_BYTES:], "big")
        if blinding >= ORDER:
            raise MalformedError("the blinding of the component is not reduced")
        values = tuple(_integers(body, lengths, signed=True))
        _check_explicit(values, widths)
        return cls(widths, values, blinding)


def split(
    values: Sequence[int], bits: Sequence[int], blinding: int, random: RandomBytes = random_bytes
) -> tuple[Component, Component, Component]:
    """Cut a record into three components that sum to it; the first two are seeded.

    Raises:
        ShareError: a value is not in [0, 2^bits), which its message names by column only, there are not as
            many widths as values, a width is not in [1, 188], or the blinding is not in ``range(ORDER)``.
    """
    widths = _checked_widths(bits)
    if len(values) != len(widths):
        raise ShareError(f"expected {len(widths)} values, got {len(values)}")
    if not 0 <= blinding < ORDER:
        raise ShareError("the blinding is not reduced modulo the group order")
    for column, (value, width) in enumerate(zip(values, widths, strict=True)):
        if not 0 <= value < 1 << width:
            raise ShareError(f"column {column}: the value does not fit into {width} bits")
    first, second = (Component.expand(random(SEED_BYTES), widths) for _ in range(2))
    rest = tuple(x - s - t for x, s, t in zip(values, first.values, second.values, strict=True))
    return first, second, Component(widths, rest, (blinding - first.blinding - second.blinding) % ORDER)


def verify_components(commitment: Point, components: Sequence[Point]) -> None:
    """Return only if the commitments of the three components combine to the commitment of the record.

    Raises:
        ShareError: there are not three.
        CommitmentError: they are components of something else.
    """
    if len(components) != COMPONENTS:
        raise ShareError(f"expected {COMPONENTS} component commitments, got {len(components)}")
    if combine(components) != commitment:
        raise CommitmentError("the components' commitments do not combine to the signed one")


def _check_explicit(values: Sequence[int], widths: Sequence[int]) -> None:
    for column, (value, width) in enumerate(zip(values, widths, strict=True)):
        if not -(1 << (width + STATISTICAL_BITS + 1)) < value < 1 << width:
            raise ShareError(f"column {column}: the component is out of the range of {width} bits")


def _checked_widths(bits: Sequence[int]) -> tuple[int, ...]:
    for column, width in enumerate(bits):
        if not 1 <= width <= MAX_BITS:
            raise ShareError(f"column {column}: expected 1 to {MAX_BITS} bits, got {width}")
    return tuple(bits)


def _explicit_lengths(widths: Sequence[int]) -> list[int]:
    return [(width + STATISTICAL_BITS + 2 + 7) // 8 for width in widths]


def _integers(raw: bytes, lengths: Sequence[int], *, signed: bool) -> Iterator[int]:
    place = 0
    for length in lengths:
        yield int.from_bytes(raw[place : place + length], "big", signed=signed)
        place += length
