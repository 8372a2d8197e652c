"""The wire between roles: versioned binary messages of one exact length.

Every message starts with version, step, sender, receiver (one byte each) and the 32 bytes of the run's
binding, so that a message of another step, role or run is told from a broken one. Ring elements are 8 bytes,
most significant first. Lengths depend on the program only, never on data.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Final

from crypto.errors import MalformedMessageError, ProtocolError
from crypto.ring import ELEMENT_BYTES, RingVector, ring_bytes, ring_from_bytes

VERSION: Final = 1
BINDING_BYTES: Final = 32
KEY_BYTES: Final = 32
SALT_BYTES: Final = 32
DIGEST_BYTES: Final = 32
_HEAD_BYTES: Final = 4 + BINDING_BYTES


class Step(IntEnum):
    """Which message of the protocol this is."""

    KEYING = 1
    RESHARING = 2


@dataclass(frozen=True)
class Envelope:
    """Between whom and in which run a message is sent."""

    step: Step
    sender: int
    receiver: int
    binding: bytes

    def head(self) -> bytes:
        """The first 36 bytes of the message."""
        return bytes((VERSION, self.step, self.sender, self.receiver)) + self.binding

    def body_of(self, message: bytes, length: int) -> bytes:
        """The body of a message that must be this envelope's and have a body of `length` bytes.

        Raises:
            MalformedMessageError: another version or length.
            ProtocolError: the message is of another step, sender, receiver or run, such as a replay.
        """
        if message[:1] != bytes((VERSION,)) or len(message) != _HEAD_BYTES + length:
            wanted = f"a message of version {VERSION} and {_HEAD_BYTES + length} bytes"
            raise MalformedMessageError(f"expected {wanted} from role {self.sender}", (self.sender,))
        if message[:_HEAD_BYTES] != self.head():
            raise ProtocolError(
                f"the message of role {self.sender} is of another step, role or run", (self.sender,)
            )
        return message[_HEAD_BYTES:]


@dataclass(frozen=True, eq=False)
class KeyingBody:
    """What role m sends in the first round: its noise piece for the receiver, and to m-1 its key."""

    noise: RingVector = field(repr=False)
    key: bytes = field(default=b"", repr=False)

    def encode(self) -> bytes:
        """Key (32 bytes or none) || noise, one element for each cell."""
        return self.key + ring_bytes(self.noise)

    @staticmethod
    def length(cells: int, *, keyed: bool) -> int:
        """How many bytes the body has."""
        return cells * ELEMENT_BYTES + (KEY_BYTES if keyed else 0)

    @classmethod
    def decode(cls, body: bytes, cells: int, *, keyed: bool) -> "KeyingBody":
        """Read a body of the right length.

        Raises:
            MalformedError: it has another length.
        """
        start = KEY_BYTES if keyed else 0
        return cls(ring_from_bytes(body[start:], cells), body[:start])


@dataclass(frozen=True, eq=False)
class ResharingBody:
    """What role i sends to i-1 in the second round: z_i for the product cells, and what it commits to."""

    salt: bytes = field(repr=False)
    digest: bytes
    products: RingVector = field(repr=False)

    def encode(self) -> bytes:
        """Salt (32 bytes) || digest (32) || one element for each product cell."""
        return self.salt + self.digest + ring_bytes(self.products)

    @staticmethod
    def length(products: int) -> int:
        """How many bytes the body has."""
        return SALT_BYTES + DIGEST_BYTES + products * ELEMENT_BYTES

    @classmethod
    def decode(cls, body: bytes, products: int) -> "ResharingBody":
        """Read a body of the right length.

        Raises:
            MalformedError: it has another length.
        """
        end = SALT_BYTES + DIGEST_BYTES
        return cls(body[:SALT_BYTES], body[SALT_BYTES:end], ring_from_bytes(body[end:], products))


def check_senders(inbox: Mapping[int, bytes], expected: frozenset[int]) -> None:
    """Return only if there is one message from each role that sends in this round and from no other.

    Raises:
        ProtocolError: a role is missing or spoke out of turn; the culprits are those roles.
    """
    wrong = expected.symmetric_difference(inbox)
    if wrong:
        raise ProtocolError(
            f"expected messages of roles {sorted(expected)}, got {sorted(inbox)}", tuple(sorted(wrong))
        )
