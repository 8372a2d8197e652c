"""Cutting a committed record into three components over the integers.

Split. For a value x in [0, 2^b): components s_0, s_1 are uniform in [0, 2^(b+64)), each expanded from a seed
of 32 bytes, and s_2 = x - s_0 - s_1 is explicit. The blinding r of the record's commitment is cut the same
way modulo the group order. Sharing over the integers lets one set of components be checked modulo the group
order, against the commitment C that the issuer signed (C_0 · C_1 · C_2 = C, each holder opens its C_i), and
be used modulo 2^64 and modulo the prime of `crypto.goldilocks`.

Privacy. Each node holds two components. (s_0, s_1) is independent of x. (s_1, s_2) shows x - s_0, and two
values x, x' shift a uniform range of 2^(b+64) integers against each other by |x - x'| < 2^b, so what the node
sees differs in statistical distance by less than 2^-64 a column; (s_2, s_0) likewise. A record of m columns
is private up to m · 2^-64 (150 columns: 2^-56), besides the expansion of the seeds. The commitments hide
perfectly: of (r_0, r_1, r_2) two are known to a node and the third, like r, is uniform to it.

Soundness. A component is accepted only if s_0, s_1 are in [0, 2^(b+64)) (true by expansion) and s_2 is in
(-2^(b+65), 2^b). The sum of accepted components is then within ±2^(b+66). It equals the committed x modulo
the group order n > 2^255, and x is in [0, 2^b) because the issuer checked it; as 2^(b+66) + 2^b < n for
b <= 188, both are the same integer, hence the same element of every ring. Two honest nodes check all three
components between them, a node those of thousands of records at once (`crypto.sharing.bundle_table`).

Timing. Drawing, subtracting and encoding work on Python integers of nearly constant width, which is not
constant time to the last digit; the commitments are, see `crypto.commitments`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from crypto.commitments import commit
from crypto.curve import INFINITY, ORDER, SCALAR_BYTES, Point, combine
from crypto.errors import CommitmentError, MalformedError, ShareError
from crypto.randomness import RandomBytes, expand, random_bytes
from crypto.sharing.layout import STATISTICAL_BITS, Layout, explicit_layout, seeded_layout

COMPONENTS: Final = 3
SEED_BYTES: Final = 32
SEEDED_HEAD: Final = b"\x01\x00"
"""Version 1, a seed."""
EXPLICIT_HEAD: Final = b"\x01\x01"
"""Version 1, explicit values."""
_LABEL: Final = "argonauta integer mask v1"


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
        layout = seeded_layout(bits)
        values, blinding = layout.read(expanded(seed, layout))
        return cls(layout.widths, values, blinding % ORDER, seed)

    @property
    def commitment_bits(self) -> tuple[int, ...]:
        """Public widths that the values of any accepted component of these columns are within."""
        return tuple(width + STATISTICAL_BITS + 1 for width in self.bits)

    def commitment(self, domain: str) -> Point:
        """The commitment C_i that this component opens, in the domain of the record's own commitment."""
        return commit(self.values, self.blinding, domain=domain, bits=self.commitment_bits)

    def encode(self) -> bytes:
        """Write the component: 34 bytes if seeded, else about 8 bytes a column more than its values need.

        Explicit: version, kind, each value in two's complement of ⌈(bits + 66) / 8⌉ bytes, the blinding in
        32. Lengths depend on the columns' widths only.
        """
        if self.seed is not None:
            return SEEDED_HEAD + self.seed
        pairs = zip(self.values, explicit_layout(self.bits).lengths, strict=True)
        body = b"".join(value.to_bytes(length, "big", signed=True) for value, length in pairs)
        return EXPLICIT_HEAD + body + self.blinding.to_bytes(SCALAR_BYTES, "big")

    @classmethod
    def decode(cls, raw: bytes, bits: Sequence[int]) -> "Component":
        """Read a component of columns of these widths.

        Raises:
            MalformedError: another version, kind or length, or a blinding that is not reduced.
            ShareError: a value of the explicit component is out of its range; the column is named.
        """
        layout = explicit_layout(bits)
        head, body = raw[: len(EXPLICIT_HEAD)], raw[len(EXPLICIT_HEAD) :]
        if head == SEEDED_HEAD and len(body) == SEED_BYTES:
            return cls.expand(body, bits)
        if head != EXPLICIT_HEAD or len(body) != layout.total:
            raise MalformedError("expected a component of a known version, kind and length")
        values, blinding = layout.read(body)
        if blinding >= ORDER:
            raise MalformedError("the blinding of the component is not reduced")
        _check_explicit(values, layout.widths)
        return cls(layout.widths, values, blinding)


def expanded(seed: bytes, layout: Layout) -> bytes:
    """The bytes of a seeded component (SHAKE256), whose unused high bits are not yet dropped.

    Raises:
        ShareError: the seed does not have 32 bytes.
    """
    if len(seed) != SEED_BYTES:
        raise ShareError(f"a seed has {SEED_BYTES} bytes, got {len(seed)}")
    return expand(seed, _LABEL, layout.total)


def split(
    values: Sequence[int], bits: Sequence[int], blinding: int, random: RandomBytes = random_bytes
) -> tuple[Component, Component, Component]:
    """Cut a record into three components that sum to it; the first two are seeded.

    Raises:
        ShareError: a value is not in [0, 2^bits), which its message names by column only, there are not as
            many widths as values, a width is not in [1, 188], or the blinding is not in ``range(ORDER)``.
    """
    widths = seeded_layout(bits).widths
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


def verify_component_points(commitment: bytes, components: Sequence[bytes]) -> tuple[Point, ...]:
    """The commitments of the three components, only if they combine to the commitment of the record.

    All are compressed points. That of the record is compared and never parsed: the sum has one form only,
    and parsing a point, a square root, costs more than writing one.

    Raises:
        MalformedError: a component's commitment is not a compressed point.
        ShareError: there are not three.
        CommitmentError: they are components of something else.
    """
    if len(components) != COMPONENTS:
        raise ShareError(f"expected {COMPONENTS} component commitments, got {len(components)}")
    points = tuple(map(Point.from_bytes, components))
    total = combine(points)
    if total == INFINITY or total.to_bytes() != commitment:
        raise CommitmentError("the components' commitments do not combine to the signed one")
    return points


def _check_explicit(values: Sequence[int], widths: Sequence[int]) -> None:
    for column, (value, width) in enumerate(zip(values, widths, strict=True)):
        if not -(1 << (width + STATISTICAL_BITS + 1)) < value < 1 << width:
            raise ShareError(f"column {column}: the component is out of the range of {width} bits")
