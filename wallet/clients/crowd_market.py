"""Talks to the marketplace's interface for wallets about crowd sums."""

from dataclasses import dataclass
from typing import ClassVar

from crypto.signing import SigningKey
from wallet.clients.failures import talking_to
from wallet.clients.offer_market import THE_MARKETPLACE, OfferMarketClient, named
from wallet.domain.crowd_news import CrowdNews, CrowdPapers


@dataclass(frozen=True)
class CrowdMarketClient(OfferMarketClient):
    """`services.crowd_ports.CrowdMarket` over HTTP."""

    kind: ClassVar[str] = "crowd"

    def news(self, consent_id: str, holder_key: SigningKey) -> CrowdNews:
        """What runs and what came of it, asked with a proof of the key."""
        with talking_to(THE_MARKETPLACE):
            return CrowdNews.from_json(self._ask(consent_id, "/news", holder_key))

    def papers(self, consent_id: str, order_id: str, holder_key: SigningKey) -> CrowdPapers:
        """What a member needs for the present round, asked with a proof of the key."""
        with talking_to(THE_MARKETPLACE):
            return CrowdPapers.from_json(self._ask(consent_id, f"/sums/{named(order_id)}", holder_key))

    def join(self, join: str) -> None:
        """Hand in a signed join."""
        with talking_to(THE_MARKETPLACE):
            self._post("/crowd-joins", {"join": join})

    def say(self, message: str) -> None:
        """Hand in a signed message."""
        with talking_to(THE_MARKETPLACE):
            self._post("/crowd-messages", {"message": message})
