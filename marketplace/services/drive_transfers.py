"""The worker tells buyers' connectors that the answer they asked for is there, or will never be."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from consent.moves import Side
from consent.transfer import TransferMove, TransferState
from marketplace.domain.dsp import MAX_REASON, Document, start_message, termination_message
from marketplace.domain.job import Job, JobState
from marketplace.domain.negotiation import MOST_ATTEMPTS, Outgoing, TransferProcess
from marketplace.services.desk import Desk
from marketplace.services.send_messages import LEASE, MOST_AT_ONCE, Address, Sender

LOOK_AGAIN: Final = timedelta(seconds=5)
_FAILED = frozenset({JobState.FAILED, JobState.REFUNDED})
_UNREACHABLE: Final = "the connector could not be reached"


@dataclass(frozen=True)
class DriveTransfers:
    """Takes up the transfers that wait for their answer; `results` is where answers of orders are fetched."""

    desk: Desk
    sender: Sender
    results: str

    def __call__(self) -> int:
        """How many had something to be said."""
        now = self.desk.now()
        with self.desk.store.writing() as books:
            due = [
                replace(each, due_at=now + LEASE, version=each.version + 1)
                for each in books.transfer_processes.due(now, limit=MOST_AT_ONCE)
            ]
            for each in due:
                books.transfer_processes.save(each)
        return sum(self._advance(each, now) for each in due)

    def _advance(self, taken: TransferProcess, now: datetime) -> bool:
        transfer: TransferProcess | None = taken
        if taken.outgoing is None:
            transfer = self._save(taken, self._decided(taken, now))
        if transfer is None or transfer.outgoing is None:
            return False
        outgoing = transfer.outgoing
        address = Address(transfer.account_id, transfer.callback, outgoing.path)
        if self.sender.send(address, outgoing.body):
            self._save(transfer, transfer.moved(outgoing.move, Side.PROVIDER))
            return True
        attempts = outgoing.attempts + 1
        if attempts >= MOST_ATTEMPTS:
            ended = transfer.moved(TransferMove.TERMINATE, Side.PROVIDER)
            self._save(transfer, replace(ended, reason=transfer.reason or _UNREACHABLE))
            return True
        later = replace(outgoing, attempts=attempts)
        self._save(transfer, replace(transfer, outgoing=later, due_at=self.sender.again_at(attempts)))
        return True

    def _save(self, seen: TransferProcess, changed: TransferProcess) -> TransferProcess | None:
        """Keep a change, unless the buyer's connector has said something in the meantime."""
        with self.desk.store.writing() as books:
            current = books.transfer_processes.get(seen.provider_pid)
            if current is None or current.version != seen.version:
                return None
            saved = replace(changed, version=seen.version + 1)
            books.transfer_processes.save(saved)
        return saved

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
            kind = "TransferTerminationMessage"
            body = termination_message(kind, found.provider_pid, found.consumer_pid, reason)
            ended = replace(found, reason=reason[:MAX_REASON])
            return _saying(ended, TransferMove.TERMINATE, "termination", body)
        return replace(found, due_at=now + LOOK_AGAIN)

    def _job(self, order_id: str) -> Job:
        with self.desk.store.reading() as books:
            order = books.orders.get(order_id)
            if order is None:  # an order is never deleted, and there is no transfer without one
                raise AssertionError(order_id)
            return books.orders.job(order.job_id)


def _saying(found: TransferProcess, move: TransferMove, last: str, body: Document) -> TransferProcess:
    return replace(found, outgoing=Outgoing(move, f"transfers/{found.consumer_pid}/{last}", body))
