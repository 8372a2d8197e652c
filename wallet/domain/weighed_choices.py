"""What a person chooses about any weighted sum of her record's numbers: what for, for whom, for how much.

`wallet.domain.score_choices` and `wallet.domain.crowd_choices` add what protects her in each kind.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypedDict, TypeVar

from consent.errors import ConsentError
from consent.vocabulary import Purpose, RecipientKind
from consent.weighed_terms import WeighedTerms
from ssi.dataset import DataSet
from wallet.domain.calendar import add_months
from wallet.domain.choices import MOST_CENTS, MOST_MONTHS, is_health
from wallet.errors import ChoiceError

TermsT = TypeVar("TermsT", bound=WeighedTerms)


class SharedMembers(TypedDict):
    """The members that all terms get from these choices."""

    data_set: str
    purposes: frozenset[Purpose]
    recipient_kinds: frozenset[RecipientKind]
    compensation_cents: int
    given_at: datetime
    valid_until: datetime


@dataclass(frozen=True, kw_only=True)
class WeighedChoices(ABC, Generic[TermsT]):
    """One person's choices about sums of one record.

    `compensation_cents` is the least she receives for each, `months` (1 to 12) how long the offer stands.
    """

    purposes: tuple[Purpose, ...]
    recipient_kinds: tuple[RecipientKind, ...]
    compensation_cents: int
    months: int
    explicit_consent: bool = False

    def terms(self, data_set: DataSet, *, now: datetime) -> TermsT:
        """The terms that hold from `now` on.

        Raises:
            ChoiceError: a choice is missing or cannot be offered; it names the choice and the remedy.
        """
        for holds, field, message in self._rules(data_set):
            if not holds:
                raise ChoiceError(message, field)
        given_at = now.replace(microsecond=0)
        shared = SharedMembers(
            data_set=data_set.ref,
            purposes=frozenset(self.purposes),
            recipient_kinds=frozenset(self.recipient_kinds),
            compensation_cents=self.compensation_cents,
            given_at=given_at,
            valid_until=add_months(given_at, self.months),
        )
        try:
            return self._terms(shared)
        except ConsentError as error:
            raise ChoiceError(f"These choices do not go together: {error}.", "review") from error

    @abstractmethod
    def _terms(self, shared: SharedMembers) -> TermsT:
        """The terms of this kind."""

    @abstractmethod
    def _own_rules(self) -> Iterator[tuple[bool, str, str]]:
        """What must hold of this kind's own choices: whether it does, which choice it is, what to do."""

    def _rules(self, data_set: DataSet) -> Iterator[tuple[bool, str, str]]:
        yield bool(self.purposes), "purposes", "Choose at least one purpose."
        yield bool(self.recipient_kinds), "recipient_kinds", "Choose at least one kind of organisation."
        yield from self._own_rules()
        yield (
            0 <= self.compensation_cents <= MOST_CENTS,
            "compensation_cents",
            f"Choose an amount from 0 to {MOST_CENTS // 100} euros.",
        )
        yield 1 <= self.months <= MOST_MONTHS, "months", f"Choose 1 to {MOST_MONTHS} months."
        yield (
            self.explicit_consent or not is_health(data_set),
            "explicit_consent",
            "These are health data. Tick the box to say that you explicitly agree.",
        )
