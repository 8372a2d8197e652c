"""What is processed here now? Read off the agreements in force, the data sets and the trust registry.

What a person alone can say is left open in the documents (`domain.processing`). Nobody can be told from them:
people are counted in bands, and what agreements allow is put together over all of them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from consent.policy import Policy
from marketplace.domain.band import band_of
from marketplace.domain.processing import Party, Processing, ProcessingRecord
from marketplace.services.assessed import approved_assessment
from marketplace.services.desk import Desk
from marketplace.services.ports import Books
from ssi.dataset import DataSet, data_set, data_sets


@dataclass(frozen=True)
class DescribeProcessing:
    """Draws up the record of processing activities, of one data set or of all that people share."""

    desk: Desk

    def __call__(self, only: str | None = None) -> ProcessingRecord:
        """The record of this moment.

        Raises:
            UnknownDataSetError: there is no data set of this name.
            RegistryError: the trust registry cannot be read.
        """
        now, registry = self.desk.now(), self.desk.registry()
        wanted = data_sets() if only is None else (data_set(only),)
        with self.desk.store.reading() as books:
            found = [_processing(books, each, now) for each in wanted]
        nodes = [Party(each.id, each.operator, each.valid_until) for each in registry.nodes]
        dealer = registry.dealer
        dealers = [] if dealer is None else [Party(dealer.id, dealer.operator, dealer.valid_until)]
        return ProcessingRecord(
            marketplace_id=self.desk.marketplace_id,
            name=registry.marketplace.name,
            at=now,
            processings=tuple(each for each in found if only is not None or each.columns),
            processors=(*nodes, *dealers),
        )


def _processing(books: Books, described: DataSet, now: datetime) -> Processing:
    offers = books.offers.active(described.ref, now=now)
    policies: Sequence[Policy] = [offer.policy for offer in offers]
    return Processing(
        data_set=described,
        people=band_of(len({offer.person for offer in offers})),
        purposes=tuple(
            sorted({each for one in policies for each in one.purposes}, key=lambda each: each.value)
        ),
        recipients=tuple(
            sorted({each for one in policies for each in one.recipient_kinds}, key=lambda each: each.value)
        ),
        columns=tuple(sorted({each for one in policies for each in one.attributes})),
        until=max((one.valid_until for one in policies), default=None),
        assessment=approved_assessment(books, described.ref),
    )
