"""Keys that nobody holds: shares of a functional key, masked so that only their sum opens.

Abdalla, Benhamouda, Kohlweiss and Waldner, "Decentralizing Inner-Product Functional Encryption" (PKC 2019,
ePrint 2019/020): where a functional key is a sum of one term from each client, every client can hand over its
own term under a mask, and the masks cancel in the sum of all. Client i adds PRF(s_ij, function) for every
j > i and subtracts it for every j < i, with a seed s_ij that only i and j know. Nobody needs a master secret,
and a client is offline once its share is handed over.

Seeds come from X25519 (RFC 7748) between the members' agreement keys, so one public key a member sets up all
pairs. A mask is SHAKE256 over the purpose, the seed and a *binding*: 32 bytes that hash everything the
members agreed on (cohort, label, weights). Shares of two functions, labels or cohorts have unrelated masks
and do not mix.

Guarantee. If at least two members are honest, the shares of the honest ones are uniform except for their sum,
as long as X25519 agreement is unpredictable and SHAKE256 a pseudorandom function; static corruptions. The
agreement falls to a large quantum computer, the masks do not.

Limits. Every member of the cohort must hand over its share, or nothing opens. A member that lies about its
share spoils the result, and nobody can tell who it was. Public keys come from a list that members
authenticate by other means: whoever can swap a key reads that member's share.
"""

import hashlib
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

import numpy as np
from cryptography.hazmat.primitives.asymmetric import x25519

from crypto.curve import ORDER
from crypto.encoding import sha256
from crypto.errors import MalformedError, OutOfRangeError, ShareError
from crypto.functional.ring import ELEMENT_BYTES, RingVector
from crypto.randomness import RandomBytes, random_bytes

AGREEMENT_KEY_BYTES: Final = 32
BINDING_BYTES: Final = 32
MIN_MEMBERS: Final = 2
MAX_MEMBERS: Final = 0xFFFF
_COHORT_TAG: Final = b"argonauta functional cohort v1"
_SEED_TAG: Final = b"argonauta functional pairwise seed v1"
_WORD_TAG: Final = b"argonauta functional mask words v1"
_SCALAR_TAG: Final = b"argonauta functional mask scalars v1"
# 512 bits reduced modulo a 256-bit order are uniform up to 2^-256.
_WIDE_SCALAR_BYTES: Final = 64
_WORD: Final = np.dtype("<u8")


@dataclass(frozen=True)
class Cohort:
    """The members of a computation by their public agreement keys, in the order that everybody uses.

    Raises:
        OutOfRangeError: there are not 2 to 65535 members.
        MalformedError: a key does not have 32 bytes, or stands twice.
    """

    members: tuple[bytes, ...]

    def __post_init__(self) -> None:
        if not MIN_MEMBERS <= len(self.members) <= MAX_MEMBERS:
            raise OutOfRangeError(f"expected {MIN_MEMBERS} to {MAX_MEMBERS} members, got {len(self.members)}")
        if any(len(member) != AGREEMENT_KEY_BYTES for member in self.members):
            raise MalformedError(f"every member has a public key of {AGREEMENT_KEY_BYTES} bytes")
        if len(set(self.members)) != len(self.members):
            raise MalformedError("a member stands twice in the cohort")

    @property
    def size(self) -> int:
        """How many members there are."""
        return len(self.members)

    @cached_property
    def digest(self) -> bytes:
        """32 bytes that stand for these members in this order."""
        return sha256(_COHORT_TAG, *self.members)

    def place_of(self, member: bytes) -> int:
        """At which place a public key stands, from 0.

        Raises:
            ShareError: it does not stand there.
        """
        try:
            return self.members.index(member)
        except ValueError as error:
            raise ShareError("the key is not one of the cohort") from error


@dataclass(frozen=True, eq=False)
class AgreementKey:
    """The private half of a member's X25519 key. It stays out of ``repr``."""

    _key: x25519.X25519PrivateKey = field(repr=False)

    @classmethod
    def generate(cls, random: RandomBytes = random_bytes) -> "AgreementKey":
        """Draw a key: 32 uniform bytes (RFC 7748 §6.1)."""
        return cls.from_bytes(random(AGREEMENT_KEY_BYTES))

    @classmethod
    def from_bytes(cls, raw: bytes) -> "AgreementKey":
        """Read a stored key.

        Raises:
            MalformedError: it does not have 32 bytes.
        """
        if len(raw) != AGREEMENT_KEY_BYTES:
            raise MalformedError(f"expected an agreement key of {AGREEMENT_KEY_BYTES} bytes, got {len(raw)}")
        return cls(x25519.X25519PrivateKey.from_private_bytes(raw))

    def to_bytes(self) -> bytes:
        """The 32 secret bytes; whoever stores them seals them."""
        return self._key.private_bytes_raw()

    @cached_property
    def public(self) -> bytes:
        """The 32 bytes to give away."""
        return self._key.public_key().public_bytes_raw()

    def seed_with(self, other: bytes) -> bytes:
        """The 32 secret bytes that only the holders of the two keys can compute.

        Raises:
            MalformedError: the other key is a point of small order, or does not have 32 bytes.
        """
        try:
            shared = self._key.exchange(x25519.X25519PublicKey.from_public_bytes(other))
        except ValueError as error:
            raise MalformedError("a member's public key is a point of small order") from error
        return sha256(_SEED_TAG, *sorted((self.public, other)), shared)


@dataclass(frozen=True, eq=False)
class PairwiseSeeds:
    """What one member shares with each other one; computed once for a cohort (about 25 µs a pair).

    `seeds` has one entry for each place of the cohort; the one at the member's own place is empty.
    """

    cohort: Cohort
    place: int
    seeds: tuple[bytes, ...] = field(repr=False)

    @classmethod
    def agree(cls, key: AgreementKey, cohort: Cohort) -> "PairwiseSeeds":
        """Agree with every other member of the cohort.

        Raises:
            ShareError: the key is not one of the cohort.
            MalformedError: another member's key is a point of small order.
        """
        place = cohort.place_of(key.public)
        others = enumerate(cohort.members)
        return cls(cohort, place, tuple(b"" if at == place else key.seed_with(other) for at, other in others))

    def mask_words(self, binding: bytes, count: int = 1) -> RingVector:
        """This member's share of zero in Z_2^64, for a binding that is used for nothing else."""
        raw = self._expanded(_WORD_TAG, binding, count * ELEMENT_BYTES)
        words = np.frombuffer(b"".join(raw), dtype=_WORD).astype(np.uint64).reshape(-1, count)
        # There is no row for this member, so everyone from its place on stands after it.
        before: RingVector = words[: self.place].sum(axis=0, dtype=np.uint64)
        after: RingVector = words[self.place :].sum(axis=0, dtype=np.uint64)
        return after - before

    def mask_scalars(self, binding: bytes, count: int = 1) -> tuple[int, ...]:
        """This member's share of zero modulo the group order, for a binding that is used for nothing else."""
        totals = [0] * count
        for other, raw in enumerate(self._expanded(_SCALAR_TAG, binding, count * _WIDE_SCALAR_BYTES)):
            sign = 1 if other >= self.place else -1
            for index in range(count):
                part = raw[index * _WIDE_SCALAR_BYTES : (index + 1) * _WIDE_SCALAR_BYTES]
                totals[index] += sign * int.from_bytes(part, "big")
        return tuple(total % ORDER for total in totals)

    def _expanded(self, tag: bytes, binding: bytes, length: int) -> list[bytes]:
        if len(binding) != BINDING_BYTES:
            raise OutOfRangeError(f"a binding has {BINDING_BYTES} bytes, got {len(binding)}")
        # Tag, binding and seed have fixed lengths, so no two of them hash the same input.
        start = tag + binding
        return [hashlib.shake_256(start + seed).digest(length) for seed in self.seeds if seed]
