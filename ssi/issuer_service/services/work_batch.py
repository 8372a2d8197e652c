"""Go through a batch, chunk by chunk.

What a chunk comes to is written in one transaction: records, offers, letters and what became of the rows, all
or nothing. Whoever is at a batch holds a lease on it; if its process is killed, the lease runs out, somebody
else goes on with the rows that wait, and nothing is done twice or left out. Rows are opened and read before
the one writer's place is taken, so whoever lost the lease meanwhile writes nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from crypto.randomness import RandomBytes
from ssi.issuer_service.domain.also_as import Achievement, achievement_of
from ssi.issuer_service.domain.batch import (
    Batch,
    BatchRow,
    BatchState,
    Fault,
    Outcome,
    RowReader,
    RowRecord,
)
from ssi.issuer_service.domain.catalogue import Catalogue
from ssi.issuer_service.domain.delivery import DeliveryState
from ssi.issuer_service.errors import NotOfferedError, RecordRefusedError
from ssi.issuer_service.services.office_ports import Letter
from ssi.issuer_service.services.ports import Books, Register
from ssi.issuer_service.services.register_records import Registered, RegisterRecords
from ssi.issuer_service.services.take_batch import end_batch

CHUNK = 500
LEASE = timedelta(seconds=60)
_LETTER_ID_BYTES = 16


@dataclass(frozen=True)
class Worked:
    """What one chunk came to."""

    batch: Batch
    answers: tuple[Registered | RecordRefusedError | tuple[Fault, ...], ...]

    @property
    def registered(self) -> list[Registered | Exception]:
        """The answers as they are counted; a row with faults counts as refused."""
        return [
            RecordRefusedError("faulty row") if isinstance(answer, tuple) else answer
            for answer in self.answers
        ]


class WorkBatch:
    """Does one chunk at a time; `owner` tells workers apart."""

    def __init__(
        self,
        books: Books,
        catalogue: Catalogue,
        register: RegisterRecords,
        *,
        owner: str,
        random: RandomBytes,
    ) -> None:
        self._books = books
        self._catalogue = catalogue
        self._register = register
        self._owner = owner
        self._random = random

    def __call__(self, *, now: datetime) -> Worked | None:
        """Do the next chunk of the oldest batch; None if there is nothing to do.

        Raises:
            Exception: what went wrong. Nothing of the chunk was written, and others go first until `now` +
                `LEASE`.
        """
        with self._books.writing() as register:
            batch = register.batches.lease(self._owner, now=now, until=now + LEASE)
        if batch is None:
            return None
        try:
            return self._chunk(batch, now)
        except Exception:
            with self._books.writing() as register:
                if register.batches.is_leased_to(batch.batch_id, self._owner):
                    register.batches.put_off(batch.batch_id, now + LEASE)
            raise

    def _chunk(self, batch: Batch, now: datetime) -> Worked:
        with self._books.reading() as register:
            rows = register.batches.rows(batch.batch_id, Outcome.WAITING, CHUNK)
        reader = self._reader(batch)
        read = [self._read(reader, row) for row in rows]
        with self._books.writing() as register:
            if not register.batches.is_leased_to(batch.batch_id, self._owner):
                return Worked(batch, ())  # it was cancelled, or somebody else went on
            answers = self._take(register, batch, list(zip(rows, read, strict=True)), now)
            if len(rows) < CHUNK:
                end_batch(register, batch, BatchState.FINISHED, now=now)
        return Worked(batch, tuple(answers))

    def _take(
        self,
        register: Register,
        batch: Batch,
        chunk: Sequence[tuple[BatchRow, RowRecord | tuple[Fault, ...]]],
        now: datetime,
    ) -> list[Registered | RecordRefusedError | tuple[Fault, ...]]:
        rows, read = [row for row, _ in chunk], [found for _, found in chunk]
        good = [each for each in read if isinstance(each, RowRecord)]
        submissions = [replace(each.submission, achievement=_achievement(batch, each)) for each in good]
        by = f"batch {batch.batch_id}"
        answers = iter(self._register.within(register, submissions, by=by, now=now) if good else [])
        taken = [each if isinstance(each, tuple) else next(answers) for each in read]
        register.batches.settle(
            batch.batch_id, [_settled(row, answer) for row, answer in zip(rows, taken, strict=True)]
        )
        pairs = zip(read, taken, strict=True)
        letters = [self._letter(record, answer, now) for record, answer in pairs]
        register.letters.add([letter for letter in letters if letter is not None])
        return taken

    def _reader(self, batch: Batch) -> RowReader | None:
        try:
            return RowReader(batch.plan, self._catalogue.get(batch.configuration_id))
        except NotOfferedError:
            return None

    def _read(self, read: RowReader | None, row: BatchRow) -> RowRecord | tuple[Fault, ...]:
        if read is None:
            return (Fault("", "this data set is no longer issued here: ask who runs this office"),)
        return read(row.cells)

    def _letter(
        self,
        record: RowRecord | tuple[Fault, ...],
        answer: Registered | RecordRefusedError | tuple[Fault, ...],
        now: datetime,
    ) -> Letter | None:
        """A letter for a row with an address, where something new waits to be collected."""
        if not isinstance(record, RowRecord) or record.email is None:
            return None
        if not isinstance(answer, Registered) or answer.offer is None or answer.change.value == "unchanged":
            return None
        return Letter(
            letter_id=self._random(_LETTER_ID_BYTES).hex(),
            credential_id=answer.entry.credential_id,
            address=record.email,
            state=DeliveryState.WAITING,
            attempts=0,
            next_at=now,
            created_at=now,
        )


def _achievement(batch: Batch, record: RowRecord) -> Achievement | None:
    terms = batch.plan.terms
    if not terms.also_as:
        return None
    return achievement_of(batch.template_id, terms.display_name, record.submission.configuration)


def _settled(row: BatchRow, answer: Registered | RecordRefusedError | tuple[Fault, ...]) -> BatchRow:
    if isinstance(answer, Registered):
        return BatchRow(row.number, (), Outcome(answer.change.value), answer.entry.credential_id)
    faults = answer if isinstance(answer, tuple) else (Fault("", str(answer)),)
    return replace(row, outcome=Outcome.REFUSED, faults=faults)
