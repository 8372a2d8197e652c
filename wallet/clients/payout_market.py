"""Talks to the marketplace's interface for wallets about payouts."""

from collections.abc import Sequence
from dataclasses import dataclass

from crypto.randomness import RandomBytes, random_bytes
from crypto.signing import SigningKey
from ssi.http.authentication import BoundRequest, make_proof
from ssi.http.client import Client
from wallet.clients.connections import Connections
from wallet.clients.failures import talking_to
from wallet.clients.marketplace import API
from wallet.clients.offer_market import THE_MARKETPLACE, named
from wallet.domain.clock import Clock
from wallet.domain.payout import PayoutAnswer, PayoutTerms
from wallet.services.ports import Trust


@dataclass(frozen=True)
class PayoutMarketClient:
    """`services.payout_ports.PayoutMarket` over HTTP."""

    url: str
    connections: Connections
    trust: Trust
    clock: Clock
    random: RandomBytes = random_bytes

    def terms(self) -> PayoutTerms:
        """From how much on it pays, and when."""
        with talking_to(THE_MARKETPLACE):
            return PayoutTerms.from_json(self._client.get_json(f"{API}/payout-terms"))

    def request(self, signed: Sequence[str]) -> PayoutAnswer:
        """Hand in a request; asked again when the connection broke, since the same one is one request."""
        with talking_to(THE_MARKETPLACE):
            answer = self._client.post_json(f"{API}/payouts", {"lines": list(signed)}, repeatable=True)
            return PayoutAnswer.from_json(answer)

    def payout(self, payout_id: str, holder_key: SigningKey) -> PayoutAnswer:
        """How a payout stands, asked with a proof of the key."""
        path = f"{API}/payouts/{named(payout_id)}"
        request = BoundRequest("GET", path, self.trust.registry().marketplace.id)
        proof = make_proof(request, holder_key, now=self.clock(), random=self.random)
        with talking_to(THE_MARKETPLACE):
            return PayoutAnswer.from_json(self._client.get_json(path, headers={"Authorization": proof}))

    @property
    def _client(self) -> Client:
        return self.connections.to(self.url)
