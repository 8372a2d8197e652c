"""Talks to the marketplace's interface for wallets about scores."""

from dataclasses import dataclass
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
from wallet.domain.score_news import ScoreNews
from wallet.errors import PartnerRefusedError
from wallet.services.ports import Trust

_THE_MARKETPLACE = "The marketplace"
_NOT_FOUND = 404


@dataclass(frozen=True)
class ScoreMarketClient:
    """`services.score_ports.ScoreMarket` over HTTP."""

    url: str
    connections: Connections
    trust: Trust
    clock: Clock
    random: RandomBytes = random_bytes

    def publish(self, offer: Json) -> LoggedReceipt:
        """Hand in an offer; asked again when the connection broke, since the same one is one offer."""
        with talking_to(_THE_MARKETPLACE):
            return LoggedReceipt.from_fields(Fields.of(self._post("/score-offers", offer), "answer"))

    def withdraw(self, withdrawal: str) -> None:
        """Hand in a signed withdrawal."""
        try:
            with talking_to(_THE_MARKETPLACE):
                self._post("/score-withdrawals", {"withdrawal": withdrawal})
        except PartnerRefusedError as error:
            cause = error.__cause__
            if not isinstance(cause, RefusedByPeerError) or cause.status != _NOT_FOUND:
                raise

    def news(self, consent_id: str, holder_key: SigningKey) -> ScoreNews:
        """What was asked and what came of it, asked with a proof of the key."""
        path = f"{API}/score-offers/{quote(consent_id, safe=':')}/news"
        request = BoundRequest("GET", path, self.trust.registry().marketplace.id)
        proof = make_proof(request, holder_key, now=self.clock(), random=self.random)
        with talking_to(_THE_MARKETPLACE):
            return ScoreNews.from_json(self._client.get_json(path, headers={"Authorization": proof}))

    def answer(self, answer: str) -> None:
        """Hand in a signed answer."""
        with talking_to(_THE_MARKETPLACE):
            self._post("/score-answers", {"answer": answer})

    def _post(self, path: str, document: Json) -> Json:
        return self._client.post_json(f"{API}{path}", document, repeatable=True)

    @property
    def _client(self) -> Client:
        return self.connections.to(self.url)
