"""What do the use cases about scores need from outside? One more book; see `services.ports`."""

from collections.abc import Sequence
from typing import Protocol

from marketplace.domain.score import ScoreOffering, ScoreOrder, ScoreState
from marketplace.services.direct_ports import DirectBook


class ScoreBook(DirectBook[ScoreOffering, ScoreOrder, ScoreState], Protocol):
    """Keeps offers of scores, and requests for them; due are those not answered, or disputed, in time."""

    def of_consent(self, consent_id: str) -> Sequence[ScoreOrder]:
        """The requests under one offer, newest first."""
        ...
