"""How is a number encrypted fast: once, many times, or with the work done beforehand?

Enc(m; r) = (1 + mn) · hs^r mod n² for a fresh exponent r of the profile's length. In log form the message is
added to one number, so all the work is in hs^r:

- fewer than `TABLE_FROM` encryptions are not worth a table: one constant-time power each (`mpz_powm_sec`);
- from there on a fixed-base table of window 4, 6 or 8 by the number that is expected;
- a `BlindingPool` computes hs^r beforehand. Encrypting then is one addition modulo n.

Every exponent is used once. Two ciphertexts with one exponent show the difference of their plaintexts.

Limits. IND-CPA only; see `crypto.paillier.keys` for the assumptions, and `crypto.paillier.fixed_base` for
what the table gives away to a neighbour on the same processor.
"""

from collections import deque
from dataclasses import dataclass, field
from typing import Final

import gmpy2

from crypto.errors import OutOfRangeError
from crypto.paillier.ciphertext import Ciphertext
from crypto.paillier.fixed_base import FixedBase
from crypto.paillier.keys import PublicKey
from crypto.randomness import RandomBytes, random_below, random_bytes

TABLE_FROM: Final = 8
_WINDOW_FROM: Final = ((2500, 8), (500, 6), (TABLE_FROM, 4))
"""From how many encryptions on a window is the fastest, its table included."""


@dataclass(frozen=True)
class Opened:
    """A ciphertext with the exponent of its blinding, which its maker needs for proofs and then forgets."""

    ciphertext: Ciphertext
    exponent: int = field(repr=False)


class Encryptor:
    """Encrypts under one key; threads may share it."""

    __slots__ = ("_table", "key")

    def __init__(self, key: PublicKey, *, expected: int = 1) -> None:
        """Choose the method for this many powers; nothing is computed yet."""
        self.key = key
        window = window_for(expected)
        self._table = FixedBase(key, window) if window else None

    def power(self, exponent: int) -> Ciphertext:
        """hs^exponent: the encryption of zero with this blinding.

        Raises:
            OutOfRangeError: the exponent is negative.
        """
        if self._table is not None:
            return self._table.power(exponent)
        if exponent < 0:
            raise OutOfRangeError("expected an exponent that is not negative")
        # GMP's constant-time power needs a positive exponent.
        power = gmpy2.powmod_sec(self.key.hs, exponent, self.key.n_squared) if exponent else 1
        return Ciphertext.from_integer(self.key, power)

    def draw_exponent(self, random: RandomBytes = random_bytes) -> int:
        """A fresh blinding exponent of the profile's length."""
        return random_below(1 << self.key.exponent_bits, random)

    def encrypt(self, plaintext: int, random: RandomBytes = random_bytes) -> Ciphertext:
        """Encrypt a plaintext in ``range(n)``.

        Raises:
            OutOfRangeError: the plaintext is not in ``range(n)``.
        """
        return self.encrypt_opened(plaintext, random).ciphertext

    def encrypt_opened(self, plaintext: int, random: RandomBytes = random_bytes) -> Opened:
        """Encrypt and keep the exponent.

        Raises:
            OutOfRangeError: the plaintext is not in ``range(n)``.
        """
        _check_plaintext(plaintext, self.key)
        exponent = self.draw_exponent(random)
        return Opened(self.power(exponent).add_plain(plaintext), exponent)

    def rerandomize(self, ciphertext: Ciphertext, random: RandomBytes = random_bytes) -> Ciphertext:
        """Blind anew, so that the result does not show from what it was computed.

        Raises:
            OutOfRangeError: the ciphertext is under another key.
        """
        return ciphertext + self.power(self.draw_exponent(random))


class BlindingPool:
    """Blindings made while nobody waits, each handed out once.

    A pool is as secret as the plaintexts that it will cover, and never stored: restoring a copy would use
    blindings twice. One thread fills it, any may encrypt.
    """

    def __init__(self, encryptor: Encryptor) -> None:
        self._encryptor = encryptor
        self._stock: deque[Ciphertext] = deque()

    def __len__(self) -> int:
        return len(self._stock)

    def fill(self, count: int, random: RandomBytes = random_bytes) -> None:
        """Add blindings until there are this many."""
        while len(self._stock) < count:
            self._stock.append(self._encryptor.power(self._encryptor.draw_exponent(random)))

    def encrypt(self, plaintext: int) -> Ciphertext:
        """Encrypt a plaintext in ``range(n)`` with a blinding from stock.

        Raises:
            OutOfRangeError: the plaintext is not in ``range(n)``, or the pool is empty.
        """
        _check_plaintext(plaintext, self._encryptor.key)
        try:
            blinding = self._stock.popleft()
        except IndexError as error:
            raise OutOfRangeError("the pool of blindings is empty") from error
        return blinding.add_plain(plaintext)


def window_for(expected: int) -> int:
    """The window of the fastest table for this many powers, and 0 where none pays."""
    return next((window for least, window in _WINDOW_FROM if expected >= least), 0)


def _check_plaintext(plaintext: int, key: PublicKey) -> None:
    if not 0 <= plaintext < key.n:
        raise OutOfRangeError(f"expected a plaintext in [0, n) for an n of {key.bits} bits")
