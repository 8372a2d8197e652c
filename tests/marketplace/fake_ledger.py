"""Money and the public log in memory."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from consent.log import Entry, Leaf
from marketplace.domain.ledger import Balance, EntryKind, Transfer
from marketplace.domain.log_tree import Place


class MemoryLedgerBook:
    def __init__(self) -> None:
        self.rows: dict[str, Transfer] = {}
        self.kept: dict[str, Balance] = {}

    def transfers(self, transfer_ids: Iterable[str]) -> Mapping[str, Transfer]:
        return {each: self.rows[each] for each in transfer_ids if each in self.rows}

    def resolutions(self, hold_ids: Iterable[str]) -> Mapping[str, Transfer]:
        resolved = {row.hold_id: row for row in self.rows.values() if row.hold_id is not None}
        return {each: resolved[each] for each in hold_ids if each in resolved}

    def open_holds(self, *, ended_by: datetime) -> Sequence[Transfer]:
        resolved = {row.hold_id for row in self.rows.values()}
        return [
            row
            for row in self.rows.values()
            if row.kind is EntryKind.HOLD
            and row.transfer_id not in resolved
            and row.valid_until is not None
            and row.valid_until <= ended_by
        ]

    def of_account(self, account: str) -> Sequence[Transfer]:
        return [row for row in self.rows.values() if account in (row.debit, row.credit)]

    def balances(self, accounts: Iterable[str]) -> Mapping[str, Balance]:
        return {each: self.kept.get(each, Balance()) for each in accounts}

    def add(self, added: Sequence[Transfer], changed: Mapping[str, Balance]) -> None:
        self.rows |= {each.transfer_id: each for each in added}
        self.kept |= changed

    def all_transfers(self) -> Iterable[Transfer]:
        return list(self.rows.values())

    def all_balances(self) -> Mapping[str, Balance]:
        return dict(self.kept)


class MemoryLogBook:
    def __init__(self) -> None:
        self.leaves: dict[int, Leaf] = {}
        self.entries: dict[int, Entry] = {}
        self.hashes: dict[Place, bytes] = {}

    def size(self) -> int:
        return len(self.leaves)

    def nodes(self, places: Iterable[Place]) -> Mapping[Place, bytes]:
        return {place: self.hashes[place] for place in places if place in self.hashes}

    def add(
        self, entries: Mapping[int, Entry], leaves: Mapping[int, Leaf], nodes: Mapping[Place, bytes]
    ) -> None:
        self.entries |= entries
        self.leaves |= leaves
        self.hashes |= nodes

    def leaf(self, index: int) -> Leaf | None:
        return self.leaves.get(index)

    def entry(self, index: int) -> Entry | None:
        return self.entries.get(index)

    def erase(self, indexes: Iterable[int]) -> None:
        for index in indexes:
            self.entries.pop(index, None)
