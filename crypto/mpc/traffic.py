"""How many rounds and bytes do three roles need? They are run in one process, and every message is counted.

Lengths and rounds depend on public sizes only, so roles that hold nothing but zeros say as much as others
would. Unlike the dry run of one role (`crypto.mpc.cost`) this also counts what is checked on the way: coins,
tags and digests are those of real roles.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from crypto.errors import TrafficLimitError
from crypto.mpc.rounds import HEAD_BYTES, WORD_BYTES, Exchange, Inbox, Protocol

T = TypeVar("T")
Pair = tuple[int, int]
"""Who sends, and who receives."""
IsOver = Callable[[], bool]
"""Tells whether a count is to end before its time."""


def never() -> bool:
    """A count goes on to its end."""
    return False


@dataclass(frozen=True)
class PairTraffic:
    """Rounds, and the bytes of messages with their heads, by who sends and who receives."""

    rounds: int
    sent_bytes: Counter[Pair] = field(default_factory=Counter)


def count_traffic(
    protocols: Sequence[Protocol[T]], *, most_bytes: int | None = None, is_over: IsOver = never
) -> tuple[PairTraffic, list[T]]:
    """Run all roles to their end, in step; what they said, counted, and what each got out of it.

    With `most_bytes` it stops after the round in which all of them together have said more: so time and
    memory are bounded, whatever is counted. After each round `is_over` tells whether to end, so that
    whoever counts can keep to a time.

    Raises:
        ProtocolError: what they say contradicts the protocol.
        TrafficLimitError: they say more than `most_bytes`, or it is over.
    """
    results: dict[int, T] = {}
    waiting: dict[int, Exchange] = {}
    for role, protocol in enumerate(protocols):
        _step(role, protocol, None, waiting, results)
    rounds, sent = 0, Counter[Pair]()
    while waiting:
        rounds += 1
        said, waiting = waiting, {}
        for sender, exchange in said.items():
            for receiver, words in exchange.send.items():
                sent[sender, receiver] += HEAD_BYTES + words.size * WORD_BYTES
        if most_bytes is not None and sent.total() > most_bytes:
            raise TrafficLimitError(f"more than {most_bytes} bytes were said by round {rounds}")
        if is_over():
            raise TrafficLimitError(f"counting was over by round {rounds}")
        for role, exchange in said.items():
            inbox = {sender: said[sender].send[role].reshape(-1) for sender in exchange.expect}
            _step(role, protocols[role], inbox, waiting, results)
    return PairTraffic(rounds, sent), [results[role] for role in range(len(protocols))]


def _step(
    role: int,
    protocol: Protocol[T],
    inbox: Inbox | None,
    waiting: dict[int, Exchange],
    results: dict[int, T],
) -> None:
    try:
        waiting[role] = next(protocol) if inbox is None else protocol.send(inbox)
    except StopIteration as end:
        results[role] = end.value
