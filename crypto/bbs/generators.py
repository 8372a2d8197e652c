"""Which points are messages multiplied with?

Hashed from a label, so that nobody knows a relation between them (draft-irtf-cfrg-bbs-signatures §4.1.1).
They are the same for everybody, so they are made once in a process; the first n of a longer list are the list
of n.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from threading import Lock

from crypto.bbs.ciphersuite import Ciphersuite
from crypto.bbs.group import G1, write_g1
from crypto.bbs.hash_to_curve import EXPAND_BYTES
from crypto.errors import OutOfRangeError

MAX_MESSAGES = 2048
"""The most messages in a signature. A proof says how many there are, and each costs half a millisecond once:
the limit keeps a hostile one from keeping its verifier busy."""


@dataclass(frozen=True)
class Generators:
    """The points of a signature: `blinding` (Q_1) for the domain, `messages` (H_1 … H_L); and their bytes."""

    blinding: G1
    messages: tuple[G1, ...]
    octets: bytes


def generators(suite: Ciphersuite, count: int) -> Generators:
    """The generators for `count` messages.

    Raises:
        OutOfRangeError: more than `MAX_MESSAGES`.
    """
    if not 0 <= count <= MAX_MESSAGES:
        raise OutOfRangeError(f"expected at most {MAX_MESSAGES} messages, got {count}")
    points, octets = _series(suite).first(count + 1)
    return Generators(points[0], tuple(points[1:]), b"".join(octets))


def create_generators(suite: Ciphersuite, seed: bytes = b"MESSAGE_GENERATOR_SEED") -> Iterator[G1]:
    """All generators of a seed, one after the other (§4.1.1)."""
    state = suite.expand(suite.api_id + seed, b"SIG_GENERATOR_SEED_", EXPAND_BYTES)
    place = 0
    while True:
        place += 1
        state = suite.expand(state + place.to_bytes(8, "big"), b"SIG_GENERATOR_SEED_", EXPAND_BYTES)
        yield suite.hash_to_curve(state, b"SIG_GENERATOR_DST_")


class _Series:
    """The generators made so far."""

    def __init__(self, suite: Ciphersuite) -> None:
        self._source = create_generators(suite)
        self._points: list[G1] = []
        self._octets: list[bytes] = []
        # Two threads in one generator would be an error, and in turns would mix up places.
        self._lock = Lock()

    def first(self, count: int) -> tuple[list[G1], list[bytes]]:
        with self._lock:
            while len(self._points) < count:
                point = next(self._source)
                self._points.append(point)
                self._octets.append(write_g1(point))
            return self._points[:count], self._octets[:count]


@cache
def _series(suite: Ciphersuite) -> _Series:
    return _Series(suite)
