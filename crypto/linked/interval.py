"""That a point commits to a number of a given width, without telling the number: bit by bit.

A number e in [-2^(L-1), 2^(L-1)) is written as Σ 2^k·b_k - 2^(L-1) with bits b_k, and each bit is committed
to as B_k = b_k·G + β_k·K. For every bit the prover shows that it knows the logarithm, to the base K, of B_k
or of B_k - G: the proof of a disjunction of Cramer, Damgård and Schoenmakers (Crypto 1994), where the
challenge of one branch is chosen by the prover and the two add up to that of the verifier. All bits share one
challenge, which is a hash of everything (Fiat-Shamir). The commitment to the number is then

    E = Σ 2^k·B_k - 2^(L-1)·G = e·G + (Σ 2^k·β_k)·K,

so that nothing more is to be proven about it.

K is hashed to the curve: nobody knows its logarithm to the base G, nor to those of any other domain.

Guarantees, in the random oracle model, if discrete logarithms are hard: whoever made the proof knows a number
of this width that E commits to, up to 2^-128 for each try; E hides it perfectly. A proof holds for one
context and no other. About 130 bytes and 0.2 ms for each bit on either side.

Timing. The same multiplications are made for either value of a bit, by constant-time scalars; which of two
numbers is sent where is chosen with Python's arithmetic, which is not constant time to the last digit.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from crypto.base_point import BASE, multiply_base
from crypto.curve import ORDER, POINT_BYTES, SCALAR_BYTES, Point, combine, hash_to_point
from crypto.encoding import sha256
from crypto.errors import MalformedError, OutOfRangeError, ProofError
from crypto.nonce import hedged
from crypto.randomness import RandomBytes, random_bytes

MAX_WIDTH: Final = 62
CHALLENGE_BYTES: Final = 16
CHALLENGES: Final = 1 << (8 * CHALLENGE_BYTES)
BLINDING_BASE: Final = hash_to_point("argonauta linked blinding v1", 0)
"""K, the base of blindings."""

_TAG: Final = b"argonauta interval v1"
_NONCE_TAG: Final = b"argonauta interval nonce v1"
_VERSION: Final = 1
_HEAD_BYTES: Final = 2
_WIDE_SCALAR_BYTES: Final = 64
_BIT_BYTES: Final = POINT_BYTES + CHALLENGE_BYTES + 2 * SCALAR_BYTES
_SHIFT: Final = int.from_bytes(sha256(b"argonauta interval shift v1"), "big") % ORDER
"""Added to a bit, so that a zero is computed like a one."""

_UNSHIFT: Final = multiply_base(-_SHIFT)


class Bit(NamedTuple):
    """One bit: its commitment, the challenge of the branch "it is 0", and the responses of both branches."""

    commitment: Point
    challenge: int
    responses: tuple[int, int]


@dataclass(frozen=True)
class Interval:
    """A commitment to a number of `width` bits with the proof of its width; nothing in it is secret."""

    challenge: int
    bits: tuple[Bit, ...]

    @property
    def width(self) -> int:
        """L: the number is in [-2^(L-1), 2^(L-1))."""
        return len(self.bits)

    @property
    def commitment(self) -> Point:
        """E = e·G + β·K."""
        shifted = [bit.commitment.multiply_public(1 << at) for at, bit in enumerate(self.bits)]
        return combine((*shifted, BASE.multiply_public(-(1 << (self.width - 1)))))

    def encode(self) -> bytes:
        """Version, width (1 byte each) || challenge (16) || for each bit, lowest first, 113 bytes."""
        head = bytes((_VERSION, self.width)) + self.challenge.to_bytes(CHALLENGE_BYTES, "big")
        return head + b"".join(map(_encode_bit, self.bits))

    @classmethod
    def decode(cls, raw: bytes) -> "Interval":
        """Read a proof.

        Raises:
            MalformedError: another version, width or length, not a point, or a response that is not reduced.
        """
        if raw[:1] != bytes((_VERSION,)) or len(raw) < _HEAD_BYTES or not 1 <= raw[1] <= MAX_WIDTH:
            raise MalformedError(f"expected an interval of version {_VERSION} and 1 to {MAX_WIDTH} bits")
        start = _HEAD_BYTES + CHALLENGE_BYTES
        if len(raw) != start + raw[1] * _BIT_BYTES:
            raise MalformedError(f"expected an interval of {raw[1]} bits, got {len(raw)} bytes")
        bits = (_decode_bit(raw[at : at + _BIT_BYTES]) for at in range(start, len(raw), _BIT_BYTES))
        return cls(int.from_bytes(raw[_HEAD_BYTES:start], "big"), tuple(bits))


def prove_interval(
    number: int, width: int, context: bytes, random: RandomBytes = random_bytes
) -> tuple[Interval, int]:
    """Commit to a number and prove its width; returns the blinding β of its commitment as well.

    Raises:
        OutOfRangeError: the width is not in [1, 62], or the number is wider.
    """
    if not 1 <= width <= MAX_WIDTH:
        raise OutOfRangeError(f"expected a width of 1 to {MAX_WIDTH} bits, got {width}")
    shifted = number + (1 << (width - 1))
    if not 0 <= shifted < 1 << width:
        raise OutOfRangeError(f"the number is not one of {width} bits")
    secret = shifted.to_bytes(MAX_WIDTH // 8 + 1, "big")
    draw = hedged(secret, _NONCE_TAG + context, random)
    bits = [shifted >> at & 1 for at in range(width)]
    blindings = [_uniform(draw) for _ in bits]
    points = [
        multiply_base(bit + _SHIFT) + BLINDING_BASE.multiply(blinding) + _UNSHIFT
        for bit, blinding in zip(bits, blindings, strict=True)
    ]
    begun = [_Begun.of(bit, point, draw) for bit, point in zip(bits, points, strict=True)]
    challenge = _challenge(context, points, [each.commitments for each in begun])
    answered = [
        each.answer(bit, point, blinding, challenge)
        for each, bit, point, blinding in zip(begun, bits, points, blindings, strict=True)
    ]
    total = sum(blinding << at for at, blinding in enumerate(blindings)) % ORDER
    return Interval(challenge, tuple(answered)), total


def verify_interval(interval: Interval, width: int, context: bytes) -> Point:
    """Return the commitment E if it is to a number of this width, in this context.

    Raises:
        ProofError: it is not, or the proof is for another width or context.
    """
    if interval.width != width:
        raise ProofError(f"expected an interval of {width} bits, got {interval.width}")
    points = [bit.commitment for bit in interval.bits]
    commitments = [_recomputed(bit, interval.challenge) for bit in interval.bits]
    if _challenge(context, points, commitments) != interval.challenge:
        raise ProofError("the number is not proven to be in its interval")
    return interval.commitment


class _Begun(NamedTuple):
    """One bit before the challenge: the T of both branches, and what was drawn for them."""

    commitments: tuple[Point, Point]
    nonce: int
    other_challenge: int
    other_response: int

    @classmethod
    def of(cls, bit: int, point: Point, draw: RandomBytes) -> "_Begun":
        nonce, response = _uniform(draw), _uniform(draw)
        challenge = int.from_bytes(draw(CHALLENGE_BYTES), "big")
        real = BLINDING_BASE.multiply(nonce)
        # The branch that does not hold: T is what makes a drawn response right for a drawn challenge.
        target = _targets(point)[1 - bit]
        simulated = BLINDING_BASE.multiply(response) - target.multiply(challenge)
        commitments = (simulated, real) if bit else (real, simulated)
        return cls(commitments, nonce, challenge, response)

    def answer(self, bit: int, point: Point, blinding: int, challenge: int) -> Bit:
        own_challenge = (challenge - self.other_challenge) % CHALLENGES
        own = (self.nonce + own_challenge * blinding) % ORDER
        first = self.other_challenge if bit else own_challenge
        return Bit(point, first, (self.other_response, own) if bit else (own, self.other_response))


def _targets(point: Point) -> tuple[Point, Point]:
    """What is a multiple of K if the bit is 0, and what is if it is 1."""
    return point, point - BASE


def _recomputed(bit: Bit, challenge: int) -> tuple[Point, Point]:
    challenges = bit.challenge, (challenge - bit.challenge) % CHALLENGES
    first, second = (
        BLINDING_BASE.multiply_public(response) - target.multiply_public(part)
        for response, target, part in zip(bit.responses, _targets(bit.commitment), challenges, strict=True)
    )
    return first, second


def _challenge(context: bytes, points: Sequence[Point], commitments: Sequence[tuple[Point, Point]]) -> int:
    try:
        parts = [each.to_bytes() for each in points]
        parts += [each.to_bytes() for pair in commitments for each in pair]
    except OutOfRangeError as error:  # infinity, which an honest proof holds with probability 2^-256
        raise ProofError("a point of the interval is infinity") from error
    width = len(points).to_bytes(1, "big")
    hashed = sha256(_TAG, BLINDING_BASE.to_bytes(), sha256(context), width, *parts)
    return int.from_bytes(hashed[:CHALLENGE_BYTES], "big")


def _uniform(draw: RandomBytes) -> int:
    # 512 bits reduced modulo a 256-bit order are uniform up to 2^-256.
    return int.from_bytes(draw(_WIDE_SCALAR_BYTES), "big") % ORDER


def _encode_bit(bit: Bit) -> bytes:
    numbers = b"".join(response.to_bytes(SCALAR_BYTES, "big") for response in bit.responses)
    return bit.commitment.to_bytes() + bit.challenge.to_bytes(CHALLENGE_BYTES, "big") + numbers


def _decode_bit(raw: bytes) -> Bit:
    point, rest = Point.from_bytes(raw[:POINT_BYTES]), raw[POINT_BYTES:]
    challenge = int.from_bytes(rest[:CHALLENGE_BYTES], "big")
    scalars = rest[CHALLENGE_BYTES : CHALLENGE_BYTES + SCALAR_BYTES], rest[-SCALAR_BYTES:]
    first, second = (int.from_bytes(scalar, "big") for scalar in scalars)
    if max(first, second) >= ORDER:
        raise MalformedError("a response of the interval is not reduced")
    return Bit(point, challenge, (first, second))
