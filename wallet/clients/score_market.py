"""Talks to the marketplace's interface for wallets about scores."""

from dataclasses import dataclass
from typing import ClassVar

from crypto.signing import SigningKey
from wallet.clients.failures import talking_to
from wallet.clients.offer_market import THE_MARKETPLACE, OfferMarketClient
from wallet.domain.score_news import ScoreNews


@dataclass(frozen=True)
class ScoreMarketClient(OfferMarketClient):
    """`services.score_ports.ScoreMarket` over HTTP."""

    kind: ClassVar[str] = "score"

    def news(self, consent_id: str, holder_key: SigningKey) -> ScoreNews:
        """What was asked and what came of it, asked with a proof of the key."""
        with talking_to(THE_MARKETPLACE):
            return ScoreNews.from_json(self._ask(consent_id, "/news", holder_key))

    def answer(self, answer: str) -> None:
        """Hand in a signed answer."""
        with talking_to(THE_MARKETPLACE):
            self._post("/score-answers", {"answer": answer})
