"""What the use cases about scores need from the marketplace.

The suite in `tests/contracts` is run on the real adapter and on the fake.
"""

from typing import Protocol

from crypto.signing import SigningKey
from wallet.domain.score_news import ScoreNews
from wallet.services.offer_ports import OfferMarket


class ScoreMarket(OfferMarket, Protocol):
    """Talks to the marketplace about scores. Every method raises what `publish` raises."""

    def news(self, consent_id: str, holder_key: SigningKey) -> ScoreNews:
        """What was asked and what came of it, told only to who holds the key. Nothing in it is checked."""
        ...

    def answer(self, answer: str) -> None:
        """Hand in a signed answer; the same one twice is one answer."""
        ...
