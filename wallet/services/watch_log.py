"""Is the public log still the one this wallet saw before? Every checkpoint passes through here."""

from dataclasses import dataclass

from consent.errors import ConsentError
from consent.log import Checkpoint, verify_checkpoint, verify_growth
from crypto.errors import CryptoError, ProofError
from ssi.trust_entries import MarketplaceEntry
from wallet.domain.clock import Clock
from wallet.domain.log_memory import LogMemory
from wallet.domain.session import Session
from wallet.errors import ConflictError, LogForkedError, PartnerFaultError
from wallet.services.ports import Market, Store, Trust

_SHRUNK = "The public log is shorter than before: entries that this wallet has seen are gone."
_FORKED = "The public log contradicts what this wallet saw before: entries were changed or removed."
_TRIES = 3


@dataclass(frozen=True)
class WatchLog:
    """Ties every state of the log to the states seen before."""

    memories: Store[LogMemory]
    market: Market
    trust: Trust
    clock: Clock

    def memory(self, session: Session) -> LogMemory:
        """What the wallet remembers; empty before the first look."""
        kept = self.memories.all(session)
        return kept[0] if kept else LogMemory(row_id=session.wallet_id)

    def look(self, session: Session) -> LogMemory:
        """Fetch the present checkpoint and tie it to what was seen before.

        Raises:
            LogForkedError: the log shrank or was rewritten; the wallet keeps the evidence.
            PartnerUnreachableError: the marketplace does not answer.
            PartnerFaultError: what it answered is no checkpoint of its log.
        """
        note = self.market.checkpoint()
        if self._read(note).size < self.memory(session).size:
            self._raise_alarm(session, note, _SHRUNK)
        self.tie(session, note)
        return self.memory(session)

    def tie(self, session: Session, note: str) -> Checkpoint:
        """Show that a checkpoint is an earlier or later state of the log as this wallet knows it.

        Raises:
            LogForkedError, PartnerUnreachableError, PartnerFaultError: as `look`.
        """
        checkpoint = self._read(note)
        for _ in range(_TRIES):
            memory = self.memory(session)
            if memory.note is not None:
                self._require_one_log(session, memory.note, note)
            if memory.note is not None and checkpoint.size < memory.size:
                return checkpoint
            try:
                self.memories.save(session, memory.grown(note, checkpoint, self.clock()))
            except ConflictError:
                continue  # another window saw a checkpoint at the same moment; tie this one to that
            return checkpoint
        raise ConflictError("The log is being looked at in many windows at once. Try again.")

    def _require_one_log(self, session: Session, known_note: str, note: str) -> None:
        known, shown = self._read(known_note), self._read(note)
        older, newer = sorted((known, shown), key=lambda checkpoint: checkpoint.size)
        in_between = 0 < older.size < newer.size
        hashes = self.market.consistency(older.size, newer.size) if in_between else ()
        try:
            verify_growth(older, newer, hashes)
        except ProofError:
            self._raise_alarm(session, note, _FORKED)

    def _raise_alarm(self, session: Session, note: str, words: str) -> None:
        memory = self.memory(session)
        if memory.alarm is None:
            self.memories.save(session, memory.alarmed(note, words, self.clock()))
        raise LogForkedError(words)

    def _read(self, note: str) -> Checkpoint:
        marketplace = self._marketplace()
        try:
            return verify_checkpoint(note, marketplace.id, marketplace.verifying_key)
        except (CryptoError, ConsentError) as error:
            raise PartnerFaultError("The marketplace did not show its log in a form that holds.") from error

    def _marketplace(self) -> MarketplaceEntry:
        return self.trust.registry().marketplace
