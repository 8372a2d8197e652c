"""A buyer's money: add to it in the sandbox, and read every movement of it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from marketplace.domain.account import AccountKind
from marketplace.domain.chart import SANDBOX, buyer_available
from marketplace.domain.ledger import Balance, EntryKind, Ledger, Transfer
from marketplace.errors import AmountError, NotAllowedError, UnknownAccountError
from marketplace.services.desk import Desk

MAX_TOP_UP_CENTS = 100_000_000
MAX_TRANSFER_ID = 100


@dataclass(frozen=True)
class TopUp:
    """Adds sandbox money to a buyer's account. The caller makes the id: repeating it adds nothing."""

    desk: Desk

    def __call__(self, account_id: str, *, transfer_id: str, amount_cents: int) -> Balance:
        """The balance after it.

        Raises:
            UnknownAccountError: there is no such account.
            NotAllowedError: it is not a buyer's.
            AmountError: not 1 cent to a million euros, or an id without form.
            TransferConflictError: this id was used with another amount.
        """
        if not 1 <= amount_cents <= MAX_TOP_UP_CENTS:
            raise AmountError(f"expected 1 to {MAX_TOP_UP_CENTS} cents, got {amount_cents}")
        if not 0 < len(transfer_id) <= MAX_TRANSFER_ID:
            raise AmountError(f"a top-up has an id of 1 to {MAX_TRANSFER_ID} characters, made by the caller")
        with self.desk.store.writing() as books:
            account = books.accounts.get(account_id)
            if account is None:
                raise UnknownAccountError("there is no such account")
            if account.kind is not AccountKind.BUYER:
                raise NotAllowedError("only a buyer's account holds money")
            ledger, purse = Ledger(books.ledger), buyer_available(account_id)
            # The account's own id in front, so that nobody can use up another one's ids.
            name = f"top-up/{account_id}/{transfer_id}"
            now = self.desk.now()
            ledger.record([Transfer(name, EntryKind.PAYMENT, SANDBOX, purse, amount_cents, now)])
            return ledger.balance(purse)


@dataclass(frozen=True)
class StatementLine:
    """One movement as the buyer sees it.

    `kind` is "top-up", "hold" (set aside for an order), "charge" (paid into escrow at the release, in place
    of the hold), "return" (came back, from a hold or from escrow) or "expired"; `amount_cents` is what it
    does to the available money.
    """

    transfer_id: str
    at: datetime
    kind: str
    amount_cents: int
    order_id: str | None


@dataclass(frozen=True)
class Statement:
    """What a buyer has, what is set aside, and all movements, newest first."""

    available_cents: int
    held_cents: int
    lines: tuple[StatementLine, ...]


@dataclass(frozen=True)
class ReadStatement:
    """Reads the statement of a buyer's account."""

    desk: Desk

    def __call__(self, account_id: str) -> Statement:
        """The statement; its lines add up to what is available."""
        purse = buyer_available(account_id)
        with self.desk.store.reading() as books:
            ledger = Ledger(books.ledger)
            balance, transfers = ledger.balance(purse), ledger.transfers_of(purse)
        lines = tuple(_lines(transfers, purse))
        return Statement(balance.available_cents, balance.held_debits, lines[::-1])


def _lines(transfers: Iterable[Transfer], purse: str) -> Iterable[StatementLine]:
    charged = {each.hold_id for each in transfers if each.kind is EntryKind.CHARGE}
    for each in transfers:
        # A hold that was charged is told once, as what was paid in the end.
        if each.transfer_id not in charged:
            amount, kind = _told(each, purse)
            yield StatementLine(each.transfer_id, each.at, kind, amount, each.order_id)


def _told(transfer: Transfer, purse: str) -> tuple[int, str]:
    if transfer.kind is EntryKind.HOLD:
        return -transfer.amount_cents, "hold"
    if transfer.kind is EntryKind.EXPIRY:
        return transfer.amount_cents, "expired"
    if transfer.kind is EntryKind.VOID:
        return transfer.amount_cents, "return"
    if transfer.debit == purse:
        return -transfer.amount_cents, "charge"
    return transfer.amount_cents, "top-up" if transfer.debit == SANDBOX else "return"
