"""The worker tells buyers' connectors that the answer they asked for is there, or will never be."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from consent.moves import Side
from consent.transfer import TransferMove, TransferState
from marketplace.domain.dsp import MAX_REASON, Document, start_message, termination_message
from marketplace.domain.job import Job, JobState
from marketplace.domain.negotiation import Outgoing, TransferProcess
from marketplace.services.desk import Desk
from marketplace.services.send_messages import Sender
from marketplace.services.talk import Talk

LOOK_AGAIN: Final = timedelta(seconds=5)
_TERMINATION: Final = "TransferTerminationMessage"
_FAILED = frozenset({JobState.FAILED, JobState.REFUNDED})


@dataclass(frozen=True)
class DriveTransfers:
    """Takes up the transfers that wait for their answer; `results` is where answers of orders are fetched."""

    desk: Desk
    sender: Sender
    results: str

    def __call__(self) -> int:
        """How many had something to be said."""
        now = self.desk.now()
        due = self._talk.take_up(now)
        return sum(self._advance(each, now) for each in due)

    @property
    def _talk(self) -> Talk[TransferProcess]:
        return Talk(self.desk, self.sender, lambda books: books.transfer_processes, _given_up)

    def _advance(self, taken: TransferProcess, now: datetime) -> bool:
        found: TransferProcess | None = taken
        if taken.outgoing is None:
            found = self._talk.save(taken, self._decided(taken, now))
        return found is not None and self._talk.say(found)

    def _decided(self, found: TransferProcess, now: datetime) -> TransferProcess:
        if found.state is not TransferState.REQUESTED:  # the buyer has the word
            return replace(found, due_at=None)
        job = self._job(found.order_id)
        if job.has_result:
            endpoint = f"{self.results}/{found.order_id}/result"
            body = start_message(found.provider_pid, found.consumer_pid, endpoint)
            return _saying(found, TransferMove.START, "start", body)
        if job.state in _FAILED:
            reason = job.reason or "there is no answer"
            return ending(found, reason)
        return replace(found, due_at=now + LOOK_AGAIN)

    def _job(self, order_id: str) -> Job:
        with self.desk.store.reading() as books:
            order = books.orders.get(order_id)
            if order is None:  # an order is never deleted, and there is no transfer without one
                raise AssertionError(order_id)
            return books.orders.job(order.job_id)


def ending(found: TransferProcess, reason: str) -> TransferProcess:
    """With the message that ends it, which is still to be sent."""
    body = termination_message(_TERMINATION, found.provider_pid, found.consumer_pid, reason)
    ended = replace(found, reason=reason[:MAX_REASON])
    return _saying(ended, TransferMove.TERMINATE, "termination", body)


def _given_up(found: TransferProcess) -> TransferProcess:
    return found.moved(TransferMove.TERMINATE, Side.PROVIDER)


def _saying(found: TransferProcess, move: TransferMove, last: str, body: Document) -> TransferProcess:
    return replace(found, outgoing=Outgoing(move, f"transfers/{found.consumer_pid}/{last}", body))
