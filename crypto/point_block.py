"""Many points in one piece of memory: how sums over thousands of them avoid an object for each.

libsecp256k1 adds points that it finds through an array of pointers (`secp256k1_ec_pubkey_combine`). Such an
array is a numpy vector of addresses here, so that choosing and ordering points is numpy's work, and each sum
is one call. The 64 bytes of a point in memory are opaque: they are only copied whole, never read.

The library's additions take the same time for all points, equal, opposite and infinite ones included. Which
addresses are read does show in the memory's caches: what they depend on must be public.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any, Final

import numpy as np
from coincurve._libsecp256k1 import ffi, lib
from numpy.typing import NDArray

from crypto.curve import INFINITY, Point

POINT_WORDS: Final = 8
"""The size of a point in memory, in words of 64 bits."""

Addresses = NDArray[np.uint64]
"""Where points stand in memory; zero stands for infinity, which the library has no form for."""

_CONTEXT: Final = lib.secp256k1_context_create(lib.SECP256K1_CONTEXT_NONE)
_POINT_BYTES: Final = 8 * POINT_WORDS


class PointBlock:
    """Room for so many points, one after the other."""

    __slots__ = ("addresses", "words")

    def __init__(self, words: NDArray[np.uint64]) -> None:
        """Take the memory of a contiguous array of shape (points, 8)."""
        self.words = words
        start = words.ctypes.data
        self.addresses: Addresses = np.arange(len(words), dtype=np.uint64) * _POINT_BYTES + np.uint64(start)

    @classmethod
    def of_size(cls, count: int) -> "PointBlock":
        """An empty block; a point is there only once it was stored."""
        return cls(np.zeros((count, POINT_WORDS), dtype=np.uint64))

    def store_sum(self, index: int, addresses: Addresses) -> bool:
        """Add the points at these addresses, none of them zero, into a place; False if that is infinity."""
        return _combine(_at(int(self.addresses[index])), addresses)

    def store_group_sums(self, addresses: Addresses, bounds: Sequence[int]) -> Addresses:
        """Add the points at `addresses[bounds[i]:bounds[i + 1]]`, none of them zero, into every place i.

        Returns:
            Where the sums stand: zero for an empty group or a sum at infinity, and the point's own address
            for a group of one.
        """
        contiguous = np.ascontiguousarray(addresses)
        source = ffi.cast("secp256k1_pubkey **", contiguous.ctypes.data)
        target = ffi.cast("secp256k1_pubkey *", self.words.ctypes.data)
        where = [0] * (len(bounds) - 1)
        places = self.addresses.tolist()
        for index, (start, end) in enumerate(pairwise(bounds)):
            if end - start == 1:
                where[index] = int(contiguous[start])
            elif end > start and lib.secp256k1_ec_pubkey_combine(
                _CONTEXT, target + index, source + start, end - start
            ):
                where[index] = places[index]
        return np.array(where, dtype=np.uint64)

    def store(self, index: int, point: Point) -> bool:
        """Copy a point into a place; False if it is infinity."""
        if point._native is None:
            return False
        ffi.memmove(_at(int(self.addresses[index])), point._native, _POINT_BYTES)
        return True


def addresses_of(points: Sequence[Point]) -> Addresses:
    """Where these points stand, zero for infinity; valid as long as the caller keeps the points."""
    natives = [ffi.NULL if point._native is None else point._native for point in points]
    pointers = ffi.new("secp256k1_pubkey *[]", natives)
    return np.frombuffer(ffi.buffer(pointers), dtype=np.uint64).copy()


def sum_at(addresses: Addresses) -> Point:
    """Add the points at these addresses; zeros count as infinity, the sum of none is infinity.

    The addresses have to be those of live points: nothing checks them.
    """
    present = addresses[addresses != 0]
    native = ffi.new("secp256k1_pubkey *")
    return Point(native) if _combine(native, present) else INFINITY


def _combine(into: Any, addresses: Addresses) -> bool:
    if not len(addresses):
        return False
    contiguous = np.ascontiguousarray(addresses)
    pointers = ffi.cast("secp256k1_pubkey **", contiguous.ctypes.data)
    return bool(lib.secp256k1_ec_pubkey_combine(_CONTEXT, into, pointers, len(contiguous)))


def _at(address: int) -> Any:
    return ffi.cast("secp256k1_pubkey *", address)
