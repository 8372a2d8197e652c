"""A proof of knowledge as a value and as bytes, and the challenge that binds it to its statement.

What the parts mean is told in `crypto.linked.preimage`.
"""

from dataclasses import dataclass
from typing import Final

from crypto.curve import ORDER, POINT_BYTES, SCALAR_BYTES, Point
from crypto.encoding import sha256
from crypto.errors import MalformedError

MAX_RESPONSES: Final = 0xFFFF
CHALLENGE_BYTES: Final = 16
_TAG: Final = b"argonauta linear preimage v1"
_VERSION: Final = 1
_HEAD_BYTES: Final = 4


@dataclass(frozen=True)
class Proof:
    """A commitment T for each equation and a response z for each witness; nothing in it is secret."""

    commitments: tuple[Point, ...]
    responses: tuple[int, ...]

    def encode(self) -> bytes:
        """Version, number of commitments, of responses (2 bytes), 33 bytes for each T, 32 for each z.

        Raises:
            OutOfRangeError: a commitment is infinity, which an honest one is with probability 2^-256.
        """
        head = bytes((_VERSION, len(self.commitments))) + len(self.responses).to_bytes(2, "big")
        points = b"".join(point.to_bytes() for point in self.commitments)
        return head + points + b"".join(z.to_bytes(SCALAR_BYTES, "big") for z in self.responses)

    @classmethod
    def decode(cls, raw: bytes) -> "Proof":
        """Read a proof.

        Raises:
            MalformedError: another version or length, no commitment or no response, not a point, or a
                response that is not reduced.
        """
        head = raw[:_HEAD_BYTES]
        if len(head) != _HEAD_BYTES or head[0] != _VERSION or head[1] == 0 or head[2:] == b"\0\0":
            raise MalformedError(f"expected a proof of a linear preimage of version {_VERSION}")
        middle = _HEAD_BYTES + head[1] * POINT_BYTES
        end = middle + int.from_bytes(head[2:], "big") * SCALAR_BYTES
        if len(raw) != end:
            raise MalformedError(f"expected a proof of {end} bytes, got {len(raw)}")
        points = (raw[at : at + POINT_BYTES] for at in range(_HEAD_BYTES, middle, POINT_BYTES))
        scalars = (raw[at : at + SCALAR_BYTES] for at in range(middle, end, SCALAR_BYTES))
        responses = tuple(int.from_bytes(scalar, "big") for scalar in scalars)
        if max(responses) >= ORDER:
            raise MalformedError("a response of the proof is not reduced")
        return cls(tuple(map(Point.from_bytes, points)), responses)


def challenge_of(digest: bytes, commitments: tuple[Point, ...]) -> int:
    """The challenge that answers these commitments to a statement with this digest, in [0, 2^128).

    Raises:
        OutOfRangeError: a commitment is infinity.
    """
    hashed = sha256(_TAG, digest, *(point.to_bytes() for point in commitments))
    return int.from_bytes(hashed[:CHALLENGE_BYTES], "big")
