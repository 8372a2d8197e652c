"""What has one role still to say to one peer, and what does it wait to hear from it?

A `Line` outlives its connections. It keeps what it sent until the peer has it on record, so that another
connection, to a peer that was killed and started again, goes on where the old one broke off: each hello
names the first round that its sender lacks, and everything from there on is sent again, the very same bytes.
So each message arrives exactly once, and one of another round, length or place is not a repetition but a
violation.
"""

from collections import deque
from dataclasses import dataclass, replace
from typing import Final, NamedTuple

import numpy as np

from crypto.mpc.rounds import Frame
from marketplace.mpc_node.errors import DisagreementError, FrameRefusedError
from marketplace.mpc_node.frames import HELLO_BYTES, PREFIX_BYTES, Hello, Kind, Prefix
from marketplace.mpc_node.link import Link

ACKNOWLEDGE_BYTES: Final = 1 << 20
"""A sender is told what is on record whenever this much has come since; it keeps no more than that."""


class Kept(NamedTuple):
    """A message that the peer may ask for again."""

    number: int
    head: bytes
    body: memoryview


@dataclass
class Signs:
    """What there is to see of a peer: when it was heard last, and in which round it said it waits."""

    heard_at: float
    waits_in: int = 0


class Line:
    """The two directions between one role and one peer; it never waits. `greeting` is this role's hello."""

    def __init__(self, greeting: Hello, *, now: float) -> None:
        self.peer = greeting.receiver
        self.signs = Signs(now)
        self.link: Link | None = None
        self.greeted = False
        self.parted = False
        self.received_bytes = 0
        self.sent_bytes = 0
        self._greeting = greeting
        self._wanted = greeting.wanted
        self._kept: deque[Kept] = deque()
        self._dropped = 0
        self._peer_wants = 1
        self._due: Prefix | None = None
        self._due_head = b""
        self._message: memoryview | None = None
        self._unacknowledged = 0
        self._leaving = False
        self._begin_frame()

    @property
    def settled(self) -> bool:
        """Whether everything was sent, and all that is expected has come."""
        if self._due is not None:
            return False
        return self.parted or (self.greeted and self.link is not None and not self.link.unsent)

    @property
    def done(self) -> bool:
        """Whether both sides have said farewell, as far as this one can see to it."""
        return self.parted and (self.link is None or not self.link.unsent)

    @property
    def reading(self) -> bool:
        """Whether a frame of the peer would be read now; one of a later round waits until its turn."""
        return self.link is not None and self._room is not None

    def attach(self, link: Link) -> None:
        """Go on over a new connection, beginning with a hello."""
        self.detach()
        self.link = link
        self._begin_frame()
        link.queue(replace(self._greeting, wanted=self._wanted).encode())

    def detach(self) -> None:
        """Let go of the connection, if there is one; what had come of a frame is forgotten."""
        if self.link is not None:
            self.sent_bytes += self.link.sent_bytes
            self.link.close()
        self.link, self.greeted = None, False

    def greet(self, hello: Hello) -> None:
        """Take the peer's hello, and send what it lacks.

        Raises:
            FrameRefusedError: it is for another attempt or role, or asks for what it had acknowledged.
            DisagreementError: the peer is about to compute something else.
        """
        own = self._greeting
        if (hello.run, hello.sender, hello.receiver) != (own.run, own.receiver, own.sender):
            raise FrameRefusedError("the hello is of another attempt or role")
        if (hello.binding, hello.cells) != (own.binding, own.cells):
            raise DisagreementError("the peer is about to compute something else")
        if hello.wanted <= self._dropped:
            raise FrameRefusedError(f"round {hello.wanted} is asked for again after it was acknowledged")
        self.greeted, self._peer_wants = True, hello.wanted
        self._drop(hello.wanted - 1)
        for kept in self._kept:
            self._send(kept)
        if self._leaving:
            self.tell(Kind.FAREWELL, 0)

    def part(self) -> None:
        """Say farewell to the peer: this role expects nothing more of it."""
        self._leaving = True
        self.tell(Kind.FAREWELL, 0)

    def give(self, number: int, frame: Frame) -> None:
        """Send the message of a round, now or as soon as there is a connection."""
        kept = Kept(
            number, Prefix(Kind.MESSAGE, number, frame_bytes(frame)).encode() + frame.head, frame.body
        )
        if self.greeted and number < self._peer_wants:
            return  # a run that is repeated comes by what the peer has long received
        self._kept.append(kept)
        if self.greeted:
            self._send(kept)

    def tell(self, kind: Kind, number: int) -> None:
        """Send a frame without a body, if there is a connection and nothing else to send."""
        if self.link is not None and self.greeted and (kind is not Kind.ALIVE or not self.link.unsent):
            self.link.queue(Prefix(kind, number, 0).encode())

    def acknowledge(self, number: int) -> None:
        """Tell the peer, every now and then, up to which round everything is on record here."""
        if self._unacknowledged >= ACKNOWLEDGE_BYTES:
            self.tell(Kind.ACKNOWLEDGED, number)
            self._unacknowledged = 0

    def expect(self, number: int, length: int) -> None:
        """Be ready for the message of a round, which has so many bytes.

        Raises:
            FrameRefusedError: the peer has announced another one already.
        """
        self._due = Prefix(Kind.MESSAGE, number, length)
        self._due_head = self._due.encode()
        if self._prefix is not None and self._prefix.kind is Kind.MESSAGE:
            self._make_room(self._prefix)

    def take(self) -> memoryview:
        """The message that has come; it is handed out once.

        Raises:
            FrameRefusedError: none has come.
        """
        message, self._message = self._message, None
        if message is None:
            raise FrameRefusedError("no message has come yet")
        return message

    def advance(self, now: float, *, fresh: bool) -> None:
        """Send as much as is possible now, and take what has come; only a `fresh` call asks for more.

        Raises:
            LinkBrokenError: the connection ended.
            FrameRefusedError: the peer sent something else than is due.
            DisagreementError: see `greet`.
        """
        link = self.link
        if link is None:
            return
        if link.unsent:
            link.push()
        while self._room is not None and (fresh or link.staged):
            count = link.pull(self._room[self._filled :], fresh=fresh)
            if not count:
                return
            fresh = fresh and (len(self._room) > self._filled + count)
            self.signs.heard_at = now
            self._filled += count
            self.received_bytes += count
            if self._filled == len(self._room):
                self._complete(self._room)

    def _begin_frame(self) -> None:
        self._prefix: Prefix | None = None
        self._room: memoryview | None = memoryview(bytearray(PREFIX_BYTES))
        self._filled = 0

    def _complete(self, room: memoryview) -> None:
        if self._prefix is None:
            # Nearly always it is what is due, and need not be taken apart.
            due = self._due if self.greeted and room == self._due_head else None
            self._begin_body(due or Prefix.decode(room))
        elif self._prefix.kind is Kind.HELLO:
            self._begin_frame()
            self.greet(Hello.decode(room))
        else:
            self._message, self._due = room, None
            self._wanted = self._prefix.number + 1
            self._unacknowledged += len(room)
            self._begin_frame()

    def _begin_body(self, prefix: Prefix) -> None:
        if self.greeted == (prefix.kind is Kind.HELLO):
            raise FrameRefusedError("a connection begins with one hello")
        if prefix.kind is Kind.MESSAGE:
            self._prefix, self._room = prefix, None
            if self._due is not None:
                self._make_room(prefix)
        elif prefix.kind is Kind.HELLO:
            self._prefix, self._room, self._filled = prefix, memoryview(bytearray(HELLO_BYTES)), 0
        else:
            self._heed(prefix)
            self._begin_frame()

    def _heed(self, prefix: Prefix) -> None:
        if prefix.kind is Kind.ACKNOWLEDGED:
            self._drop(prefix.number)
        elif prefix.kind is Kind.ALIVE:
            self.signs.waits_in = prefix.number
        else:
            self.parted = True

    def _make_room(self, prefix: Prefix) -> None:
        if prefix != self._due:
            raise FrameRefusedError(
                f"expected the message of round {self._due.number if self._due else 0} with"
                f" {self._due.length if self._due else 0} bytes,"
                f" got one of round {prefix.number} with {prefix.length}"
            )
        self._room, self._filled = np.empty(prefix.length, dtype=np.uint8).data, 0

    def _drop(self, number: int) -> None:
        while self._kept and self._kept[0].number <= number:
            self._dropped = self._kept.popleft().number

    def _send(self, kept: Kept) -> None:
        if self.link is not None:
            self.link.queue(kept.head, kept.body)


def frame_bytes(frame: Frame) -> int:
    """How many bytes a message has."""
    return len(frame.head) + len(frame.body)
