"""What do the people who offer a data set allow, said so that no few of them can be told apart?

Everything here holds for at least `TOLD_FROM` people, each counted once: a purpose is named once so many
allow it, a price once so many take part for it, a day of arrival once so many came on it or later. Prices
are moreover rounded up to classes. Of fewer people than that nothing is said at all. A person's
prohibitions and budgets are not looked at: only a quote tells how many a query reaches.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import Final, TypeVar

from consent.order_terms import MarketTerms
from consent.policy import MOST_COMPENSATION_CENTS
from consent.vocabulary import Purpose, RecipientKind, StatisticKind
from crypto.encoding import Json
from crypto.errors import MalformedError
from crypto.reading import Fields
from marketplace.domain.offer import Offer

TOLD_FROM: Final = 50
PRICE_CLASSES: Final = (0, 10, 25, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, MOST_COMPENSATION_CENTS)
"""Compensations in cents are told as the least of these that is not below them."""

E = TypeVar("E", bound=Enum)


@dataclass(frozen=True)
class SupplyTerms:
    """What at least `TOLD_FROM` people allow.

    So many take part for `from_cents` or less each, and all but fewer than that for `to_cents` or less; so
    many arrived on the day `fresh_on` or later. `least_people` is the lower edge of their number's band.
    """

    data_set: str
    least_people: int
    purposes: frozenset[Purpose]
    recipient_kinds: frozenset[RecipientKind]
    statistics: frozenset[StatisticKind]
    from_cents: int
    to_cents: int
    fresh_on: date

    def to_json(self) -> dict[str, Json]:
        """The terms as a document."""
        return {
            "data_set": self.data_set,
            "least_people": self.least_people,
            "purposes": sorted(each.value for each in self.purposes),
            "recipient_kinds": sorted(each.value for each in self.recipient_kinds),
            "statistics": sorted(each.value for each in self.statistics),
            "from_cents": self.from_cents,
            "to_cents": self.to_cents,
            "fresh_on": self.fresh_on.isoformat(),
        }

    @classmethod
    def from_json(cls, document: object) -> "SupplyTerms":
        """Read what `to_json` wrote.

        Raises:
            MalformedError: it is not that.
        """
        fields = Fields.of(document, "supply")
        try:
            return cls(
                data_set=fields.text("data_set"),
                least_people=fields.integer("least_people", least=0, most=10**9),
                purposes=frozenset(map(Purpose, fields.texts("purposes"))),
                recipient_kinds=frozenset(map(RecipientKind, fields.texts("recipient_kinds"))),
                statistics=frozenset(map(StatisticKind, fields.texts("statistics"))),
                from_cents=fields.integer("from_cents", least=0, most=MOST_COMPENSATION_CENTS),
                to_cents=fields.integer("to_cents", least=0, most=MOST_COMPENSATION_CENTS),
                fresh_on=date.fromisoformat(fields.text("fresh_on")),
            )
        except ValueError as error:
            if isinstance(error, MalformedError):
                raise
            raise MalformedError("supply: a word or a day that there is not") from error


def sum_up(data_set: str, offers: Iterable[Offer], *, least_people: int) -> SupplyTerms | None:
    """What the people behind these offers of one data set allow; None if they are too few to say it."""
    by_person: dict[str, list[Offer]] = defaultdict(list)
    for offer in offers:
        by_person[offer.person].append(offer)
    people = list(by_person.values())
    if len(people) < TOLD_FROM:
        return None
    asked = sorted(min(each.policy.compensation_cents for each in own) for own in people)
    arrived = sorted((max(each.received_at for each in own) for own in people), reverse=True)
    return SupplyTerms(
        data_set=data_set,
        least_people=least_people,
        purposes=_allowed(people, lambda offer: _purposes(offer.policy.purposes)),
        recipient_kinds=_allowed(people, lambda offer: offer.policy.recipient_kinds),
        statistics=_allowed(people, lambda offer: offer.policy.statistics),
        from_cents=price_class(asked[TOLD_FROM - 1]),
        to_cents=price_class(asked[max(TOLD_FROM - 1, len(asked) - TOLD_FROM)]),
        fresh_on=arrived[TOLD_FROM - 1].date(),
    )


def price_class(cents: int) -> int:
    """The least price class that is not below a compensation."""
    return next(each for each in PRICE_CLASSES if each >= cents)


def market_terms(data_set: str, supply: SupplyTerms | None) -> MarketTerms:
    """What may be asked of a data set: what enough people allow, or where they are too few, every word."""
    if supply is None:
        return MarketTerms(data_set, frozenset(Purpose), frozenset(RecipientKind), frozenset(StatisticKind))
    return MarketTerms(
        data_set, supply.purposes, supply.recipient_kinds, supply.statistics, supply.from_cents
    )


def _purposes(allowed: frozenset[Purpose]) -> frozenset[Purpose]:
    """These and those below them in DPV, which they allow."""
    return frozenset(each for each in Purpose if each.lineage & allowed)


def _allowed(people: Sequence[Sequence[Offer]], words: Callable[[Offer], frozenset[E]]) -> frozenset[E]:
    counted: Counter[E] = Counter()
    for own in people:
        counted.update(frozenset().union(*map(words, own)))
    return frozenset(word for word, count in counted.items() if count >= TOLD_FROM)


def terms_by_data_set(found: Iterable[SupplyTerms]) -> Mapping[str, SupplyTerms]:
    """The terms by the reference of their data set."""
    return {each.data_set: each for each in found}
