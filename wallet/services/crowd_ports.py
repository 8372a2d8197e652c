"""What the use cases about crowd sums need from the marketplace.

The suite in `tests/contracts` is run on the real adapter and on the fake.
"""

from typing import Protocol

from crypto.signing import SigningKey
from wallet.domain.crowd_news import CrowdNews, CrowdPapers
from wallet.services.offer_ports import OfferMarket


class CrowdMarket(OfferMarket, Protocol):
    """Talks to the marketplace about crowd sums. Every method raises what `publish` raises."""

    def news(self, consent_id: str, holder_key: SigningKey) -> CrowdNews:
        """What runs and what came of it, told only to who holds the key. Nothing in it is checked."""
        ...

    def papers(self, consent_id: str, order_id: str, holder_key: SigningKey) -> CrowdPapers:
        """What a member needs for the present round, told only to who holds the key. Nothing is checked."""
        ...

    def join(self, join: str) -> None:
        """Hand in a signed join; the same one twice is one."""
        ...

    def say(self, message: str) -> None:
        """Hand in a signed message of a round; the same one twice is one."""
        ...
