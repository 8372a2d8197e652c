"""The marketplace's log in memory: it grows, and is shown to nodes as the marketplace's worker shows it."""

from dataclasses import dataclass, field
from datetime import datetime

from consent.log import Checkpoint, Entry, InclusionProof, LogState, sign_checkpoint
from consent.logged_withdrawal import WITHDRAWAL, LoggedWithdrawal
from consent.witnessing import AddCheckpoint
from crypto import merkle
from crypto.encoding import b64url_encode, sha256
from crypto.signing import SigningKey
from tests.marketplace.mpc_node.parties import MARKET, MARKET_KEY, NOW, random_of

BEGINNING = Entry("offer", NOW, {"consent_id": "of somebody"}, sha256(b"a salt"))
"""The entry that stands in every such log first."""

BEGUN = LogState(1, merkle.root([BEGINNING.leaf.encode()]))


@dataclass
class MarketLog:
    """Entries with their salts, and every state that they went through."""

    entries: list[Entry] = field(default_factory=lambda: [BEGINNING])
    key: SigningKey = field(default=MARKET_KEY, repr=False)

    def withdraw(self, consent_id: str, token: str, at: datetime = NOW) -> int:
        """Log a withdrawal; its index."""
        body = {"consent_id": consent_id, "withdrawal_digest": b64url_encode(sha256(token.encode()))}
        return self.add(Entry.of(WITHDRAWAL, at, body, random_of(f"salt {len(self.entries)}")))

    def add(self, entry: Entry) -> int:
        """Log something; its index."""
        self.entries.append(entry)
        return len(self.entries) - 1

    def state(self, size: int | None = None) -> LogState:
        """The state now, or when there were so many entries."""
        size = len(self.entries) if size is None else size
        return LogState(size, merkle.root(self._leaves(size)))

    def note(self, size: int | None = None) -> str:
        """A state as the marketplace signs it."""
        return sign_checkpoint(Checkpoint(MARKET, *self.state(size)), self.key)

    def request(self, known: int) -> bytes:
        """What asks a node that cosigned so many entries to cosign the state now."""
        leaves = self._leaves(len(self.entries))
        return AddCheckpoint(known, tuple(merkle.consistency_proof(known, leaves)), self.note()).to_bytes()

    def shown(self, index: int, size: int | None = None) -> LoggedWithdrawal:
        """An entry with the proof of its place."""
        leaves = self._leaves(len(self.entries) if size is None else size)
        entry = self.entries[index]
        hashes = tuple(merkle.inclusion_proof(index, leaves))
        return LoggedWithdrawal(entry, InclusionProof(entry.leaf, index, hashes, self.note(size)))

    def _leaves(self, size: int) -> list[bytes]:
        return [each.leaf.encode() for each in self.entries[:size]]
