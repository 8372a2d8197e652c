"""Which seed is expanded for which use, so that no two uses share a stream?

The domain separation tags of draft-irtf-cfrg-vdaf-20, section 7.2: version of the draft, kind of algorithm,
its number, the use, and the context of the application.
"""

from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from crypto.prio3.field import PrimeField, Vector
from crypto.prio3.xof import XofTurboShake128, derive_seed, expand_vector

VERSION: Final = 18
"""The draft's wire version, which is not the number of the draft."""

SEED_BYTES: Final = XofTurboShake128.SEED_BYTES
_VDAF: Final = 0


class Usage(IntEnum):
    """What a seed is expanded for."""

    MEASUREMENT_SHARE = 1
    PROOF_SHARE = 2
    JOINT_RANDOMNESS = 3
    PROVE_RANDOMNESS = 4
    QUERY_RANDOMNESS = 5
    JOINT_RANDOMNESS_SEED = 6
    JOINT_RANDOMNESS_PART = 7


@dataclass(frozen=True)
class Derivation:
    """The expansion of seeds for one algorithm and one application context."""

    algorithm: int
    context: bytes
    field: PrimeField

    def tag(self, usage: Usage) -> bytes:
        """The domain separation tag of a use: 8 bytes and the context."""
        head = bytes((VERSION, _VDAF)) + self.algorithm.to_bytes(4, "big") + usage.to_bytes(2, "big")
        return head + self.context

    def seed(self, usage: Usage, seed: bytes, binder: bytes) -> bytes:
        """A new seed of 32 bytes."""
        return derive_seed(XofTurboShake128, seed, self.tag(usage), binder)

    def vector(self, usage: Usage, seed: bytes, binder: bytes, count: int) -> Vector:
        """Uniform elements of the field."""
        return expand_vector(XofTurboShake128(seed, self.tag(usage), binder), self.field, count)
