"""What do wallet and nodes hand to each other about one measurement?

The message types of draft-irtf-cfrg-vdaf-20, section 7.2, as values; `crypto.prio3.wire` writes and reads
them. Everything that would show a share or seed stays out of ``repr``. A circuit without joint randomness has
no blinds, parts and seeds for it: they are empty.
"""

from dataclasses import dataclass, field
from typing import Final, NamedTuple

from crypto.prio3.field import Vector

NONCE_BYTES: Final = 16
LEADER: Final = 0
"""The role whose input share is written out; all others get seeds."""


@dataclass(frozen=True)
class LeaderShare:
    """Role 0's input share: its part of the encoded measurement and of all proofs, in full."""

    measurement: Vector = field(repr=False)
    proofs: Vector = field(repr=False)
    blind: bytes = field(default=b"", repr=False)
    """32 bytes or none."""


@dataclass(frozen=True)
class HelperShare:
    """Any other role's input share: a seed of 32 bytes for both its parts."""

    seed: bytes = field(repr=False)
    blind: bytes = field(default=b"", repr=False)
    """32 bytes or none."""


InputShare = LeaderShare | HelperShare
PublicShare = tuple[bytes, ...]
"""The joint randomness part of every role, 32 bytes each, or none."""


class RoleReport(NamedTuple):
    """What one role receives of a report."""

    nonce: bytes
    public_share: PublicShare
    input_share: InputShare


@dataclass(frozen=True)
class Report:
    """What a wallet sends: one input share for each role, and the public share for all."""

    nonce: bytes
    public_share: PublicShare
    input_shares: tuple[InputShare, ...] = field(repr=False)

    def of_role(self, role: int) -> RoleReport:
        """The part of one role in ``range(shares)``."""
        return RoleReport(self.nonce, self.public_share, self.input_shares[role])


@dataclass(frozen=True)
class VerifierShare:
    """What a role opens to the others: its share of each proof's verifier, and its joint randomness part."""

    verifiers: Vector
    joint_randomness_part: bytes = b""


@dataclass(frozen=True)
class VerifyState:
    """What a role keeps until the verifier message comes."""

    output_share: Vector = field(repr=False)
    joint_randomness_seed: bytes = b""
