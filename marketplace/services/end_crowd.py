"""How does an order of a crowd sum end? Everybody heard is paid, or everything goes back; in one transaction.

Each function changes the books of one transaction, given by its caller, who has made sure that the order is
in the state that the ending needs.
"""

import logging
from dataclasses import replace

from crypto.encoding import Json
from marketplace.domain.chart import PLATFORM_FEE, buyer_available, subject_earned
from marketplace.domain.crowd import CrowdMember, CrowdPurchase, CrowdState
from marketplace.domain.invoice import Sale
from marketplace.domain.ledger import Ledger
from marketplace.services.desk import Desk
from marketplace.services.direct_money import give_back, hold_price, payment
from marketplace.services.issue_invoices import bill
from marketplace.services.log_entries import append
from marketplace.services.ports import Books
from ssi.hosting.logs import log

_LOGGER = logging.getLogger(__name__)
_PLATFORM = ("platform", PLATFORM_FEE)


def hold(desk: Desk, books: Books, purchase: CrowdPurchase) -> None:
    """Set the price of everybody who may take part aside, until well after the last round."""
    valid_until = purchase.order.closes_at + desk.terms.hold_limit
    hold_price(books, purchase, purchase.most_cents, valid_until=valid_until)


def settle(desk: Desk, books: Books, purchase: CrowdPurchase, *, fee_back: bool = False) -> CrowdPurchase:
    """Pay everybody who is in the sum, and the platform, at once; each use has an entry in the log.

    With `fee_back` the platform's part goes to the buyer instead: for a sum that one of its members spoilt.
    """
    now, price = desk.now(), purchase.price
    name, account = ("fee-back", buyer_available(purchase.account_id)) if fee_back else _PLATFORM
    paid = [each for each in books.crowds.members(purchase.order_id) if each.word is not None]
    earned, fee = price.compensation_cents, len(paid) * price.platform_fee_cents
    payments = [
        payment(purchase, f"person/{each.place}", subject_earned(each.consent_id), earned, at=now)
        for each in paid
    ]
    payments.append(payment(purchase, name, account, fee, at=now))
    Ledger(books.ledger).record([each for each in payments if each.amount_cents > 0])
    what = f"Sum over many wallets, order {purchase.order_id}"
    sold = Sale(purchase.account_id, purchase.order_id, what, len(paid), len(paid) * earned, fee)
    bill(desk, books, replace(sold, fee_cents=0) if fee_back else sold)
    bodies = [
        {**asked_crowd(purchase), "consent_id": each.consent_id, "amount_cents": price.compensation_cents}
        for each in paid
    ]
    indexes = append(desk, books, "use", bodies, now)
    logged = [replace(each, use_log_index=index) for each, index in zip(paid, indexes, strict=True)]
    books.crowds.save_members(logged)
    charged = len(paid) * (price.compensation_cents if fee_back else price.gross_cents)
    append(desk, books, "payment", [{"request_id": purchase.order_id, "charged_cents": charged}], now)
    settled = purchase.moved(CrowdState.SETTLED, now)
    books.crowds.save(settled)
    log(_LOGGER, "crowd sum settled", order=purchase.order_id, cents=charged)
    return settled


def refund(
    desk: Desk, books: Books, purchase: CrowdPurchase, state: CrowdState, reason: str
) -> CrowdPurchase:
    """Give everything back to the buyer and name the reason; what wallets said is deleted."""
    now = desk.now()
    give_back(books, purchase, at=now)
    books.crowds.forget_shares(purchase.order_id)
    books.crowds.save_members([_emptied(each) for each in books.crowds.members(purchase.order_id)])
    body: dict[str, Json] = {"request_id": purchase.order_id, "reason": reason}
    append(desk, books, "failure", [body], now)
    ended = purchase.moved(state, now, reason=reason)
    books.crowds.save(ended)
    log(_LOGGER, "crowd sum refunded", order=purchase.order_id, state=state.value)
    return ended


def asked_crowd(purchase: CrowdPurchase) -> dict[str, Json]:
    """What the entries about an order and about each use in it share: who asked, and what for."""
    order = purchase.order
    return {
        "request_id": purchase.order_id,
        "request_digest": order.digest,
        "purpose": order.purpose.value,
        "buyer": purchase.buyer.to_json(),
    }


def _emptied(member: CrowdMember) -> CrowdMember:
    return replace(member, word=None, revealed=None)
