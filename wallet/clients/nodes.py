"""Talks to the computing nodes, over TLS with the one certificate that the trust registry names for each."""

from dataclasses import dataclass

from crypto.reading import Fields
from ssi.http.errors import RefusedByPeerError
from ssi.trust_entries import NodeEntry
from wallet.clients.connections import Connections
from wallet.clients.failures import talking_to
from wallet.domain.withdrawal import DeletionAnswer
from wallet.errors import PartnerRefusedError

_NOT_FOUND = 404
MAX_RECEIPT = 10_000


@dataclass(frozen=True)
class NodeClient:
    """`services.ports.NodeOffice` over HTTPS."""

    connections: Connections

    def withdraw(self, node: NodeEntry, withdrawal: str) -> DeletionAnswer | None:
        """Tell a node that a consent ended; asked again when the connection broke."""
        try:
            with talking_to(node.operator):
                client = self.connections.to(node.url, pinned_pem=node.tls_certificate)
                answer = client.post_json("/v1/withdrawals", {"withdrawal": withdrawal}, repeatable=True)
                fields = Fields.of(answer, "answer")
                credential = fields.any("credential") if fields.has("credential") else None
                return DeletionAnswer(fields.text("deletion_receipt", max_length=MAX_RECEIPT), credential)
        except PartnerRefusedError as error:
            if _is_unknown(error):
                return None
            raise

    def pause(self, node: NodeEntry, statement: str) -> str | None:
        """Tell a node what a person said about pausing; asked again when the connection broke."""
        try:
            with talking_to(node.operator):
                client = self.connections.to(node.url, pinned_pem=node.tls_certificate)
                answer = client.post_json("/v1/pauses", {"pause": statement}, repeatable=True)
                return Fields.of(answer, "answer").text("pause_receipt", max_length=MAX_RECEIPT)
        except PartnerRefusedError as error:
            if _is_unknown(error):
                return None
            raise


def _is_unknown(error: PartnerRefusedError) -> bool:
    cause = error.__cause__
    return isinstance(cause, RefusedByPeerError) and cause.status == _NOT_FOUND
