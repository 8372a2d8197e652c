"""What can be asked here, and about roughly how many people?"""

from dataclasses import dataclass

from marketplace.domain.band import band_of
from marketplace.domain.catalogue import CatalogueEntry
from marketplace.services.assessed import may_be_asked
from marketplace.services.desk import Desk
from ssi.dataset import data_sets


@dataclass(frozen=True)
class ShowCatalogue:
    """Lists every data set. Numbers of people are bands, never exact, and what they allow is said of many."""

    desk: Desk

    def __call__(self) -> tuple[CatalogueEntry, ...]:
        """The entries, in the order of the data sets' references."""
        with self.desk.store.reading() as books:
            supply = books.offers.supply(now=self.desk.now())
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
