"""How do the messages of a round reach both peers, and theirs this node?

One thread, the one that computes, serves the connections to both peers without ever waiting for one of them
alone: all three roles may send a hundred megabytes at once and nobody's buffers run full. Who dials whom is
fixed: each role dials the one after it. Both sides begin with a hello; if they are about to compute different
things, nothing else is sent.

Every wait ends. A peer that gives no sign for `patience` seconds is named as silent; one that still says that
it waits gets twice as long, and three times while it waits in an earlier round, because then a third is late
and it will say so itself. A connection that breaks is replaced within that time, see `line`.
"""

import select
import socket
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Final, NamedTuple, Protocol

from crypto.mpc.rounds import Frame
from crypto.sharing.replicated import ROLES, following
from marketplace.mpc_node.errors import (
    AttemptFailedError,
    DisagreementError,
    Failure,
    FrameRefusedError,
    LinkBrokenError,
    NodeError,
)
from marketplace.mpc_node.frames import Hello, Kind
from marketplace.mpc_node.line import Line, frame_bytes
from marketplace.mpc_node.link import Link
from marketplace.mpc_node.pace import RoundTimes

LOOK_AGAIN_SECONDS: Final = 0.25
_CONNECTING_SECONDS: Final = 0.01
_DIAL_AGAIN_SECONDS: Final = 0.1


class Arrival(NamedTuple):
    """A connection that a peer has opened, and with which words."""

    connection: socket.socket
    hello: Hello


class Ways(Protocol):
    """How connections to peers come to be. Both ends are authenticated before either side gets one."""

    def dial(self, node_id: str) -> socket.socket:
        """Open a connection to a node.

        Raises:
            LinkBrokenError: it cannot be reached now.
        """
        ...

    def claim(self, run: bytes, node_id: str) -> Arrival | None:
        """The connection that a node has opened for a run, if it has; the newest, and each only once."""
        ...


@dataclass(frozen=True)
class Call:
    """What a channel is for: the run, what is computed in it, and this node's role among the nodes."""

    run: bytes
    binding: bytes
    cells: bytes
    role: int
    nodes: tuple[str, ...]

    def hello(self, peer: int, wanted: int) -> Hello:
        """This role's hello to a peer."""
        return Hello(self.run, self.binding, self.cells, self.role, peer, wanted)


def _nothing_to_look_after() -> None:
    return None


@dataclass(frozen=True)
class Care:
    """How long a channel waits, and what it looks after meanwhile.

    `look` is called a few times a second and raises when the attempt is to end before its time;
    `refused` counts frames that were refused.
    """

    patience_seconds: float
    look: Callable[[], None] = _nothing_to_look_after
    refused: Callable[[], None] = _nothing_to_look_after
    monotonic: Callable[[], float] = time.monotonic


@dataclass
class Traffic:
    """How much passed through a channel, in bytes of frames, and in how many rounds."""

    rounds: int = 0
    sent_bytes: int = 0
    received_bytes: int = 0


@dataclass
class Channel:
    """The connections of one role in one attempt. `wanted`: by peer, the first round not on record here."""

    call: Call
    ways: Ways
    care: Care
    wanted: Mapping[int, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        now = self.care.monotonic()
        peers = (role for role in ROLES if role != self.call.role)
        self._lines = {role: Line(self.call.hello(role, self.wanted.get(role, 1)), now=now) for role in peers}
        self._both = tuple(self._lines.values())
        self._poll = select.poll()
        self._asked: dict[int, int] = {}
        self._number = 0
        self._next_look = now
        self._next_dial = now
        self._rounds = 0
        self.times = RoundTimes()

    def open(self) -> None:
        """Connect with both peers and hear their hellos.

        Raises:
            AttemptFailedError: as `exchange`; or the nodes are about to compute different things.
        """
        self._until(lambda: all(line.greeted for line in self._both))

    def repeat(self, number: int, outbox: Mapping[int, Frame]) -> None:
        """Bring the messages of a past round to those who lack them, with the next exchange."""
        self._number = number
        for role, frame in outbox.items():
            self._lines[role].give(number, frame)

    def exchange(
        self, number: int, outbox: Mapping[int, Frame], lengths: Mapping[int, int]
    ) -> dict[int, memoryview]:
        """Send the messages of a round, and wait for those of the peers, which have these lengths in bytes.

        Raises:
            AttemptFailedError: a peer stays away (it is named), sent what is not due (it is named), is about
                to compute something else, or `care.look` says that the attempt is over.
        """
        self._rounds += 1
        self.repeat(number, outbox)
        for role, length in lengths.items():
            line = self._lines[role]
            try:
                line.expect(number, length)
            except FrameRefusedError as error:
                self._blame(line, error)
        began = self.care.monotonic()
        self._until(self._settled)
        longest = max((*map(frame_bytes, outbox.values()), *lengths.values()), default=0)
        self.times.note(self.care.monotonic() - began, longest)
        return {role: self._lines[role].take() for role in lengths}

    def acknowledge(self, number: int) -> None:
        """Let the peers know, every now and then, that everything up to a round is on record here."""
        for line in self._both:
            line.acknowledge(number)

    def part(self) -> None:
        """Say farewell, and stay within reach until both peers have, who may need a message once more.

        Raises:
            AttemptFailedError: as `exchange`; not for a peer that stays away now, which costs nothing.
        """
        for line in self._both:
            line.part()
        try:
            self._until(lambda: all(line.done for line in self._both))
        except AttemptFailedError as failure:
            if failure.failure is not Failure.PEER_TIMEOUT:
                raise

    def close(self) -> None:
        """End both connections."""
        for line in self._both:
            line.detach()

    @property
    def traffic(self) -> Traffic:
        """What has passed so far."""
        sent = sum(line.sent_bytes + (line.link.sent_bytes if line.link else 0) for line in self._both)
        return Traffic(self._rounds, sent, sum(line.received_bytes for line in self._both))

    def _settled(self) -> bool:
        first, second = self._both
        return first.settled and second.settled

    def _until(self, good: Callable[[], bool]) -> None:
        began = now = self.care.monotonic()
        ready: Collection[int] = ()
        while True:
            for line in self._both:
                self._serve(line, now, ready)
            if good():
                return
            ready = self._news(began, now)
            now = self.care.monotonic()

    def _serve(self, line: Line, now: float, ready: Collection[int]) -> None:
        link = line.link
        if link is None:
            return
        try:
            line.advance(now, fresh=link.number in ready)
        except (LinkBrokenError, FrameRefusedError, DisagreementError) as error:
            self._blame(line, error)

    def _news(self, began: float, now: float) -> Collection[int]:
        """Wait for something to happen; the numbers of the connections that can be read.

        A peer that calls again although its connection seems to stand is heard at the next look.
        """
        looking = now >= self._next_look
        if looking:
            self._look(began, now)
        missing = any(line.link is None for line in self._both)
        return () if (looking or missing) and self._connect(now) else self._wait()

    def _wait(self) -> Collection[int]:
        """Wait until a connection can be read or written; the numbers of those that can be read."""
        asked, pause = {}, LOOK_AGAIN_SECONDS
        for line in self._both:
            if line.link is None:
                pause = pause if line.parted else _CONNECTING_SECONDS
                continue
            events = (select.POLLIN if line.reading else 0) | (select.POLLOUT if line.link.unsent else 0)
            if events:
                asked[line.link.number] = events
        if asked != self._asked:
            self._ask(asked)
        return [number for number, event in self._poll.poll(pause * 1000) if event != select.POLLOUT]

    def _ask(self, asked: dict[int, int]) -> None:
        """Wait for these events from now on. A number that was closed since means whom it stands for now."""
        for number in self._asked.keys() - asked.keys():
            self._poll.unregister(number)
        for number, events in asked.items():
            self._poll.register(number, events)
        self._asked = asked

    def _look(self, began: float, now: float) -> None:
        self._next_look = now + LOOK_AGAIN_SECONDS
        self.care.look()
        late = tuple(line for line in self._both if self._is_late(line, began, now))
        if late:
            names = tuple(self.call.nodes[line.peer] for line in late)
            raise AttemptFailedError(
                Failure.PEER_TIMEOUT, f"no answer from {', '.join(names)}", culprits=names
            )
        for line in self._both:
            line.tell(Kind.ALIVE, self._number)

    def _is_late(self, line: Line, began: float, now: float) -> bool:
        if line.settled:
            return False
        patience, signs = self.care.patience_seconds, line.signs
        if now - max(began, signs.heard_at) > patience:
            return True
        return now - began > patience * (3 if signs.waits_in < self._number else 2)

    def _connect(self, now: float) -> bool:
        """Take calls, and call where there is no connection; whether there is a new one."""
        before = [line.link for line in self._both]
        for line in self._both:
            if line.parted:
                continue
            if line.peer != following(self.call.role):
                self._blaming(line, partial(self._receive_call, line))
            elif line.link is None and now >= self._next_dial:
                self._next_dial = now + _DIAL_AGAIN_SECONDS
                self._blaming(line, partial(self._dial, line))

        return any(line.link not in {None, old} for line, old in zip(self._both, before, strict=True))

    def _dial(self, line: Line) -> None:
        line.attach(Link(self.ways.dial(self._name(line))))

    def _receive_call(self, line: Line) -> None:
        arrival = self.ways.claim(self.call.run, self._name(line))
        if arrival is not None:
            line.attach(Link(arrival.connection))
            if line.link is not None:
                line.link.push()  # so that the peer, too, can tell if the two do not agree
            line.greet(arrival.hello)

    def _name(self, line: Line) -> str:
        return self.call.nodes[line.peer]

    def _blaming(self, line: Line, act: Callable[[], None]) -> None:
        try:
            act()
        except (LinkBrokenError, FrameRefusedError, DisagreementError) as error:
            self._blame(line, error)

    def _blame(self, line: Line, error: NodeError) -> None:
        name = self._name(line)
        line.detach()
        if isinstance(error, DisagreementError):
            raise AttemptFailedError(
                Failure.DISAGREEMENT, f"{name} is about to compute something else than this node"
            ) from error
        if isinstance(error, FrameRefusedError):
            self.care.refused()
            raise AttemptFailedError(
                Failure.PEER_VIOLATION, f"{name} sent what is no message: {error}", culprits=(name,)
            ) from error
