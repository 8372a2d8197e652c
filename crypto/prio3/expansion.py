"""What do wallet and nodes both derive from the seeds of a report?

The derivations of draft-irtf-cfrg-vdaf-20, section 7.2: each is bound to the role, nonce or number of proofs
that it is for, so no seed serves twice.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from crypto.prio3.field import Vector
from crypto.prio3.proof import AnyCircuit, Query, Sizes
from crypto.prio3.report import InputShare, LeaderShare
from crypto.prio3.tag import SEED_BYTES, Derivation, Usage


@dataclass(frozen=True)
class Expansion:
    """The expansion of seeds for one circuit, number of proofs, algorithm and application context."""

    circuit: AnyCircuit
    proofs: int
    derivation: Derivation

    @property
    def sizes(self) -> Sizes:
        """The sizes of each proof."""
        return Sizes.of(self.circuit)

    def measurement_share(self, role: int, share: InputShare) -> Vector:
        """A role's share of the encoded measurement."""
        if isinstance(share, LeaderShare):
            return share.measurement
        length = self.circuit.measurement_length
        return self.derivation.vector(Usage.MEASUREMENT_SHARE, share.seed, bytes((role,)), length)

    def proofs_share(self, role: int, share: InputShare) -> Vector:
        """A role's share of all proofs."""
        if isinstance(share, LeaderShare):
            return share.proofs
        length = self.sizes.proof * self.proofs
        return self.derivation.vector(Usage.PROOF_SHARE, share.seed, bytes((self.proofs, role)), length)

    def prove_randomness(self, seed: bytes) -> list[Vector]:
        """The wallet's own randomness for each proof."""
        return self._each(Usage.PROVE_RANDOMNESS, seed, b"", self.sizes.prove_randomness)

    def joint_randomness_part(self, role: int, blind: bytes, measurement: Vector, nonce: bytes) -> bytes:
        """What commits a role's measurement share to the joint randomness, hidden by the blind."""
        binder = bytes((role,)) + nonce + self.circuit.field.encode(measurement)
        return self.derivation.seed(Usage.JOINT_RANDOMNESS_PART, blind, binder)

    def joint_randomness_seed(self, parts: Sequence[bytes]) -> bytes:
        """The seed that all roles' parts make, so that nobody can choose it after its measurement."""
        if not parts:
            return b""
        return self.derivation.seed(Usage.JOINT_RANDOMNESS_SEED, bytes(SEED_BYTES), b"".join(parts))

    def joint_randomness(self, seed: bytes) -> list[Vector]:
        """The joint randomness of each proof, or nothing of it for a circuit that uses none."""
        length = self.circuit.joint_randomness_length
        return self._each(Usage.JOINT_RANDOMNESS, seed, b"", length) if length else [[]] * self.proofs

    def queries(self, verify_key: bytes, nonce: bytes, shares: int, joint_seed: bytes) -> list[Query]:
        """What all roles ask each proof."""
        drawn = self._each(Usage.QUERY_RANDOMNESS, verify_key, nonce, self.sizes.query_randomness)
        pairs = zip(drawn, self.joint_randomness(joint_seed), strict=True)
        return [Query(asked, joint, shares) for asked, joint in pairs]

    def each(self, vector: Vector) -> list[Vector]:
        """Cut what belongs to all proofs into what belongs to each."""
        length = len(vector) // self.proofs
        return [vector[index * length : (index + 1) * length] for index in range(self.proofs)]

    def _each(self, usage: Usage, seed: bytes, binder: bytes, length: int) -> list[Vector]:
        number = bytes((self.proofs,))
        return self.each(self.derivation.vector(usage, seed, number + binder, length * self.proofs))
