"""A buyer's money: add to it in the sandbox, and read every movement of it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from marketplace.domain.account import AccountKind
from marketplace.domain.chart import SANDBOX, buyer_available, is_external, is_refund
from marketplace.domain.ledger import Balance, EntryKind, Ledger, Transfer
from marketplace.domain.member_act import Did
from marketplace.errors import AmountError, NotAllowedError, UnknownAccountError
from marketplace.services.desk import Desk
from marketplace.services.member_acts import note

MAX_TOP_UP_CENTS = 100_000_000
MAX_TRANSFER_ID = 100


@dataclass(frozen=True)
class TopUp:
    """Adds sandbox money to a buyer's account. The caller makes the id: repeating it adds nothing."""

    desk: Desk

    def __call__(
        self, account_id: str, *, transfer_id: str, amount_cents: int, by: str | None = None
    ) -> Balance:
        """The balance after it; `by` is the member who adds it.

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
            now, before = self.desk.now(), ledger.balance(purse).available_cents
            ledger.record([Transfer(name, EntryKind.PAYMENT, SANDBOX, purse, amount_cents, now)])
            if ledger.balance(purse).available_cents != before:
                note(books, now, (account_id, by), Did.PAID_IN, about=transfer_id)
            return ledger.balance(purse)


@dataclass(frozen=True)
class StatementLine:
    """One movement as the buyer sees it.

    `kind` is "top-up", "hold" (set aside for an order), "charge" (paid into escrow at the release, in place
    of the hold), "return" (came back, from a hold or from escrow), "expired", "refund" (asked back to where
    it was paid from) or "refund-back" (that was refused); `amount_cents` is what it does to the available
    money.
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
        """The statement; its lines add up to what is available. A hold that has run out holds nothing."""
        purse, now = buyer_available(account_id), self.desk.now()
        with self.desk.store.reading() as books:
            ledger = Ledger(books.ledger)
            balance, transfers = ledger.balance(purse), ledger.transfers_of(purse)
        ended = _run_out(transfers, now)
        freed = sum(each.amount_cents for each in ended)
        lines = tuple(_lines([*transfers, *ended], purse))
        return Statement(balance.available_cents + freed, balance.held_debits - freed, lines[::-1])


def _run_out(transfers: Sequence[Transfer], now: datetime) -> list[Transfer]:
    """The expiries of holds that have run out and that nobody has swept yet."""
    resolved = {each.hold_id for each in transfers}
    return [
        replace(each, transfer_id=f"{each.transfer_id}/expiry", kind=EntryKind.EXPIRY, at=each.valid_until)
        for each in transfers
        if each.kind is EntryKind.HOLD
        and each.transfer_id not in resolved
        and each.valid_until is not None
        and each.valid_until <= now
    ]


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
        return -transfer.amount_cents, "refund" if is_refund(transfer.credit) else "charge"
    if is_external(transfer.debit):
        return transfer.amount_cents, "top-up"
    return transfer.amount_cents, "refund-back" if is_refund(transfer.debit) else "return"
