"""How does whoever holds the factors decrypt, and what may the time that it takes tell?

Decryption works modulo P² and Q² apart (Paillier, Eurocrypt 1999) and by the short exponent of the blinding's
order: hs^r has an order dividing 2p modulo P², so c^(2p) = 1 + 2pmQ · P mod P², of which m mod P is read off.
In profile ``subgroup`` at 3072 bits, 2p has 257 bits instead of 1536. A ciphertext whose blinding lies
outside of the subgroup, as other implementations make them, shows by c^(2p) ≠ 1 mod P and is raised to P - 1
instead: decryption is right for every unit modulo n², whoever made it.

Timing. `Decryptor` raises to its secret exponents by GMP's `mpz_powm_sec`, which neither branches nor looks
up by them. `BlindedDecryptor`, for services that decrypt a lot, takes the faster `mpz_powm` and blinds each
base before, so that nobody chooses what meets the exponent; the exponent's pattern is then still exposed to
whoever shares the processor's cache. The products around the powers are not constant time, and it shows which
of the two exponents was needed: that tells whether all contributions were blinded within the subgroup.
"""

from collections.abc import Callable

import gmpy2

from crypto.errors import DecryptionError
from crypto.paillier.ciphertext import Ciphertext
from crypto.paillier.keys import PublicKey
from crypto.paillier.private_key import PrivateKey
from crypto.primes import ChineseRemainder, SubgroupPrime, inverse
from crypto.randomness import RandomBytes, random_below, random_bytes

Power = Callable[[int, int, int], int]


class Decryptor:
    """Decrypts with one key, by powers that are constant time in the secret exponents."""

    def __init__(self, key: PrivateKey) -> None:
        self._halves = _Halves(key)

    def decrypt(self, ciphertext: Ciphertext) -> int:
        """The plaintext in ``range(n)``.

        Raises:
            DecryptionError: the ciphertext is under another key, or no unit modulo n².
        """
        self._halves.check_key(ciphertext.key)
        return self._halves.plaintext(ciphertext.to_integer(), gmpy2.powmod_sec)


class BlindedDecryptor:
    """Decrypts many ciphertexts with one key, by blinded bases; for one thread at a time.

    The blinding is a power of hs that is squared after each use, as OpenSSL does it; the plaintext stays the
    same.
    """

    def __init__(self, key: PrivateKey, random: RandomBytes = random_bytes) -> None:
        public = key.public
        self._halves, self._n_squared = _Halves(key), public.n_squared
        exponent = 1 + random_below(1 << public.exponent_bits, random)
        self._blinding: int = gmpy2.powmod_sec(public.hs, exponent, public.n_squared)

    def decrypt(self, ciphertext: Ciphertext) -> int:
        """The plaintext in ``range(n)``.

        Raises:
            DecryptionError: the ciphertext is under another key, or no unit modulo n².
        """
        self._halves.check_key(ciphertext.key)
        blinded = ciphertext.to_integer() * self._blinding % self._n_squared
        self._blinding = self._blinding * self._blinding % self._n_squared
        return self._halves.plaintext(blinded, gmpy2.powmod)


class _Halves:
    """Decrypts modulo both primes and puts the remainders together."""

    __slots__ = ("_first", "_public", "_remainder", "_second")

    def __init__(self, key: PrivateKey) -> None:
        first, second = key.first, key.second
        self._public = key.public
        self._first, self._second = _Half(first, second.prime), _Half(second, first.prime)
        self._remainder = ChineseRemainder(first.prime, second.prime)

    def check_key(self, key: PublicKey) -> None:
        if key != self._public:
            raise DecryptionError("the ciphertext does not decrypt under this key")

    def plaintext(self, value: int, power: Power) -> int:
        return self._remainder.combine(
            self._first.plaintext(value, power), self._second.plaintext(value, power)
        )


class _Half:
    """Decrypts modulo one of the two primes."""

    __slots__ = ("_prime", "_square", "_ways")

    def __init__(self, factor: SubgroupPrime, other: int) -> None:
        self._prime, self._square = factor.prime, factor.prime * factor.prime
        exponents = (2 * factor.order, factor.prime - 1)
        # The exponent of the subgroup first; that of all units where it does not fit.
        self._ways = [(exponent, inverse(exponent * other, factor.prime)) for exponent in exponents]

    def plaintext(self, value: int, power: Power) -> int:
        base = value % self._square
        for exponent, factor in self._ways:
            quotient, remainder = gmpy2.f_divmod(power(base, exponent, self._square), self._prime)
            if remainder == 1:
                plaintext: int = quotient * factor % self._prime
                return plaintext
        raise DecryptionError("the ciphertext does not decrypt under this key")
