"""What a person chooses when she lets her own record be scored, and the terms that her choices make.

A score is about her alone, so everything begins where it tells and allows the least; health data begin with
nothing chosen and need a tick of their own, as in `wallet.domain.choices`.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from consent.score_terms import LEAST_BUDGET_BITS, MOST_BUDGET_BITS, ScoreTerms
from consent.vocabulary import Purpose, RecipientKind
from ssi.dataset import DataSet
from wallet.domain.choices import is_health
from wallet.domain.weighed_choices import SharedMembers, WeighedChoices

DEFAULT_BUDGET_BITS = 16


@dataclass(frozen=True, kw_only=True)
class ScoreChoices(WeighedChoices[ScoreTerms]):
    """One person's choices about scores of one record.

    `budget_bits` bounds what all scores of the record together may tell. Without `asks_first` her wallet
    answers by itself what the terms allow.
    """

    purposes: tuple[Purpose, ...] = (Purpose.PERSONNEL_HIRING,)
    recipient_kinds: tuple[RecipientKind, ...] = (RecipientKind.COMPANY,)
    compensation_cents: int = 500
    budget_bits: int = DEFAULT_BUDGET_BITS
    asks_first: bool = True
    months: int = 3

    def _terms(self, shared: SharedMembers) -> ScoreTerms:
        return ScoreTerms(**shared, budget_bits=self.budget_bits, asks_first=self.asks_first)

    def _own_rules(self) -> Iterator[tuple[bool, str, str]]:
        yield (
            LEAST_BUDGET_BITS <= self.budget_bits <= MOST_BUDGET_BITS,
            "budget_bits",
            f"Choose a limit of {LEAST_BUDGET_BITS} to {MOST_BUDGET_BITS} yes-or-no answers.",
        )


def most_private_scores(data_set: DataSet) -> ScoreChoices:
    """What the form starts with: the defaults, and for health data nothing chosen."""
    return ScoreChoices(purposes=(), recipient_kinds=()) if is_health(data_set) else ScoreChoices()
