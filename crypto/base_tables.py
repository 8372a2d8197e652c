"""Secret multiples of public points that stay the same: how a table makes them cheap in constant time.

A scalar is read in digits of four bits, and for each place i the table keeps all (d + 1)·16^i·P for d in
0..15 (fixed-base windowing; Brickell, Gordon, McCurley, Wilson, Eurocrypt 1992). A sum over many bases is
then one addition for each digit and one change to affine coordinates at the very end. The +1 keeps infinity,
which the library has no form for, out of the table; the public sum of all 16^i·P is taken off again. Against
the variable-base multiplication of `Point.multiply` (28 µs) a scalar of 86 bits costs about 5 µs and one of
256 bits about 15 µs.

Timing. The digits are secret, so a look-up must not be an address: the whole table is read every time and
each entry is kept or blanked by a mask, with numpy's bitwise operations, whose time does not depend on what
they work on. The library's additions are complete and constant time, sums that double or vanish included.
What is left is Python's writing of an integer of known width to bytes.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from crypto.curve import INFINITY, Point, combine
from crypto.errors import OutOfRangeError
from crypto.point_block import POINT_WORDS, PointBlock, sum_at

_DIGITS: Final = 16
_DIGIT_BITS: Final = 4
_DIGITS_PER_BYTE: Final = 2
_CHOICES: Final = np.arange(_DIGITS, dtype=np.uint8)[:, None]


class BaseTables:
    """Tables for one sequence of points; 2 KiB for each byte of the scalars together."""

    def __init__(self, bases: Sequence[Point], lengths: Sequence[int], constant: Point = INFINITY) -> None:
        """Compute the tables, 70 µs for each byte of scalar.

        `lengths` are the bytes of each base's scalar; `constant` is added to every sum. No base may be
        infinity.
        """
        places = [
            place for base, length in zip(bases, lengths, strict=True) for place in _places(base, length)
        ]
        # Entry, word, place: what is blanked and joined runs over the places, which are many and contiguous.
        stacked = np.concatenate([place.words for place in places]).reshape(len(places), _DIGITS, POINT_WORDS)
        self._table = np.ascontiguousarray(stacked.transpose(1, 2, 0))
        self._lengths = tuple(lengths)
        pairs = zip(bases, lengths, strict=True)
        self._constant = combine(
            (constant, *(base.multiply_public(-_shift(length)) for base, length in pairs))
        )

    def sum_of_multiples(self, scalars: Sequence[int]) -> Point:
        """The sum of every base times its scalar, in time that depends on the tables' size only.

        Raises:
            OutOfRangeError: a scalar is negative or has more bytes than its base's table, or there are not as
                many as bases; never told which.
        """
        digits = _digits(scalars, self._lengths)
        # 64 ones where the digit is this entry's, else zeros: of each place one entry is left, the others are
        # read and blanked.
        masks = np.uint64(0) - (digits == _CHOICES).astype(np.uint64)
        chosen = np.bitwise_or.reduce(self._table & masks[:, None, :], axis=0)
        block = PointBlock(np.ascontiguousarray(chosen.T))
        return sum_at(block.addresses) + self._constant


def _places(base: Point, length: int) -> list[PointBlock]:
    """The multiples 1 to 16 of the base, of 16 times it, and so on, for every digit."""
    places = []
    block = PointBlock.of_size(_DIGITS)
    block.store(0, base)
    for _ in range(length * _DIGITS_PER_BYTE):
        for index in range(1, _DIGITS):
            block.store_sum(index, block.addresses[[0, index - 1]])
        places.append(block)
        following = PointBlock.of_size(_DIGITS)
        following.words[0] = block.words[-1]
        block = following
    return places


def _digits(scalars: Sequence[int], lengths: Sequence[int]) -> NDArray[np.uint8]:
    try:
        pairs = zip(scalars, lengths, strict=True)
        raw = np.frombuffer(b"".join(scalar.to_bytes(length, "little") for scalar, length in pairs), np.uint8)
    except (OverflowError, ValueError) as error:
        raise OutOfRangeError("the scalars do not fit the tables of their bases") from error
    return np.stack((raw & (_DIGITS - 1), raw >> _DIGIT_BITS), axis=1).reshape(-1)


def _shift(length: int) -> int:
    """What the +1 of every digit adds to a scalar of so many bytes: 11...1 in hexadecimal."""
    return ((1 << (8 * length)) - 1) // (_DIGITS - 1)
