"""Which data sets does somebody look for? By words, kind, purpose, price, freshness and how many people.

A wish about what people allow is met only by data sets of which it is said: where too few people offer to say
anything, nobody can know that it is.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, TypeVar

from consent.vocabulary import Purpose
from marketplace.domain.band import EDGES
from marketplace.domain.catalogue import CatalogueEntry
from marketplace.domain.supply import PRICE_CLASSES, TOLD_FROM, SupplyTerms
from ssi.dataset import DataSet

T = TypeVar("T")
MAX_WORDS: Final = 100
MOST_PEOPLE: Final = tuple(edge for edge in EDGES if edge >= TOLD_FROM)
MOST_CENTS: Final = PRICE_CLASSES[1:-1]
WITHIN_DAYS: Final = (7, 30, 90)


@dataclass(frozen=True)
class Facets:
    """What is looked for; a member that is None or empty wishes nothing.

    `words` must all be found somewhere in a data set's description. `most_cents` is a price class,
    `least_people` the edge of a band, `within_days` how long ago enough people arrived at most.
    """

    words: tuple[str, ...] = ()
    domain: str | None = None
    purpose: Purpose | None = None
    most_cents: int | None = None
    least_people: int | None = None
    within_days: int | None = None

    @property
    def is_empty(self) -> bool:
        """Whether nothing particular is looked for."""
        return self == Facets()

    def found(self, entries: Iterable[CatalogueEntry], *, today: date) -> list[CatalogueEntry]:
        """The entries that meet every wish, in their order."""
        return [each for each in entries if self._met_by(each, today)]

    def describes(self, entry: CatalogueEntry) -> bool:
        """Whether all words are found in what an entry's data set says of itself."""
        described = _described(entry.data_set)
        return all(word in described for word in self.words)

    def _met_by(self, entry: CatalogueEntry, today: date) -> bool:
        return (
            self.domain in {None, entry.data_set.domain}
            and (self.least_people is None or entry.people.least >= self.least_people)
            and self.describes(entry)
            and self._met_by_supply(entry.supply, today)
        )

    def _met_by_supply(self, supply: SupplyTerms | None, today: date) -> bool:
        wishes = (self.purpose, self.most_cents, self.within_days)
        if supply is None:
            return wishes == (None, None, None)
        return (
            (self.purpose is None or self.purpose in supply.purposes)
            and (self.most_cents is None or supply.from_cents <= self.most_cents)
            and (self.within_days is None or supply.fresh_on >= today - timedelta(days=self.within_days))
        )


def read_facets(given: Mapping[str, str], *, domains: Sequence[str]) -> Facets:
    """What an address asks for; what it says and nobody could have chosen is no wish."""
    return Facets(
        words=tuple(given.get("q", "")[:MAX_WORDS].casefold().split()),
        domain=_chosen(given.get("about"), {each: each for each in domains}),
        purpose=_chosen(given.get("purpose"), {each.value: each for each in Purpose}),
        most_cents=_chosen(given.get("price"), {str(each): each for each in MOST_CENTS}),
        least_people=_chosen(given.get("people"), {str(each): each for each in MOST_PEOPLE}),
        within_days=_chosen(given.get("fresh"), {str(each): each for each in WITHIN_DAYS}),
    )


def _chosen(text: str | None, choices: Mapping[str, T]) -> T | None:
    return None if text is None else choices.get(text)


def _described(data_set: DataSet) -> str:
    """Everything that a data set's description says, in all its languages, in small letters."""
    return " ".join(_texts(data_set)).casefold()


def _texts(data_set: DataSet) -> Iterator[str]:
    yield from (data_set.ref, data_set.domain)
    yield from (*data_set.label.values(), *data_set.about.values())
    for attribute in data_set.attributes:
        yield from (*attribute.label.values(), *attribute.about.values())
