"""Discrete Gaussians of any width by integers only: a table for a narrow one, and convolution for wide ones.

The narrow one, of standard deviation 24, is drawn by inversion: a uniform 64-bit word is looked up in the
cumulative distribution, computed with 60 decimal digits and rounded to 2^-64, up to 12 standard deviations.
It is within 2^-54 of exact. A wide one is Σ k^i z_i with independent narrow z_i: adding z_0 to k times a
Gaussian gives a discrete Gaussian again as long as 24/k is above the smoothing parameter of the integers
(Peikert, Crypto 2010; Micciancio and Walter, Crypto 2017). With k at most 16, 24/k is at least 1.5, and each
step adds a statistical distance of about 2^-62; the noise of a batch of ten columns, some 2^19 narrow draws,
is within about 2^-35 of exact, almost all of it from the table.

Random words are the key stream of AES-256 in counter mode under a key of 32 bytes that is used once; the same
key gives the same noise on every machine. Not constant time: the look-up depends on the noise.
"""

from dataclasses import dataclass
from decimal import Context, Decimal
from fractions import Fraction
from functools import lru_cache
from typing import Any, Final

import numpy as np
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from numba import njit
from numpy.typing import NDArray

KEY_BYTES: Final = 32
NARROW_VARIANCE: Final = 24**2
MAX_FACTOR: Final = 16
_TAIL: Final = 12 * 24
_WORD_BITS: Final = 64
_GUIDE_BITS: Final = 8
_WORD: Final = np.dtype("<u8")
_PRECISE: Final = Context(prec=60)

Words = NDArray[np.uint64]
Integers = NDArray[np.int64]


@dataclass(frozen=True)
class Width:
    """The Gaussian Σ_{i < steps} factor^i z_i over narrow z_i."""

    factor: int
    steps: int

    @property
    def variance(self) -> int:
        """The variance of the sum."""
        powers: int = sum(self.factor ** (2 * step) for step in range(self.steps))
        return NARROW_VARIANCE * powers


def at_least(variance: Fraction) -> Width:
    """The narrowest Gaussian that is made in as few steps as possible and has at least this variance."""
    steps = next(steps for steps in range(1, _WORD_BITS) if Width(MAX_FACTOR, steps).variance >= variance)
    return next(
        Width(factor, steps)
        for factor in range(2, MAX_FACTOR + 1)
        if Width(factor, steps).variance >= variance
    )


def draw(width: Width, count: int, key: bytes) -> Integers:
    """Draw that many integers, from a key of 32 bytes that is used for nothing else."""
    words = np.frombuffer(key_stream(key, count * width.steps * 8), dtype=_WORD)
    thresholds, guide = _table()
    drawn = np.empty(count, dtype=np.int64)
    _fill(words, thresholds, guide, np.int64(width.factor), drawn)
    return drawn


def key_stream(key: bytes, length: int) -> bytes:
    """The first bytes of AES-256-CTR under a key, from counter zero."""
    encryptor = Cipher(algorithms.AES(key), modes.CTR(bytes(16))).encryptor()
    return encryptor.update(bytes(length))


@lru_cache(maxsize=1)
def _table() -> tuple[Words, NDArray[np.int64]]:
    """P(z <= x) · 2^64 for x from -288, without the last, and where to begin for each leading byte."""
    values = range(-_TAIL, _TAIL + 1)
    weights = [_PRECISE.exp(_PRECISE.divide(Decimal(-x * x), Decimal(2 * NARROW_VARIANCE))) for x in values]
    total, below, thresholds = sum(weights), Decimal(0), []
    for weight in weights[:-1]:
        below = _PRECISE.add(below, weight)
        share = _PRECISE.divide(_PRECISE.multiply(below, Decimal(2**_WORD_BITS)), Decimal(total))
        # In the upper tail, the share rounds to 1, which a word cannot say.
        thresholds.append(min(int(share.to_integral_value()), 2**_WORD_BITS - 1))
    limits = np.array(thresholds, dtype=np.uint64)
    firsts = np.arange(1 << _GUIDE_BITS, dtype=np.uint64) << np.uint64(_WORD_BITS - _GUIDE_BITS)
    return limits, np.searchsorted(limits, firsts, side="right").astype(np.int64)


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _fill(words: Any, thresholds: Any, guide: Any, factor: Any, drawn: Any) -> None:
    """Horner's rule over the steps of each integer."""
    steps = words.shape[0] // drawn.shape[0]
    place = 0
    for index in range(drawn.shape[0]):
        value = 0
        for _ in range(steps):
            word = words[place]
            place += 1
            at = guide[word >> np.uint64(_WORD_BITS - _GUIDE_BITS)]
            while at < thresholds.shape[0] and thresholds[at] <= word:
                at += 1
            value = value * factor + at - _TAIL
        drawn[index] = value
