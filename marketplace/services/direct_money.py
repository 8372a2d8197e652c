"""How is what a buyer purchases of people themselves paid? Held, charged into escrow, paid or given back.

Each function changes the books of one transaction. Whoever calls it has made sure that the purchase is in the
state that the step needs.
"""

from datetime import datetime
from typing import Any

from marketplace.domain.chart import buyer_available, escrow
from marketplace.domain.direct import DirectPurchase
from marketplace.domain.ledger import EntryKind, Ledger, Transfer
from marketplace.services.ports import Books


def hold_price(
    books: Books, purchase: DirectPurchase[Any], amount_cents: int, *, valid_until: datetime
) -> None:
    """Set an amount of the buyer's money aside; nothing where everybody gives hers for nothing."""
    if amount_cents == 0:
        return
    entry = Transfer(
        transfer_id=purchase.hold_id,
        kind=EntryKind.HOLD,
        debit=buyer_available(purchase.account_id),
        credit=escrow(purchase.purchase_id),
        amount_cents=amount_cents,
        at=purchase.placed_at,
        valid_until=valid_until,
    )
    Ledger(books.ledger).record([entry])


def charge_price(books: Books, purchase: DirectPurchase[Any], *, at: datetime, people: int = 1) -> None:
    """Pay the price of so many people into escrow; what was held for others is free again.

    Raises:
        TransferConflictError: the hold has run out.
    """
    if purchase.price.gross_cents > 0:
        Ledger(books.ledger).charge(
            purchase.hold_id,
            transfer_id=f"{purchase.purchase_id}/charge",
            amount_cents=people * purchase.price.gross_cents,
            at=at,
        )


def payment(
    purchase: DirectPurchase[Any], name: str, account: str, amount_cents: int, *, at: datetime
) -> Transfer:
    """One payment out of the escrow of a purchase, by its name in it."""
    return Transfer(
        transfer_id=f"{purchase.purchase_id}/{name}",
        kind=EntryKind.PAYMENT,
        debit=escrow(purchase.purchase_id),
        credit=account,
        amount_cents=amount_cents,
        at=at,
    )


def give_back(books: Books, purchase: DirectPurchase[Any], *, at: datetime) -> None:
    """Void the hold or, where it was charged already, pay back what is in escrow."""
    ledger = Ledger(books.ledger)
    if ledger.hold_of(purchase.hold_id) is None:
        return
    in_escrow = ledger.balance(escrow(purchase.purchase_id)).available_cents
    if in_escrow == 0:
        ledger.void(purchase.hold_id, transfer_id=f"{purchase.purchase_id}/void", at=at)
        return
    ledger.record([payment(purchase, "refund", buyer_available(purchase.account_id), in_escrow, at=at)])
