"""The end of a wallet: when it comes, and what has to be said after it.

Erasing needs nobody's key: with the locks the data key is gone, and with it everything sealed under it
(crypto-shredding), also in copies of the database made later. What must outlive the wallet are withdrawals
that somebody has not answered yet. They are signed and name an agreement by its random id, never a person.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

COOLING_OFF = timedelta(days=7)
"""For how long a person can change her mind."""
PATIENCE = timedelta(days=90)
"""For how long a farewell is tried to be delivered; after that an operator has to look at it."""


class Recipient(StrEnum):
    """Whom a farewell is for."""

    NODE = "node"
    MARKETPLACE = "marketplace"
    SCORES = "scores"
    CROWDS = "crowds"


@dataclass(frozen=True)
class Farewell:
    """A signed withdrawal that somebody has not answered; `node_id` is empty for the marketplace."""

    farewell_id: str
    recipient: Recipient
    node_id: str
    consent_id: str
    signed: str = field(repr=False)
    since: datetime


@dataclass(frozen=True)
class Erasure:
    """What is planned: when it was asked for, and when the wallet is gone."""

    asked_at: datetime
    due_at: datetime


def planned(now: datetime) -> Erasure:
    """An erasure that is asked for now."""
    return Erasure(now, now + COOLING_OFF)
