"""What a person chooses when she lets her own record be scored, and the terms that her choices make.

A score is about her alone, so everything begins where it tells and allows the least; health data begin with
nothing chosen and need a tick of their own, as in `wallet.domain.choices`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from consent.errors import ConsentError
from consent.score_terms import LEAST_BUDGET_BITS, MOST_BUDGET_BITS, ScoreTerms
from consent.vocabulary import Purpose, RecipientKind
from ssi.dataset import DataSet
from wallet.domain.calendar import add_months
from wallet.domain.choices import MOST_CENTS, MOST_MONTHS, is_health
from wallet.errors import ChoiceError

DEFAULT_BUDGET_BITS = 16


@dataclass(frozen=True)
class ScoreChoices:
    """One person's choices about scores of one record.

    `budget_bits` bounds what all scores of the record together may tell, `compensation_cents` is the least
    she receives for each, `months` (1 to 12) how long the offer stands. Without `asks_first` her wallet
    answers by itself what the terms allow.
    """

    purposes: tuple[Purpose, ...] = (Purpose.PERSONNEL_HIRING,)
    recipient_kinds: tuple[RecipientKind, ...] = (RecipientKind.COMPANY,)
    compensation_cents: int = 500
    budget_bits: int = DEFAULT_BUDGET_BITS
    asks_first: bool = True
    months: int = 3
    explicit_consent: bool = False

    def terms(self, data_set: DataSet, *, now: datetime) -> ScoreTerms:
        """The terms that hold from `now` on.

        Raises:
            ChoiceError: a choice is missing or cannot be offered; it names the choice and the remedy.
        """
        for holds, field, message in self._rules(data_set):
            if not holds:
                raise ChoiceError(message, field)
        given_at = now.replace(microsecond=0)
        try:
            return ScoreTerms(
                data_set=data_set.ref,
                purposes=frozenset(self.purposes),
                recipient_kinds=frozenset(self.recipient_kinds),
                compensation_cents=self.compensation_cents,
                budget_bits=self.budget_bits,
                asks_first=self.asks_first,
                given_at=given_at,
                valid_until=add_months(given_at, self.months),
            )
        except ConsentError as error:
            raise ChoiceError(f"These choices do not go together: {error}.", "review") from error

    def _rules(self, data_set: DataSet) -> Iterator[tuple[bool, str, str]]:
        yield bool(self.purposes), "purposes", "Choose at least one purpose."
        yield bool(self.recipient_kinds), "recipient_kinds", "Choose at least one kind of organisation."
        yield (
            0 <= self.compensation_cents <= MOST_CENTS,
            "compensation_cents",
            f"Choose an amount from 0 to {MOST_CENTS // 100} euros.",
        )
        yield (
            LEAST_BUDGET_BITS <= self.budget_bits <= MOST_BUDGET_BITS,
            "budget_bits",
            f"Choose a limit of {LEAST_BUDGET_BITS} to {MOST_BUDGET_BITS} yes-or-no answers.",
        )
        yield 1 <= self.months <= MOST_MONTHS, "months", f"Choose 1 to {MOST_MONTHS} months."
        yield (
            self.explicit_consent or not is_health(data_set),
            "explicit_consent",
            "These are health data. Tick the box to say that you explicitly agree.",
        )


def most_private_scores(data_set: DataSet) -> ScoreChoices:
    """What the form starts with: the defaults, and for health data nothing chosen."""
    return ScoreChoices(purposes=(), recipient_kinds=()) if is_health(data_set) else ScoreChoices()
