"""What negotiations and transfers have in common: the worker takes up what is due, says it, and tries again.

A process is taken up by one worker at a time, and whatever the buyer's connector says in the meantime counts
more than what the worker was about to keep.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, Generic, Protocol, TypeVar

from consent.moves import Side
from marketplace.domain.negotiation import MOST_ATTEMPTS, Negotiation, TransferProcess
from marketplace.services.desk import Desk
from marketplace.services.ports import Books
from marketplace.services.send_messages import LEASE, MOST_AT_ONCE, Address, Sender

P = TypeVar("P", Negotiation, TransferProcess)
_UNREACHABLE: Final = "the connector could not be reached"


class Kept(Protocol[P]):
    """Where processes of one kind are kept."""

    def due(self, now: datetime, *, limit: int) -> Sequence[P]:
        """Those in which something is to be done, for as long as that has been so."""
        ...

    def get(self, provider_pid: str) -> P | None:
        """One process; None if there is none."""
        ...

    def save(self, process: P) -> None:
        """Keep a process as it is now."""
        ...


@dataclass(frozen=True)
class Talk(Generic[P]):
    """The market's side of processes of one kind; `given_up` is one whose connector stays away."""

    desk: Desk
    sender: Sender
    kept: Callable[[Books], Kept[P]]
    given_up: Callable[[P], P]

    def take_up(self, now: datetime) -> list[P]:
        """What is due, for this worker alone until its lease is over."""
        with self.desk.store.writing() as books:
            kept = self.kept(books)
            due = [
                replace(each, due_at=now + LEASE, version=each.version + 1)
                for each in kept.due(now, limit=MOST_AT_ONCE)
            ]
            for each in due:
                kept.save(each)
        return due

    def save(self, seen: P, changed: P) -> P | None:
        """Keep a change, unless the buyer's connector has said something in the meantime."""
        with self.desk.store.writing() as books:
            kept = self.kept(books)
            current = kept.get(seen.provider_pid)
            if current is None or current.version != seen.version:
                return None
            saved = replace(changed, version=seen.version + 1)
            kept.save(saved)
        return saved

    def say(self, process: P) -> bool:
        """Send what is to be said and keep what came of it; whether there was anything to say."""
        outgoing = process.outgoing
        if outgoing is None:
            return False
        address = Address(process.account_id, process.callback, outgoing.path)
        if self.sender.send(address, outgoing.body):
            self.save(process, process.moved(outgoing.move, Side.PROVIDER))
            return True
        attempts = outgoing.attempts + 1
        if attempts >= MOST_ATTEMPTS:
            ended = self.given_up(process)
            self.save(process, replace(ended, reason=process.reason or _UNREACHABLE))
            return True
        later = replace(outgoing, attempts=attempts)
        self.save(process, replace(process, outgoing=later, due_at=self.sender.again_at(attempts)))
        return True
