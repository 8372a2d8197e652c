"""One owner encrypts vectors; the key of a function opens one weighted sum of each, and nothing more.

The DDH scheme of Agrawal, Libert and Stehlé (Crypto 2016, ePrint 2015/608 §3) over secp256k1, written
additively. With h = a·G and secret s_i, t_i, the public key is h and h_i = s_i·G + t_i·h, a ciphertext of x
is

    (r·G, r·h, x_i·G + r·h_i for every i),

the key of weights y is (Σ s_i y_i, Σ t_i y_i), and decryption finds Σ x_i y_i as the logarithm of

    Σ y_i c_i - (Σ s_i y_i)·(r·G) - (Σ t_i y_i)·(r·h).

Security: adaptively IND-CPA under DDH, for any number of function keys: ciphertexts of x and x' cannot be
told apart by holders of keys for vectors y on which <x, y> = <x', y>. That is all that is promised. Keys add
up: from the keys of y and y' anyone has the key of every combination, so n independent ones open everything,
and one key with weights 1, B, B², … is a whole record of digits below B. `derive_key` is plain algebra that
refuses nothing; who may have which key is decided by `crypto.functional.authority`, and whoever gets a key
checks it with `crypto.linked.als16_link.verify_function_key`.

Ciphertexts are not authenticated: c_i + G is a ciphertext of x_i + 1. Whoever needs to know who made one
signs it.

Values are integers below 2^64 and weights below 2^63 in magnitude, at most 65535 of each, so that sums stay
below 2^143 and never wrap modulo the order: a result is the integer, or refused.

Timing. r, the values, and both parts of a function key meet the curve by constant-time multiplications only,
and a zero value does not show. Sums and products of the secrets modulo the order are Python integers and not
constant time to the last digit. Decryption takes a time that depends on the weights and the result.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

from crypto.base_point import multiply_base, random_scalar
from crypto.curve import INFINITY, ORDER, Point, combine
from crypto.discrete_log import discrete_log
from crypto.encoding import sha256
from crypto.errors import DecryptionError, OutOfRangeError
from crypto.masked_multiples import add_messages
from crypto.randomness import RandomBytes, expand, random_bytes
from crypto.shared_multiples import multiply_each

MAX_LENGTH: Final = 0xFFFF
VALUE_BITS: Final = 64
WEIGHT_BITS: Final = 63
SEED_BYTES: Final = 32
_LABEL: Final = "argonauta als16 master key v1"
_ID_TAG: Final = b"argonauta als16 public key v1"
# 512 bits reduced modulo a 256-bit order are uniform up to 2^-256.
_WIDE_SCALAR_BYTES: Final = 64


@dataclass(frozen=True)
class Ciphertext:
    """An encrypted vector and the public key it belongs to: r·G, r·h, and a point for each value."""

    key_id: bytes
    mask: Point
    second_mask: Point
    values: tuple[Point, ...]


@dataclass(frozen=True)
class MasterPublicKey:
    """What anyone encrypts to: h, and h_i for each place of the vector."""

    h: Point
    bases: tuple[Point, ...]

    @cached_property
    def key_id(self) -> bytes:
        """The 32 bytes that bind ciphertexts and function keys to this key and its length."""
        return sha256(_ID_TAG, self.h.to_bytes(), *(base.to_bytes() for base in self.bases))

    def encrypt(self, values: Sequence[int], random: RandomBytes = random_bytes) -> Ciphertext:
        """Encrypt a vector; about 16 µs a value where `crypto.shared_multiples` has its lanes.

        Elsewhere it takes 32 µs, and to encrypt many, `als16_batch` is twice as fast.

        Raises:
            OutOfRangeError: there are not as many values as the key has places, or one is not below 2^64 in
                magnitude; its place is named.
        """
        checked_values(values, len(self.bases))
        r = random_scalar(random)
        second_mask, *masks = multiply_each((self.h, *self.bases), r)
        return Ciphertext(self.key_id, multiply_base(r), second_mask, tuple(add_messages(masks, values)))


@dataclass(frozen=True)
class FunctionalKey:
    """The key of one weighted sum. The weights are public; the two scalars stay out of ``repr``."""

    key_id: bytes
    weights: tuple[int, ...]
    s: int = field(repr=False)
    t: int = field(repr=False)

    def decrypt(self, ciphertext: Ciphertext, *, bound: int, least: int | None = None) -> int:
        """The weighted sum of the encrypted vector in [least, bound], where `least` is -bound unless stated.

        A fraction of a millisecond for 100 small weights, and the search for the result: 2 ms in 2^32.

        Raises:
            DecryptionError: the ciphertext belongs to another public key or has been altered, or the result
            is out of
                the range; never told which.
            OutOfRangeError: the range is empty or holds more than 2^42 numbers.
        """
        if ciphertext.key_id != self.key_id or len(ciphertext.values) != len(self.weights):
            raise _undecryptable()
        masks = ciphertext.mask.multiply(self.s) + ciphertext.second_mask.multiply(self.t)
        result = weighted_sum(ciphertext.values, self.weights) - masks
        try:
            return discrete_log(result, low=-bound if least is None else least, high=bound)
        except DecryptionError:
            raise _undecryptable() from None


@dataclass(frozen=True)
class MasterSecretKey:
    """The secrets of an owner, all expanded from one seed of 32 bytes. They stay out of ``repr``."""

    length: int
    seed: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if not 1 <= self.length <= MAX_LENGTH or len(self.seed) != SEED_BYTES:
            raise OutOfRangeError(f"expected 1 to {MAX_LENGTH} places and a seed of {SEED_BYTES} bytes")

    @cached_property
    def _scalars(self) -> tuple[int, ...]:
        """a, then every s_i, then every t_i; zero with probability 2^-256."""
        raw = expand(self.seed, _LABEL, (2 * self.length + 1) * _WIDE_SCALAR_BYTES)
        starts = range(0, len(raw), _WIDE_SCALAR_BYTES)
        return tuple(int.from_bytes(raw[at : at + _WIDE_SCALAR_BYTES], "big") % ORDER for at in starts)

    @cached_property
    def _logarithms(self) -> tuple[int, ...]:
        """The logarithms of the h_i: s_i + a·t_i."""
        a, s, t = self._scalars[0], self._scalars[1 : self.length + 1], self._scalars[self.length + 1 :]
        return tuple((s_i + a * t_i) % ORDER for s_i, t_i in zip(s, t, strict=True))

    @cached_property
    def public(self) -> MasterPublicKey:
        """The public key; computing it takes 12 µs a place."""
        bases = tuple(multiply_base(logarithm) for logarithm in self._logarithms)
        return MasterPublicKey(multiply_base(self._scalars[0]), bases)

    def owner_encrypt(self, values: Sequence[int], random: RandomBytes = random_bytes) -> Ciphertext:
        """Encrypt as `MasterPublicKey.encrypt` does, by multiples of G alone; about 13 µs a value.

        Raises:
            OutOfRangeError: as there.
        """
        checked_values(values, self.length)
        r = random_scalar(random)
        pairs = zip(self._logarithms, values, strict=True)
        masked = tuple(multiply_base(x + r * logarithm) for logarithm, x in pairs)
        return Ciphertext(self.public.key_id, multiply_base(r), multiply_base(r * self._scalars[0]), masked)

    def derive_key(self, weights: Sequence[int]) -> FunctionalKey:
        """The key of these weights. NOTE: it refuses no weights; ask `crypto.functional.authority` first.

        Raises:
            OutOfRangeError: there are not as many weights as places, or one is not below 2^63 in magnitude.
        """
        if len(weights) != self.length:
            raise OutOfRangeError(f"expected {self.length} weights, got {len(weights)}")
        if not all(abs(weight) < 1 << WEIGHT_BITS for weight in weights):
            raise OutOfRangeError(f"a weight is not below 2^{WEIGHT_BITS} in magnitude")
        s, t = self._scalars[1 : self.length + 1], self._scalars[self.length + 1 :]
        return FunctionalKey(self.public.key_id, tuple(weights), _inner(s, weights), _inner(t, weights))


def setup(length: int, random: RandomBytes = random_bytes) -> MasterSecretKey:
    """Draw the keys of an owner of vectors of this length.

    Raises:
        OutOfRangeError: the length is not in [1, 65535].
    """
    return MasterSecretKey(length, random(SEED_BYTES))


def weighted_sum(points: Sequence[Point], weights: Sequence[int]) -> Point:
    """Σ weight_i · point_i for small public weights: one sum of points for each bit of the largest weight."""
    signed = [-point if weight < 0 else point for point, weight in zip(points, weights, strict=True)]
    sizes = [abs(weight) for weight in weights]
    total = INFINITY
    for bit in reversed(range(max(sizes).bit_length())):
        members = (point for point, size in zip(signed, sizes, strict=True) if size >> bit & 1)
        total = combine((total, total, *members))
    return total


def checked_values(values: Sequence[int], length: int) -> None:
    """Return only if these values can be encrypted under a key of this length.

    Raises:
        OutOfRangeError: there are not as many, or one is not below 2^64 in magnitude; its place is named.
    """
    if len(values) != length:
        raise OutOfRangeError(f"expected {length} values, got {len(values)}")
    for place, value in enumerate(values):
        if not -(1 << VALUE_BITS) < value < 1 << VALUE_BITS:
            raise OutOfRangeError(f"value {place}: expected a magnitude below 2^{VALUE_BITS}")


def _inner(secrets: Sequence[int], weights: Sequence[int]) -> int:
    return sum(map(int.__mul__, secrets, weights)) % ORDER


def _undecryptable() -> DecryptionError:
    return DecryptionError("the ciphertext has no result under this key in the range that was asked for")
