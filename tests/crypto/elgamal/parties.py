"""Parties of a key generation in one process, some of which may lie; a test can hold every message."""

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from crypto.elgamal.key_generation import start
from crypto.elgamal.key_generation_messages import Terms
from crypto.elgamal.key_generation_opening import GeneratedKey
from crypto.elgamal.keys import KeyShare
from crypto.randomness import stream

BINDING = b"\x21" * 32
SEED = b"\x22" * 32
ROUNDS = 6

Lie = Callable[[Any], bytes | None]
"""What a dishonest party broadcasts, from the state that it is in; None is silence."""


def play(
    terms: Terms,
    *,
    lies: Mapping[tuple[int, int], Lie] | None = None,
    shares: Mapping[tuple[int, int], bytes | None] | None = None,
    seed: bytes = SEED,
) -> dict[int, GeneratedKey]:
    """Run all rounds. `lies` replace the broadcast of a (round, party), `shares` what goes (from, to)."""
    states: dict[int, Any] = {me: start(terms, me, stream(seed, f"party {me}")) for me in terms.everyone}
    private: dict[tuple[int, int], bytes | None] = {
        (sender, receiver): raw for sender, state in states.items() for receiver, raw in state.outbox.items()
    }
    private.update(shares or {})
    for number in range(1, ROUNDS + 1):
        said = {me: _said(state, (lies or {}).get((number, me))) for me, state in states.items()}
        heard = {me: raw for me, raw in said.items() if raw is not None}
        for me, state in states.items():
            others = {sender: raw for sender, raw in heard.items() if sender != me}
            if number == 1:
                dealt = {sender: raw for (sender, to), raw in private.items() if to == me and raw is not None}
                states[me] = state.receive(others, dealt)
            else:
                states[me] = state.receive(others)
    return states


def _said(state: Any, lie: Lie | None) -> bytes | None:
    honest: bytes = state.broadcast
    return honest if lie is None else lie(state)


@lru_cache
def key_shares(parties: int = 3, threshold: int = 2, name: str = "key") -> tuple[KeyShare, ...]:
    """The shares of a key that honest parties made."""
    made = play(Terms(parties, threshold, BINDING), seed=SEED + name.encode())
    return tuple(one.key for one in made.values())
