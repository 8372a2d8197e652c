"""The buyer's word on a crowd sum: it is right, and everybody is paid; or it does not open, and is judged."""

from dataclasses import dataclass
from typing import NamedTuple

from consent.crowd_release import open_crowd
from consent.errors import ConsentError
from crypto.errors import CryptoError
from crypto.sealing import SealingKey
from marketplace.domain.crowd import CrowdPurchase, CrowdState
from marketplace.domain.direct import Judgement
from marketplace.errors import DisputeRefusedError, ResultNotReadyError
from marketplace.services.advance_crowd import material_of, seated_members
from marketplace.services.desk import Desk
from marketplace.services.direct_purchases import judged, shown_key
from marketplace.services.end_crowd import refund, settle
from marketplace.services.ports import Books
from marketplace.services.read_crowd_orders import crowd_order_of

OPENS = "the sum opens, and is that of the terms that the wallets proved"
SPOILT = "a member spoilt the sum, so the people in it are paid and the fee is back"


@dataclass(frozen=True)
class ConfirmCrowd:
    """Settles an order at once; confirming again changes nothing."""

    desk: Desk

    def __call__(self, account_id: str, order_id: str) -> CrowdPurchase:
        """The settled order.

        Raises:
            UnknownOrderError: this buyer has no such order.
            ResultNotReadyError: there is nothing to confirm.
        """
        with self.desk.store.writing() as books:
            purchase = crowd_order_of(books, account_id, order_id)
            if purchase.state is CrowdState.RELEASED:
                return settle(self.desk, books, purchase)
            if purchase.state is not CrowdState.SETTLED:
                raise ResultNotReadyError(
                    f"order {order_id} is {purchase.state}; there is nothing to confirm"
                )
            return purchase


@dataclass(frozen=True)
class DisputeCrowd:
    """Opens a sum with the key that the buyer shows, and judges whose fault it is if it does not open.

    What the marketplace put together wrongly is refunded. Where a word, a share or a number of a member does
    not hold, the people are paid all the same, and only the platform's fee goes back: a buyer in league with
    one member could have the others' sum by taking out what it knows to be wrong, so a spoilt sum must never
    be a sum for nothing. Who spoilt it is not known, and is paid as well; a buyer who is a victim of that
    loses the compensation of one sum.

    The key is that of one order and opens nothing else. It is not kept, nor is the sum; but whoever runs the
    marketplace could see this one sum while it looks.
    """

    desk: Desk

    def __call__(self, account_id: str, order_id: str, *, private_key: bytes) -> CrowdPurchase:
        """The order after it was looked into. It is looked into once; again gives the same outcome.

        Raises:
            UnknownOrderError: this buyer has no such order.
            ResultNotReadyError: there is no result.
            DisputeRefusedError: it is settled, the time for a dispute is over, or the key is not the one that
                the order names.
        """
        with self.desk.store.writing() as books:
            purchase = crowd_order_of(books, account_id, order_id)
            if purchase.dispute is not None:
                return purchase
            if purchase.state is CrowdState.SETTLED:
                raise DisputeRefusedError("the sum is paid for")
            if purchase.state is not CrowdState.RELEASED:
                raise ResultNotReadyError(f"order {order_id} is {purchase.state}; there is no result")
            if purchase.until is not None and self.desk.now() >= purchase.until:
                raise DisputeRefusedError("the time for a dispute is over")
            key = shown_key(private_key, purchase.order.result_key, name="order")
            return self._judged(books, purchase, key)

    def _judged(self, books: Books, purchase: CrowdPurchase, key: SealingKey) -> CrowdPurchase:
        fault, now = _fault(books, purchase, key), self.desk.now()
        reason = fault.reason if fault else OPENS
        outcome = judged(
            self.desk,
            books,
            purchase,
            Judgement(fault is not None, reason, now),
            {"request_id": purchase.order_id},
        )
        if fault is None:
            books.crowds.save(outcome)
            return outcome
        if fault.by_member:
            return settle(self.desk, books, outcome, fee_back=True)
        return refund(self.desk, books, outcome, CrowdState.DISPUTED, reason)


class _Fault(NamedTuple):
    """Why a sum does not open, and whether what a member said is the reason."""

    reason: str
    by_member: bool


def _fault(books: Books, purchase: CrowdPurchase, key: SealingKey) -> _Fault | None:
    material = material_of(purchase, seated_members(books, purchase))
    try:
        open_crowd(material, purchase.order, key)
    except ConsentError as error:  # the order allows no such cohort: what this marketplace put together
        return _Fault(str(error), by_member=False)
    except CryptoError as error:  # words, shares, ciphertexts and terms are all of the members
        return _Fault(f"{SPOILT}: {error}", by_member=True)
    return None
