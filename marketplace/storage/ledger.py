"""Transfers and balances in SQL."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import Row, delete, insert, select
from sqlalchemy.orm import Session

from marketplace.domain.chart import is_guarded
from marketplace.domain.ledger import Balance, EntryKind, Transfer
from marketplace.storage.batches import batched_values
from marketplace.storage.tables import balances, transfers

_FIELDS = (
    "transfer_id",
    "kind",
    "debit",
    "credit",
    "amount_cents",
    "at",
    "order_id",
    "hold_id",
    "valid_until",
)


class SqlLedgerBook:
    """The `Book` of one transaction. The store admits one writer, so what was read holds until the end."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def transfers(self, transfer_ids: Iterable[str]) -> Mapping[str, Transfer]:
        """The known transfers among these ids."""
        found: dict[str, Transfer] = {}
        for batch in batched_values(transfer_ids):
            rows = self._session.execute(select(transfers).where(transfers.c.transfer_id.in_(batch)))
            found |= {row.transfer_id: _transfer(row) for row in rows}
        return found

    def resolutions(self, hold_ids: Iterable[str]) -> Mapping[str, Transfer]:
        """For each resolved hold among these ids, the transfer that resolved it."""
        found: dict[str, Transfer] = {}
        for batch in batched_values(hold_ids):
            rows = self._session.execute(select(transfers).where(transfers.c.hold_id.in_(batch)))
            found |= {row.hold_id: _transfer(row) for row in rows}
        return found

    def open_holds(self, *, ended_by: datetime) -> Sequence[Transfer]:
        """The unresolved holds whose `valid_until` is not after a moment."""
        resolved = select(transfers.c.hold_id).where(transfers.c.hold_id.is_not(None))
        due = select(transfers).where(
            transfers.c.kind == EntryKind.HOLD,
            transfers.c.valid_until <= ended_by,
            transfers.c.transfer_id.not_in(resolved),
        )
        return [_transfer(row) for row in self._session.execute(due.order_by(transfers.c.number))]

    def of_account(self, account: str) -> Sequence[Transfer]:
        """Every transfer that names an account, in the order of recording."""
        named = (transfers.c.debit == account) | (transfers.c.credit == account)
        rows = self._session.execute(select(transfers).where(named).order_by(transfers.c.number))
        return [_transfer(row) for row in rows]

    def balances(self, accounts: Iterable[str]) -> Mapping[str, Balance]:
        """The balances of these accounts, zero where nothing happened."""
        found: dict[str, Balance] = {}
        for batch in batched_values(accounts):
            found |= dict.fromkeys(batch, Balance())
            rows = self._session.execute(select(balances).where(balances.c.account.in_(batch)))
            found |= {row.account: _balance(row) for row in rows}
        return found

    def add(self, added: Sequence[Transfer], changed: Mapping[str, Balance]) -> None:
        """Append transfers and replace these accounts' balances."""
        self._session.execute(
            insert(transfers), [{name: getattr(each, name) for name in _FIELDS} for each in added]
        )
        for batch in batched_values(changed):
            self._session.execute(delete(balances).where(balances.c.account.in_(batch)))
        self._session.execute(
            insert(balances),
            [
                {
                    "account": account,
                    "posted_debits": balance.posted_debits,
                    "posted_credits": balance.posted_credits,
                    "held_debits": balance.held_debits,
                    "is_guarded": is_guarded(account),
                }
                for account, balance in changed.items()
            ],
        )

    def all_transfers(self) -> Iterable[Transfer]:
        """Every transfer in the order of recording."""
        rows = self._session.execute(select(transfers).order_by(transfers.c.number))
        return (_transfer(row) for row in rows)

    def all_balances(self) -> Mapping[str, Balance]:
        """Every account's kept balance."""
        return {row.account: _balance(row) for row in self._session.execute(select(balances))}


def _transfer(row: Row[tuple[object, ...]]) -> Transfer:
    return Transfer(**{name: getattr(row, name) for name in _FIELDS})


def _balance(row: Row[tuple[object, ...]]) -> Balance:
    return Balance(row.posted_debits, row.posted_credits, row.held_debits)
