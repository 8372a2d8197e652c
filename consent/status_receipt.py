"""What does the marketplace certify each time that an agreement changes its status? One receipt for each.

The first says that it was given, the next ones that it was withdrawn or ran out. The history in a receipt
only grows: each receipt repeats all statuses of the one that it replaces and adds one (ISO/IEC TS 27560:2023,
by DPV-27560). A receipt names the record that the person signed by its digest, so it says nothing by itself
about who she is, what she allows, or for whom. Which statuses there are follows from a few moments alone, so
the marketplace makes the receipts anew whenever they are asked for, and they are always the same.

A pause is no status of DPV: the consent is still given. What was said about it is `consent.pause`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Final

from consent.errors import TermsError
from consent.record_document import StatusChange
from consent.signed import is_consent_id
from consent.vocabulary import ConsentStatus
from crypto.encoding import Json, digest_of
from crypto.reading import utc_text

RECEIPT_PREFIX: Final = "urn:argonauta:receipt:sha-256:"
MOST_STATUSES: Final = 3
_FOLLOWS: Final = {
    ConsentStatus.GIVEN: {ConsentStatus.WITHDRAWN, ConsentStatus.EXPIRED},
    ConsentStatus.EXPIRED: {ConsentStatus.WITHDRAWN},
    ConsentStatus.WITHDRAWN: frozenset(),
}


@dataclass(frozen=True)
class AgreementNamed:
    """Which agreement a receipt is for: its public id, the digest of what was signed, who answers for it."""

    consent_id: str
    record_digest: str
    controller: str


@dataclass(frozen=True)
class StatusReceipt:
    """How an agreement stands since `created_at`, and how it stood before.

    `history` has 1 to 3 statuses in the order of their moments, `replaces` is the name of the receipt before,
    None for the first. `created_at` is when the marketplace learnt of the last status.
    """

    agreement: AgreementNamed
    history: tuple[StatusChange, ...]
    created_at: datetime
    replaces: str | None = None

    def __post_init__(self) -> None:
        """Refuse a history that cannot be.

        Raises:
            TermsError: it does not begin with the agreement, a status follows that cannot, time goes
                backwards, or the receipt before is not named exactly where there is one.
        """
        statuses = [change.status for change in self.history]
        moments = [*(change.at for change in self.history), self.created_at]
        if not is_consent_id(self.agreement.consent_id):
            raise TermsError("status receipt: expected a consent id of the form urn:uuid:…")
        if statuses[:1] != [ConsentStatus.GIVEN]:
            raise TermsError("status receipt: a history begins when the consent is given")
        if any(later not in _FOLLOWS[earlier] for earlier, later in pairwise(statuses)):
            raise TermsError("status receipt: a status follows that cannot follow")
        if any(later < earlier for earlier, later in pairwise(moments)):
            raise TermsError("status receipt: a later status is from before an earlier one")
        if any(moment.microsecond for moment in moments):
            raise TermsError("status receipt: moments must be whole seconds")
        if (self.replaces is None) is not (len(self.history) == 1):
            raise TermsError("status receipt: every receipt but the first replaces one")

    @property
    def name(self) -> str:
        """The IRI of this receipt, which is the digest of all that it says."""
        said: dict[str, Json] = {
            "consent_id": self.agreement.consent_id,
            "record_digest": self.agreement.record_digest,
            "controller": self.agreement.controller,
            "history": [[change.status.value, utc_text(change.at)] for change in self.history],
            "created_at": utc_text(self.created_at),
            "replaces": self.replaces,
        }
        return RECEIPT_PREFIX + digest_of(said)

    @property
    def status(self) -> ConsentStatus:
        """How it stands now."""
        return self.history[-1].status

    def followed_by(self, change: StatusChange, *, created_at: datetime) -> "StatusReceipt":
        """The receipt for the next status.

        Raises:
            TermsError: this status cannot follow.
        """
        return StatusReceipt(self.agreement, (*self.history, change), created_at, self.name)


@dataclass(frozen=True)
class Life:
    """When an agreement was given and handed in, until when it holds, and when its end was handed in."""

    given_at: datetime
    received_at: datetime
    valid_until: datetime
    withdrawn_at: datetime | None = None


def status_receipts(agreement: AgreementNamed, life: Life, *, now: datetime) -> tuple[StatusReceipt, ...]:
    """The receipts of an agreement so far, oldest first.

    An agreement that was withdrawn before its end does not run out. A moment of the marketplace that lies
    before one that the person named counts as that one, since her clock may be ahead.

    Raises:
        TermsError: the moments contradict each other.
    """
    received_at = max(life.received_at, life.given_at)
    receipts = [StatusReceipt(agreement, (StatusChange(ConsentStatus.GIVEN, life.given_at),), received_at)]
    ended = life.withdrawn_at
    if now >= life.valid_until and (ended is None or ended >= life.valid_until):
        ran_out = StatusChange(ConsentStatus.EXPIRED, life.valid_until)
        receipts.append(
            receipts[-1].followed_by(ran_out, created_at=max(life.valid_until, receipts[-1].created_at))
        )
    if ended is not None:
        # What was handed in late is certified as late, and never before the receipt that it replaces.
        ended = max(ended, receipts[-1].created_at)
        receipts.append(
            receipts[-1].followed_by(StatusChange(ConsentStatus.WITHDRAWN, ended), created_at=ended)
        )
    return tuple(receipts)


def is_chain(receipts: Sequence[StatusReceipt]) -> bool:
    """Whether these are the receipts of one agreement from the first on, each replacing the one before."""
    return all(
        later.replaces == earlier.name
        and later.agreement == earlier.agreement
        and later.history[:-1] == earlier.history
        and later.created_at >= earlier.created_at
        for earlier, later in pairwise(receipts)
    ) and all(receipt.replaces is None for receipt in receipts[:1])
