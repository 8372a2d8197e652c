"""Crowd sums whose time for a round is over go on by themselves, or come to their end."""

import logging
from dataclasses import dataclass

from consent.errors import ConsentError
from crypto.errors import CryptoError
from marketplace.domain.crowd import CrowdPurchase, CrowdState
from marketplace.errors import ConflictError, InsufficientFundsError
from marketplace.services.advance_crowd import advance
from marketplace.services.desk import Desk
from marketplace.services.end_crowd import refund, settle
from marketplace.services.ports import Books
from ssi.hosting.logs import log

CANNOT_GO_ON = "the sum could not be computed"
_LOGGER = logging.getLogger(__name__)


@dataclass(frozen=True)
class TendCrowds:
    """Takes every order one step further whose time is over; sums without a word of the buyer are paid.

    Each in a transaction of its own: one that cannot go on ends with its money back, and one that cannot
    even be ended is logged, and keeps no other one waiting.
    """

    desk: Desk

    def __call__(self) -> int:
        """How many went on."""
        with self.desk.store.reading() as books:
            due = [each.order_id for each in books.crowds.due(self.desk.now())]
        return sum(self._tended(order_id) for order_id in due)

    def _tended(self, order_id: str) -> bool:
        try:
            try:
                return self._step(order_id)
            except (ConsentError, CryptoError) as error:
                log(_LOGGER, "crowd sum cannot go on", order=order_id, reason=str(error))
                return self._fail(order_id)
        except (ConflictError, InsufficientFundsError) as error:
            log(_LOGGER, "crowd sum cannot be ended", order=order_id, reason=str(error))
            return False

    def _step(self, order_id: str) -> bool:
        with self.desk.store.writing() as books:
            purchase = self._due(books, order_id)
            if purchase is None:
                return False
            if purchase.state is CrowdState.RELEASED:
                settle(self.desk, books, purchase)
            else:
                advance(self.desk, books, purchase)
            return True

    def _fail(self, order_id: str) -> bool:
        with self.desk.store.writing() as books:
            purchase = self._due(books, order_id)
            if purchase is None or not purchase.state.is_running:
                return False
            refund(self.desk, books, purchase, CrowdState.FAILED, CANNOT_GO_ON)
            return True

    def _due(self, books: Books, order_id: str) -> CrowdPurchase | None:
        """The order, if it is still due: a message may have come since."""
        purchase = books.crowds.get(order_id)
        if purchase is None or purchase.until is None or self.desk.now() < purchase.until:
            return None
        return purchase
