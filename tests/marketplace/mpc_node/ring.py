"""Three roles of a small protocol in three threads, over connections of one process that tests can cut."""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from crypto.encoding import sha256
from crypto.mpc.arithmetic import multiply
from crypto.mpc.party import meet
from crypto.mpc.release import Finished, finish
from crypto.mpc.rounds import Envelope, Exchange, Protocol
from crypto.mpc.shares import Elements
from marketplace.mpc_node.carry import Log, Unlogged, carry
from marketplace.mpc_node.channel import Call, Care, Channel, Ways
from tests.marketplace.mpc_node.parties import NAMES
from tests.marketplace.mpc_node.unhurried import Unhurried

RUN, BINDING, CELLS = sha256(b"run"), sha256(b"binding"), sha256(b"cells")
SUMMANDS = tuple(np.arange(1, 6, dtype=np.uint64) * np.uint64(each) for each in (3, 5, 7))
FACTORS = 4
"""The small protocol: meet, raise the shared (15, 30, …) to the fifth power, fix the result. Seven rounds."""
_UNHURRIED = Unhurried()

Answer = Finished | Exception


def fifth_power(role: int, seed: bytes, *, values: int = 5) -> Protocol[Finished]:
    """Meet, multiply four times, finish."""
    party = yield from meet(role, seed, BINDING)
    own = Elements(role, *(np.resize(SUMMANDS[each % 3], values) for each in (role, role + 1)))
    result = own
    for _ in range(FACTORS):
        result = yield from multiply(party, result, own)
    return (yield from finish(party, result))


def seed_of(role: int) -> bytes:
    """The seed of a role, the same in every run."""
    return sha256(b"seed", bytes((role,)))


def powers(answers: Mapping[int, Answer]) -> list[int]:
    """The opened result of three roles that finished."""
    finished = [answers[role] for role in range(3)]
    assert all(isinstance(each, Finished) for each in finished), finished
    parts = [each.own.values for each in finished if isinstance(each, Finished)]
    return [sum(int(part[place]) for part in parts) % (2**64 - 2**32 + 1) for place in range(parts[0].size)]


EXPECTED = [(15 * each) ** 5 % (2**64 - 2**32 + 1) for each in range(1, 6)]


class KilledError(BaseException):
    """What a role sees of its own kill: nothing is tidied up."""


@dataclass
class Role:
    """One role: how it gets through to the others, and what it does besides being honest."""

    number: int
    ways: Ways
    log: Log = field(default_factory=Unlogged)
    wanted: Mapping[int, int] = field(default_factory=dict)
    protocol: Callable[[int, bytes], Protocol[Any]] = fifth_power
    seed: bytes | None = None
    patience_seconds: float = 5.0
    look: Callable[[], None] = lambda: None

    def run(self) -> Any:
        """Carry the protocol to its end, in this thread."""
        call = Call(RUN, BINDING, CELLS, self.number, NAMES)
        channel = Channel(
            call, self.ways, Care(self.patience_seconds, self.look, monotonic=_UNHURRIED), self.wanted
        )
        try:
            protocol = self.protocol(self.number, self.seed or seed_of(self.number))
            return carry(protocol, Envelope(self.number, BINDING), channel, self.log)
        finally:
            channel.close()


class Running:
    """Roles in threads of their own; `answers` fills up as they end."""

    def __init__(self) -> None:
        self.answers: dict[int, Any] = {}
        self._threads: list[threading.Thread] = []

    def start(self, *roles: Role) -> "Running":
        for role in roles:
            thread = threading.Thread(target=self._run, args=(role,), name="role", daemon=True)
            self._threads.append(thread)
            thread.start()
        return self

    def ended(self) -> dict[int, Any]:
        for thread in self._threads:
            thread.join(120)
        return self.answers

    def _run(self, role: Role) -> None:
        try:
            self.answers[role.number] = role.run()
        except (Exception, KilledError) as error:  # noqa: BLE001 — a test looks at whatever it was
            self.answers[role.number] = error


def large(role: int, seed: bytes) -> Protocol[int]:
    """Every role sends more to its neighbour than the buffers of a connection take, all at once."""
    words = np.full(1 << 20, role, dtype=np.uint64)
    for _ in range(3):
        inbox = yield Exchange({(role - 1) % 3: words}, {(role + 1) % 3: words.size})
        assert int(inbox[(role + 1) % 3].sum()) == words.size * ((role + 1) % 3)
    return role
