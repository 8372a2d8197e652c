"""How does a protocol move in rounds without knowing sockets?

A protocol is written once, for one role, as a generator: it yields an `Exchange` (what this role sends and
how much it expects from whom) and is resumed with the words that came. `start` wraps it into a value:

    state = start(protocol, envelope)          deliver(state.outbox)
    state = state.receive(inbox)               ... until it is `Done` and carries the result

Everything on the wire is 64-bit words, little endian, under a head of 48 bytes that names version, sender,
receiver, round, number of words and the *binding*: a hash of all that makes this run different from any other
(job, attempt, manifest, admitted records). A message of another round, role or run is told from a broken one.
Lengths depend on the public program only, never on data.

A protocol is deterministic: inputs and one seed fix every message. So a checkpoint is the list of messages
received so far, and `resume` plays them again: a node that logs an inbox before it acts on it sends, after a
crash, the very same messages, and no mask ever meets other data.
"""

from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Generic, NamedTuple, TypeVar, cast

import numpy as np
from numpy.typing import NDArray

from crypto.errors import CryptoError, MalformedMessageError, ProtocolError

VERSION: Final = 3
BINDING_BYTES: Final = 32
HEAD_BYTES: Final = 48
WORD_BYTES: Final = 8
_WIRE: Final = np.dtype("<u8")

Words = NDArray[np.uint64]
"""A flat vector of 64-bit words."""

Raw = bytes | bytearray | memoryview
"""A message as it came from the transport: head and words."""

T = TypeVar("T")
A = TypeVar("A")
B = TypeVar("B")


@dataclass(frozen=True, eq=False)
class Exchange:
    """One round of one role: words to send by receiver, and how many words to expect by sender."""

    send: Mapping[int, Words] = field(repr=False)
    expect: Mapping[int, int]


Inbox = Mapping[int, Words]
"""The words of one round, by sender."""

Protocol = Generator[Exchange, Inbox, T]
"""What one role does in a protocol whose result, at this role, is a T."""


class Frame(NamedTuple):
    """A message on its way: transports write head and body one after the other, without copying the body."""

    head: bytes
    body: memoryview

    def to_bytes(self) -> bytes:
        """The message in one piece."""
        return self.head + self.body


@dataclass(frozen=True)
class Envelope:
    """Whose messages these are, and of which run."""

    role: int
    binding: bytes

    def head(self, *, sender: int, receiver: int, number: int, words: int) -> bytes:
        """The 48 bytes before the words of a message."""
        start = bytes((VERSION, sender, receiver, 0)) + number.to_bytes(4, "little")
        return start + words.to_bytes(8, "little") + self.binding


@dataclass(eq=False)
class Running(Generic[T]):
    """A role between two rounds. A state receives once; the next round is another state."""

    outbox: dict[int, Frame] = field(repr=False)
    number: int
    """The round, counted from 1."""

    expect: Mapping[int, int]
    """How many words this role expects, by sender."""

    _protocol: Protocol[T] = field(repr=False)
    _envelope: Envelope
    _spent: bool = False

    def lengths(self) -> dict[int, int]:
        """How many bytes the message of each expected sender has, so that a transport can make room."""
        return {sender: HEAD_BYTES + words * WORD_BYTES for sender, words in self.expect.items()}

    def receive(self, inbox: Mapping[int, Raw]) -> "Running[T] | Done[T]":
        """Take the messages of this round, one from each expected sender.

        Raises:
            ProtocolError: a role is missing or spoke out of turn, or its message is of another round, role or
                run; the culprits are those roles. Or what the messages say contradicts the protocol.
            MalformedMessageError: a message has another version or length; its sender is the culprit.
            CryptoError: this state has received before.
        """
        if self._spent:
            raise CryptoError("this state has received its messages already; go on with the next one")
        words = self._opened(inbox)
        self._spent = True
        return _advance(self._protocol, words, self._envelope, self.number + 1)

    def _opened(self, inbox: Mapping[int, Raw]) -> dict[int, Words]:
        if self.expect.keys() != inbox.keys():
            wrong = self.expect.keys() ^ inbox.keys()
            raise ProtocolError(
                f"round {self.number}: expected messages of roles {sorted(self.expect)}, got {sorted(inbox)}",
                tuple(sorted(wrong)),
            )
        return {sender: self._words(sender, inbox[sender]) for sender in sorted(inbox)}

    def _words(self, sender: int, raw: Raw) -> Words:
        count = self.expect[sender]
        head = self._envelope.head(
            sender=sender, receiver=self._envelope.role, number=self.number, words=count
        )
        if len(raw) != HEAD_BYTES + count * WORD_BYTES or raw[:1] != head[:1]:
            wanted = f"a message of version {VERSION} and {count} words"
            raise MalformedMessageError(
                f"round {self.number}: expected {wanted} from role {sender}", (sender,)
            )
        if raw[:HEAD_BYTES] != head:
            raise ProtocolError(f"the message of role {sender} is of another round, role or run", (sender,))
        return np.frombuffer(raw, dtype=_WIRE, offset=HEAD_BYTES).astype(np.uint64, copy=False)


@dataclass(frozen=True, eq=False)
class Done(Generic[T]):
    """A role at the end of a protocol."""

    result: T = field(repr=False)


def start(protocol: Protocol[T], envelope: Envelope) -> Running[T] | Done[T]:
    """Begin a protocol; the first outbox is ready to be delivered.

    Raises:
        MalformedMessageError: the binding does not have 32 bytes.
    """
    if len(envelope.binding) != BINDING_BYTES:
        raise MalformedMessageError(f"expected a binding of {BINDING_BYTES} bytes", ())
    return _advance(protocol, None, envelope, 1)


def resume(
    protocol: Protocol[T], envelope: Envelope, transcript: Sequence[Mapping[int, Raw]]
) -> Running[T] | Done[T]:
    """Bring a fresh protocol to where its transcript ends: the inboxes of its first rounds, in order.

    Raises:
        ProtocolError: the transcript is of another run, or longer than the protocol.
    """
    state = start(protocol, envelope)
    for inbox in transcript:
        if isinstance(state, Done):
            raise ProtocolError("the transcript is longer than the protocol", ())
        state = state.receive(inbox)
    return state


def together(protocols: Sequence[Protocol[A]]) -> Protocol[list[A]]:
    """Run protocols side by side: each round carries the words of all that are still running, in one message.

    The rounds are those of the longest. Every role must give the same protocols in the same order.
    """
    results: dict[int, A] = {}
    waiting: dict[int, Exchange] = {}
    for index, protocol in enumerate(protocols):
        _step(index, protocol, None, waiting, results)
    while waiting:
        inbox = yield _joined(list(waiting.values()))
        before = dict(waiting)
        waiting.clear()
        places = dict.fromkeys(inbox, 0)
        for index, exchange in before.items():
            part = {}
            for sender, count in exchange.expect.items():
                part[sender] = inbox[sender][places[sender] : places[sender] + count]
                places[sender] += count
            _step(index, protocols[index], part, waiting, results)
    return [results[index] for index in range(len(protocols))]


def both(left: Protocol[A], right: Protocol[B]) -> Protocol[tuple[A, B]]:
    """Run two protocols of different results side by side, as `together` does."""
    protocols: list[Protocol[A | B]] = [left, right]
    one, other = yield from together(protocols)
    return cast(A, one), cast(B, other)


def _step(
    index: int,
    protocol: Protocol[A],
    inbox: Inbox | None,
    waiting: dict[int, Exchange],
    results: dict[int, A],
) -> None:
    try:
        waiting[index] = next(protocol) if inbox is None else protocol.send(inbox)
    except StopIteration as end:
        results[index] = end.value


def _joined(exchanges: Sequence[Exchange]) -> Exchange:
    receivers = sorted({receiver for exchange in exchanges for receiver in exchange.send})
    senders = sorted({sender for exchange in exchanges for sender in exchange.expect})
    send = {
        receiver: np.concatenate([each.send[receiver] for each in exchanges if receiver in each.send])
        for receiver in receivers
    }
    expect = {sender: sum(each.expect.get(sender, 0) for each in exchanges) for sender in senders}
    return Exchange(send, expect)


def _advance(
    protocol: Protocol[T], words: Inbox | None, envelope: Envelope, number: int
) -> Running[T] | Done[T]:
    try:
        exchange = next(protocol) if words is None else protocol.send(words)
    except StopIteration as end:
        return Done(end.value)
    outbox = {
        receiver: _frame(envelope, receiver, number, payload) for receiver, payload in exchange.send.items()
    }
    return Running(outbox, number, dict(exchange.expect), protocol, envelope)


def _frame(envelope: Envelope, receiver: int, number: int, payload: Words) -> Frame:
    body = np.ascontiguousarray(payload, dtype=_WIRE).reshape(-1)
    head = envelope.head(sender=envelope.role, receiver=receiver, number=number, words=body.size)
    return Frame(head, body.view(np.uint8).data)
