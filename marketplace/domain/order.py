"""What did a buyer order, at which price, and what became of it?"""

from dataclasses import dataclass, field
from datetime import datetime

from consent.query import Query
from crypto.encoding import digest_of
from marketplace.domain.account import Buyer
from marketplace.domain.split import Price


@dataclass(frozen=True)
class DisputeOutcome:
    """What opening one envelope showed: whether the node's output contradicts what it signed.

    `mandate_digest` names the mandate of which the key of `role` was shown.
    """

    proven: bool
    node: str
    reason: str
    role: int
    at: datetime
    mandate_digest: str


@dataclass(frozen=True)
class Order:
    """One order, with the buyer's papers as they were when it was placed: every attempt uses the same.

    `request_digest` tells a repeated request from another one under the same id. `ordered_by` is the member
    who placed it, None where that is not known.
    """

    order_id: str
    account_id: str
    job_id: str
    buyer: Buyer
    query: Query
    price: Price
    request_digest: str
    credential: str = field(repr=False)
    mandate: str = field(repr=False)
    escrow_receipt: str = field(repr=False)
    placed_at: datetime
    log_index: int
    dispute: DisputeOutcome | None = None
    ordered_by: str | None = None

    @property
    def hold_id(self) -> str:
        """The transfer that holds the price."""
        return f"{self.order_id}/hold"


def request_digest(query: Query, accepted_price_cents: int) -> str:
    """The digest of what a buyer asked for in an order."""
    return digest_of({"query": query.to_json(), "accepted_price_cents": accepted_price_cents})
