"""The key that several parties hold together: public coefficients for all, one share for each.

The public part is A_k = a_k·G for the coefficients of the polynomial f that nobody knows: Y = A_0 is what is
encrypted to, and Y_j = f(j)·G, against which the work of party j is checked, follows from them. Nothing in it
can contradict itself, and its digest names it.
"""

from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

from crypto.base_point import multiply_base
from crypto.curve import Point
from crypto.encoding import sha256
from crypto.errors import CommitmentError, MalformedError, OutOfRangeError
from crypto.sharing.feldman import Commitments
from crypto.sharing.shamir import MAX_PARTIES, Share

KEY_ID_BYTES: Final = 32
_VERSION: Final = 1
_HEAD_BYTES: Final = 4
_ID_TAG: Final = b"argonauta threshold key v1"


@dataclass(frozen=True)
class PublicKey:
    """What everyone knows of a key: `commitments` to its polynomial, and how many parties hold it."""

    commitments: Commitments
    parties: int

    def __post_init__(self) -> None:
        if not 1 <= self.threshold <= self.parties <= MAX_PARTIES:
            raise OutOfRangeError(f"expected 1 <= threshold <= parties <= {MAX_PARTIES}")

    @property
    def threshold(self) -> int:
        """How many parties it takes to open a ciphertext."""
        return len(self.commitments.points)

    @property
    def point(self) -> Point:
        """Y, which is encrypted to."""
        return self.commitments.points[0]

    @cached_property
    def party_points(self) -> tuple[Point, ...]:
        """Y_j of every party j, the first one's first."""
        return tuple(self.commitments.at(party) for party in range(1, self.parties + 1))

    @cached_property
    def key_id(self) -> bytes:
        """The 32 bytes that bind ciphertexts and proofs to this key and its parties."""
        return sha256(_ID_TAG, self.encode())

    def encode(self) -> bytes:
        """Version, parties, commitments.

        Raises:
            OutOfRangeError: a coefficient is zero, which an honest run gives with probability 2^-256.
        """
        return bytes((_VERSION, self.parties)) + self.commitments.encode()

    @classmethod
    def decode(cls, raw: bytes) -> "PublicKey":
        """Read a public key.

        Raises:
            MalformedError: another version or length, not a point, or a threshold above the number of
            parties.
        """
        head = raw[:_HEAD_BYTES]
        if len(head) < _HEAD_BYTES or head[0] != _VERSION or not 1 <= head[3] <= head[1]:
            raise MalformedError(f"expected a threshold key of version {_VERSION}")
        return cls(Commitments.decode(raw[2:], threshold=head[3]), head[1])


@dataclass(frozen=True)
class KeyShare:
    """What one party holds: the public key and its share of the secret one, which stays out of ``repr``."""

    public: PublicKey
    share: Share = field(repr=False)

    def __post_init__(self) -> None:
        if not 1 <= self.share.party <= self.public.parties:
            raise OutOfRangeError(f"expected a party from 1 to {self.public.parties}, got {self.share.party}")

    def verify(self) -> "KeyShare":
        """Return the share if it belongs to the public key; worth asking after it was stored.

        Raises:
            CommitmentError: it does not.
        """
        if multiply_base(self.share.value) != self.public.party_points[self.share.party - 1]:
            raise CommitmentError("the share does not belong to the public key")
        return self
