"""How is hs^r computed for the same hs again and again, without a single squaring?

The exponent is written in digits of w bits, r = Σ j_i 2^(wi), and the table holds hs^(j 2^(wi)) for every
place i and digit j (Brickell, Gordon, McCurley and Wilson, Eurocrypt 1992, with the whole table). Each
entry is kept in log form (a, k), of which only a is multiplied modulo n²:

    hs^r = ∏ a_i · (1 + n Σ k_i),

so that a factor has half the length of a power of hs and half its cost. All k of a row come from one
inversion.

A table of one row (one place) more costs 2^w entries of 2|n| bits; rows are made when an exponent first needs
them. At 3072 bits and 512-bit exponents: w = 4 is 1.5 MB, w = 6 is 4 MB, w = 8 is 13 MB.

Limits. Which entries are read, and how long products take, depends on the exponent: whoever shares the
processor's cache may learn it. A wallet that encrypts once uses a constant-time power instead; see
`crypto.paillier.encryption`.
"""

from threading import Lock
from typing import Final

import gmpy2

from crypto.errors import OutOfRangeError
from crypto.paillier.ciphertext import Ciphertext
from crypto.paillier.keys import PublicKey
from crypto.primes import batch_inverse

MAX_WINDOW: Final = 8

Row = list[tuple[int, int]]


class FixedBase:
    """Powers of hs of one key. Threads may share it; rows are made by one at a time."""

    __slots__ = ("_growing", "_mask", "_next", "_rows", "_window", "key")

    def __init__(self, key: PublicKey, window: int) -> None:
        """Begin with an empty table.

        Raises:
            OutOfRangeError: the window is not in [1, 8].
        """
        if not 1 <= window <= MAX_WINDOW:
            raise OutOfRangeError(f"expected a window of 1 to {MAX_WINDOW} bits, got {window}")
        self.key = key
        self._window, self._mask = window, (1 << window) - 1
        self._rows: list[Row] = []
        self._next = key.hs
        self._growing = Lock()

    def prepare(self, bits: int) -> None:
        """Make the rows that exponents of this length need."""
        if len(self._rows) * self._window >= bits:
            return
        with self._growing:
            while len(self._rows) * self._window < bits:
                self._append_row()

    def power(self, exponent: int) -> Ciphertext:
        """hs^exponent, an encryption of zero.

        Raises:
            OutOfRangeError: the exponent is negative.
        """
        if exponent < 0:
            raise OutOfRangeError("expected an exponent that is not negative")
        self.prepare(exponent.bit_length())
        n, n_squared, window, mask = self.key.n, self.key.n_squared, self._window, self._mask
        product, log = gmpy2.mpz(1), gmpy2.mpz(0)
        for row in self._rows[: -(-exponent.bit_length() // window)]:
            unit, summand = row[exponent & mask]
            product = product * unit % n_squared
            log += summand
            exponent >>= window
        quotient, unit = gmpy2.f_divmod(product, n)
        return Ciphertext(self.key, unit, (quotient * gmpy2.invert(unit, n) + log) % n)

    def _append_row(self) -> None:
        n, n_squared, base = self.key.n, self.key.n_squared, self._next
        powers = [gmpy2.mpz(1)]
        while len(powers) <= self._mask:
            powers.append(powers[-1] * base % n_squared)
        parts = [gmpy2.f_divmod(power, n) for power in powers]
        inverses = batch_inverse([unit for _, unit in parts], n)
        pairs = zip(parts, inverses, strict=True)
        self._next = powers[-1] * base % n_squared
        self._rows.append([(unit, quotient * inverted % n) for (quotient, unit), inverted in pairs])
