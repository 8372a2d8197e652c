"""How does a dealer that sees no data help many nodes to multiply?

It draws triples (a, b, c = a·b) and, if they are authenticated, a key α and the products α·a, α·b, α·c, and
shares all of it additively. Every node but the last gets one seed of 32 bytes, from which it expands its
summands of everything; the last gets its seed for a and b as well, and what cannot be expanded because it is
determined: its summand of c (8 bytes a triple), and of α·a, α·b, α·c (24 more). The dealer is needed before
the computation only, and learns nothing of it. It must collude with no node: with one, it opens what that
node sees.

`deal` is the dealer's part, `Dealt` what one node makes of its packet. Both expand the same streams: AES-128
in counter mode, exactly uniform (`crypto.mpc.party.KeyStream`).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from crypto import goldilocks
from crypto.errors import MalformedError, OutOfRangeError
from crypto.goldilocks import FieldVector
from crypto.mpc.additive.sharing import Seat
from crypto.mpc.party import SEED_BYTES, KeyStream
from crypto.mpc.rounds import BINDING_BYTES
from crypto.randomness import RandomBytes, random_bytes

MOST_TRIPLES: Final = 1 << 27
_VERSION: Final = 1
_HEAD_BYTES: Final = 12
_WORD_BYTES: Final = 8
_A, _B, _C, _KEY = 1, 2, 3, 4
_TAG_OFFSET: Final = 10
_TAGGED: Final = (_A, _B, _C)


@dataclass(frozen=True, eq=False)
class Authenticated:
    """A node's summand of values, and of the key times the values where the triples are authenticated."""

    values: FieldVector = field(repr=False)
    tags: FieldVector | None = field(default=None, repr=False)

    def take(self, start: int, count: int) -> "Authenticated":
        """Some of the values, in order."""
        end = start + count
        return Authenticated(self.values[start:end], None if self.tags is None else self.tags[start:end])


@dataclass(frozen=True, eq=False)
class Dealt:
    """What one node got from the dealer: triples to be used once each, and its summand of the key."""

    seat: Seat
    count: int
    a: Authenticated = field(repr=False)
    b: Authenticated = field(repr=False)
    c: Authenticated = field(repr=False)
    key: int = field(repr=False)
    """This node's summand of α; 0 where triples are not authenticated."""


def deal(
    count: int, nodes: int, *, binding: bytes, authenticated: bool, random: RandomBytes = random_bytes
) -> list[bytes]:
    """One packet for each node, for one run; the caller seals each to its node and forgets all of them.

    Args:
        count: how many triples, up to 2^27.
        nodes: 2 to 16.
        binding: 32 bytes, the hash of what makes the run different from any other.
        authenticated: whether values carry tags.
        random: for the seeds.

    Raises:
        OutOfRangeError: count, nodes or binding are out of form.
    """
    seeds = draw_seeds(nodes, random)
    return [
        packet_of(role, seeds, count, binding=binding, authenticated=authenticated) for role in range(nodes)
    ]


def draw_seeds(nodes: int, random: RandomBytes = random_bytes) -> tuple[bytes, ...]:
    """The seeds of one deal, 32 bytes for each node: all that a deal is made of, and secret until it is over.

    Raises:
        OutOfRangeError: not 2 to 16 nodes.
    """
    return tuple(random(SEED_BYTES) for _ in range(Seat(0, nodes).nodes))


def packet_of(role: int, seeds: Sequence[bytes], count: int, *, binding: bytes, authenticated: bool) -> bytes:
    """One node's packet of the deal that these seeds make; the work is all in that of the last node.

    Raises:
        OutOfRangeError: role, count, binding or the number of seeds is out of form.
    """
    seat = Seat(role, len(seeds))
    if not 0 < count <= MOST_TRIPLES or len(binding) != BINDING_BYTES:
        raise OutOfRangeError(f"expected 1 to {MOST_TRIPLES} triples and a binding of {BINDING_BYTES} bytes")
    head = bytes((_VERSION, authenticated)) + bytes(2) + count.to_bytes(8, "little") + seeds[role]
    if not seat.is_last:
        return head
    words = _explicit([KeyStream(seed, binding) for seed in seeds], count, authenticated=authenticated)
    return head + b"".join(each.astype("<u8").tobytes() for each in words)


def _explicit(streams: Sequence[KeyStream], count: int, *, authenticated: bool) -> list[FieldVector]:
    """What the last node cannot expand: its summand of c, and of α·a, α·b, α·c."""
    a, b = (_sum([stream.elements(kind, count) for stream in streams]) for kind in (_A, _B))
    secret = {_A: a, _B: b, _C: goldilocks.multiply(a, b)}
    explicit = [_rest(secret[_C], [stream.elements(_C, count) for stream in streams[:-1]])]
    if authenticated:
        key = goldilocks.total(np.concatenate([stream.elements(_KEY, 1) for stream in streams]))
        for kind in _TAGGED:
            dealt = [stream.elements(_TAG_OFFSET + kind, count) for stream in streams[:-1]]
            explicit.append(_rest(goldilocks.scale(secret[kind], key), dealt))
    return explicit


def receive(packet: bytes, seat: Seat, *, binding: bytes) -> Dealt:
    """Read a node's packet for a run.

    Raises:
        MalformedError: another version or length, or a word that is no element of the field.
    """
    count = int.from_bytes(packet[4:_HEAD_BYTES], "little")
    if packet[:1] != bytes((_VERSION,)) or packet[1:2] not in (b"\0", b"\1") or packet[2:4] != bytes(2):
        raise MalformedError(f"expected a packet of triples of version {_VERSION}")
    authenticated = packet[1] == 1
    words = count * (4 if authenticated else 1) if seat.is_last else 0
    if not 0 < count <= MOST_TRIPLES or len(packet) != _HEAD_BYTES + SEED_BYTES + words * _WORD_BYTES:
        raise MalformedError("expected a packet of as many triples as its head says")
    stream = KeyStream(packet[_HEAD_BYTES : _HEAD_BYTES + SEED_BYTES], binding)
    body = np.frombuffer(packet, dtype="<u8", offset=_HEAD_BYTES + SEED_BYTES).astype(np.uint64, copy=False)
    explicit = goldilocks.checked(body).reshape(-1, count) if seat.is_last else None
    parts = {kind: _part(kind, stream, count, authenticated, explicit) for kind in _TAGGED}
    key = int(stream.elements(_KEY, 1)[0]) if authenticated else 0
    return Dealt(seat, count, parts[_A], parts[_B], parts[_C], key)


def _part(
    kind: int, stream: KeyStream, count: int, authenticated: bool, explicit: FieldVector | None
) -> Authenticated:
    """This node's summand of a, b or c: expanded, or for the last node read where it was sent."""
    values = explicit[0] if explicit is not None and kind == _C else stream.elements(kind, count)
    if not authenticated:
        return Authenticated(values)
    tags = stream.elements(_TAG_OFFSET + kind, count) if explicit is None else explicit[kind]
    return Authenticated(values, tags)


def _sum(summands: Sequence[FieldVector]) -> FieldVector:
    result = summands[0]
    for summand in summands[1:]:
        result = goldilocks.add(result, summand)
    return result


def _rest(secret: FieldVector, summands: Sequence[FieldVector]) -> FieldVector:
    for summand in summands:
        secret = goldilocks.subtract(secret, summand)
    return secret
