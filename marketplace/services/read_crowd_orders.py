"""A buyer looks at its orders of crowd sums, and fetches what opens one."""

from dataclasses import dataclass

from crypto.encoding import Json
from marketplace.domain.crowd import CrowdPurchase, CrowdState
from marketplace.errors import UnknownOrderError
from marketplace.services.advance_crowd import material_of, seated_members
from marketplace.services.desk import Desk
from marketplace.services.ports import Books
from marketplace.services.tell_recipients import ended_in_sum

_OPEN = frozenset({CrowdState.RELEASED, CrowdState.SETTLED})


@dataclass(frozen=True)
class ReadCrowdOrders:
    """A buyer's orders."""

    desk: Desk

    def __call__(self, account_id: str) -> tuple[CrowdPurchase, ...]:
        """All of them, newest first."""
        with self.desk.store.reading() as books:
            return tuple(books.crowds.of_account(account_id))

    def one(self, account_id: str, order_id: str) -> dict[str, Json]:
        """One of them; with the material and its release once there is one, which only the buyer can open.

        `ended_agreements` tells that people in it ended theirs (GDPR art. 19).

        Raises:
            UnknownOrderError: this buyer has no such order.
        """
        with self.desk.store.reading() as books:
            purchase = crowd_order_of(books, account_id, order_id)
            material: Json = None
            if purchase.state in _OPEN:
                material = material_of(purchase, seated_members(books, purchase)).to_json()
            release = purchase.release if purchase.state in _OPEN else None
            return {
                **purchase.to_json(),
                "material": material,
                "release": release,
                "ended_agreements": ended_in_sum(books, purchase),
            }


def crowd_order_of(books: Books, account_id: str, order_id: str) -> CrowdPurchase:
    """A buyer's own order.

    Raises:
        UnknownOrderError: this buyer has none of this id.
    """
    purchase = books.crowds.get(order_id)
    if purchase is None or purchase.account_id != account_id:
        raise UnknownOrderError(f"there is no order {order_id[:80]} of yours")
    return purchase
