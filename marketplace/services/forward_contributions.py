"""The worker hands contributions to their nodes, and relays withdrawals to them.

Both are outboxes: what is to be sent stands in the database since the transaction that caused it, is sent in
batches, and is marked when the node has answered. Sending twice is harmless, because nodes answer the same
document with the same answer; so a crash in between loses nothing.
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from consent.contribution import Contribution
from consent.errors import ConsentError
from consent.receipt import verify_deletion_receipt
from crypto.encoding import parse_json
from crypto.errors import CryptoError
from marketplace.domain.offer import NodeAnswer
from marketplace.services.approved_nodes import are_approved
from marketplace.services.desk import Desk
from marketplace.services.ports import Nodes
from ssi.errors import CredentialError
from ssi.hosting.logs import log
from ssi.http.errors import RefusedByPeerError

BATCH = 200
BATCH_BYTES = 8_000_000
AGAIN_AFTER = timedelta(minutes=5)
_LOGGER = logging.getLogger(__name__)


@dataclass(frozen=True)
class ForwardContributions:
    """Hands each node its copy of new contributions and records what it answered."""

    desk: Desk
    nodes: Nodes
    batch: int = BATCH

    def __call__(self, node_id: str) -> int:
        """Send one batch to one node and return how many it answered; none while changed nodes wait.

        Raises:
            PeerError: the node cannot be reached or does not answer as promised; nothing is lost.
        """
        with self.desk.store.reading() as books:
            if not are_approved(books, self.desk.registry()):
                return 0
            waiting = _within(books.offers.waiting_for(node_id, limit=self.batch))
        if not waiting:
            return 0
        copies = [
            Contribution.from_json(parse_json(document)).for_node(node_id).to_json()
            for document in waiting.values()
        ]
        verdicts = self.nodes.contribute(node_id, copies)
        answers = {
            consent_id: (NodeAnswer.ACCEPTED if reason is None else NodeAnswer.REFUSED, reason)
            for consent_id, reason in verdicts.items()
            if consent_id in waiting
        }
        with self.desk.store.writing() as books:
            books.offers.answer(node_id, answers)
        refused = sum(1 for answer, _ in answers.values() if answer is NodeAnswer.REFUSED)
        log(_LOGGER, "contributions forwarded", node=node_id, answered=len(answers), refused=refused)
        return len(answers)


@dataclass(frozen=True)
class RelayWithdrawals:
    """Tells each node of withdrawals and keeps its signed deletion receipts."""

    desk: Desk
    nodes: Nodes
    batch: int = BATCH

    def __call__(self, node_id: str) -> int:
        """Relay a batch of withdrawals to one node and return how many receipts came back.

        A withdrawal that the node refuses, or a receipt that is not the node's, is tried again later; the
        others of the batch are not affected.

        Raises:
            PeerError: the node cannot be reached; nothing is lost.
        """
        with self.desk.store.reading() as books:
            due = books.offers.withdrawals_for(node_id, now=self.desk.now(), limit=self.batch)
        received = 0
        for consent_id, withdrawal in due.items():
            received += self._relay(node_id, consent_id, withdrawal)
        return received

    def _relay(self, node_id: str, consent_id: str, withdrawal: str) -> bool:
        try:
            receipt = self.nodes.withdraw(node_id, withdrawal)
            key = self.desk.registry().node(node_id, now=self.desk.now()).verifying_key
            verify_deletion_receipt(receipt, key, node_id=node_id, consent_id=consent_id)
        except (RefusedByPeerError, CryptoError, ConsentError, CredentialError) as error:
            log(_LOGGER, "a deletion is not confirmed", node=node_id, error=type(error).__name__)
            with self.desk.store.writing() as books:
                later = self.desk.now() + AGAIN_AFTER
                books.offers.put_off_withdrawal(consent_id, node_id, until=later)
            return False
        with self.desk.store.writing() as books:
            books.offers.add_deletion_receipt(consent_id, node_id, receipt)
        return True


def _within(waiting: Mapping[str, str]) -> dict[str, str]:
    """As many contributions as one request may hold, and at least one."""
    chosen: dict[str, str] = {}
    size = 0
    for consent_id, document in waiting.items():
        size += len(document)
        if chosen and size > BATCH_BYTES:
            break
        chosen[consent_id] = document
    return chosen
