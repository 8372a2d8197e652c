"""How do we talk to those who use `phe` (python-paillier), without taking over its leaks?

Keys are JSON Web Keys as its tool `pheutil` writes them (``kty`` "DAJ", ``alg`` "PAI-GN1", n in base64url);
ciphertexts are its pairs of a decimal number ``v`` and an exponent ``e``, which stand for v's plaintext
times 16^e. That exponent is public and follows the magnitude of each number, so it leaks it. Here it is
fixed by the caller, once per query, and any other is refused.

A key of `phe` has no h: `PheKey` encrypts to it by the textbook, c = (1+mn) r^n for a uniform unit r. In the
other direction `phe` sees only the n of our keys and encrypts the same way, outside of our subgroup;
`crypto.paillier.decryption` opens that too. `phe` counts plaintexts above 2n/3 as negative, as does
`PheKey.encrypt`; our decryptors return them in ``range(n)``.
"""

from dataclasses import dataclass
from typing import Final

import gmpy2

from crypto.encoding import b64url_encode, canonical_json
from crypto.errors import MalformedError, OutOfRangeError
from crypto.paillier.ciphertext import Ciphertext
from crypto.paillier.keys import LEAST_BITS, PublicKey
from crypto.randomness import RandomBytes, random_below, random_bytes
from crypto.reading import Fields

MAX_BITS: Final = 8192
MAX_EXPONENT: Final = 1024
_KEY_TYPE: Final = "DAJ"
_ALGORITHM: Final = "PAI-GN1"


@dataclass(frozen=True)
class PheKey:
    """The modulus of somebody who uses `phe`; n is odd and composite, and no more is known of it."""

    n: int

    def encrypt(self, plaintext: int, random: RandomBytes = random_bytes) -> int:
        """Encrypt an integer with |plaintext| <= n // 3 - 1, negative ones as n + plaintext.

        Raises:
            OutOfRangeError: it is larger in magnitude.
        """
        if abs(plaintext) > self.n // 3 - 1:
            raise OutOfRangeError("expected a plaintext of a magnitude below a third of n")
        n_squared = self.n * self.n
        while True:
            unit = 1 + random_below(self.n - 1, random)
            if gmpy2.gcd(unit, self.n) == 1:
                break
        value: int = (1 + plaintext * self.n) * gmpy2.powmod(unit, self.n, n_squared) % n_squared
        return int(value)


def write_public_key(key: PublicKey | PheKey, comment: str = "") -> bytes:
    """Write n as `pheutil` does, with a comment as key identifier."""
    return canonical_json(
        {
            "kty": _KEY_TYPE,
            "alg": _ALGORITHM,
            "key_ops": ["encrypt"],
            "n": b64url_encode(int(key.n).to_bytes((key.n.bit_length() + 7) // 8, "big")),
            "kid": comment,
        }
    )


def read_public_key(raw: bytes | str, *, least_bits: int = LEAST_BITS) -> PheKey:
    """Read a key of `pheutil`.

    Raises:
        MalformedError: not such a document, or an n that is even, prime, or not of `least_bits` to 8192 bits.
    """
    fields = Fields.parse(raw, "phe key")
    if fields.text("kty") != _KEY_TYPE or fields.text("alg") != _ALGORITHM:
        raise MalformedError("phe key: expected kty DAJ and alg PAI-GN1")
    n = int.from_bytes(fields.binary("n"), "big")
    if not least_bits <= n.bit_length() <= MAX_BITS:
        raise MalformedError(f"phe key: expected {least_bits} to {MAX_BITS} bits, got {n.bit_length()}")
    if n % 2 == 0 or gmpy2.is_prime(n) or gmpy2.is_power(n):
        raise MalformedError("phe key: expected an odd product of two primes")
    if fields.has("key_ops") and "encrypt" not in fields.texts("key_ops", most=10):
        raise MalformedError("phe key: expected a key to encrypt with")
    # The identifier is a comment, and of no use here.
    fields.has("kid")
    fields.done()
    return PheKey(n)


def write_encrypted(value: int, exponent: int = 0) -> bytes:
    """Write a ciphertext in ``range(n²)`` with the exponent of its query."""
    return canonical_json({"v": str(int(value)), "e": exponent})


def read_encrypted(raw: bytes | str, key: PublicKey, *, exponent: int = 0) -> Ciphertext:
    """Read a ciphertext that was made by `phe` under the n of our key.

    Raises:
        MalformedError: not such a document, or another exponent than the query's.
        OutOfRangeError: the number is not in [1, n²), or not coprime to n.
    """
    fields = Fields.parse(raw, "phe ciphertext")
    digits = fields.text("v", max_length=key.bits)
    found = fields.integer("e", least=-MAX_EXPONENT, most=MAX_EXPONENT)
    fields.done()
    if found != exponent:
        raise MalformedError(f"phe ciphertext: expected the exponent {exponent}, got {found}")
    return Ciphertext.from_integer(key, _read_decimal(digits))


def _read_decimal(digits: str) -> int:
    if not digits.isascii() or not digits.isdecimal() or (digits[0] == "0" and digits != "0"):
        raise MalformedError("phe ciphertext: expected a decimal number without leading zeros")
    number: int = gmpy2.mpz(digits)
    return number
