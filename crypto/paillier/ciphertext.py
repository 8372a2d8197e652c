"""What is a ciphertext, and what can be done to it without any key but the public one?

Every unit modulo n² is c = a · (1 + µn) for exactly one a in Z_n* and µ in Z_n: a = c mod n and µ = ((c -
a) / n) · a⁻¹ mod n. This *log form* (a, µ) is how ciphertexts are kept and sent. It has the length of c,
checks as a range and a gcd modulo n, and makes the message an addend: adding a known number is adding it to
µ, and encrypting with blinding from stock is nothing else.

Sums come cheaper, too: of ∏ c_i = ∏ a_i · (1 + n Σ µ_i) only the first factor is computed modulo n²,
and each a_i has half the length of c_i. `Sum` keeps such a product open, and takes crowds by eight products
beside each other where the processor can (`crypto.long_products`).

Guarantees and limits. Paillier is malleable by purpose: IND-CPA, nothing more. The result of `+`, `scale` and
`add_plain` shows what was done to whoever knows the inputs, until it is re-randomised by
`crypto.paillier.encryption`. Nothing here is constant time; no secret passes through.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice
from typing import Final

import gmpy2

from crypto.errors import MalformedError, OutOfRangeError
from crypto.long_products import product
from crypto.paillier.keys import PublicKey

_AT_ONCE: Final = 4096
"""So many ciphertexts are added at once: enough for `crypto.long_products`, and little memory."""


@dataclass(frozen=True, slots=True)
class Ciphertext:
    """An encryption under `key` in log form; equal if all three are.

    Numbers from outside come in by `from_integer` and `decode`, which check them; this does not.
    """

    key: PublicKey
    unit: int
    """a, in [1, n) and coprime to n."""
    log: int
    """µ, in [0, n)."""

    @classmethod
    def from_integer(cls, key: PublicKey, value: int) -> "Ciphertext":
        """Take a ciphertext in its usual form, a unit in ``range(n²)``.

        Raises:
            OutOfRangeError: it is not in the range, or not coprime to n.
        """
        if not 0 < value < key.n_squared:
            raise OutOfRangeError("expected a ciphertext in [1, n²)")
        quotient, unit = gmpy2.f_divmod(value, key.n)
        _check_unit(unit, key)
        return cls(key, unit, quotient * gmpy2.invert(unit, key.n) % key.n)

    def to_integer(self) -> int:
        """The usual form, a · (1 + µn) mod n²."""
        return self.unit + self.unit * self.log % self.key.n * self.key.n

    def encode(self) -> bytes:
        """Write a and µ, each in the length of n: 512 bytes in all at 2048 bits. The key is not named."""
        length = self.key.modulus_bytes
        return int(self.unit).to_bytes(length, "big") + int(self.log).to_bytes(length, "big")

    @classmethod
    def decode(cls, raw: bytes, key: PublicKey) -> "Ciphertext":
        """Read a ciphertext that is said to be under this key.

        Raises:
            MalformedError: another length.
            OutOfRangeError: a number is not below n, or a is not coprime to n.
        """
        length = key.modulus_bytes
        if len(raw) != 2 * length:
            raise MalformedError(f"expected a ciphertext of {2 * length} bytes, got {len(raw)}")
        unit, log = (gmpy2.mpz.from_bytes(part, "big") for part in (raw[:length], raw[length:]))
        if not (0 < unit < key.n and log < key.n):
            raise OutOfRangeError("expected both numbers of a ciphertext below n")
        _check_unit(unit, key)
        return cls(key, unit, log)

    def __add__(self, other: "Ciphertext") -> "Ciphertext":
        """Encrypt the sum of the plaintexts modulo n.

        Raises:
            OutOfRangeError: the keys differ.
        """
        return add((self, other))

    def __neg__(self) -> "Ciphertext":
        return self.scale(-1)

    def add_plain(self, plaintext: int) -> "Ciphertext":
        """Add a known integer modulo n; the blinding stays the same."""
        return Ciphertext(self.key, self.unit, (self.log + plaintext) % self.key.n)

    def scale(self, factor: int) -> "Ciphertext":
        """Multiply the plaintext by a known integer modulo n.

        A factor of zero gives the encryption of zero without any blinding.
        """
        power = gmpy2.powmod(self.to_integer(), factor, self.key.n_squared)
        return Ciphertext.from_integer(self.key, power)


class Sum:
    """A sum of ciphertexts under one key that is still growing; add costs one short product."""

    __slots__ = ("_logs", "_units", "key")

    def __init__(self, key: PublicKey) -> None:
        """Begin with the encryption of zero that has no blinding."""
        self.key = key
        self._units = gmpy2.mpz(1)
        self._logs = gmpy2.mpz(0)

    def add(self, ciphertexts: Iterable[Ciphertext]) -> None:
        """Add ciphertexts, all of them or none.

        Raises:
            OutOfRangeError: one is under another key.
        """
        key, n_squared = self.key, self.key.n_squared
        units, logs, rest = self._units, self._logs, iter(ciphertexts)
        while batch := list(islice(rest, _AT_ONCE)):
            if any(each.key is not key and each.key != key for each in batch):
                raise OutOfRangeError("the ciphertext is under another key")
            units = units * product([each.unit for each in batch], n_squared) % n_squared
            logs = sum((each.log for each in batch), logs)
        self._units, self._logs = units, logs

    def remove(self, ciphertext: Ciphertext) -> None:
        """Take out a ciphertext that was added.

        Raises:
            OutOfRangeError: it is under another key.
        """
        if ciphertext.key != self.key:
            raise OutOfRangeError("the ciphertext is under another key")
        n_squared = self.key.n_squared
        self._units = self._units * gmpy2.invert(ciphertext.unit, n_squared) % n_squared
        self._logs -= ciphertext.log

    def total(self) -> Ciphertext:
        """The sum so far; not re-randomised."""
        reduced = Ciphertext.from_integer(self.key, self._units)
        return reduced.add_plain(self._logs)


def add(ciphertexts: Iterable[Ciphertext]) -> Ciphertext:
    """Encrypt the sum of the plaintexts of at least one ciphertext.

    Raises:
        OutOfRangeError: there is none, or two are under different keys.
    """
    terms = list(ciphertexts)
    if not terms:
        raise OutOfRangeError("expected at least one ciphertext to add")
    summed = Sum(terms[0].key)
    summed.add(terms)
    return summed.total()


def _check_unit(unit: int, key: PublicKey) -> None:
    if gmpy2.gcd(unit, key.n) != 1:
        raise OutOfRangeError("the ciphertext is not coprime to n")
