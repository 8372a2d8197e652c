"""How parties open a sum together, each with a proof that it did its part.

Party j gives D = x_j·A for every bin, with a proof that the same x_j makes Y_j of G (Chaum, Pedersen, Crypto
1992; Fiat-Shamir). One proof covers all bins: for e_b derived by a hash of the key, party, ciphertext and
all D_b,

    log_G Y_j = log_{A'} D',        A' = Σ e_b A_b,  D' = Σ e_b D_b,

so that a single wrong bin passes with probability about 2^-128 (the batching of Bellare, Garay, Rabin
applied to the statement). `threshold` right answers interpolate to x·A, and B - x·A = m·G is looked up.

Whoever gets hold of `threshold` partial decryptions of a ciphertext has its contents: parties give them for
sums that a query allows, never for single contributions, and only to whom the result is for. Refusing is
their part, not this module's.

A share outlives many sums, and two answers with one nonce give it away: the nonce is hedged (`crypto.nonce`).

Timing. x_j meets the curve by constant-time multiplications; the result is found in a time that depends on
it.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from crypto.base_point import BASE, multiply_base, random_scalar
from crypto.curve import INFINITY, ORDER, POINT_BYTES, SCALAR_BYTES, Point
from crypto.discrete_log import discrete_log
from crypto.elgamal.ciphertext import MAX_BINS, Ciphertext
from crypto.elgamal.keys import KeyShare, PublicKey
from crypto.errors import (
    DecryptionError,
    MalformedError,
    OutOfRangeError,
    ProofError,
    ProtocolError,
    ShareError,
)
from crypto.multiexp import multiply_and_add
from crypto.nonce import hedged
from crypto.randomness import RandomBytes, random_bytes
from crypto.sharing.shamir import combine_points

_TAG: Final = b"argonauta partial decryption v1"
_VERSION: Final = 1
_HEAD_BYTES: Final = 4
_CHALLENGE_BYTES: Final = 16
_PROOF_BYTES: Final = _CHALLENGE_BYTES + SCALAR_BYTES


@dataclass(frozen=True)
class PartialDecryption:
    """What one party gives: x_j·A for every bin, and the proof (challenge, response)."""

    party: int
    points: tuple[Point, ...]
    challenge: int
    response: int

    def encode(self) -> bytes:
        """Version, party, number of bins (2 bytes), 33 bytes for each, 48 bytes of proof."""
        head = bytes((_VERSION, self.party)) + len(self.points).to_bytes(2, "big")
        proof = self.challenge.to_bytes(_CHALLENGE_BYTES, "big") + self.response.to_bytes(SCALAR_BYTES, "big")
        return head + b"".join(point.to_bytes() for point in self.points) + proof

    @classmethod
    def decode(cls, raw: bytes) -> "PartialDecryption":
        """Read a partial decryption.

        Raises:
            MalformedError: another version or length, party 0, not a point, or a response that is not
            reduced.
        """
        count = int.from_bytes(raw[2:_HEAD_BYTES], "big")
        if raw[:1] != bytes((_VERSION,)) or not 1 <= count <= MAX_BINS or raw[1] == 0:
            raise MalformedError(f"expected a partial decryption of version {_VERSION}")
        end = _HEAD_BYTES + count * POINT_BYTES
        if len(raw) != end + _PROOF_BYTES:
            raise MalformedError(f"expected a partial decryption of {count} bins, got {len(raw)} bytes")
        response = int.from_bytes(raw[end + _CHALLENGE_BYTES :], "big")
        if response >= ORDER:
            raise MalformedError("the response of the proof is not reduced")
        points = (Point.from_bytes(raw[at : at + POINT_BYTES]) for at in range(_HEAD_BYTES, end, POINT_BYTES))
        return cls(raw[1], tuple(points), int.from_bytes(raw[end:-SCALAR_BYTES], "big"), response)


def decrypt_partially(
    key: KeyShare, ciphertext: Ciphertext, random: RandomBytes = random_bytes
) -> PartialDecryption:
    """A party's part of opening a ciphertext; about 60 µs a bin.

    Raises:
        OutOfRangeError: the ciphertext belongs to another key.
    """
    if ciphertext.key_id != key.public.key_id:
        raise OutOfRangeError("the ciphertext belongs to another key")
    party, secret = key.share.party, key.share.value
    points = tuple(one.mask.multiply(secret) for one in ciphertext.bins)
    coefficients = _coefficients(key.public, party, ciphertext, points)
    joined = multiply_and_add([one.mask for one in ciphertext.bins], coefficients)
    statement = _statement(key.public, party, ciphertext, points).digest()
    w = random_scalar(hedged(secret.to_bytes(SCALAR_BYTES, "big"), statement, random))
    challenge = _challenge(key.public, party, ciphertext, points, (multiply_base(w), joined.multiply(w)))
    return PartialDecryption(party, points, challenge, (w + challenge * secret) % ORDER)


def verify_partial(key: PublicKey, ciphertext: Ciphertext, partial: PartialDecryption) -> PartialDecryption:
    """Return a partial decryption if it is right.

    Raises:
        ProofError: it is not, or is of a party that the key does not know, or of another number of bins.
    """
    party = partial.party
    if not 1 <= party <= key.parties or len(partial.points) != len(ciphertext.bins):
        raise ProofError(f"party {party}: the partial decryption is not one of this key and ciphertext")
    coefficients = _coefficients(key, party, ciphertext, partial.points)
    joined = multiply_and_add([one.mask for one in ciphertext.bins], coefficients)
    answer = multiply_and_add(partial.points, coefficients)
    c, z = partial.challenge, partial.response
    commitment = (
        multiply_and_add((BASE, key.party_points[party - 1]), (z, -c)),
        multiply_and_add((joined, answer), (z, -c)),
    )
    if _challenge(key, party, ciphertext, partial.points, commitment) != c:
        raise ProofError(f"party {party}: the partial decryption is wrong")
    return partial


def find_wrong(
    key: PublicKey, ciphertext: Ciphertext, partials: Sequence[PartialDecryption]
) -> tuple[int, ...]:
    """The parties that gave a wrong partial decryption, in order."""
    return tuple(sorted({one.party for one in partials if not _is_right(key, ciphertext, one)}))


def decrypt(
    key: PublicKey, ciphertext: Ciphertext, partials: Sequence[PartialDecryption], *, low: int, high: int
) -> tuple[int, ...]:
    """The vector, if every bin is in [low, high], from at least `threshold` right partial decryptions.

    Wrong ones beside them do no harm. `find_wrong` names them.

    Raises:
        ProtocolError: there are too few right ones, and wrong ones; their parties are the culprits.
        ShareError: there are too few.
        DecryptionError: the ciphertext belongs to another key, or a bin is not in the range.
        OutOfRangeError: the range is empty or holds more than 2^42 numbers.
    """
    if ciphertext.key_id != key.key_id:
        raise DecryptionError("the ciphertext has no result under this key in the range that was asked for")
    right = {one.party: one.points for one in partials if _is_right(key, ciphertext, one)}
    if len(right) < key.threshold:
        message = f"expected right partial decryptions of {key.threshold} parties, got {len(right)}"
        wrong = find_wrong(key, ciphertext, partials)
        raise ProtocolError(message, wrong) if wrong else ShareError(message)
    return tuple(
        discrete_log(one.masked - _mask(right, place, key.threshold), low=low, high=high)
        for place, one in enumerate(ciphertext.bins)
    )


def _mask(right: Mapping[int, Sequence[Point]], place: int, threshold: int) -> Point:
    return combine_points({party: points[place] for party, points in right.items()}, threshold=threshold)


def _is_right(key: PublicKey, ciphertext: Ciphertext, partial: PartialDecryption) -> bool:
    try:
        verify_partial(key, ciphertext, partial)
    except ProofError:
        return False
    return True


def _coefficients(
    key: PublicKey, party: int, ciphertext: Ciphertext, points: Sequence[Point]
) -> Sequence[int]:
    """The e_b, which nobody knows before all bins are fixed."""
    seed = _statement(key, party, ciphertext, points).digest()
    raw = hashlib.shake_256(seed).digest(_CHALLENGE_BYTES * len(points))
    starts = range(0, len(raw), _CHALLENGE_BYTES)
    return [int.from_bytes(raw[start : start + _CHALLENGE_BYTES], "big") for start in starts]


def _challenge(
    key: PublicKey, party: int, ciphertext: Ciphertext, points: Sequence[Point], commitment: Sequence[Point]
) -> int:
    digest = _statement(key, party, ciphertext, points)
    for point in commitment:
        digest.update(_bytes_of(point))
    return int.from_bytes(digest.digest()[:_CHALLENGE_BYTES], "big")


def _statement(
    key: PublicKey, party: int, ciphertext: Ciphertext, points: Sequence[Point]
) -> "hashlib._Hash":
    """A hash of everything that the proof is about; lengths are fixed by the ciphertext's number of bins."""
    digest = hashlib.sha256(_TAG + key.key_id + bytes((party,)) + ciphertext.encode())
    for point in points:
        digest.update(_bytes_of(point))
    return digest


def _bytes_of(point: Point) -> bytes:
    return bytes(POINT_BYTES) if point == INFINITY else point.to_bytes()
