"""Which numbers open the sums of a key, and when are they refused?

The factors of n = PQ with their structure, P = 2pp' + 1 (p' = 1 in profile ``djn``). They are checked
completely whenever a key is made or read; also that h has order exactly 2p modulo P, which needs the minus
sign of its definition. Without that sign h generates squares only, and a ciphertext carries a mark that no
re-randomisation takes off: whether it is a square.

Factors stay out of ``repr``. An encoded key is in the clear: whoever stores it seals it (`crypto.sealing`).
"""

from dataclasses import dataclass, field
from typing import Final

import gmpy2

from crypto.errors import MalformedError
from crypto.paillier.keys import (
    HEAD_BYTES,
    LEAST_BITS,
    ORDER_BITS,
    Profile,
    PublicKey,
    encode_head,
    read_head,
)
from crypto.primes import SubgroupPrime, is_prime

_CLOSENESS_BITS: Final = 100
"""P and Q differ by at least 2^(|P| - 100), which is beyond Fermat's factoring (FIPS 186-5)."""


@dataclass(frozen=True)
class PrivateKey:
    """The factors of n; they stay out of ``repr``.

    Raises:
        MalformedError: the factors are not those of the public key and its profile.
    """

    public: PublicKey
    first: SubgroupPrime = field(repr=False)
    second: SubgroupPrime = field(repr=False)

    def __post_init__(self) -> None:
        _check_product(self)
        for factor in (self.first, self.second):
            _check_factor(factor, self.public)

    def encode(self) -> bytes:
        """Write the key in the clear: version, profile, length of n (2 bytes), P, Q, then p, q, then h.

        p and q are left out in profile ``djn``, where they follow from P and Q.
        """
        public = self.public
        numbers = [self.first.prime, self.second.prime, self.first.order, self.second.order, public.h]
        pairs = zip(numbers, _lengths(public.bits, public.profile), strict=True)
        return encode_head(public.bits, public.profile) + b"".join(
            int(number).to_bytes(length, "big") for number, length in pairs if length
        )

    @classmethod
    def decode(cls, raw: bytes, *, least_bits: int = LEAST_BITS) -> "PrivateKey":
        """Read a key and check its factors.

        Raises:
            MalformedError: another version, profile or length, a modulus shorter than `least_bits`, or
                numbers that are not such factors.
        """
        bits, profile = read_head(raw, least_bits=least_bits)
        lengths = _lengths(bits, profile)
        if len(raw) != HEAD_BYTES + sum(lengths):
            raise MalformedError(f"expected a key of {HEAD_BYTES + sum(lengths)} bytes, got {len(raw)}")
        numbers, place = [], HEAD_BYTES
        for length in lengths:
            numbers.append(gmpy2.mpz.from_bytes(raw[place : place + length], "big"))
            place += length
        big_p, big_q, p, q, h = numbers
        if profile is Profile.DJN:
            p, q = big_p // 2, big_q // 2
        return cls(PublicKey(big_p * big_q, h, profile), _factor(big_p, p), _factor(big_q, q))


def far_apart(first: SubgroupPrime, second: SubgroupPrime) -> bool:
    """Whether the primes are not close, and p, p', q, q' distinct, so that gcd(P - 1, Q - 1) = 2."""
    distance = abs(first.prime - second.prime)
    parts = {first.order, second.order, first.cofactor, second.cofactor} - {1}
    distinct = len(parts) == (4 if first.cofactor > 1 else 2)
    return distinct and distance.bit_length() > first.prime.bit_length() - _CLOSENESS_BITS


def has_full_order(h: int, factor: SubgroupPrime) -> bool:
    """Whether h has order 2p modulo P: -h has order p, for P is 3 modulo 4 and -1 no square."""
    root = -h % factor.prime
    return root > 1 and gmpy2.powmod_sec(root, factor.order, factor.prime) == 1


def _factor(prime: int, order: int) -> SubgroupPrime:
    # A zero order is refused with all others that do not fit.
    return SubgroupPrime(prime, order, prime // (2 * order) if order else 0)


def _lengths(bits: int, profile: Profile) -> list[int]:
    order = ORDER_BITS[bits] // 8 if profile is Profile.SUBGROUP else 0
    return [bits // 16, bits // 16, order, order, bits // 8]


def _check_product(key: PrivateKey) -> None:
    public, first, second = key.public, key.first, key.second
    if first.prime * second.prime != public.n or not far_apart(first, second):
        raise MalformedError("expected two primes far apart whose product is n")


def _check_factor(factor: SubgroupPrime, public: PublicKey) -> None:
    if factor.prime.bit_length() != public.bits // 2 or not is_prime(factor.prime):
        raise MalformedError(f"expected prime factors of {public.bits // 2} bits")
    if factor.prime != 2 * factor.order * factor.cofactor + 1 or not is_prime(factor.order):
        raise MalformedError("expected P = 2pp' + 1 with p prime")
    if public.profile is Profile.DJN and factor.cofactor != 1:
        raise MalformedError("expected safe primes in profile djn")
    if public.profile is Profile.SUBGROUP and (
        factor.order.bit_length() != ORDER_BITS[public.bits] or not is_prime(factor.cofactor)
    ):
        raise MalformedError(f"expected p of {ORDER_BITS[public.bits]} bits and a prime p'")
    if not has_full_order(public.h, factor):
        raise MalformedError("expected h to have order 2p modulo P: the minus of a square, not the square")
