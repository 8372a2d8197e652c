"""How do wallets report measurements that nodes can check and sum without seeing one?

Prio3 of draft-irtf-cfrg-vdaf-20, section 7.2, in the draft's own verbs: the wallet `shard`s; each role runs
`verify_init` on its share, all verifier shares become one message by `verifier_shares_to_message`, each role
takes it in `verify_next` and then `aggregate`s; whoever asked `unshard`s. Role 0 is the leader, whose share
is as long as measurement and proofs; every other share is one or two seeds of 32 bytes.

Privacy holds as long as one share is held by nobody who colludes. Robustness, that no invalid measurement is
summed, holds if all roles are played honestly and the wallet does not know the verify key. `crypto.prio3`
says what three nodes make of that.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final, Generic

from crypto.errors import OutOfRangeError, ProofError, ShareError
from crypto.prio3.circuit import Circuit, Measurement, Result
from crypto.prio3.expansion import Expansion
from crypto.prio3.field import FIELD64, Vector
from crypto.prio3.proof import Sizes, decide, prove, query
from crypto.prio3.report import (
    LEADER,
    NONCE_BYTES,
    HelperShare,
    LeaderShare,
    PublicShare,
    Report,
    RoleReport,
    VerifierShare,
    VerifyState,
)
from crypto.prio3.tag import SEED_BYTES, Derivation
from crypto.randomness import RandomBytes, random_bytes

VERIFY_KEY_BYTES: Final = 32
FEWEST_SHARES: Final = 2
MOST: Final = 255
"""The greatest number of shares and of proofs: both are written in a byte."""

FEWEST_PROOFS_ON_FIELD64: Final = 3


@dataclass(frozen=True)
class Prio3(Generic[Measurement, Result]):
    """One way of reporting: a circuit, its number in the draft's registry, how many shares and proofs.

    Raises:
        OutOfRangeError: not 2 to 255 shares or 1 to 255 proofs, or joint randomness on Field64 with fewer
            than three proofs. With one, a wallet could search offline for blinds whose joint randomness lets
            an invalid measurement pass: each try succeeds with probability about 2^-64 times the chunk
            length.
    """

    circuit: Circuit[Measurement, Result]
    algorithm: int
    shares: int
    proofs: int = 1

    def __post_init__(self) -> None:
        if not FEWEST_SHARES <= self.shares <= MOST:
            raise OutOfRangeError(f"expected {FEWEST_SHARES} to {MOST} shares, got {self.shares}")
        if not 1 <= self.proofs <= MOST:
            raise OutOfRangeError(f"expected 1 to {MOST} proofs, got {self.proofs}")
        fewest = FEWEST_PROOFS_ON_FIELD64 if self.joint and self.circuit.field == FIELD64 else 1
        if self.proofs < fewest:
            raise OutOfRangeError(f"joint randomness on Field64 needs {fewest} proofs, got {self.proofs}")

    @property
    def joint(self) -> bool:
        """Whether the circuit uses joint randomness."""
        return self.circuit.joint_randomness_length > 0

    @property
    def sizes(self) -> Sizes:
        """The sizes of each proof."""
        return Sizes.of(self.circuit)

    def derivation(self, context: bytes) -> Derivation:
        """How seeds are expanded in an application context."""
        return Derivation(self.algorithm, context, self.circuit.field)

    # Sharding, by the wallet.

    def shard(
        self, context: bytes, measurement: Measurement, nonce: bytes, random: RandomBytes = random_bytes
    ) -> Report:
        """Cut a measurement into one share for each role, with proofs that it is valid.

        The nonce is 16 bytes, unique to the report and public. The context names application and task and
        must be the same for every role.

        Raises:
            OutOfRangeError: the measurement is not valid, or the nonce does not have 16 bytes.
        """
        return self.shard_encoded(context, self.circuit.encode(measurement), nonce, random)

    def shard_encoded(
        self, context: bytes, encoded: Vector, nonce: bytes, random: RandomBytes = random_bytes
    ) -> Report:
        """Cut what is already encoded: `shard` without the wallet's own check that its measurement is valid.

        Raises:
            OutOfRangeError: the nonce does not have 16 bytes.
        """
        if len(nonce) != NONCE_BYTES:
            raise OutOfRangeError(f"expected a nonce of {NONCE_BYTES} bytes, got {len(nonce)}")
        expansion, field = self._expansion(context), self.circuit.field
        helpers = [self._draw_helper(random) for _ in range(1, self.shares)]
        blind, prove_seed = self._draw_blind(random), random(SEED_BYTES)
        held = [expansion.measurement_share(role, helper) for role, helper in enumerate(helpers, start=1)]
        rest = encoded
        for share in held:
            rest = field.subtract(rest, share)
        blinds = [blind, *(helper.blind for helper in helpers)]
        parts = self._parts(expansion, blinds, [rest, *held], nonce)
        proofs = self._prove(expansion, encoded, prove_seed, parts)
        for role, helper in enumerate(helpers, start=1):
            proofs = field.subtract(proofs, expansion.proofs_share(role, helper))
        return Report(nonce, parts, (LeaderShare(rest, proofs, blind), *helpers))

    def _draw_helper(self, random: RandomBytes) -> HelperShare:
        # The seed before the blind: the order of the draft's randomness.
        seed = random(SEED_BYTES)
        return HelperShare(seed, self._draw_blind(random))

    def _draw_blind(self, random: RandomBytes) -> bytes:
        return random(SEED_BYTES) if self.joint else b""

    def _parts(
        self, expansion: Expansion, blinds: Sequence[bytes], shares: Sequence[Vector], nonce: bytes
    ) -> PublicShare:
        if not self.joint:
            return ()
        return tuple(
            expansion.joint_randomness_part(role, blind, share, nonce)
            for role, (blind, share) in enumerate(zip(blinds, shares, strict=True))
        )

    def _prove(self, expansion: Expansion, encoded: Vector, seed: bytes, parts: PublicShare) -> Vector:
        joint = expansion.joint_randomness(expansion.joint_randomness_seed(parts))
        pairs = zip(expansion.prove_randomness(seed), joint, strict=True)
        return [element for own, shared in pairs for element in prove(self.circuit, encoded, own, shared)]

    # Verifying, by every role.

    def verify_init(
        self, verify_key: bytes, context: bytes, role: int, report: RoleReport
    ) -> tuple[VerifyState, VerifierShare]:
        """Start to verify a report as one role.

        The verify key is 32 bytes that all roles share and no wallet knows; a nonce must never be verified
        twice under one key.

        Raises:
            OutOfRangeError: not a role, or a key or nonce of another length.
            ShareError: the share is of another role, or the public share of another number of roles.
            ProofError: the random query cannot be asked, see `crypto.prio3.proof.query`.
        """
        self._check_report(verify_key, role, report)
        expansion, share = self._expansion(context), report.input_share
        measurement = expansion.measurement_share(role, share)
        part, parts = b"", report.public_share
        if self.joint:
            part = expansion.joint_randomness_part(role, share.blind, measurement, report.nonce)
            # A role believes its own part over what the wallet says it is; all see the others' at the end.
            parts = (*parts[:role], part, *parts[role + 1 :])
        seed = expansion.joint_randomness_seed(parts)
        queries = expansion.queries(verify_key, report.nonce, self.shares, seed)
        pairs = zip(expansion.each(expansion.proofs_share(role, share)), queries, strict=True)
        opened = [value for proof, asked in pairs for value in query(self.circuit, measurement, proof, asked)]
        return VerifyState(self.circuit.truncate(measurement), seed), VerifierShare(opened, part)

    def verifier_shares_to_message(self, context: bytes, verifier_shares: Sequence[VerifierShare]) -> bytes:
        """Check the proofs by all roles' shares, in the order of the roles; anybody who sees them can.

        The message is the joint randomness seed, 32 bytes, or empty where there is none.

        Raises:
            ShareError: there is not one share from each role.
            ProofError: the measurement is not valid, or a role did not follow the protocol.
        """
        self._check_count(verifier_shares)
        expansion = self._expansion(context)
        total = self._sum(self.sizes.verifier * self.proofs, (share.verifiers for share in verifier_shares))
        for verifier in expansion.each(total):
            decide(self.circuit, verifier)
        parts = tuple(share.joint_randomness_part for share in verifier_shares)
        return expansion.joint_randomness_seed(parts) if self.joint else b""

    def verify_next(self, state: VerifyState, message: bytes) -> Vector:
        """The role's output share of a report whose proofs hold.

        Raises:
            ProofError: the joint randomness that the roles agree on is not the one that this role verified
                with: the wallet misstated a part in the public share.
        """
        if message != state.joint_randomness_seed:
            raise ProofError("the joint randomness is not what the roles agree on")
        return state.output_share

    # Summing.

    def aggregate(self, output_shares: Iterable[Sequence[int]]) -> Vector:
        """A role's share of the sum over a batch. Whoever runs it decides that the batch is large enough.

        Raises:
            ShareError: an output share has another length.
        """
        return self._sum(self.circuit.output_length, output_shares)

    def unshard(self, aggregate_shares: Sequence[Sequence[int]]) -> Result:
        """The result of a batch from all roles' aggregate shares of the same reports.

        NOTE: shares of different batches are not told from shares of one; their sum is uniform and so, nearly
        always, absurdly large. `crypto.prio3.three_nodes.batch_digest` is what nodes compare before.

        Raises:
            ShareError: there is not one share from each role, or one has another length.
        """
        self._check_count(aggregate_shares)
        return self.circuit.decode(self._sum(self.circuit.output_length, aggregate_shares))

    def _sum(self, length: int, vectors: Iterable[Sequence[int]]) -> Vector:
        total = [0] * length
        for vector in vectors:
            if len(vector) != length:
                raise ShareError(f"expected a share of {length} elements, got {len(vector)}")
            total = self.circuit.field.add(total, vector)
        return total

    def _expansion(self, context: bytes) -> Expansion:
        return Expansion(self.circuit, self.proofs, self.derivation(context))

    def _check_count(self, shares: Sequence[object]) -> None:
        if len(shares) != self.shares:
            raise ShareError(f"expected {self.shares} shares, got {len(shares)}")

    def _check_report(self, verify_key: bytes, role: int, report: RoleReport) -> None:
        if len(verify_key) != VERIFY_KEY_BYTES:
            raise OutOfRangeError(f"expected a key of {VERIFY_KEY_BYTES} bytes, got {len(verify_key)}")
        if len(report.nonce) != NONCE_BYTES:
            raise OutOfRangeError(f"expected a nonce of {NONCE_BYTES} bytes, got {len(report.nonce)}")
        if not 0 <= role < self.shares:
            raise OutOfRangeError(f"expected a role below {self.shares}, got {role}")
        if isinstance(report.input_share, LeaderShare) != (role == LEADER):
            raise ShareError(f"the input share is not one of role {role}")
        if len(report.public_share) != (self.shares if self.joint else 0):
            raise ShareError(f"the public share is not one for {self.shares} roles")


AnyPrio3 = Prio3[Any, Any]
