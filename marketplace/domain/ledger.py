"""Where is the money? Double-entry book-keeping with two-phase transfers.

After TigerBeetle's documents (docs/coding/{two-phase-transfers,linked-events,data-modeling}.md):

1. Amounts are positive integers in cents of the ledger's one currency; each transfer debits one account and
   credits another, so debits and credits are equal by construction, always. Nothing is exchanged here: what
   comes in another currency is refused at the rail.
2. Transfers are immutable. A *hold* is resolved once, by a new transfer that refers to it: a *charge* of at
   most the held amount, a *void*, or an *expiry*.
3. The caller makes the id. The same id with the same content is the same transfer and changes nothing; with
   another content it is refused.
4. Entries recorded together take effect together or not at all; the caller wraps `record` in a database
   transaction together with the reason for the entries.
5. A guarded account (`chart.is_guarded`) never falls below zero, counting what is held as spent. A hold that
   has run out is free from that second on, whether or not somebody has swept it yet.
6. Balances are sums over transfers. `Book` keeps them ready; `trial_balance` adds them up anew.

`Ledger` holds the rules, a `Book` only remembers: the same rules run over SQL and over memory.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Final, Protocol

from marketplace.domain.chart import is_guarded
from marketplace.domain.split import MAX_CENTS
from marketplace.errors import AmountError, InsufficientFundsError, LedgerCorruptError, TransferConflictError

CURRENCY: Final = "EUR"
"""The one currency of the ledger (ISO 4217)."""


class EntryKind(StrEnum):
    """What a transfer does: moves money, sets it aside, or resolves what was set aside."""

    PAYMENT = "payment"
    HOLD = "hold"
    CHARGE = "charge"
    VOID = "void"
    EXPIRY = "expiry"


_RESOLUTIONS = frozenset({EntryKind.CHARGE, EntryKind.VOID, EntryKind.EXPIRY})


@dataclass(frozen=True)
class Transfer:
    """One immutable line of the ledger.

    `hold_id` names the hold that a resolution resolves. `valid_until` is set for holds only; from that moment
    on the hold cannot be charged. `order_id` says what it was for.
    """

    transfer_id: str
    kind: EntryKind
    debit: str
    credit: str
    amount_cents: int
    at: datetime
    order_id: str | None = None
    hold_id: str | None = None
    valid_until: datetime | None = None

    @property
    def content(self) -> tuple[object, ...]:
        """What must be equal for two requests with one id to be the same request; the moment is ours."""
        return (self.kind, self.debit, self.credit, self.amount_cents, self.order_id, self.hold_id)


@dataclass(frozen=True)
class Balance:
    """An account's sums in cents: posted both ways, and held on its debit side."""

    posted_debits: int = 0
    posted_credits: int = 0
    held_debits: int = 0

    @property
    def posted_cents(self) -> int:
        """What the account has, without regard to holds."""
        return self.posted_credits - self.posted_debits

    @property
    def available_cents(self) -> int:
        """What the account can spend: what it has less what is held."""
        return self.posted_cents - self.held_debits


class Book(Protocol):
    """Remembers transfers and balances within one database transaction."""

    def transfers(self, transfer_ids: Iterable[str]) -> Mapping[str, Transfer]:
        """The known transfers among these ids."""
        ...

    def resolutions(self, hold_ids: Iterable[str]) -> Mapping[str, Transfer]:
        """For each resolved hold among these ids, the transfer that resolved it."""
        ...

    def open_holds(self, *, ended_by: datetime) -> Sequence[Transfer]:
        """The unresolved holds whose `valid_until` is not after a moment."""
        ...

    def of_account(self, account: str) -> Sequence[Transfer]:
        """Every transfer that names an account, in the order of recording."""
        ...

    def balances(self, accounts: Iterable[str]) -> Mapping[str, Balance]:
        """The balances of these accounts, zero where nothing happened."""
        ...

    def add(self, transfers: Sequence[Transfer], balances: Mapping[str, Balance]) -> None:
        """Append transfers and replace these accounts' balances."""
        ...

    def all_transfers(self) -> Iterable[Transfer]:
        """Every transfer in the order of recording."""
        ...

    def all_balances(self) -> Mapping[str, Balance]:
        """Every account's kept balance."""
        ...


class Ledger:
    """The rules of the ledger over one book."""

    def __init__(self, book: Book) -> None:
        self._book = book

    def balance(self, account: str) -> Balance:
        """What an account has and what of it is held."""
        return self._book.balances([account])[account]

    def transfers_of(self, account: str) -> Sequence[Transfer]:
        """Every transfer that names an account, in the order of recording."""
        return self._book.of_account(account)

    def hold_of(self, transfer_id: str) -> Transfer | None:
        """A hold by its id, if it was made."""
        found = self._book.transfers([transfer_id]).get(transfer_id)
        return found if found is not None and found.kind is EntryKind.HOLD else None

    def resolution_of(self, hold_id: str) -> Transfer | None:
        """What resolved a hold, if anything did."""
        return self._book.resolutions([hold_id]).get(hold_id)

    def record(self, entries: Sequence[Transfer]) -> None:
        """Record payments and holds together, or none of them; known ones change nothing.

        Raises:
            AmountError: an amount is not a whole number in [1, 2^53).
            TransferConflictError: an id is known with another content, or stands twice in the batch.
            InsufficientFundsError: a guarded account would fall below zero.
        """
        for entry in entries:
            _check_form(entry)
        unknown = self._unknown(entries)
        try:
            self._apply(unknown)
        except InsufficientFundsError:
            # Nothing was written. What is missing may be held by holds that have run out meanwhile.
            if self.expire_due(max(entry.at for entry in unknown)) == 0:
                raise
            self._apply(unknown)

    def charge(self, hold_id: str, *, transfer_id: str, amount_cents: int, at: datetime) -> None:
        """Turn a hold into a payment of at most the held amount; the rest is free again.

        Raises:
            AmountError: the amount is not in [1, held amount].
            TransferConflictError: no such hold, it was resolved otherwise, or it has run out.
        """
        hold = self._hold(hold_id)
        if not _is_whole(amount_cents) or not 1 <= amount_cents <= hold.amount_cents:
            raise AmountError(f"expected 1 to {hold.amount_cents} cents, got {amount_cents}")
        charge = _resolution(hold, EntryKind.CHARGE, transfer_id, at)
        self._resolve(hold, replace(charge, amount_cents=amount_cents))

    def void(self, hold_id: str, *, transfer_id: str, at: datetime) -> None:
        """Free a hold. One that has expired is free already, and nothing changes.

        Raises:
            TransferConflictError: no such hold, or it was charged.
        """
        hold = self._hold(hold_id)
        resolved = self.resolution_of(hold_id)
        if resolved is None or resolved.kind is not EntryKind.EXPIRY:
            self._resolve(hold, _resolution(hold, EntryKind.VOID, transfer_id, at))

    def expire_due(self, now: datetime) -> int:
        """Free every hold that has run out and return how many there were."""
        due = self._book.open_holds(ended_by=now)
        self._apply([_resolution(hold, EntryKind.EXPIRY, f"{hold.transfer_id}/expiry", now) for hold in due])
        return len(due)

    def trial_balance(self) -> dict[str, Balance]:
        """Add up every transfer from zero and return all balances, whose posted cents sum to zero.

        Raises:
            LedgerCorruptError: a kept balance is not the sum of its transfers, a guarded account is below
                zero, or the sum over all accounts is not zero.
        """
        summed: dict[str, Balance] = {}
        holds: dict[str, Transfer] = {}
        for transfer in self._book.all_transfers():
            if transfer.kind is EntryKind.HOLD:
                holds[transfer.transfer_id] = transfer
            summed |= _applied(transfer, holds.get(transfer.hold_id or ""), summed)
        kept = {name: balance for name, balance in self._book.all_balances().items() if balance != Balance()}
        if kept != {name: balance for name, balance in summed.items() if balance != Balance()}:
            raise LedgerCorruptError("the kept balances are not the sums of the transfers")
        if sum(balance.posted_cents for balance in summed.values()) != 0:
            raise LedgerCorruptError("debits and credits are not equal")
        if any(is_guarded(name) and balance.available_cents < 0 for name, balance in summed.items()):
            raise LedgerCorruptError("a guarded account is below zero")
        return summed

    def _unknown(self, entries: Sequence[Transfer]) -> list[Transfer]:
        known = self._book.transfers(entry.transfer_id for entry in entries)
        for entry in entries:
            if entry.transfer_id in known and known[entry.transfer_id].content != entry.content:
                raise TransferConflictError(f"transfer {entry.transfer_id} exists with another content")
        if len({entry.transfer_id for entry in entries}) != len(entries):
            raise TransferConflictError("an id stands twice in the batch")
        return [entry for entry in entries if entry.transfer_id not in known]

    def _hold(self, hold_id: str) -> Transfer:
        hold = self.hold_of(hold_id)
        if hold is None:
            raise TransferConflictError(f"there is no hold {hold_id}")
        return hold

    def _resolve(self, hold: Transfer, resolution: Transfer) -> None:
        resolved = self.resolution_of(hold.transfer_id)
        if resolved is not None:
            if (resolved.transfer_id, resolved.content) != (resolution.transfer_id, resolution.content):
                raise TransferConflictError(f"hold {hold.transfer_id} was resolved by {resolved.kind} before")
            return
        ended = hold.valid_until is not None and hold.valid_until <= resolution.at
        if resolution.kind is EntryKind.CHARGE and ended:
            raise TransferConflictError(f"hold {hold.transfer_id} has run out")
        self._apply(self._unknown([resolution]))

    def _apply(self, entries: Sequence[Transfer]) -> None:
        if not entries:
            return
        accounts = sorted({name for entry in entries for name in (entry.debit, entry.credit)})
        balances = dict(self._book.balances(accounts))
        holds = self._book.transfers(entry.hold_id for entry in entries if entry.hold_id)
        for entry in entries:
            balances |= _applied(entry, holds.get(entry.hold_id or ""), balances)
            _check_guarded(entry.debit, balances[entry.debit])
        self._book.add(entries, balances)


def _applied(entry: Transfer, hold: Transfer | None, balances: Mapping[str, Balance]) -> dict[str, Balance]:
    """The two balances that an entry changes, after it; `hold` is the one that a resolution resolves."""
    debit, credit = balances.get(entry.debit, Balance()), balances.get(entry.credit, Balance())
    if entry.kind is EntryKind.HOLD:
        debit = replace(debit, held_debits=debit.held_debits + entry.amount_cents)
    if hold is not None and entry.kind in _RESOLUTIONS:
        debit = replace(debit, held_debits=debit.held_debits - hold.amount_cents)
    if entry.kind in {EntryKind.PAYMENT, EntryKind.CHARGE}:
        debit = replace(debit, posted_debits=debit.posted_debits + entry.amount_cents)
        credit = replace(credit, posted_credits=credit.posted_credits + entry.amount_cents)
    return {entry.debit: debit, entry.credit: credit}


def _resolution(hold: Transfer, kind: EntryKind, transfer_id: str, at: datetime) -> Transfer:
    return replace(
        hold, transfer_id=transfer_id, kind=kind, at=at, hold_id=hold.transfer_id, valid_until=None
    )


def _is_whole(amount: object) -> bool:
    """Whether it is an integer. JSON and forms also know floats and truth values, which are no money."""
    return isinstance(amount, int) and not isinstance(amount, bool)


def _check_form(entry: Transfer) -> None:
    if not _is_whole(entry.amount_cents) or not 1 <= entry.amount_cents <= MAX_CENTS:
        raise AmountError(f"expected 1 to {MAX_CENTS} cents, got {entry.amount_cents}")
    if entry.kind in _RESOLUTIONS or entry.hold_id is not None:
        raise TransferConflictError("a hold is resolved by charge, void or expiry, not by a new entry")
    if entry.debit == entry.credit:
        raise TransferConflictError("a transfer moves money between two accounts")


def _check_guarded(account: str, balance: Balance) -> None:
    if is_guarded(account) and balance.available_cents < 0:
        raise InsufficientFundsError(account, -balance.available_cents)
