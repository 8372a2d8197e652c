"""The marketplace's ports in memory, under the same contracts as the database."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, fields
from datetime import datetime, timedelta
from typing import Any

from crypto.randomness import RandomBytes, stream
from crypto.sealing import Argon2Cost
from tests.marketplace.access_fakes import MemoryAccess
from tests.marketplace.act_fakes import MemoryActs
from tests.marketplace.answered_fakes import MemoryAnswered
from tests.marketplace.described_fakes import MemoryPublished
from tests.marketplace.event_fakes import MemoryEvents
from tests.marketplace.fake_books import MemoryAccounts, MemoryOffers, MemoryOrders
from tests.marketplace.fake_direct import MemoryCrowds, MemoryScores
from tests.marketplace.fake_ledger import MemoryLedgerBook, MemoryLogBook, MemoryStates
from tests.marketplace.heartbeat_fakes import MemoryHeartbeats
from tests.marketplace.invoice_fakes import MemoryInvoices
from tests.marketplace.member_fakes import MemoryMembers
from tests.marketplace.mpc_node.parties import NOW
from tests.marketplace.negotiation_fakes import MemoryNegotiations, MemorySupply, MemoryTransferProcesses
from tests.marketplace.payment_fakes import MemoryPayments
from tests.marketplace.payout_fakes import MemoryPayouts
from tests.marketplace.presentation_fakes import MemoryPresentations
from tests.marketplace.rights_fakes import MemoryRights
from tests.marketplace.saved_fakes import MemorySaved
from tests.marketplace.sign_in_fakes import MemorySignIns

CHEAP = Argon2Cost(memory_kib=64, iterations=1, lanes=1)


def deterministic(seed: str = "marketplace tests") -> RandomBytes:
    return stream(seed.encode().ljust(16, b"."), "tests")


@dataclass
class HandClock:
    """A clock that moves when it is told to."""

    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **span: float) -> None:
        self.now += timedelta(**span)


@dataclass
class MemoryBooks:
    accounts: MemoryAccounts = field(default_factory=MemoryAccounts)
    offers: MemoryOffers = field(default_factory=MemoryOffers)
    orders: MemoryOrders = field(default_factory=MemoryOrders)
    ledger: MemoryLedgerBook = field(default_factory=MemoryLedgerBook)
    log: MemoryLogBook = field(default_factory=MemoryLogBook)
    states: MemoryStates = field(default_factory=MemoryStates)
    scores: MemoryScores = field(default_factory=MemoryScores)
    crowds: MemoryCrowds = field(default_factory=MemoryCrowds)
    presentations: MemoryPresentations = field(default_factory=MemoryPresentations)
    payouts: MemoryPayouts = field(default_factory=MemoryPayouts)
    acts: MemoryActs = field(default_factory=MemoryActs)
    rights: MemoryRights = field(default_factory=MemoryRights)
    invoices: MemoryInvoices = field(default_factory=MemoryInvoices)
    answered: MemoryAnswered = field(default_factory=MemoryAnswered)
    heartbeats: MemoryHeartbeats = field(default_factory=MemoryHeartbeats)
    negotiations: MemoryNegotiations = field(default_factory=MemoryNegotiations)
    transfer_processes: MemoryTransferProcesses = field(default_factory=MemoryTransferProcesses)
    supply: MemorySupply = field(default_factory=MemorySupply)
    payments: MemoryPayments = field(default_factory=MemoryPayments)
    members: MemoryMembers = field(default_factory=MemoryMembers)
    sign_ins: MemorySignIns = field(default_factory=MemorySignIns)
    access: MemoryAccess = field(default_factory=MemoryAccess)
    published: MemoryPublished = field(default_factory=MemoryPublished)
    saved: MemorySaved = field(default_factory=MemorySaved)
    events: MemoryEvents = field(default_factory=MemoryEvents)


class MemoryStore:
    """The `Store` in memory: every value in it is immutable, so a picture of it is a shallow copy."""

    def __init__(self) -> None:
        self.books = MemoryBooks()

    @contextmanager
    def reading(self) -> Iterator[MemoryBooks]:
        yield self.books

    @contextmanager
    def writing(self) -> Iterator[MemoryBooks]:
        before = self._picture()
        try:
            yield self.books
        except BaseException:
            for book, members in before.items():
                vars(getattr(self.books, book)).update(members)
            raise

    def _picture(self) -> dict[str, dict[str, Any]]:
        return {
            each.name: {
                name: dict(value) if isinstance(value, dict) else value
                for name, value in vars(getattr(self.books, each.name)).items()
            }
            for each in fields(self.books)
        }
