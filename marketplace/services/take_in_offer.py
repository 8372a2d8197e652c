"""An offer that was checked is taken in: it stands in the books and in the log, and its receipt is signed."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic

from consent.errors import ConsentError
from crypto.encoding import Json
from crypto.errors import CryptoError
from marketplace.domain.log import Log
from marketplace.errors import ContributionRefusedError, OfferConflictError
from marketplace.services.desk import Desk
from marketplace.services.direct_ports import DirectBook, OfferT
from marketplace.services.log_entries import append, shown
from marketplace.services.ports import Books, StatusLists
from ssi.credential import RecordCredential


@dataclass(frozen=True)
class CheckedOffer(Generic[OfferT]):
    """An offer whose every claim was checked, with what its kind makes of it.

    `entry` is what the log says of it. `receipt` signs for it as of a moment. `offering` makes what the books
    keep, of the arguments that are the same for every kind.
    """

    consent_id: str
    document: str
    request_digest: str
    credential: RecordCredential
    entry: Mapping[str, Json]
    receipt: Callable[[datetime], str]
    offering: Callable[..., OfferT]


@contextmanager
def refused_where_unproven() -> Iterator[None]:
    """Checks of a person's document that fail in the block refuse it as a contribution.

    Raises:
        ContributionRefusedError: a check failed.
    """
    try:
        yield
    except (ConsentError, CryptoError) as error:
        raise ContributionRefusedError(str(error)) from error


@dataclass(frozen=True)
class TakeInOffer(Generic[OfferT]):
    """Takes offers of one kind in. The same one again gets the same answer; `book` finds their book."""

    desk: Desk
    status_lists: StatusLists
    book: Callable[[Books], DirectBook[OfferT, Any, Any]]

    def __call__(self, arrived: CheckedOffer[OfferT], *, now: datetime) -> dict[str, Json]:
        """The signed receipt, and the proof that the offer stands in the log.

        Raises:
            CredentialError: the issuer took the credential back.
            OfferConflictError: another offer came for this consent, or it was withdrawn.
            PeerError: the issuer's status list cannot be had now.
        """
        with self.desk.store.reading() as books:
            answer = self._answered(books, arrived)
        if answer is not None:
            return answer
        self.status_lists.check(arrived.credential, now=now)
        with self.desk.store.writing() as books:
            return self._answered(books, arrived) or self._keep(books, arrived)

    def _answered(self, books: Books, arrived: CheckedOffer[OfferT]) -> dict[str, Json] | None:
        """The answer that the same offer got before, if it came before."""
        known = self.book(books).offer(arrived.consent_id)
        if known is None:
            return None
        if known.request_digest != arrived.request_digest:
            raise OfferConflictError(f"another offer came for consent {arrived.consent_id}")
        if known.withdrawn_at is not None:
            raise OfferConflictError(f"consent {arrived.consent_id} was withdrawn; give a new one")
        return dict(known.answer)

    def _keep(self, books: Books, arrived: CheckedOffer[OfferT]) -> dict[str, Json]:
        now = self.desk.now()
        (index,) = append(self.desk, books, "offer", [arrived.entry], now)
        answer: dict[str, Json] = {
            "consent_id": arrived.consent_id,
            "receipt": arrived.receipt(now),
            "log": shown(self.desk, Log(books.log), index),
        }
        offering = arrived.offering(
            consent_id=arrived.consent_id,
            person=arrived.credential.handle,
            holder_key=arrived.credential.holder_key,
            document=arrived.document,
            request_digest=arrived.request_digest,
            answer=answer,
            received_at=now,
            log_index=index,
        )
        self.book(books).add_offer(offering)
        return answer
