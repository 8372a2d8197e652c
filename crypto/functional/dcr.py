"""One owner, large results: inner products of hundreds of digits, without a discrete logarithm.

Agrawal, Libert and Stehlé, "Fully Secure Functional Encryption for Inner Products, from Standard
Assumptions" (Crypto 2016, ePrint 2015/608), §5, from Paillier's decisional composite residuosity. With the
keys of `crypto.functional.dcr_keys`:

    encrypt   r uniform in [0, N/4):  C_0 = g^r,  C_i = (1 + x_i N) · h_i^r        modulo N²
    key of y  k = Σ y_i s_i over the integers
    decrypt   ∏ C_i^{y_i} · C_0^{-k} = 1 + <x, y> N                                modulo N²

The result is read off, whatever its size, where the scheme over an elliptic curve searches for it. An owner
who knows the factors encrypts modulo P² and Q² with exponents reduced modulo P' and Q', about four times as
fast as with the public key.

Guarantees. Indistinguishability under adaptive chosen plaintexts, and for keys chosen adaptively. N/4 exceeds
the order P'Q' of g by less than 2^(2-|N|/2) of it, so r is uniform modulo the order to that distance.
Ciphertexts are malleable by design and not authenticated: the transport signs. Keys add up, and a key for
one column is a key; `crypto.functional.authority` decides, before `derive_key` obeys.

Timing. Powers with secret exponents are GMP's `mpz_powm_sec`; reductions and the choice of CRT halves are
not constant time. A third of a second for 10 values at 3072 bits with the public key: this scheme is for
results that a curve cannot hold, not for speed.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

import gmpy2

from crypto.errors import DecryptionError, MalformedError, OutOfRangeError
from crypto.functional.dcr_keys import MasterPublicKey, MasterSecretKey
from crypto.functional.dcr_messages import Ciphertext
from crypto.primes import ChineseRemainder, inverse
from crypto.randomness import RandomBytes, random_below, random_bytes

_KEY: Final = b"\x01\x0a"


@dataclass(frozen=True)
class FunctionalKey:
    """What opens <x, y> for every record of an owner. The secret stays out of ``repr``."""

    public: MasterPublicKey
    weights: tuple[int, ...]
    secret: int = field(repr=False)

    @cached_property
    def largest(self) -> int:
        """The largest magnitude that a result can have."""
        return self.public.bounds.value * sum(map(abs, self.weights))

    def encode(self) -> bytes:
        """Version, kind (1 byte each) || key id (32) || the weights || the secret, in two's complement.

        A weight has one byte more than a bound of the public key; the secret has three times the length of N
        and 8 bytes, which k = Σ y_i s_i needs but with a chance below 2^-1000.
        """
        weights = b"".join(
            weight.to_bytes(_weight_bytes(self.public), "big", signed=True) for weight in self.weights
        )
        secret = self.secret.to_bytes(_secret_bytes(self.public), "big", signed=True)
        return _KEY + self.public.key_id + weights + secret

    @classmethod
    def decode(cls, raw: bytes, public: MasterPublicKey) -> "FunctionalKey":
        """Read a key for ciphertexts of this public key.

        Raises:
            MalformedError: another version, kind, public key or length, or a weight beyond its bound.
        """
        head, size = _KEY + public.key_id, _weight_bytes(public)
        end = len(head) + len(public.h) * size
        if raw[: len(head)] != head or len(raw) != end + _secret_bytes(public):
            raise MalformedError(
                "expected a DCR functional key of a known version, of this key and its length"
            )
        weights = tuple(
            int.from_bytes(raw[at : at + size], "big", signed=True) for at in range(len(head), end, size)
        )
        if any(abs(weight) > public.bounds.weight for weight in weights):
            raise MalformedError("a weight of the functional key is beyond its bound")
        return cls(public, weights, int.from_bytes(raw[end:], "big", signed=True))

    def decrypt(self, ciphertext: Ciphertext) -> int:
        """The inner product of the weights and the record.

        Raises:
            DecryptionError: the ciphertext is of another key, was altered, or holds values beyond their
                bound; never told which.
        """
        public, n = self.public, self.public.n
        if ciphertext.key_id != public.key_id or len(ciphertext.elements) != len(self.weights):
            raise _undecryptable()
        try:
            masked = _product_of_powers(ciphertext.elements, self.weights, public.n_squared)
            mask = _power(ciphertext.mask, -self.secret, public.n_squared)
        except OutOfRangeError as error:
            raise _undecryptable() from error
        result, rest = divmod(masked * mask % public.n_squared, n)
        result = result - n if 2 * result > n else result
        if rest != 1 or abs(result) > self.largest:
            raise _undecryptable()
        return int(result)


def encrypt(values: Sequence[int], public: MasterPublicKey, random: RandomBytes = random_bytes) -> Ciphertext:
    """Encrypt a record with the public key.

    Raises:
        OutOfRangeError: there are not as many values as columns, or one is beyond ±bound; its column is
            named.
    """
    _check(values, len(public.h), public.bounds.value, "value")
    n, square = public.n, public.n_squared
    r = random_below(n // 4, random)
    masked = tuple(
        (1 + x * n) * _power(base, r, square) % square for x, base in zip(values, public.h, strict=True)
    )
    return Ciphertext(public.key_id, _power(public.g, r, square), masked)


def owner_encrypt(
    values: Sequence[int], owner: MasterSecretKey, random: RandomBytes = random_bytes
) -> Ciphertext:
    """Encrypt as `encrypt` does, and to the same ciphertext from the same randomness, with the factors.

    Raises:
        OutOfRangeError: as there.
    """
    public = owner.public
    _check(values, owner.columns, public.bounds.value, "value")
    n, square = public.n, public.n_squared
    r = random_below(n // 4, random)
    powers = _owner_powers(owner, [r, *(r * s for s in owner.secrets)])
    masked = tuple((1 + x * n) * power % square for x, power in zip(values, powers[1:], strict=True))
    return Ciphertext(public.key_id, powers[0], masked)


def derive_key(owner: MasterSecretKey, weights: Sequence[int]) -> FunctionalKey:
    """The key of these weights. NOTE: it refuses no weights; ask `crypto.functional.authority` first.

    Raises:
        OutOfRangeError: there are not as many weights as columns, or one is beyond ±bound.
    """
    _check(weights, owner.columns, owner.bounds.weight, "weight")
    secret = sum(y * s for y, s in zip(weights, owner.secrets, strict=True))
    return FunctionalKey(owner.public, tuple(weights), int(secret))


def _owner_powers(owner: MasterSecretKey, exponents: Sequence[int]) -> list[int]:
    """Powers of g modulo N²: modulo P² the order of g divides P' = (P - 1)/2, and modulo Q² likewise."""
    g = owner.public.g
    remainder = ChineseRemainder(owner.p**2, owner.q**2)
    halves = [
        [gmpy2.powmod_sec(g % f**2, e % (f // 2) + f // 2, f**2) for e in exponents]
        for f in map(gmpy2.mpz, (owner.p, owner.q))
    ]
    return [remainder.combine(left, right) for left, right in zip(*halves, strict=True)]


def _power(base: int, exponent: int, modulus: int) -> int:
    """A power with a secret exponent of either sign."""
    if exponent < 0:
        base, exponent = inverse(base, modulus), -exponent
    # mpz_powm_sec takes no exponent zero, which only a draw of probability 2^-|N| makes.
    power: int = gmpy2.powmod_sec(base, exponent, modulus) if exponent else gmpy2.mpz(1)
    return power


def _product_of_powers(bases: Sequence[int], exponents: Sequence[int], modulus: int) -> int:
    """∏ base^exponent for public exponents, with one chain of squarings for all (Straus 1964)."""
    signed = [inverse(b, modulus) if e < 0 else b for b, e in zip(bases, exponents, strict=True)]
    sizes = [abs(exponent) for exponent in exponents]
    product: int = gmpy2.mpz(1)
    for bit in reversed(range(max(sizes).bit_length())):
        product = product * product % modulus
        for base, size in zip(signed, sizes, strict=True):
            if size >> bit & 1:
                product = product * base % modulus
    return product


def _check(numbers: Sequence[int], columns: int, bound: int, kind: str) -> None:
    if len(numbers) != columns:
        raise OutOfRangeError(f"expected {columns} {kind}s, got {len(numbers)}")
    for column, number in enumerate(numbers):
        if abs(number) > bound:
            raise OutOfRangeError(f"column {column}: the {kind} is beyond its bound")


def _weight_bytes(public: MasterPublicKey) -> int:
    return public.bits // 16 + 1


def _secret_bytes(public: MasterPublicKey) -> int:
    return 3 * public.bits // 8 + 8


def _undecryptable() -> DecryptionError:
    return DecryptionError("the ciphertext gives no result of this function")
