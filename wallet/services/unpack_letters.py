"""An opened wallet reads what came while it was locked."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from crypto.errors import CryptoError
from crypto.sealing import SealingKey
from wallet.domain.clock import Clock
from wallet.domain.letterbox import (
    MOST_LETTERS,
    Address,
    Letter,
    Letterbox,
    open_letter,
    private_key,
    read_note,
    seal_note,
    settled_before,
)
from wallet.domain.session import Session
from wallet.domain.source import Report
from wallet.errors import SourceTrouble
from wallet.services.keep_streams import KeepReport, KeepStreams
from wallet.services.letter_ports import LetterStore
from wallet.services.source_ports import Chosen, FileSources


@dataclass(frozen=True)
class UnpackLetters:
    """Opens letters and puts their readings into the streams of their address.

    Where a person keeps one value an hour or a day, letters wait until their hour or day is over, so that its
    value is made of all of them. A letter is thrown away after its readings were kept; when a machine stops
    in between, it is read once more, which changes nothing. One that is no letter of its source is counted
    and thrown away.
    """

    letters: LetterStore
    sources: FileSources
    keep: KeepStreams
    clock: Clock

    def __call__(self, session: Session) -> KeepReport:
        """Unpack what waits and is complete; what became of their readings.

        Raises:
            DamagedError: the letterbox or an address was changed from outside.
            ConflictError, TooLargeError: as `KeepStreams`; the letters stay.
        """
        report = KeepReport()
        box = self.letters.box(session.wallet_id)
        if box is None:
            return report
        for address in self.letters.addresses(session.wallet_id):
            note = read_note(address, session.vault)
            grains = self.sources.manifest(note.source).grains(note.switches)
            before = settled_before(self.clock(), grains, note.zone)
            letters = self.letters.letters(address.address_id, before, MOST_LETTERS)
            if letters:
                report += self._unpack(session, box, address, letters)
        return report

    def _unpack(
        self, session: Session, box: Letterbox, address: Address, letters: Sequence[Letter]
    ) -> KeepReport:
        note, told = read_note(address, session.vault), Report()
        bodies = self._opened(letters, private_key(box, session.vault), told)
        values = list(self.sources.pushed(note.source, bodies, Chosen(note.switches, note.zone), told))
        # Letters of one second have no order; what a device counted higher is its later word.
        values.sort(key=lambda each: each[0] or 0)
        report = self.keep.numbered(session, note.name, values) if values else KeepReport()
        after = note.after(len(letters), told.bad, letters[-1].received_at)
        sealed = seal_note(address.address_id, after, session.vault)
        self.letters.keep_address(replace(address, sealed_note=sealed))
        self.letters.drop(session.wallet_id, [letter.letter_id for letter in letters])
        return report

    def _opened(
        self, letters: Sequence[Letter], key: SealingKey, told: Report
    ) -> Iterator[tuple[bytes, datetime]]:
        for letter in letters:
            try:
                yield open_letter(letter, key), letter.received_at
            except CryptoError:
                told.leave_out("a letter", SourceTrouble.DAMAGED, "it does not open")
