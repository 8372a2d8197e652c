"""The books of the data space in memory, under the same contract as the database."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import count
from typing import Generic, TypeVar

from marketplace.domain.negotiation import Negotiation, TransferProcess
from marketplace.domain.supply import SupplyTerms, terms_by_data_set

P = TypeVar("P", Negotiation, TransferProcess)


class MemoryProcesses(Generic[P]):
    def __init__(self) -> None:
        self.rows: dict[str, P] = {}

    def add(self, process: P) -> None:
        assert self.find(process.account_id, process.consumer_pid) is None
        self.rows[process.provider_pid] = process

    def get(self, provider_pid: str) -> P | None:
        return self.rows.get(provider_pid)

    def find(self, account_id: str, consumer_pid: str) -> P | None:
        named = (account_id, consumer_pid)
        found = [each for each in self.rows.values() if (each.account_id, each.consumer_pid) == named]
        return found[0] if found else None

    def count_open(self, account_id: str) -> int:
        return sum(each.account_id == account_id and each.is_open for each in self.rows.values())

    def due(self, now: datetime, *, limit: int) -> Sequence[P]:
        due = [
            (each.due_at, each.provider_pid, each)
            for each in self.rows.values()
            if each.due_at is not None and each.due_at <= now
        ]
        return [each for _, _, each in sorted(due, key=lambda line: line[:2])[:limit]]

    def newest(self, account_id: str, *, limit: int) -> Sequence[P]:
        own = [each for each in self.rows.values() if each.account_id == account_id]
        by_id = sorted(own, key=lambda each: each.provider_pid)
        return sorted(by_id, key=lambda each: each.created_at, reverse=True)[:limit]

    def save(self, process: P) -> None:
        self.rows[process.provider_pid] = process


class MemoryNegotiations(MemoryProcesses[Negotiation]):
    def __init__(self) -> None:
        super().__init__()
        self.callbacks: dict[str, str] = {}

    def register_callback(self, account_id: str, address: str | None, at: datetime) -> None:
        self.callbacks.pop(account_id, None)
        if address is not None:
            self.callbacks[account_id] = address

    def callback_of(self, account_id: str) -> str | None:
        return self.callbacks.get(account_id)

    def of_agreement(self, agreement_id: str) -> Negotiation | None:
        found = [each for each in self.rows.values() if each.agreement_id == agreement_id]
        return found[0] if found else None


class MemoryTransferProcesses(MemoryProcesses[TransferProcess]):
    pass


class MemorySupply:
    def __init__(self) -> None:
        self.terms: dict[str, SupplyTerms] = {}
        self.at: datetime | None = None
        self.editions = count()

    def all(self) -> Mapping[str, SupplyTerms]:
        return self.terms

    def edition(self) -> int:
        return next(self.editions)  # it watches nothing, so anything may have changed

    def summed_up_at(self) -> datetime | None:
        return self.at if self.terms else None

    def replace(self, terms: Sequence[SupplyTerms], at: datetime) -> None:
        self.terms, self.at = dict(terms_by_data_set(terms)), at
