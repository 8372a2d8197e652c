"""How does a request for a score end? The person is paid, or everything goes back; in one transaction.

Each function changes the books of one transaction, given by its caller, who has made sure that the request is
in the state that the ending needs.
"""

import logging
from dataclasses import replace

from crypto.encoding import Json
from marketplace.domain.chart import PLATFORM_FEE, subject_earned
from marketplace.domain.invoice import Sale
from marketplace.domain.ledger import Ledger
from marketplace.domain.score import ScoreOrder, ScoreState
from marketplace.services.desk import Desk
from marketplace.services.direct_money import give_back, hold_price, payment
from marketplace.services.issue_invoices import bill
from marketplace.services.log_entries import append
from marketplace.services.ports import Books
from ssi.hosting.logs import log

_LOGGER = logging.getLogger(__name__)


def hold(desk: Desk, books: Books, order: ScoreOrder) -> None:
    """Set the price aside until well after the last moment at which the request can be answered."""
    valid_until = order.valid_until + desk.terms.hold_limit
    hold_price(books, order, order.price.gross_cents, valid_until=valid_until)


def settle(desk: Desk, books: Books, order: ScoreOrder) -> ScoreOrder:
    """Pay the person and the platform; the log gets an entry for each of use and payment."""
    now = desk.now()
    earned, fee = order.price.compensation_cents, order.price.platform_fee_cents
    payments = [
        payment(order, "person", subject_earned(order.consent_id), earned, at=now),
        payment(order, "platform", PLATFORM_FEE, fee, at=now),
    ]
    Ledger(books.ledger).record([each for each in payments if each.amount_cents > 0])
    bill(desk, books, Sale(order.account_id, order.request_id, _what(order), 1, earned, fee))
    use: dict[str, Json] = {
        **asked_score(order),
        "consent_id": order.consent_id,
        "amount_cents": earned,
    }
    (index,) = append(desk, books, "use", [use], now)
    paid: dict[str, Json] = {"request_id": order.request_id, "charged_cents": order.price.gross_cents}
    append(desk, books, "payment", [paid], now)
    settled = replace(order.moved(ScoreState.SETTLED, now), use_log_index=index, settle_at=None)
    books.scores.save(settled)
    log(_LOGGER, "score settled", request=order.request_id, cents=order.price.gross_cents)
    return settled


def refund(desk: Desk, books: Books, order: ScoreOrder, state: ScoreState, reason: str) -> ScoreOrder:
    """Give everything back to the buyer and name the reason. Nothing is handed out any more."""
    now = desk.now()
    give_back(books, order, at=now)
    body: dict[str, Json] = {"request_id": order.request_id, "reason": reason}
    append(desk, books, "failure", [body], now)
    ended = replace(order.moved(state, now, reason), settle_at=None)
    books.scores.save(ended)
    log(_LOGGER, "score refunded", request=order.request_id, state=state.value)
    return ended


def _what(order: ScoreOrder) -> str:
    return f"Score of one record, request {order.request_id}"


def asked_score(order: ScoreOrder) -> dict[str, Json]:
    """What the entries about a request and about the use that came of it share: who asked, and what for."""
    request = order.request
    return {
        "request_id": order.request_id,
        "request_digest": request.digest,
        "purpose": request.purpose.value,
        "buyer": order.buyer.to_json(),
    }
