"""How is a new key drawn?

Primes by `crypto.primes`, of the structure that the profile asks for, and h = -y^(2p'q') mod n for a random y
(in profile ``djn``, where p' = q' = 1, that is -y²), drawn again until its order is 2p modulo P and 2q modulo
Q. Then -h is a square and h has Jacobi symbol 1.
"""

import gmpy2

from crypto.errors import OutOfRangeError
from crypto.paillier.keys import DEFAULT_BITS, ORDER_BITS, Profile, PublicKey
from crypto.paillier.private_key import PrivateKey, far_apart, has_full_order
from crypto.primes import SubgroupPrime, safe_prime, subgroup_prime
from crypto.randomness import RandomBytes, random_below, random_bytes


def generate(
    profile: Profile = Profile.SUBGROUP, random: RandomBytes = random_bytes, *, bits: int = DEFAULT_BITS
) -> PrivateKey:
    """Draw a key; a second or two, in profile ``djn`` some ten seconds.

    Raises:
        OutOfRangeError: the length is not one of `ORDER_BITS`.
    """
    if bits not in ORDER_BITS:
        raise OutOfRangeError(f"expected a modulus of one of {sorted(ORDER_BITS)} bits, got {bits}")
    while True:
        first, second = (_draw_factor(profile, bits, random) for _ in range(2))
        if far_apart(first, second):
            break
    n = first.prime * second.prime
    cofactor = 2 * first.cofactor * second.cofactor
    while True:
        h = n - gmpy2.powmod(1 + random_below(n - 1, random), cofactor, n)
        if all(has_full_order(h, factor) for factor in (first, second)):
            return PrivateKey(PublicKey(h=h, n=n, profile=profile), first, second)


def _draw_factor(profile: Profile, bits: int, random: RandomBytes) -> SubgroupPrime:
    if profile is Profile.SUBGROUP:
        return subgroup_prime(bits // 2, ORDER_BITS[bits], random)
    prime = safe_prime(bits // 2, random)
    return SubgroupPrime(prime, prime // 2, 1)
