"""The worker sums up what people allow, so that the catalogue can say it without reading every policy.

It does so when the band of a data set's people has changed, and otherwise every ten minutes: what a single
person's coming changes is not seen at the moment she comes.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from consent.order_terms import MarketTerms
from marketplace.domain.band import band_of
from marketplace.domain.supply import TOLD_FROM, SupplyTerms, market_terms, sum_up
from marketplace.services.desk import Desk
from marketplace.services.ports import Books
from ssi.dataset import DataSet, data_set, data_sets

AT_LEAST_EVERY: Final = timedelta(minutes=10)


@dataclass(frozen=True)
class SumUpSupply:
    """Sums up the supply if it is time to."""

    desk: Desk

    def __call__(self) -> None:
        """Replace what the catalogue says, if a band has changed or ten minutes have passed."""
        now = self.desk.now()
        with self.desk.store.reading() as books:
            least = {ref: band_of(each.people).least for ref, each in books.offers.supply(now=now).items()}
            enough = {ref: edge for ref, edge in least.items() if edge >= TOLD_FROM}
            if not _is_time(books, enough, now):
                return
            found = (
                sum_up(ref, books.offers.active(ref, now=now), least_people=edge)
                for ref, edge in enough.items()
            )
            terms = [each for each in found if each is not None]
        with self.desk.store.writing() as books:
            books.supply.replace(terms, now)


@dataclass(frozen=True)
class ShowMarketTerms:
    """Tells what may be asked of the data sets."""

    desk: Desk

    def __call__(self) -> tuple[tuple[DataSet, MarketTerms], ...]:
        """All data sets with their terms, in the order of their references."""
        with self.desk.store.reading() as books:
            supply = books.supply.all()
        return tuple((each, market_terms(each.ref, supply.get(each.ref))) for each in data_sets())

    def of(self, ref: str) -> tuple[DataSet, MarketTerms]:
        """One data set with its terms.

        Raises:
            UnknownDataSetError: there is no such data set.
        """
        described = data_set(ref)
        with self.desk.store.reading() as books:
            return described, market_terms(ref, books.supply.all().get(ref))


def catalogue_offer_id(data_set_ref: str) -> str:
    """How the market's offer of a data set is called."""
    return market_terms(data_set_ref, None).offer_id


def _is_time(books: Books, least: Mapping[str, int], now: datetime) -> bool:
    told: Mapping[str, SupplyTerms] = books.supply.all()
    if {ref: each.least_people for ref, each in told.items()} != least:
        return True
    summed_up_at = books.supply.summed_up_at()
    return summed_up_at is not None and now >= summed_up_at + AT_LEAST_EVERY
