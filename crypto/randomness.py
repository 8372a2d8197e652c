"""The one door to randomness.

Every algorithm that needs randomness takes a `RandomBytes` argument and defaults to `random_bytes`; tests
and the expansion of seeds pass a deterministic one. Nothing else in the project draws random numbers.
"""

import hashlib
import secrets
from collections.abc import Callable

from crypto.errors import OutOfRangeError

MIN_SEED_BYTES = 16
MAX_LABEL_BYTES = 0xFFFF

RandomBytes = Callable[[int], bytes]
"""Draws that many uniform bytes."""


def random_bytes(length: int) -> bytes:
    """Draw uniform bytes from the operating system's generator."""
    return secrets.token_bytes(length)


def random_below(bound: int, random: RandomBytes = random_bytes) -> int:
    """Draw a uniform integer in ``range(bound)`` by rejection, so without modulo bias.

    Raises:
        OutOfRangeError: the bound is not positive.
    """
    if bound <= 0:
        raise OutOfRangeError(f"the bound of a random number must be positive, got {bound}")
    bits = (bound - 1).bit_length()
    length = (bits + 7) // 8
    mask = (1 << bits) - 1
    while True:
        drawn = int.from_bytes(random(length), "big") & mask
        if drawn < bound:
            return drawn


def expand(seed: bytes, label: str, length: int) -> bytes:
    """Expand a secret seed to `length` bytes, independent for each label (SHAKE256, FIPS 202 §6.2).

    The label is length-prefixed, so that no two (label, seed) pairs hash the same input.

    Raises:
        OutOfRangeError: the seed is shorter than 16 bytes, the label longer than 65535, or the length is
            negative.
    """
    if len(seed) < MIN_SEED_BYTES:
        raise OutOfRangeError(f"a seed needs at least {MIN_SEED_BYTES} bytes, got {len(seed)}")
    encoded = label.encode()
    if len(encoded) > MAX_LABEL_BYTES or length < 0:
        raise OutOfRangeError("expected a label of at most 65535 bytes and a length that is not negative")
    return hashlib.shake_256(len(encoded).to_bytes(2, "big") + encoded + seed).digest(length)


def stream(seed: bytes, label: str) -> RandomBytes:
    """A deterministic `RandomBytes` from a seed: the twin of `random_bytes` for committed randomness."""
    counter = 0

    def draw(length: int) -> bytes:
        nonlocal counter
        counter += 1
        return expand(seed, f"{label}/{counter}", length)

    return draw
