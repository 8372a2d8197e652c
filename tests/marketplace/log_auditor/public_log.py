"""A public log in memory, with its witnesses, that a test can let lie."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from consent.cosignature import cosign
from consent.log import Entry, sign_checkpoint
from crypto.tiles import Slice
from marketplace.domain.log import Log
from tests.marketplace.fake_ledger import MemoryLogBook
from tests.marketplace.mpc_node.parties import MARKET, MARKET_KEY, NAMES, NOW, ed25519, random_of


def entries(first: int, count: int) -> list[Entry]:
    draw = random_of("auditor")
    return [Entry.of("use", NOW, {"number": number}, draw) for number in range(first, first + count)]


@dataclass
class TestedLog:
    """Serves what a marketplace would, until told otherwise."""

    __test__ = False

    book: MemoryLogBook = field(default_factory=MemoryLogBook)
    witnesses: tuple[str, ...] = NAMES
    seen_at: datetime = NOW
    size: int | None = None
    origin: str = MARKET
    alter_tile: Callable[[int, Slice, bytes], bytes] = lambda level, wanted, raw: raw
    alter_bundle: Callable[[Slice, bytes], bytes] = lambda wanted, raw: raw
    bundles: list[Slice] = field(default_factory=list)

    @classmethod
    def of(cls, *made: Entry) -> "TestedLog":
        log = cls()
        log.append(*made)
        return log

    def append(self, *made: Entry) -> None:
        Log(self.book).append(made)

    def checkpoint(self) -> str:
        state = Log(self.book).checkpoint(self.origin, self.size)
        lines = [cosign(state.to_text(), name, ed25519(name), self.seen_at) for name in self.witnesses]
        return sign_checkpoint(state, MARKET_KEY) + "".join(line.to_text() for line in lines)

    def tile(self, level: int, wanted: Slice) -> bytes:
        return self.alter_tile(level, wanted, Log(self.book).tile(level, wanted))

    def bundle(self, wanted: Slice) -> bytes:
        self.bundles.append(wanted)
        return self.alter_bundle(wanted, Log(self.book).bundle(wanted))
