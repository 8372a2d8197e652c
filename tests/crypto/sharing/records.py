"""Records of an issuer, split by honest wallets, so that a test changes one thing."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from crypto.commitments import commit
from crypto.curve import ORDER, Point
from crypto.randomness import random_below, stream
from crypto.sharing.integer_masked import Component, split
from crypto.sharing.replicated import encode_bundle

DOMAIN = "argonauta/test/1"
BITS = (1, 7, 20, 64, 188)
Components = tuple[Component, Component, Component]


@dataclass(frozen=True)
class Split:
    """One record: what the issuer signed, and what the wallet made of it."""

    values: tuple[int, ...]
    signed: Point
    components: Components

    @property
    def points(self) -> list[Point]:
        return [component.commitment(DOMAIN) for component in self.components]

    def bundle(self, role: int) -> bytes:
        return encode_bundle(role, self.components)


@cache
def record(number: int, bits: tuple[int, ...] = BITS) -> Split:
    """A record by number; the first is all zeros, the second all ones."""
    random = stream(b"\x0d" * 16, f"record {number}")
    drawn = tuple(random_below(1 << width, random) for width in bits)
    edges = {0: tuple(0 for _ in bits), 1: tuple((1 << width) - 1 for width in bits)}
    values, blinding = edges.get(number, drawn), random_below(ORDER, random)
    signed = commit(values, blinding, domain=DOMAIN)
    return Split(values, signed, split(values, bits, blinding, random))


def records(count: int, bits: tuple[int, ...] = BITS) -> list[Split]:
    return [record(number, bits) for number in range(count)]


def bundles(made: Sequence[Split], role: int) -> list[bytes]:
    return [each.bundle(role) for each in made]
