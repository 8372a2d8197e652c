"""How is the power to decrypt cut into pieces of which any t suffice and t - 1 are worthless?

Shoup's threshold RSA (Eurocrypt 2000) carried over to Paillier (Fouque, Poupard and Stern, FC 2000; Damgård
and Jurik, PKC 2001). n = PQ with safe primes P = 2p + 1, Q = 2q + 1, m = pq, and d with

    d = 0 mod m,   d = 1 mod n.

A dealer draws f of degree t - 1 with f(0) = d and gives f(i) modulo nm to decryptor i. With Δ = l! for l
decryptors, the Lagrange coefficients times Δ are integers, which spares everyone the order of the group. v
generates the squares modulo n², and v_i = v^(Δ f(i)) is published to check decryptor i by; see
`crypto.paillier.partial_decryption`.

Trust. The dealer sees the factors and must forget them: `deal` takes a private key, which its caller erases
after. Python cannot erase a number, so the dealing runs in a process that ends, on a machine that is trusted
for that long. From then on the key exists in shares only. Any t decryptors together can open any single
ciphertext; what they are asked to open is theirs to check.

Profile ``djn`` only: the proofs need a group of squares without small subgroups.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from math import factorial
from typing import Final

import gmpy2

from crypto.encoding import sha256
from crypto.errors import MalformedError, OutOfRangeError
from crypto.paillier.keys import LEAST_BITS, Profile, PublicKey
from crypto.paillier.private_key import PrivateKey
from crypto.primes import inverse
from crypto.randomness import RandomBytes, random_below, random_bytes

MAX_DECRYPTORS: Final = 32
_VERSION: Final = 1
_HEAD_BYTES: Final = 3
_ID_TAG: Final = b"argonauta paillier threshold key v1"


@dataclass(frozen=True)
class ThresholdKey:
    """What everybody knows of a shared key; equal if all of it is.

    Raises:
        MalformedError: the profile is not ``djn``, the threshold is not in [1, decryptors], there are more
            than 32 decryptors, or a number is no unit modulo n².
    """

    public: PublicKey
    threshold: int
    base: int
    """v, a generator of the squares modulo n²."""
    checks: tuple[int, ...]
    """v_1 … v_l, by which each decryptor's answers are checked."""

    def __post_init__(self) -> None:
        if self.public.profile is not Profile.DJN:
            raise MalformedError("expected a key of profile djn")
        if not 1 <= self.threshold <= len(self.checks) <= MAX_DECRYPTORS:
            raise MalformedError(f"expected a threshold of 1 to {MAX_DECRYPTORS} decryptors")
        n_squared = self.public.n_squared
        for number in (self.base, *self.checks):
            if not 1 < number < n_squared or gmpy2.gcd(number, self.public.n) != 1:
                raise MalformedError("expected base and checks to be units modulo n²")

    @property
    def decryptors(self) -> int:
        """l, how many shares exist; they are numbered from 1."""
        return len(self.checks)

    @property
    def delta(self) -> int:
        """Δ = l!."""
        return factorial(self.decryptors)

    @cached_property
    def key_id(self) -> bytes:
        """32 bytes that name the shared key: a hash of its encoding."""
        return sha256(_ID_TAG, self.encode())

    def encode(self) -> bytes:
        """Write version, threshold, decryptors (a byte each), the public key, v and all v_i."""
        length = 2 * self.public.modulus_bytes
        numbers = (int(number).to_bytes(length, "big") for number in (self.base, *self.checks))
        return bytes((_VERSION, self.threshold, self.decryptors)) + self.public.encode() + b"".join(numbers)

    @classmethod
    def decode(cls, raw: bytes, *, least_bits: int = LEAST_BITS) -> "ThresholdKey":
        """Read a shared key and check it.

        Raises:
            MalformedError: another version or length, or a number out of its range.
        """
        if len(raw) < _HEAD_BYTES + 4 or raw[0] != _VERSION or not 1 <= raw[2] <= MAX_DECRYPTORS:
            raise MalformedError("expected a threshold key of a known version")
        length = 2 * (int.from_bytes(raw[5:7], "big") // 8)
        start = _HEAD_BYTES + 4 + length
        if len(raw) != start + (1 + raw[2]) * length:
            raise MalformedError("expected a threshold key of another length")
        public = PublicKey.decode(raw[_HEAD_BYTES:start], least_bits=least_bits)
        parts = (raw[at : at + length] for at in range(start, len(raw), length))
        numbers = [gmpy2.mpz.from_bytes(part, "big") for part in parts]
        return cls(public, raw[1], numbers[0], tuple(numbers[1:]))


@dataclass(frozen=True)
class KeyShare:
    """One decryptor's share of a key; the value stays out of ``repr``.

    Raises:
        MalformedError: no decryptor has this index, or the value is not in ``range(n²)``.
    """

    key: ThresholdKey
    index: int
    """From 1 to the number of decryptors."""
    value: int = field(repr=False)
    """f(index) modulo nm."""

    def __post_init__(self) -> None:
        if not 1 <= self.index <= self.key.decryptors:
            raise MalformedError(f"expected an index of 1 to {self.key.decryptors}, got {self.index}")
        if not 0 < self.value < self.key.public.n_squared:
            raise MalformedError("the value of the share is out of range")

    def encode(self) -> bytes:
        """Write version, index (a byte each) and the value in the clear, in the length of n²."""
        value = int(self.value).to_bytes(2 * self.key.public.modulus_bytes, "big")
        return bytes((_VERSION, self.index)) + value

    @classmethod
    def decode(cls, raw: bytes, key: ThresholdKey) -> "KeyShare":
        """Read a share and check it against what the dealer published for its index.

        Raises:
            MalformedError: another version or length, an index or value out of range, or a value that is not
                the share of that index.
        """
        if len(raw) != 2 + 2 * key.public.modulus_bytes or raw[0] != _VERSION:
            raise MalformedError("expected a share of a known version and length")
        share = cls(key, raw[1], gmpy2.mpz.from_bytes(raw[2:], "big"))
        exponent = key.delta * share.value
        if gmpy2.powmod_sec(key.base, exponent, key.public.n_squared) != key.checks[share.index - 1]:
            raise MalformedError("the value is not the share of that index")
        return share


def deal(
    private: PrivateKey, random: RandomBytes = random_bytes, *, threshold: int, decryptors: int
) -> tuple[ThresholdKey, tuple[KeyShare, ...]]:
    """Cut a private key into shares; the caller erases the key.

    Raises:
        OutOfRangeError: the key's profile is not ``djn``, or not 1 <= threshold <= decryptors <= 32.
    """
    public = private.public
    if public.profile is not Profile.DJN or not 1 <= threshold <= decryptors <= MAX_DECRYPTORS:
        raise OutOfRangeError(f"expected a djn key and a threshold of 1 to {MAX_DECRYPTORS} decryptors")
    order = private.first.order * private.second.order
    modulus = public.n * order
    coefficients = [order * inverse(order, public.n)]
    coefficients += [random_below(modulus, random) for _ in range(threshold - 1)]
    values = [_evaluate(coefficients, index, modulus) for index in range(1, decryptors + 1)]
    base = gmpy2.powmod(_draw_unit(public, random), 2, public.n_squared)
    exponents = (factorial(decryptors) * value for value in values)
    checks = tuple(gmpy2.powmod_sec(base, exponent, public.n_squared) for exponent in exponents)
    key = ThresholdKey(public, threshold, base, checks)
    return key, tuple(KeyShare(key, index, value) for index, value in enumerate(values, 1))


def lagrange_at_zero(indices: Sequence[int], delta: int) -> list[int]:
    """Δ · ∏_(j ≠ i) j / (j - i) for each i of distinct indices; integers, some of them negative."""
    coefficients = []
    for index in indices:
        above, below = delta, 1
        for other in indices:
            if other != index:
                above, below = above * other, below * (other - index)
        coefficients.append(above // below)
    return coefficients


def _evaluate(coefficients: Sequence[int], point: int, modulus: int) -> int:
    value = gmpy2.mpz(0)
    for coefficient in reversed(coefficients):
        value = (value * point + coefficient) % modulus
    found: int = value
    return found


def _draw_unit(public: PublicKey, random: RandomBytes) -> int:
    while True:
        candidate = gmpy2.mpz(2 + random_below(public.n_squared - 2, random))
        if gmpy2.gcd(candidate, public.n) == 1:
            found: int = candidate
            return found
