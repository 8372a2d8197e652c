"""The one-hot proof as a value and as bytes, and the challenge that binds it to its context.

What the parts mean is told in `crypto.elgamal.one_hot`.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Final, NamedTuple

from crypto.curve import ORDER, POINT_BYTES, SCALAR_BYTES, Point
from crypto.elgamal.ciphertext import MAX_BINS, Bin, Ciphertext
from crypto.errors import MalformedError

_TAG: Final = b"argonauta one-hot proof v1"
_VERSION: Final = 1
_HEAD_BYTES: Final = 3
CHALLENGE_BYTES: Final = 16
CHALLENGES: Final = 1 << (8 * CHALLENGE_BYTES)
_BIN_BYTES: Final = 4 * POINT_BYTES + CHALLENGE_BYTES + 2 * SCALAR_BYTES
_SUM_BYTES: Final = 2 * POINT_BYTES + SCALAR_BYTES


class Branches(NamedTuple):
    """The proof of one bin: S_v and T_v of both branches, the challenge of branch 0, and z_v of both."""

    commitments: tuple[Bin, Bin]
    challenge: int
    responses: tuple[int, int]


@dataclass(frozen=True)
class OneHotProof:
    """The proofs of all bins and of their sum; zero-knowledge, so nothing in it is secret."""

    bins: tuple[Branches, ...]
    sum_commitment: Bin
    sum_response: int

    def encode(self) -> bytes:
        """Version, number of bins (2 bytes), 212 bytes for each bin, 98 bytes for the sum."""
        head = bytes((_VERSION,)) + len(self.bins).to_bytes(2, "big")
        tail = _pair_bytes(self.sum_commitment) + self.sum_response.to_bytes(SCALAR_BYTES, "big")
        return head + b"".join(map(_encode_branches, self.bins)) + tail

    @classmethod
    def decode(cls, raw: bytes) -> "OneHotProof":
        """Read a proof.

        Raises:
            MalformedError: another version or length, not a point, or a response that is not reduced.
        """
        count = int.from_bytes(raw[1:_HEAD_BYTES], "big")
        if raw[:1] != bytes((_VERSION,)) or not 1 <= count <= MAX_BINS:
            raise MalformedError(f"expected a one-hot proof of version {_VERSION} and 1 to {MAX_BINS} bins")
        end = _HEAD_BYTES + count * _BIN_BYTES
        if len(raw) != end + _SUM_BYTES:
            raise MalformedError(f"expected a one-hot proof of {count} bins, got {len(raw)} bytes")
        bins = (_decode_branches(raw[at : at + _BIN_BYTES]) for at in range(_HEAD_BYTES, end, _BIN_BYTES))
        response = _reduced(raw[end + 2 * POINT_BYTES :])
        return cls(tuple(bins), _read_pair(raw[end : end + 2 * POINT_BYTES]), response)


@dataclass(frozen=True)
class Contribution:
    """What one person sends; `context` names query and person, in the verifier's words, not the sender's."""

    context: bytes
    ciphertext: Ciphertext
    proof: OneHotProof


def challenge_of(
    context: bytes, ciphertext: Ciphertext, commitments: Sequence[tuple[Bin, Bin]], sum_commitment: Bin
) -> int:
    """The challenge that answers these commitments, in [0, 2^128).

    Raises:
        OutOfRangeError: a point of the ciphertext is infinity.
    """
    digest = hashlib.sha256(_TAG)
    digest.update(len(context).to_bytes(4, "big") + context + ciphertext.encode())
    for one in (*chain.from_iterable(commitments), sum_commitment):
        digest.update(_pair_bytes(one))
    return int.from_bytes(digest.digest()[:CHALLENGE_BYTES], "big")


def _encode_branches(branches: Branches) -> bytes:
    commitments = b"".join(map(_pair_bytes, branches.commitments))
    responses = b"".join(response.to_bytes(SCALAR_BYTES, "big") for response in branches.responses)
    return commitments + branches.challenge.to_bytes(CHALLENGE_BYTES, "big") + responses


def _decode_branches(raw: bytes) -> Branches:
    pieces = _pieces(raw, (2 * POINT_BYTES, 2 * POINT_BYTES, CHALLENGE_BYTES, SCALAR_BYTES, SCALAR_BYTES))
    zero, one, challenge, first, second = pieces
    responses = (_reduced(first), _reduced(second))
    return Branches((_read_pair(zero), _read_pair(one)), int.from_bytes(challenge, "big"), responses)


def _pieces(raw: bytes, lengths: Sequence[int]) -> Iterator[bytes]:
    at = 0
    for length in lengths:
        yield raw[at : at + length]
        at += length


def _pair_bytes(pair: Bin) -> bytes:
    return pair.mask.to_bytes() + pair.masked.to_bytes()


def _read_pair(raw: bytes) -> Bin:
    return Bin(Point.from_bytes(raw[:POINT_BYTES]), Point.from_bytes(raw[POINT_BYTES:]))


def _reduced(raw: bytes) -> int:
    value = int.from_bytes(raw, "big")
    if value >= ORDER:
        raise MalformedError("a response of the proof is not reduced")
    return value
