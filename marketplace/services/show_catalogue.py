"""What can be asked here, and about roughly how many people?

The catalogue that was put together last is shown until the books have another edition of it, which every
transaction makes that touches an offer, what was summed up or an act, or until the next consent ends. So each
time one number is read, and not every offer; nothing that is shown is older than the books.
"""

from dataclasses import dataclass, field
from datetime import datetime

from marketplace.domain.band import band_of
from marketplace.domain.catalogue import CatalogueEntry
from marketplace.services.assessed import may_be_asked
from marketplace.services.desk import Desk
from marketplace.services.ports import Books
from ssi.dataset import data_sets


@dataclass(frozen=True)
class ShowCatalogue:
    """Lists every data set. Numbers of people are bands, never exact, and what they allow is said of many."""

    desk: Desk
    _kept: list["_Kept"] = field(default_factory=list, init=False, repr=False, compare=False)

    def __call__(self) -> tuple[CatalogueEntry, ...]:
        """The entries, in the order of the data sets' references."""
        return self._current().entries

    def holds_until(self) -> datetime | None:
        """When the catalogue of now is another one though nobody writes: the next consent ends then."""
        return self._current().next_end

    def _current(self) -> "_Kept":
        now = self.desk.now()
        with self.desk.store.reading() as books:
            edition = books.supply.edition()
            for kept in self._kept:
                if kept.edition == edition and kept.put_together_at <= now and not kept.ends_by(now):
                    return kept
            kept = _Kept(edition, now, books.offers.next_end(now=now), self._put_together(books, now))
        self._kept[:] = [kept]
        return kept

    def _put_together(self, books: Books, now: datetime) -> tuple[CatalogueEntry, ...]:
        supply = books.offers.supply(now=now)
        told = books.supply.all()
        published = books.published.latest()
        asked = {each.ref for each in data_sets() if may_be_asked(books, each.ref, self.desk.terms)}
        return tuple(
            CatalogueEntry(
                data_set=each,
                people=band_of(supply[each.ref].people if each.ref in supply else 0),
                supply=told.get(each.ref),
                may_be_asked=each.ref in asked,
                description=published[each.ref].description if each.ref in published else None,
            )
            for each in data_sets()
        )


@dataclass(frozen=True)
class _Kept:
    """A catalogue, the edition and moment of the books it was made from, and when a consent in it ends."""

    edition: int
    put_together_at: datetime
    next_end: datetime | None
    entries: tuple[CatalogueEntry, ...]

    def ends_by(self, now: datetime) -> bool:
        """Whether somebody in it is not there any more by herself."""
        return self.next_end is not None and self.next_end <= now
