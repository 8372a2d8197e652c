"""Three roles of one protocol in one process: every message is encoded, carried and kept.

    transcript = play([protocol(party, …) for party in parties()])        transcript.results

`tamper` may replace one message on its way; `share_planes` and its like cut plain values as a wallet would.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from crypto import goldilocks
from crypto.mpc.integers import Integers
from crypto.mpc.packing import pack, unpack
from crypto.mpc.party import KeyStream, Party
from crypto.mpc.rounds import HEAD_BYTES, Done, Envelope, Protocol, Running, start
from crypto.mpc.shares import Elements, Planes
from crypto.randomness import expand
from crypto.sharing.replicated import ROLES, following

BINDING = bytes(range(32))
KEYS = tuple(bytes([role + 1]) * 32 for role in ROLES)
SEED = b"\x07" * 32

T = TypeVar("T")
Tamper = Callable[[int, int, int, bytes], bytes]
"""Gets round, sender, receiver and message; gives what is delivered instead."""


@dataclass
class Transcript(Generic[T]):
    """What three roles told each other, and what each got out of it."""

    results: list[T] = field(default_factory=list)
    inboxes: list[dict[int, dict[int, bytes]]] = field(default_factory=list, repr=False)
    """For each round what each role received, by receiver and sender."""

    def received(self, role: int) -> list[bytes]:
        """The bodies of all messages that a role got, in order."""
        return [raw[HEAD_BYTES:] for boxes in self.inboxes for _, raw in sorted(boxes.get(role, {}).items())]

    @property
    def rounds(self) -> int:
        return len(self.inboxes)


def play(
    protocols: Sequence[Protocol[T]], *, binding: bytes = BINDING, tamper: Tamper | None = None
) -> Transcript[T]:
    """Run the three roles to their end, in step."""
    transcript: Transcript[T] = Transcript()
    states = [start(protocol, Envelope(role, binding)) for role, protocol in enumerate(protocols)]
    while not all(isinstance(state, Done) for state in states):
        running = {role: state for role, state in enumerate(states) if isinstance(state, Running)}
        boxes: dict[int, dict[int, bytes]] = {role: {} for role in running}
        for sender, state in running.items():
            for receiver, frame in state.outbox.items():
                raw = frame.to_bytes()
                boxes[receiver][sender] = (
                    raw if tamper is None else tamper(state.number, sender, receiver, raw)
                )
        transcript.inboxes.append(boxes)
        for role, state in running.items():
            states[role] = state.receive(boxes[role])
    transcript.results = [state.result for state in states if isinstance(state, Done)]
    return transcript


def run(
    protocol: Callable[..., Protocol[T]],
    *arguments: Any,
    binding: bytes = BINDING,
    tamper: Tamper | None = None,
    **named: Any,
) -> Transcript[T]:
    """Play a protocol of parties that have met. A list holds one argument for each role."""
    return play(
        [
            protocol(
                party,
                *(given[role] if isinstance(given, list) else given for given in arguments),
                **{name: given[role] if isinstance(given, list) else given for name, given in named.items()},
            )
            for role, party in enumerate(parties(binding))
        ],
        binding=binding,
        tamper=tamper,
    )


def flip(number: int, sender: int, receiver: int, *, word: int = 0, bit: int = 0) -> Tamper:
    """One bit of one word of one message, inverted on its way."""

    def tamper(at: int, origin: int, target: int, raw: bytes) -> bytes:
        if (at, origin, target) != (number, sender, receiver):
            return raw
        altered = bytearray(raw)
        altered[HEAD_BYTES + 8 * word + bit // 8] ^= 1 << bit % 8
        return bytes(altered)

    return tamper


def parties(binding: bytes = BINDING, keys: Sequence[bytes] = KEYS) -> list[Party]:
    """Three roles that have met."""
    return [
        Party(
            role,
            binding,
            KeyStream(keys[role], binding),
            KeyStream(keys[following(role)], binding),
            keys[role],
        )
        for role in ROLES
    ]


def drawn_words(count: int, label: str, seed: bytes = SEED) -> NDArray[np.uint64]:
    """Words that a seed and a label fix."""
    return np.frombuffer(expand(seed, label, 8 * count), dtype=np.uint64)


def share_words(words: NDArray[np.uint64], records: int, seed: bytes = SEED) -> list[Planes]:
    """Planes as each of the three roles holds them; padding is shared like the rest."""
    first, second = (drawn_words(words.size, label, seed).reshape(words.shape) for label in ("0", "1"))
    summands = (first, second, words ^ first ^ second)
    return [Planes(role, records, summands[role], summands[following(role)]) for role in ROLES]


def share_planes(values: Sequence[int] | NDArray[np.uint64], bits: int, seed: bytes = SEED) -> list[Planes]:
    """The bits of one number for each record, shared."""
    table = np.asarray(values, dtype=np.uint64)
    return share_words(pack(table, bits), table.size, seed)


def share_elements(values: Sequence[int], seed: bytes = SEED) -> list[Elements]:
    """Integers of any sign, shared in the field."""
    plain = goldilocks.from_integers(values)
    first, second = (goldilocks.from_words(drawn_words(plain.size, label, seed)) for label in ("0", "1"))
    summands = (first, second, goldilocks.subtract(goldilocks.subtract(plain, first), second))
    return [Elements(role, summands[role], summands[following(role)]) for role in ROLES]


def share_integers(
    values: Sequence[int] | NDArray[np.uint64], seed: bytes = SEED
) -> list[tuple[NDArray[np.uint64], NDArray[np.uint64]]]:
    """Integers cut modulo 2^64: the summands that each role holds."""
    plain = np.asarray(values, dtype=np.uint64)
    first, second = (drawn_words(plain.size, label, seed) for label in ("0", "1"))
    summands = (first, second, plain - first - second)
    return [(summands[role], summands[following(role)]) for role in ROLES]


def opened_words(shares: Sequence[Planes]) -> NDArray[np.uint64]:
    """The bits of all planes; every summand must stand alike at both its holders."""
    for role in ROLES:
        assert np.array_equal(shares[role].second, shares[following(role)].first), f"summand after {role}"
    words: NDArray[np.uint64] = shares[0].first ^ shares[1].first ^ shares[2].first
    return words


def opened_planes(shares: Sequence[Planes]) -> list[int]:
    """The number that the planes spell for each record."""
    return [int(value) for value in unpack(opened_words(shares), shares[0].records)]


def opened_integers(shares: Sequence[Integers]) -> list[int]:
    """The integers in [0, 2^64) that the shares add up to."""
    for role in ROLES:
        assert np.array_equal(shares[role].second, shares[following(role)].first), f"summand after {role}"
    total: list[int] = (shares[0].first + shares[1].first + shares[2].first).tolist()
    return total


def opened_elements(shares: Sequence[Elements]) -> list[int]:
    """The signed integers that the elements stand for."""
    for role in ROLES:
        assert np.array_equal(shares[role].second, shares[following(role)].first), f"summand after {role}"
    total = goldilocks.add(goldilocks.add(shares[0].first, shares[1].first), shares[2].first)
    return goldilocks.to_signed(total)
