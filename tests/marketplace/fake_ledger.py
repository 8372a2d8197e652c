"""Money and the public log in memory."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from consent.log import Entry, Leaf
from crypto.tiles import Tile
from marketplace.domain.ledger import Balance, EntryKind, Transfer
from marketplace.domain.signed_state import Cosigned, SignedState


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
        self.leaves_by_index: dict[int, Leaf] = {}
        self.entries: dict[int, Entry] = {}
        self.kept: dict[Tile, bytes] = {}

    def size(self) -> int:
        return len(self.leaves_by_index)

    def tiles(self, wanted: Iterable[Tile]) -> Mapping[Tile, bytes]:
        return {tile: self.kept[tile] for tile in wanted if tile in self.kept}

    def add(
        self, entries: Mapping[int, Entry], leaves: Mapping[int, Leaf], grown: Mapping[Tile, bytes]
    ) -> None:
        self.entries |= entries
        self.leaves_by_index |= leaves
        self.kept |= grown

    def leaf(self, index: int) -> Leaf | None:
        return self.leaves_by_index.get(index)

    def leaves(self, among: range) -> Sequence[Leaf]:
        return [self.leaves_by_index[index] for index in among if index in self.leaves_by_index]

    def entry(self, index: int) -> Entry | None:
        return self.entries.get(index)

    def erase(self, indexes: Iterable[int]) -> None:
        for index in indexes:
            self.entries.pop(index, None)


class MemoryStates:
    def __init__(self) -> None:
        self.rows: dict[int, SignedState] = {}

    def all(self) -> Sequence[SignedState]:
        return [self.rows[size] for size in sorted(self.rows, reverse=True)]

    def add(self, state: SignedState) -> None:
        self.rows[state.size] = state

    def cosign(self, size: int, witness: str, cosigned: Cosigned) -> None:
        if size in self.rows:
            row = self.rows[size]
            self.rows[size] = replace(row, cosigned={**row.cosigned, witness: cosigned})

    def publish(self, size: int) -> None:
        self.rows = {each: row for each, row in self.rows.items() if each >= size}
        self.rows[size] = replace(self.rows[size], published=True)
