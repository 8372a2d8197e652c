"""What does one node of many give to the buyer, and what does the buyer make of all of it?

The result of each cell is z = z_0 + … + z_{n-1}; node i gives z_i. Nobody else holds it, so nothing can be
compared with it: a node that alters its part shifts the result. Two things are left to hold it by.

- Before anybody gives anything, each node says a salted digest of its part to the node before it (`fix`), so
  that nobody can fit its part to the others'.
- Where the computation was authenticated, a part carries its summands of α·z and of α as well. All parts
  together show α, which was this run's alone and is of no use any more, and then Σ (α·z)_i = α·z must hold: a
  part that was altered after the values had been authenticated passes with probability 1/p, below 2^-63.
  Nobody can be named, since any of the parts could be the altered one.

Wire form: version (1 byte), role, number of nodes, whether authenticated (1 byte each), salt (32), one
element of 8 bytes a cell, and where authenticated one tag a cell and the summand of α.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from crypto import goldilocks
from crypto.encoding import sha256
from crypto.errors import MalformedError, OutOfRangeError, ProtocolError
from crypto.goldilocks import ELEMENT_BYTES, FieldVector
from crypto.mpc.additive.sharing import Seat, combine
from crypto.mpc.rounds import BINDING_BYTES, Exchange, Protocol

SALT_BYTES: Final = 32
_VERSION: Final = 1
_HEAD_BYTES: Final = 4
_DIGEST_WORDS: Final = 4
_DOMAIN: Final = b"argonauta additive part v1"
_NOTHING_MORE: Final = np.zeros(1, dtype=np.uint64)


@dataclass(frozen=True, eq=False)
class Part:
    """z_i of every cell, the salt that hides it in its digest, and its tags where it has some."""

    seat: Seat
    values: FieldVector = field(repr=False)
    salt: bytes = field(repr=False)
    tags: FieldVector | None = field(default=None, repr=False)
    key: int = field(default=0, repr=False)
    """This node's summand of α; 0 without tags."""

    def encode(self) -> bytes:
        """The bytes that are sealed to the buyer: 36 and 8 for each cell, or 44 and 16 with tags."""
        head = bytes((_VERSION, self.seat.role, self.seat.nodes, self.tags is not None))
        tagged = b""
        if self.tags is not None:
            tagged = goldilocks.encode(self.tags) + self.key.to_bytes(ELEMENT_BYTES, "little")
        return head + self.salt + goldilocks.encode(self.values) + tagged

    @classmethod
    def decode(cls, raw: bytes, cells: int, *, authenticated: bool) -> "Part":
        """Read a part of so many cells.

        Raises:
            MalformedError: another version or length, no seat, tags where there should be none or none where
                there should be some, or a word that is no element of the field.
        """
        start = _HEAD_BYTES + SALT_BYTES
        words = 2 * cells + 1 if authenticated else cells
        if len(raw) != start + words * ELEMENT_BYTES or (raw[0], raw[3]) != (_VERSION, authenticated):
            raise MalformedError(f"expected a part of version {_VERSION} and {cells} cells")
        try:
            seat = Seat(raw[1], raw[2])
        except OutOfRangeError as error:
            raise MalformedError(str(error)) from error
        elements = goldilocks.decode(raw[start:], words)
        salt = raw[_HEAD_BYTES:start]
        if not authenticated:
            return cls(seat, elements, salt)
        return cls(seat, elements[:cells], salt, elements[cells : 2 * cells], int(elements[2 * cells]))

    def digest(self, binding: bytes) -> bytes:
        """SHA-256(domain || binding || wire form), which the salt keeps from being guessed.

        Raises:
            OutOfRangeError: the binding or the salt does not have 32 bytes.
        """
        if len(binding) != BINDING_BYTES or len(self.salt) != SALT_BYTES:
            raise OutOfRangeError("a binding and a salt have 32 bytes each")
        return sha256(_DOMAIN, binding, self.encode())


@dataclass(frozen=True, eq=False)
class Fixed:
    """A node's part, its digest, and the digest that the node after it said of its own."""

    part: Part
    own_digest: bytes
    held_digest: bytes


def fix(part: Part, binding: bytes) -> Protocol[Fixed]:
    """Say the digest of this node's part to the node before it, and hear that of the node after it.

    Two rounds; in the second nobody says anything, so that nobody hangs up before everybody has its result.
    """
    seat = part.seat
    before, after = (seat.role - 1) % seat.nodes, (seat.role + 1) % seat.nodes
    digest = part.digest(binding)
    inbox = yield Exchange({before: np.frombuffer(digest, dtype=np.uint64)}, {after: _DIGEST_WORDS})
    held = inbox[after].tobytes()
    yield seat.tell_all(_NOTHING_MORE)
    return Fixed(part, digest, held)


def open_parts(parts: Sequence[Part]) -> list[int]:
    """The results of all cells, in (-p/2, p/2), from the parts of all nodes; the buyer's part.

    Raises:
        ProtocolError: the parts do not agree with their tags, so at least one was altered; nobody can be
            named, and every role is a culprit.
        OutOfRangeError: these are not the parts of all nodes of one run, or only some of them have tags.
    """
    nodes = len(parts)
    if [(part.seat.role, part.seat.nodes) for part in parts] != [(role, nodes) for role in range(nodes)]:
        raise OutOfRangeError("expected the part of each node, in order")
    tagged = [part.tags for part in parts if part.tags is not None]
    if len({part.values.size for part in parts}) != 1 or len(tagged) not in {0, nodes}:
        raise OutOfRangeError("expected parts of one length, all with tags or none")
    results = combine([part.values for part in parts])
    if tagged and not _agrees(parts, results, tagged):
        raise ProtocolError("the parts of the answer do not agree with their tags", tuple(range(nodes)))
    return results


def _agrees(parts: Sequence[Part], results: Sequence[int], tagged: Sequence[FieldVector]) -> bool:
    key = sum(part.key for part in parts) % goldilocks.PRIME
    expected = goldilocks.scale(goldilocks.from_integers(results), key)
    return bool((goldilocks.from_integers(combine(tagged)) == expected).all())
