"""What have the peers said, and who is waiting to hear it?

A message is kept on disk before it is acknowledged, whether or not this node has come that far, or knows the
job at all: peers are not in step. There is room for so many messages of each peer, and they go when their
attempt ends, or when they are old. Only nodes of the trust registry can leave messages, recognised by their
TLS certificate and by their signature, which must be the same node's.
"""

import threading
from collections.abc import Callable, Collection
from datetime import datetime, timedelta

from crypto.encoding import digest_of
from marketplace.mpc_node.errors import BusyError, NotAllowedError, ReplayedError
from marketplace.mpc_node.message import verify_message
from marketplace.mpc_node.storage.messages import Heard, KeptMessage, MessageStore, Slot
from ssi.errors import RegistryError, UnknownNodeError
from ssi.jws import parse_jws
from ssi.trust import TrustRegistry
from ssi.trust_entries import NodeEntry

KEEP_FOR = timedelta(days=2)


class Mailbox:
    """The messages of all peers about all attempts; safe to share between threads."""

    def __init__(
        self, store: MessageStore, registry: Callable[[], TrustRegistry], *, clock: Callable[[], datetime]
    ) -> None:
        self._store = store
        self._registry = registry
        self._clock = clock
        self._changed = threading.Condition()
        self._changes = 0

    def accept(self, token: str, tls_fingerprint: str | None) -> None:
        """Keep a message of a peer. The same message again is acknowledged again.

        Raises:
            NotAllowedError: the connection is not that of a node of the registry.
            MessageRefusedError: that node did not sign it.
            BusyError: as many of its messages are kept as there is room for; asking later will help.
            ReplayedError: the node said something else at this step before; that is kept on record.
        """
        sender = self._sender(tls_fingerprint)
        message = verify_message(token, sender.verifying_key)
        slot = Slot(message.job_id, message.attempt, message.step.value, sender.id)
        digest = digest_of(dict(parse_jws(token, "message").payload))
        heard = self._store.put(slot, token, digest, now=self._clock())
        if heard is Heard.NO_ROOM:
            raise BusyError(f"this node keeps no more messages of {sender.id} for now")
        self.wake()
        if heard is Heard.CONFLICT:
            raise ReplayedError(f"{sender.id} said something else at step {message.step.value} before")

    def messages(self, job_id: str, attempt: int, senders: Collection[str]) -> tuple[KeptMessage, ...]:
        """Everything that these nodes said about one attempt so far."""
        return self._store.of_attempt(job_id, attempt, senders)

    def forget(self, job_id: str, attempt: int) -> None:
        """Delete what was said about an attempt that is over."""
        self._store.forget(job_id, attempt)

    @property
    def changes(self) -> int:
        """A number that grows with every message, to be read before looking and given to `wait`."""
        with self._changed:
            return self._changes

    def wait(self, seen: int, seconds: float) -> None:
        """Wait until something changed since `seen`, or until so many seconds are over."""
        with self._changed:
            self._changed.wait_for(lambda: self._changes != seen, timeout=seconds)

    def wake(self) -> None:
        """Let everybody who waits look again."""
        with self._changed:
            self._changes += 1
            self._changed.notify_all()

    def forget_old(self) -> None:
        """Delete messages that no running attempt can need any more."""
        self._store.forget_before(self._clock() - KEEP_FOR)

    def _sender(self, tls_fingerprint: str | None) -> NodeEntry:
        if tls_fingerprint is None:
            raise NotAllowedError("show the certificate that the trust registry lists for your node")
        try:
            return self._registry().node_of_certificate(tls_fingerprint, now=self._clock())
        except (UnknownNodeError, RegistryError) as error:
            raise NotAllowedError(str(error)) from error
