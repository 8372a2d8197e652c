"""What does it cost the three nodes to talk at all? Workloads that compute nothing."""

from collections.abc import Callable

import numpy as np

from crypto.mpc.party import Party
from crypto.mpc.rounds import Exchange, Protocol
from examples.bench.workload import Workload, added


def _no_inputs(role: int, seed: int, records: int) -> int:
    return records


def _ping_pong(party: Party, times: int) -> Protocol[int]:
    """One word from role 0 to role 2 and back, so many times: what a round trip costs."""
    word = np.zeros(1, dtype=np.uint64)
    there, back = 0, 2
    for _ in range(times):
        yield Exchange({back: word} if party.role == there else {}, {there: 1} if party.role == back else {})
        yield Exchange({there: word} if party.role == back else {}, {back: 1} if party.role == there else {})
    return times


def _in_step(party: Party, times: int) -> Protocol[int]:
    """One word from every role to the one before it, so many times: what a round costs."""
    word = np.zeros(1, dtype=np.uint64)
    for _ in range(times):
        yield party.send_back(word)
    return times


def _stream(party: Party, times: int) -> Protocol[int]:
    """Sixteen megabytes from role 0 to role 2, so many times: what passes in a second."""
    words = np.zeros(1 << 21, dtype=np.uint64)
    for _ in range(times):
        send = {2: words} if party.role == 0 else {}
        yield Exchange(send, {0: words.size} if party.role == 2 else {})
    return times


def _transport(protocol: Callable[[Party, int], Protocol[int]], times: int) -> Workload:
    nothing = np.zeros(1, dtype=np.uint64)
    return Workload(times, _no_inputs, protocol, lambda _: nothing, added, lambda seed, records: [0])


TRANSPORT: dict[str, Workload] = {
    "round-trips": _transport(_ping_pong, 10_000),
    "rounds": _transport(_in_step, 10_000),
    "stream-16MB": _transport(_stream, 64),
}
