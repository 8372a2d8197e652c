"""What the use cases about scores need from the marketplace.

The suite in `tests/contracts` is run on the real adapter and on the fake.
"""

from typing import Protocol

from crypto.encoding import Json
from crypto.signing import SigningKey
from wallet.domain.history import LoggedReceipt
from wallet.domain.score_news import ScoreNews


class ScoreMarket(Protocol):
    """Talks to the marketplace about scores. Every method raises the errors that `publish` names."""

    def publish(self, offer: Json) -> LoggedReceipt:
        """Hand in an offer; the same one twice is one offer.

        Raises:
            PartnerUnreachableError: no answer; whether it arrived is unknown.
            PartnerRefusedError: the marketplace said no.
            PartnerFaultError: it answered something else than promised.
        """
        ...

    def withdraw(self, withdrawal: str) -> None:
        """Hand in a signed withdrawal; an offer that never arrived counts as withdrawn."""
        ...

    def news(self, consent_id: str, holder_key: SigningKey) -> ScoreNews:
        """What was asked and what came of it, told only to who holds the key. Nothing in it is checked."""
        ...

    def answer(self, answer: str) -> None:
        """Hand in a signed answer; the same one twice is one answer."""
        ...
