"""What passes over a connection between two nodes? Frames: a prefix of 16 bytes, and a body of known length.

    prefix   "AN" || version (1) || kind (1) || round (4) || length (8)          little endian
    hello    run (32) || binding (32) || cells (32) || sender (1) || receiver (1) || 0 0 || wanted (4)

The first frame of each side is its *hello*. It ties the connection to one attempt: `run` is a hash of job,
attempt and manifest, `binding` and `cells` say on whom and what its sender is about to compute, and `wanted`
is the first round of which it lacks the receiver's message. A *message* carries one message of
`crypto.mpc.rounds`, whose length the receiver knows beforehand. The other kinds have no body: *acknowledged*
says up to which round everything is on record, *alive* in which round the sender waits, and *farewell* that
it needs nothing more.

What is expected is compared before memory is taken for it: nothing that a peer writes into a prefix decides
how much this node allocates.
"""

from dataclasses import dataclass
from enum import IntEnum
from struct import Struct
from typing import Final, NamedTuple

from crypto.encoding import canonical_json, sha256
from marketplace.mpc_node.errors import FrameRefusedError

VERSION: Final = 1
DIGEST_BYTES: Final = 32
_MAGIC: Final = b"AN"
_PREFIX: Final = Struct("<2sBBIQ")
_HELLO: Final = Struct("<32s32s32sBBHI")
PREFIX_BYTES: Final = _PREFIX.size
HELLO_BYTES: Final = _HELLO.size
_MOST_ROUNDS: Final = 2**32 - 1


class Kind(IntEnum):
    """What a frame is."""

    HELLO = 1
    MESSAGE = 2
    ACKNOWLEDGED = 3
    ALIVE = 4
    FAREWELL = 5


_BODIES: Final = {Kind.HELLO: HELLO_BYTES, Kind.ACKNOWLEDGED: 0, Kind.ALIVE: 0, Kind.FAREWELL: 0}
_KINDS: Final = {int(kind): kind for kind in Kind}


class Prefix(NamedTuple):
    """What stands before the body of a frame. `number` is a round, counted from 1; `length` is in bytes."""

    kind: Kind
    number: int
    length: int

    def encode(self) -> bytes:
        """The 16 bytes of the prefix."""
        return _PREFIX.pack(_MAGIC, VERSION, self.kind, self.number, self.length)

    @classmethod
    def decode(cls, raw: bytes | bytearray | memoryview) -> "Prefix":
        """Read 16 bytes; the length of a message is for the caller to hold against what it expects.

        Raises:
            FrameRefusedError: no prefix of this version, an unknown kind, or a body of a wrong length.
        """
        if len(raw) != PREFIX_BYTES:
            raise FrameRefusedError(f"expected a prefix of {PREFIX_BYTES} bytes, got {len(raw)}")
        magic, version, code, number, length = _PREFIX.unpack(raw)
        kind = _KINDS.get(code)
        if (magic, version) != (_MAGIC, VERSION) or kind is None:
            raise FrameRefusedError(f"expected a frame of version {VERSION}")
        if length != _BODIES.get(kind, length):
            raise FrameRefusedError(f"a frame of kind {kind.name.lower()} has another length")
        return cls(kind, number, length)


@dataclass(frozen=True)
class Hello:
    """With what a node opens a connection, or answers one."""

    run: bytes
    binding: bytes
    cells: bytes
    sender: int
    receiver: int
    wanted: int

    def encode(self) -> bytes:
        """The whole frame."""
        body = _HELLO.pack(
            self.run, self.binding, self.cells, self.sender, self.receiver, 0, min(self.wanted, _MOST_ROUNDS)
        )
        return Prefix(Kind.HELLO, 0, HELLO_BYTES).encode() + body

    @classmethod
    def decode(cls, body: bytes | bytearray | memoryview) -> "Hello":
        """Read the body of a hello frame.

        Raises:
            FrameRefusedError: another length, or a byte that must be zero is not.
        """
        if len(body) != HELLO_BYTES:
            raise FrameRefusedError(f"expected a hello of {HELLO_BYTES} bytes, got {len(body)}")
        run, binding, cells, sender, receiver, zero, wanted = _HELLO.unpack(body)
        if zero or not wanted:
            raise FrameRefusedError("expected a hello that counts rounds from 1")
        return cls(run, binding, cells, sender, receiver, wanted)


def run_digest(job_id: str, attempt: int, manifest_digest: str) -> bytes:
    """The 32 bytes by which both ends of a connection know which attempt it is for."""
    about = {"job_id": job_id, "attempt": attempt, "manifest_digest": manifest_digest}
    return sha256(b"argonauta connection v1", canonical_json(about))
