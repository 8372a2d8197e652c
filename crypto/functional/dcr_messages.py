"""Ciphertexts of DCR encryption in their versioned binary form.

See `crypto.functional.dcr`. Nothing is authenticated: a changed unit is another unit.
"""

from dataclasses import dataclass
from typing import Final

import gmpy2

from crypto.errors import MalformedError
from crypto.functional.dcr_keys import MasterPublicKey

KEY_ID_BYTES: Final = 32
_CIPHERTEXT: Final = b"\x01\x06"
_COUNT_BYTES: Final = 2
_HEAD_BYTES: Final = len(_CIPHERTEXT) + KEY_ID_BYTES + _COUNT_BYTES


@dataclass(frozen=True)
class Ciphertext:
    """One encrypted record: C_0, and one element for each column."""

    key_id: bytes
    mask: int
    elements: tuple[int, ...]

    def encode(self, public: MasterPublicKey) -> bytes:
        """Version, kind (1 byte each) || key id (32) || columns (2) || C_0 || C_1 || ..., as long as N²."""
        numbers = (self.mask, *self.elements)
        body = b"".join(int(number).to_bytes(public.element_bytes, "big") for number in numbers)
        return _CIPHERTEXT + self.key_id + len(self.elements).to_bytes(_COUNT_BYTES, "big") + body

    @classmethod
    def decode(cls, raw: bytes, public: MasterPublicKey) -> "Ciphertext":
        """Read a ciphertext under a key.

        Raises:
            MalformedError: another version, kind, key or length, or a number that is not a unit modulo N².
        """
        size, columns = public.element_bytes, len(public.h)
        head = _CIPHERTEXT + public.key_id + columns.to_bytes(_COUNT_BYTES, "big")
        if raw[:_HEAD_BYTES] != head or len(raw) != _HEAD_BYTES + (columns + 1) * size:
            raise MalformedError("expected a DCR ciphertext of a known version, of this key and its length")
        numbers = [
            gmpy2.mpz(int.from_bytes(raw[at : at + size], "big")) for at in range(_HEAD_BYTES, len(raw), size)
        ]
        if not all(number < public.n_squared and gmpy2.gcd(number, public.n) == 1 for number in numbers):
            raise MalformedError("an element of the ciphertext is not a unit modulo the modulus")
        return cls(public.key_id, numbers[0], tuple(numbers[1:]))
