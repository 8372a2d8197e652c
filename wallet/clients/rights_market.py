"""Talks to the marketplace's interface for wallets about what people ask for under the GDPR."""

from dataclasses import dataclass

from crypto.encoding import Json
from crypto.randomness import RandomBytes, random_bytes
from crypto.signing import SigningKey
from ssi.http.authentication import BoundRequest, make_proof
from ssi.http.client import Client
from wallet.clients.connections import Connections
from wallet.clients.failures import talking_to
from wallet.clients.marketplace import API
from wallet.clients.offer_market import THE_MARKETPLACE, named
from wallet.domain.clock import Clock
from wallet.domain.rights_case import CaseAnswer
from wallet.services.ports import Trust


@dataclass(frozen=True)
class RightsMarketClient:
    """`services.rights_ports.RightsMarket` over HTTP."""

    url: str
    connections: Connections
    trust: Trust
    clock: Clock
    random: RandomBytes = random_bytes

    def file(self, request: str, withdrawal: str | None) -> CaseAnswer:
        """Hand in a request; asked again when the connection broke, since the same one is one request."""
        sent: dict[str, Json] = {"request": request}
        if withdrawal is not None:
            sent["withdrawal"] = withdrawal
        with talking_to(THE_MARKETPLACE):
            return CaseAnswer.from_json(
                self._client.post_json(f"{API}/rights-requests", sent, repeatable=True)
            )

    def standing(self, request_id: str, holder_key: SigningKey) -> CaseAnswer:
        """How a request stands, asked with a proof of the key."""
        path = f"{API}/rights-requests/{named(request_id)}"
        request = BoundRequest("GET", path, self.trust.registry().marketplace.id)
        proof = make_proof(request, holder_key, now=self.clock(), random=self.random)
        with talking_to(THE_MARKETPLACE):
            return CaseAnswer.from_json(self._client.get_json(path, headers={"Authorization": proof}))

    @property
    def _client(self) -> Client:
        return self.connections.to(self.url)
