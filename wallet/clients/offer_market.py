"""Talks to the marketplace's interface for wallets about offers of any kind of weighted sums."""

from dataclasses import dataclass
from typing import ClassVar
from urllib.parse import quote

from crypto.encoding import Json
from crypto.randomness import RandomBytes, random_bytes
from crypto.reading import Fields
from crypto.signing import SigningKey
from ssi.http.authentication import BoundRequest, make_proof
from ssi.http.client import Client
from ssi.http.errors import RefusedByPeerError
from wallet.clients.connections import Connections
from wallet.clients.failures import talking_to
from wallet.clients.marketplace import API
from wallet.domain.clock import Clock
from wallet.domain.history import LoggedReceipt
from wallet.errors import PartnerRefusedError
from wallet.services.ports import Trust

THE_MARKETPLACE = "The marketplace"
_NOT_FOUND = 404


@dataclass(frozen=True)
class OfferMarketClient:
    """`services.offer_ports.OfferMarket` over HTTP; `kind` is how paths begin."""

    kind: ClassVar[str]

    url: str
    connections: Connections
    trust: Trust
    clock: Clock
    random: RandomBytes = random_bytes

    def publish(self, offer: Json) -> LoggedReceipt:
        """Hand in an offer; asked again when the connection broke, since the same one is one offer."""
        with talking_to(THE_MARKETPLACE):
            return LoggedReceipt.from_fields(Fields.of(self._post(f"/{self.kind}-offers", offer), "answer"))

    def withdraw(self, withdrawal: str) -> None:
        """Hand in a signed withdrawal."""
        try:
            with talking_to(THE_MARKETPLACE):
                self._post(f"/{self.kind}-withdrawals", {"withdrawal": withdrawal})
        except PartnerRefusedError as error:
            cause = error.__cause__
            if not isinstance(cause, RefusedByPeerError) or cause.status != _NOT_FOUND:
                raise

    def _ask(self, consent_id: str, path: str, holder_key: SigningKey) -> Json:
        path = f"{API}/{self.kind}-offers/{named(consent_id)}{path}"
        request = BoundRequest("GET", path, self.trust.registry().marketplace.id)
        proof = make_proof(request, holder_key, now=self.clock(), random=self.random)
        return self._client.get_json(path, headers={"Authorization": proof})

    def _post(self, path: str, document: Json) -> Json:
        return self._client.post_json(f"{API}{path}", document, repeatable=True)

    @property
    def _client(self) -> Client:
        return self.connections.to(self.url)


def named(name: str) -> str:
    """A name as it stands in a path."""
    return quote(name, safe=":")
