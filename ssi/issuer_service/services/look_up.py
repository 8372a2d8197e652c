"""What an officer or an institution's system sees of the register."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from ssi.issuer_service.domain.entry import Delivery, Entry, Found, Offer, Sought, State, StatusChange
from ssi.issuer_service.domain.secrets import fingerprint
from ssi.issuer_service.services.ports import Books


@dataclass(frozen=True)
class Detail:
    """An entry with what happened to it, and its offer while a wallet can take it up."""

    entry: Entry
    changes: Sequence[StatusChange]
    offer: Offer | None


class LookUp:
    """Reads the register."""

    def __init__(self, books: Books) -> None:
        self._books = books

    def counts(self) -> Mapping[State, int]:
        """How many entries there are in each state."""
        with self._books.reading() as register:
            return register.entries.counts()

    def search(self, sought: Sought) -> Found:
        """One page of the entries that were looked for, newest first."""
        with self._books.reading() as register:
            return register.entries.search(sought)

    def detail(self, credential_id: str, *, now: datetime) -> Detail:
        """One entry.

        Raises:
            UnknownEntryError: there is none of this id.
        """
        with self._books.reading() as register:
            entry = register.entries.get(credential_id)
            offer = register.offers.of([credential_id]).get(credential_id)
            waiting = entry.state is State.WAITING and offer is not None and offer.takes_code_at(now)
            return Detail(entry, register.entries.changes(credential_id), offer if waiting else None)

    def offered(self, offer_id: str, *, now: datetime) -> tuple[Entry, Offer] | None:
        """The entry and the offer behind a link; None if there is none that can still be taken up."""
        with self._books.reading() as register:
            offer = register.offers.by_offer_id(fingerprint(offer_id))
            if offer is None or not offer.takes_code_at(now):
                return None
            entry = register.entries.get(offer.credential_id)
            return (entry, offer) if entry.delivery is Delivery.WAITING else None
