"""The worker tells the nodes what people said about pausing: an outbox, as `forward_contributions` is."""

import logging
from dataclasses import dataclass

from marketplace.services.desk import Desk
from marketplace.services.forward_contributions import AGAIN_AFTER, BATCH
from marketplace.services.ports import Nodes
from ssi.hosting.logs import log
from ssi.http.errors import RefusedByPeerError

_LOGGER = logging.getLogger(__name__)
_CONFLICT = 409


@dataclass(frozen=True)
class RelayPauses:
    """Tells one node of pauses until it heard each; that it knows a later one already is as good."""

    desk: Desk
    nodes: Nodes
    batch: int = BATCH

    def __call__(self, node_id: str) -> int:
        """Relay a batch of statements to one node and return how many it heard.

        Raises:
            PeerError: the node cannot be reached; nothing is lost.
        """
        with self.desk.store.reading() as books:
            due = books.offers.pauses_for(node_id, now=self.desk.now(), limit=self.batch)
        return sum(self._relay(node_id, consent_id, token) for consent_id, token in due.items())

    def _relay(self, node_id: str, consent_id: str, token: str) -> bool:
        try:
            self.nodes.pause(node_id, token)
        except RefusedByPeerError as error:
            if error.status != _CONFLICT:
                log(_LOGGER, "a pause is not heard yet", node=node_id, status=error.status)
                with self.desk.store.writing() as books:
                    books.offers.put_off_pause(consent_id, node_id, until=self.desk.now() + AGAIN_AFTER)
                return False
        with self.desk.store.writing() as books:
            books.offers.pause_told(consent_id, node_id, token)
        return True
