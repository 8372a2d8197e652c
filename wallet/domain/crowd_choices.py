"""What a person chooses when her wallet may take part in crowd sums, and the terms that her choices make.

Every choice starts at its most private value; health data begin with nothing chosen and need a tick of their
own, as in `wallet.domain.choices`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from consent.crowd_terms import MOST_PEOPLE, CrowdTerms
from consent.query import LEAST_FLOOR
from consent.vocabulary import Purpose, RecipientKind
from ssi.dataset import DataSet
from wallet.domain.choices import MOST_EPSILON, is_health
from wallet.domain.weighed_choices import SharedMembers, WeighedChoices


@dataclass(frozen=True, kw_only=True)
class CrowdChoices(WeighedChoices[CrowdTerms]):
    """One person's choices about crowd sums of one record.

    `crowd_floor` counts people, her included. `epsilon_per_sum` and `epsilon_total` are privacy budgets.
    """

    purposes: tuple[Purpose, ...] = (
        Purpose.ACADEMIC_RESEARCH,
        Purpose.SCIENTIFIC_RESEARCH,
        Purpose.NON_COMMERCIAL_RESEARCH,
    )
    recipient_kinds: tuple[RecipientKind, ...] = (RecipientKind.UNIVERSITY, RecipientKind.RESEARCH_INSTITUTE)
    crowd_floor: int = 50
    epsilon_per_sum: Decimal = Decimal("0.5")
    epsilon_total: Decimal = Decimal(2)
    compensation_cents: int = 50
    months: int = 6

    def _terms(self, shared: SharedMembers) -> CrowdTerms:
        return CrowdTerms(
            **shared,
            crowd_floor=self.crowd_floor,
            epsilon_per_sum=self.epsilon_per_sum,
            epsilon_total=self.epsilon_total,
        )

    def _own_rules(self) -> Iterator[tuple[bool, str, str]]:
        yield (
            LEAST_FLOOR <= self.crowd_floor <= MOST_PEOPLE,
            "crowd_floor",
            f"Choose a group of {LEAST_FLOOR} to {MOST_PEOPLE} people.",
        )
        yield (
            0 < self.epsilon_per_sum <= self.epsilon_total <= MOST_EPSILON,
            "epsilon_total",
            "The limit for all sums together must be at least the one for a single sum.",
        )


def most_private_crowd(data_set: DataSet) -> CrowdChoices:
    """What the form starts with: the defaults, and for health data nothing chosen."""
    return CrowdChoices(purposes=(), recipient_kinds=()) if is_health(data_set) else CrowdChoices()
