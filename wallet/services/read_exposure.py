"""What is known of one record so far, through scores of it and through sums over many that it was in?"""

from dataclasses import dataclass

from consent.crowd_authority import Exposure
from wallet.domain.credential import HeldCredential
from wallet.domain.crowd_memory import CrowdMemory
from wallet.domain.score_memory import ScoreMemory
from wallet.domain.session import Session
from wallet.services.ports import Store


@dataclass(frozen=True)
class ReadExposure:
    """Reads what both memories of a record hold; whichever was never begun holds nothing."""

    scores: Store[ScoreMemory]
    crowds: Store[CrowdMemory]

    def __call__(self, session: Session, credential: HeldCredential) -> Exposure:
        """Everything that was told of the record of a credential."""
        crowds = [memory for memory in self.crowds.all(session) if memory.is_of(credential)]
        scores = [memory for memory in self.scores.all(session) if memory.is_of(credential)]
        return Exposure(
            sums=tuple(told for memory in crowds for told in memory.sums),
            scores=tuple(function for memory in scores for function in memory.functions),
        )
