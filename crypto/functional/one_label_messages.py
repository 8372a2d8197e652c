"""What wallets of one purchase keep and send: keys, ciphertexts and key shares, in versioned binary forms.

Lengths depend on the number of columns only. Nothing here is authenticated: a changed word is another word.
See `crypto.functional.one_label`.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from crypto.curve import ORDER, SCALAR_BYTES
from crypto.errors import MalformedError
from crypto.functional.decentralised_keys import BINDING_BYTES
from crypto.functional.multi_client_function import LABEL_DIGEST_BYTES
from crypto.functional.ring import ELEMENT_BYTES, RingVector, ring_bytes, ring_from_bytes
from crypto.randomness import RandomBytes, random_bytes

KEY_BYTES: Final = 32
_CIPHERTEXT: Final = b"\x01\x01"
_SHARE: Final = b"\x01\x02"
_REVEALED: Final = b"\x01\x09"
_PLACE_BYTES: Final = 2
_PARTNER_BYTES: Final = _PLACE_BYTES + 1 + SCALAR_BYTES
_MASK_TAG: Final = b"argonauta one label mask v1"
_WORD: Final = np.dtype("<u8")


@dataclass(frozen=True)
class EncryptionKey:
    """The PRF key of one wallet. It stays out of ``repr``."""

    secret: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if len(self.secret) != KEY_BYTES:
            raise MalformedError(f"expected an encryption key of {KEY_BYTES} bytes, got {len(self.secret)}")

    @classmethod
    def generate(cls, random: RandomBytes = random_bytes) -> "EncryptionKey":
        """Draw a key: 32 uniform bytes."""
        return cls(random(KEY_BYTES))

    def mask(self, digest: bytes, width: int) -> RingVector:
        """PRF(k, label): `width` words for the digest of a label."""
        # Tag, key and digest have fixed lengths, so no two of them hash the same input.
        raw = hashlib.shake_256(_MASK_TAG + self.secret + digest).digest(width * ELEMENT_BYTES)
        return np.frombuffer(raw, dtype=_WORD).astype(np.uint64)


@dataclass(frozen=True, eq=False)
class Ciphertext:
    """One wallet's masked vector under one label."""

    label_digest: bytes
    words: RingVector

    def encode(self) -> bytes:
        """Version, kind (1 byte each) || label digest (32) || columns (2) || one word of 8 bytes each."""
        width = len(self.words).to_bytes(_PLACE_BYTES, "big")
        return _CIPHERTEXT + self.label_digest + width + ring_bytes(self.words)

    @classmethod
    def decode(cls, raw: bytes) -> "Ciphertext":
        """Read a ciphertext. A changed word is another ciphertext: the transport signs.

        Raises:
            MalformedError: another version, kind or length, or no column.
        """
        start = len(_CIPHERTEXT) + LABEL_DIGEST_BYTES
        width = int.from_bytes(raw[start : start + _PLACE_BYTES], "big")
        body = raw[start + _PLACE_BYTES :]
        if raw[: len(_CIPHERTEXT)] != _CIPHERTEXT or width < 1 or len(body) != width * ELEMENT_BYTES:
            raise MalformedError(
                "expected a one-label ciphertext of a known version and of its stated length"
            )
        return cls(raw[len(_CIPHERTEXT) : start], ring_from_bytes(body, width))


@dataclass(frozen=True)
class KeyShare:
    """One member's part of the key for one function under one label."""

    binding: bytes
    place: int
    word: int = field(repr=False)

    def encode(self) -> bytes:
        """Version, kind (1 byte each) || binding (32) || place (2) || word (8); 44 bytes."""
        place = self.place.to_bytes(_PLACE_BYTES, "big")
        return _SHARE + self.binding + place + self.word.to_bytes(ELEMENT_BYTES, "big")

    @classmethod
    def decode(cls, raw: bytes) -> "KeyShare":
        """Read a key share.

        Raises:
            MalformedError: another version, kind or length.
        """
        ends = len(_SHARE), len(_SHARE) + BINDING_BYTES, len(_SHARE) + BINDING_BYTES + _PLACE_BYTES
        if raw[: ends[0]] != _SHARE or len(raw) != ends[2] + ELEMENT_BYTES:
            raise MalformedError("expected a one-label key share of a known version and length")
        place, word = (int.from_bytes(part, "big") for part in (raw[ends[1] : ends[2]], raw[ends[2] :]))
        return cls(raw[ends[0] : ends[1]], place, word)


@dataclass(frozen=True)
class Revealed:
    """What one member tells the collector after drop-outs: a share of one secret of each of its partners.

    Attributes:
        binding: the digest of the run's roster.
        place: who tells.
        heard: of whom it tells a share of the own mask's secret; of the others, of the mask key.
        values: the shares, by place.
    """

    binding: bytes
    place: int
    heard: frozenset[int]
    values: Mapping[int, int] = field(repr=False)

    def encode(self) -> bytes:
        """Version, kind (1 byte each) || binding (32) || place, number of partners (2 each) || partners.

        Each partner, in ascending order: place (2) || 1 if heard, else 0 (1) || share (32).
        """
        numbers = (self.place, len(self.values))
        head = _REVEALED + self.binding + b"".join(number.to_bytes(_PLACE_BYTES, "big") for number in numbers)
        return head + b"".join(
            place.to_bytes(_PLACE_BYTES, "big")
            + bytes((place in self.heard,))
            + value.to_bytes(SCALAR_BYTES, "big")
            for place, value in sorted(self.values.items())
        )

    @classmethod
    def decode(cls, raw: bytes) -> "Revealed":
        """Read what a member revealed.

        Raises:
            MalformedError: another version, kind or length, partners out of order, a mark that is neither 0
                nor 1, or a share that is not reduced.
        """
        start = len(_REVEALED) + BINDING_BYTES
        end = start + 2 * _PLACE_BYTES
        place, count = (
            int.from_bytes(raw[at : at + _PLACE_BYTES], "big") for at in (start, start + _PLACE_BYTES)
        )
        if raw[: len(_REVEALED)] != _REVEALED or len(raw) != end + count * _PARTNER_BYTES:
            raise MalformedError("expected a revelation of a known version and of its stated length")
        entries = [raw[at : at + _PARTNER_BYTES] for at in range(end, len(raw), _PARTNER_BYTES)]
        places = [int.from_bytes(entry[:_PLACE_BYTES], "big") for entry in entries]
        marks = [entry[_PLACE_BYTES] for entry in entries]
        values = [int.from_bytes(entry[_PLACE_BYTES + 1 :], "big") for entry in entries]
        if places != sorted(set(places)) or not {*marks} <= {0, 1} or any(value >= ORDER for value in values):
            raise MalformedError("the partners of a revelation are not in their one form")
        heard = frozenset(at for at, mark in zip(places, marks, strict=True) if mark)
        return cls(raw[len(_REVEALED) : start], place, heard, dict(zip(places, values, strict=True)))
