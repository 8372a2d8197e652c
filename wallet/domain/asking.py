"""What would be asked if somebody asked, and is it more than its purpose needs?

A person tries an agreement out: she picks who asks, what for, and what is computed, and her wallet evaluates
her own policy as each partner does. Nothing leaves the wallet, and nothing is kept.
"""

from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from consent.country import is_place
from consent.errors import QueryRefusedError
from consent.menu import MENU
from consent.over_asking import Surplus, over_asked
from consent.policy import Policy, Use
from consent.query import LEAST_FLOOR, MOST_FLOOR, Query, Statistic
from consent.vocabulary import Purpose, RecipientKind, StatisticKind
from ssi.dataset import DataSet
from ssi.errors import DataSetError, UnknownDataSetError
from wallet.errors import ChoiceError

NOBODY = "urn:argonauta:organisation:nobody-in-particular"
LIKELY_EPSILON = Decimal("0.5")
_REMEMBERED = 512


@dataclass(frozen=True)
class Asking:
    """Who might ask, what for, and for what; `people` (10 and more) are those of the answer.

    `country` is the code of a country, None where somebody does not say it. `group_by` is an attribute by
    which people are split. With `exact` the answer has no random error.
    """

    purpose: Purpose
    kind: RecipientKind
    statistic: StatisticKind
    attribute: str | None
    people: int
    country: str | None = None
    group_by: str | None = None
    exact: bool = False

    def query(self, data_set: DataSet) -> Query:
        """The question that this comes to.

        Raises:
            ChoiceError: it is none that can be asked of this data set; it names the choice and the remedy.
        """
        for holds, field, message in self._rules(data_set):
            if not holds:
                raise ChoiceError(message, field)
        attribute = None if self.statistic is StatisticKind.COUNT else self.attribute
        return Query(
            data_set=data_set.ref,
            purpose=self.purpose,
            statistics=(Statistic(self.statistic, attribute),),
            floor=self.people,
            epsilon=None if self.exact else LIKELY_EPSILON,
            group_by=self.group_by,
        )

    def use(self, policy: Policy, data_set: DataSet) -> Use:
        """The question as it would meet a policy that was never used, paid as the policy asks.

        Raises:
            ChoiceError: as `query`.
        """
        return Use(
            query=self.query(data_set),
            buyer_id=NOBODY,
            buyer_kind=self.kind,
            cohort_size=self.people,
            epsilon_spent=Decimal(0),
            compensation_cents=policy.compensation_cents,
            node_ids=policy.node_ids,
            buyer_country=self.country,
            runs=0,
        )

    def _rules(self, data_set: DataSet) -> tuple[tuple[bool, str, str], ...]:
        known = {each.name: each for each in data_set.attributes}
        about = MENU[self.statistic].about
        fits = not about or (self.attribute in known and known[self.attribute or ""].kind in about)
        return (
            (self.statistic in SIMPLE, "statistic", "Choose one of the answers below."),
            (fits, "attribute", "This answer is about another kind of part. Choose another one."),
            (
                self.group_by is None or self.group_by in known,
                "group_by",
                "A part you chose is not in this kind of record.",
            ),
            (
                self.country is None or is_place(self.country),
                "country",
                "Choose among the countries below.",
            ),
            (
                LEAST_FLOOR <= self.people <= MOST_FLOOR,
                "people",
                f"Choose a group of {LEAST_FLOOR} to {MOST_FLOOR} people.",
            ),
        )


SIMPLE = tuple(
    kind for kind, form in MENU.items() if form.others[0] == form.fractions[0] == form.count[0] == 0
)
"""The kinds of answer that need no more than a part of the record to be asked."""


@lru_cache(maxsize=_REMEMBERED)
def surplus_of(query: Query) -> tuple[Surplus, ...]:
    """What a question asks beyond its purpose, if no more people took part than it demands.

    With more people, less noise is needed still, so nothing is flagged here that a larger group would excuse.
    A question that is not understood here, or may not be asked at all, has no flag.
    """
    try:
        return over_asked(query, people=query.floor)
    except (UnknownDataSetError, DataSetError, QueryRefusedError):
        return ()
