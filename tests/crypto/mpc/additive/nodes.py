"""Any number of nodes in one process, talking through encoded bytes."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from crypto.errors import CryptoError
from crypto.mpc.additive.dealer import deal, receive
from crypto.mpc.additive.sharing import Seat
from crypto.mpc.rounds import HEAD_BYTES, Done, Envelope, Protocol, start
from crypto.randomness import stream

BINDING = b"an additive run of the tests....."[:32]
Tamper = Callable[[int, int, int, bytes], bytes]
"""(round, sender, receiver, message) -> what arrives."""


def untouched(_round: int, _sender: int, _receiver: int, message: bytes) -> bytes:
    return message


def play(protocols: Sequence[Protocol[Any]], tamper: Tamper = untouched) -> list[Any]:
    """What each node ends with: its result, or the error that stopped it. A stopped node says no more."""
    states: list[Any] = [start(protocol, Envelope(role, BINDING)) for role, protocol in enumerate(protocols)]
    while not all(isinstance(state, (Done, CryptoError)) for state in states):
        running = {
            role: state for role, state in enumerate(states) if not isinstance(state, (Done, CryptoError))
        }
        for role, state in running.items():
            inbox = {
                sender: tamper(state.number, sender, role, running[sender].outbox[role].to_bytes())
                for sender in state.expect
                if sender in running
            }
            try:
                states[role] = state.receive(inbox)
            except CryptoError as error:
                states[role] = error
    return [state.result if isinstance(state, Done) else state for state in states]


def dealt(count: int, nodes: int, *, authenticated: bool, seed: bytes = bytes(32)) -> list[Any]:
    packets = deal(count, nodes, binding=BINDING, authenticated=authenticated, random=stream(seed, "dealer"))
    seats = [Seat(role, nodes) for role in range(nodes)]
    return [receive(packet, seat, binding=BINDING) for packet, seat in zip(packets, seats, strict=True)]


def adding(word: int, amount: int, *, sender: int, number: int, receiver: int | None = None) -> Tamper:
    """One node adds an amount to one word that it sends in one round."""

    def tamper(current: int, from_role: int, to_role: int, message: bytes) -> bytes:
        if (current, from_role) != (number, sender) or receiver not in (None, to_role):
            return message
        words = np.frombuffer(message[HEAD_BYTES:], dtype="<u8").copy()
        words[word] = (int(words[word]) + amount) % (2**64 - 2**32 + 1)
        return message[:HEAD_BYTES] + words.tobytes()

    return tamper
