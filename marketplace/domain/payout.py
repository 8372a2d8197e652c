"""What people asked to be paid: how it stands, and the transfers that each step is.

`REQUESTED` → `PAID` or `REFUSED`. A request moves the money of its agreements to an account of its own; that
account pays the bank, or gives every cent back to where it came from.
"""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from marketplace.domain.chart import BANK, payout_requested, subject_earned
from marketplace.domain.ledger import EntryKind, Transfer


class PayoutState(StrEnum):
    """How a payout stands."""

    REQUESTED = "requested"
    PAID = "paid"
    REFUSED = "refused"


@dataclass(frozen=True)
class PaidLine:
    """What one agreement gives to a payout."""

    consent_id: str
    amount_cents: int


@dataclass(frozen=True)
class Payout:
    """One request. `payee` is sealed, and forgotten when it is over; `reason` says why it was refused.

    `exported_at` is when it was last written into a file for the bank.
    """

    payout_id: str
    state: PayoutState
    lines: tuple[PaidLine, ...]
    request_digest: str
    requested_at: datetime
    payee: bytes | None = field(default=None, repr=False)
    exported_at: datetime | None = None
    decided_at: datetime | None = None
    reason: str | None = None

    @property
    def total_cents(self) -> int:
        """What is to be paid in all."""
        return sum(line.amount_cents for line in self.lines)


def requested(payout: Payout) -> list[Transfer]:
    """The money goes to the payout's own account, all of it or nothing."""
    account = payout_requested(payout.payout_id)
    return [
        Transfer(
            f"payout/{payout.payout_id}/{line.consent_id}",
            EntryKind.PAYMENT,
            subject_earned(line.consent_id),
            account,
            line.amount_cents,
            payout.requested_at,
        )
        for line in payout.lines
    ]


def paid(payout: Payout, at: datetime) -> list[Transfer]:
    """The bank was told to pay."""
    account = payout_requested(payout.payout_id)
    name = f"payout/{payout.payout_id}/paid"
    return [Transfer(name, EntryKind.PAYMENT, account, BANK, payout.total_cents, at)]


def given_back(payout: Payout, at: datetime) -> list[Transfer]:
    """Every cent goes back to the agreement that earned it."""
    account = payout_requested(payout.payout_id)
    return [
        Transfer(
            f"payout/{payout.payout_id}/{line.consent_id}/back",
            EntryKind.PAYMENT,
            account,
            subject_earned(line.consent_id),
            line.amount_cents,
            at,
        )
        for line in payout.lines
    ]
