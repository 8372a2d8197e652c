"""Is the public log still the one this wallet saw before, and everybody else's? Every checkpoint passes here.

What the log alone signed is tied to what the wallet saw before. What more than half of the nodes cosigned as
well is one history for everybody: entries within it are proven, those beyond wait. A log that publishes
nothing new is a delay and no alarm; one that publishes less than before, or something else, is.
"""

from contextlib import suppress
from dataclasses import dataclass

from consent.cosignature import LogPolicy, Witnessed
from consent.errors import ConsentError, UnwitnessedError
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
_TAKEN_BACK = "The public log took back entries that most computing partners had confirmed."
_NO_FORM = "The marketplace did not show its log in a form that holds."
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
        """Fetch the present checkpoint and the published one, and tie both to what was seen before.

        Raises:
            LogForkedError: the log shrank or was rewritten; the wallet keeps the evidence.
            PartnerUnreachableError: the marketplace does not answer.
            PartnerFaultError: what it answered is no checkpoint of its log.
        """
        note = self.market.checkpoint()
        if self._read(note).size < self.memory(session).size:
            self._raise_alarm(session, note, _SHRUNK)
        self.tie(session, note)
        self._look_for_witnesses(session)
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

    def _look_for_witnesses(self, session: Session) -> None:
        note = self.market.witnessed()
        state = self._witnessed(note)
        if state is None:
            return
        before = self.memory(session).witnessed
        if before is not None and state.checkpoint.size < before.size:
            self._raise_alarm(session, note, _TAKEN_BACK, earlier=before.note)
        self.tie(session, note)
        with suppress(ConflictError):  # another window saw a published state at the same moment
            self.memories.save(session, self.memory(session).confirmed(note, state))

    def _witnessed(self, note: str) -> Witnessed | None:
        """The state that enough witnesses cosigned; None if they did not yet."""
        now = self.clock()
        try:
            return LogPolicy.of(self.trust.registry(), now=now).verify(note, now=now)
        except UnwitnessedError:
            return None
        except (CryptoError, ConsentError) as error:
            raise PartnerFaultError(_NO_FORM) from error

    def _require_one_log(self, session: Session, known_note: str, note: str) -> None:
        known, shown = self._read(known_note), self._read(note)
        older, newer = sorted((known, shown), key=lambda checkpoint: checkpoint.size)
        in_between = 0 < older.size < newer.size
        hashes = self.market.consistency(older.size, newer.size) if in_between else ()
        try:
            verify_growth(older, newer, hashes)
        except ProofError:
            self._raise_alarm(session, note, _FORKED)

    def _raise_alarm(self, session: Session, note: str, words: str, *, earlier: str | None = None) -> None:
        memory = self.memory(session)
        if memory.alarm is None:
            self.memories.save(session, memory.alarmed(note, words, self.clock(), earlier=earlier))
        raise LogForkedError(words)

    def _read(self, note: str) -> Checkpoint:
        marketplace = self._marketplace()
        try:
            return verify_checkpoint(note, marketplace.id, marketplace.verifying_key)
        except (CryptoError, ConsentError) as error:
            raise PartnerFaultError(_NO_FORM) from error

    def _marketplace(self) -> MarketplaceEntry:
        return self.trust.registry().marketplace
