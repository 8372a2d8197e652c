"""How does a protocol of `crypto.mpc` get from its start to its result over a channel?

One loop for every protocol: what goes out is noted, what comes in is put on record before the protocol sees
it, and so before anything that depends on it is sent. A run that was cut off is carried again from its start,
with the inboxes on record instead of the channel's: it arrives at the same state, and the log makes sure that
it would send again exactly what it had sent, or stops it.
"""

from collections.abc import Mapping
from typing import Protocol as Interface
from typing import TypeVar

from crypto.mpc.rounds import Envelope, Frame, Protocol, Raw, Running, start
from marketplace.mpc_node.channel import Channel

T = TypeVar("T")


class Log(Interface):
    """What is on record of a run."""

    @property
    def complete(self) -> bool:
        """Whether the run had come to its end, for the peers too."""
        ...

    def sending(self, number: int, outbox: Mapping[int, Frame]) -> None:
        """Note what a round sends, or hold it against what was noted when the run came by here before.

        Raises:
            CheckpointError: it is something else; nothing may be sent.
        """
        ...

    def recall(self, number: int) -> Mapping[int, Raw] | None:
        """The inbox of a round, if it is on record.

        Raises:
            CheckpointError: the record cannot be read.
        """
        ...

    def received(self, number: int, inbox: Mapping[int, Raw]) -> None:
        """Put the inbox of a round on record."""
        ...

    def parted(self) -> None:
        """Put on record that the run has come to its end."""
        ...


class Unlogged:
    """No record: a run that is cut off is over."""

    complete = False

    def sending(self, number: int, outbox: Mapping[int, Frame]) -> None:
        """Note nothing."""

    def recall(self, number: int) -> None:
        """Nothing is on record."""

    def received(self, number: int, inbox: Mapping[int, Raw]) -> None:
        """Keep nothing."""

    def parted(self) -> None:
        """Keep nothing."""


def carry(protocol: Protocol[T], envelope: Envelope, channel: Channel, log: Log) -> T:
    """Run a protocol to its end over a channel; its result at this role.

    Raises:
        AttemptFailedError: the channel broke off, see `Channel.exchange`.
        ProtocolError: a message contradicts the protocol; its culprits are roles.
        CheckpointError: the record is of another run, or cannot be read.
    """
    complete = log.complete
    if not complete:
        channel.open()
    state = start(protocol, envelope)
    while isinstance(state, Running):
        log.sending(state.number, state.outbox)
        inbox = log.recall(state.number)
        if inbox is not None:
            channel.repeat(state.number, state.outbox)
        else:
            inbox = channel.exchange(state.number, state.outbox, state.lengths())
            log.received(state.number, inbox)
            channel.acknowledge(state.number)
        state = state.receive(inbox)
    if not complete:
        channel.part()
        log.parted()
    return state.result
