"""Take in a file of records: keep it, show what it would do, start it, stop it, tell how far it is.

A file is a draft first. Starting it settles which column holds what; from then on the worker goes through it
(`work_batch`), and it goes on after any interruption. Records are known by their external ids, so that the
same file handed in twice issues nothing twice.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from crypto.randomness import RandomBytes
from ssi.issuer_service.domain.batch import (
    ENDED,
    Batch,
    BatchRow,
    BatchState,
    Fault,
    Outcome,
    Plan,
    Progress,
    RowReader,
    RowRecord,
    guess_columns,
    require_columns,
)
from ssi.issuer_service.domain.catalogue import Catalogue
from ssi.issuer_service.domain.event import EventKind
from ssi.issuer_service.domain.offering import Configuration
from ssi.issuer_service.domain.table_file import TableFile
from ssi.issuer_service.errors import BatchConflictError, MappingRefusedError
from ssi.issuer_service.services.announce import announce
from ssi.issuer_service.services.ports import Books, Register

PREVIEW_ROWS = 5
NEWEST = 50
MAX_FILE_NAME = 200
_ID_BYTES = 16


@dataclass(frozen=True)
class PreviewRow:
    """One of the first rows: what would be signed, or what is wrong with it."""

    number: int
    record: RowRecord | None = field(repr=False)
    faults: tuple[Fault, ...]


@dataclass(frozen=True)
class Preview:
    """A draft as it would be understood: its first rows, what stands in the way, and columns left out."""

    progress: Progress
    configuration: Configuration
    rows: tuple[PreviewRow, ...] = field(repr=False)
    obstacle: str | None
    unread: tuple[str, ...]


class TakeBatch:
    """Takes files of records in."""

    def __init__(self, books: Books, catalogue: Catalogue, random: RandomBytes) -> None:
        self._books = books
        self._catalogue = catalogue
        self._random = random

    def __call__(
        self, template_id: str, table: TableFile, *, file_name: str, by: str, now: datetime
    ) -> Progress:
        """Keep a file as a draft under the newest version of a template.

        Raises:
            UnknownThingError: there is no such template.
            BatchConflictError: it is retired.
            NotOfferedError: its data set is no longer issued here.
        """
        batch_id = self._random(_ID_BYTES).hex()
        with self._books.reading() as register:
            rows = register.batches.seal(batch_id, [BatchRow(row.number, row.cells) for row in table.rows])
        with self._books.writing() as register:
            template = register.templates.get(template_id)
            if template.retired_at is not None:
                raise BatchConflictError(f"template {template_id} is retired: choose another")
            configuration = self._catalogue.get(template.configuration_id)
            columns = guess_columns(table.headings, configuration, template.terms)
            plan = Plan(
                file_name=_plain_name(file_name),
                headings=table.headings,
                encoding=table.encoding,
                separator=table.separator,
                terms=template.terms.with_columns(columns),
                notes=table.notes,
            )
            batch = Batch(
                batch_id=batch_id,
                template_id=template_id,
                template_version=template.version,
                configuration_id=configuration.id,
                plan=plan,
                state=BatchState.DRAFT,
                created_at=now,
                created_by=by,
            )
            register.batches.add(batch, rows)
            return register.batches.progress([batch_id])[batch_id]

    def preview(self, batch_id: str, columns: Mapping[str, str] | None = None) -> Preview:
        """What a draft would do, with the columns as they are or as they might be.

        Raises:
            UnknownThingError: there is no such batch.
        """
        with self._books.reading() as register:
            progress = _progress(register, batch_id)
            rows = register.batches.rows(batch_id, limit=PREVIEW_ROWS)
        plan = _replanned(progress.batch.plan, columns)
        configuration = self._catalogue.get(progress.batch.configuration_id)
        try:
            require_columns(plan, configuration)
        except MappingRefusedError as error:
            return Preview(progress, configuration, (), str(error), plan.unread)
        read = RowReader(plan, configuration)
        previewed = tuple(_previewed(read, row) for row in rows)
        return Preview(progress, configuration, previewed, None, plan.unread)

    def start(self, batch_id: str, columns: Mapping[str, str] | None = None) -> Progress:
        """Let the worker go through a draft. Of two rows about one person the second is refused.

        Starting one that was started already changes nothing.

        Raises:
            UnknownThingError: there is no such batch.
            BatchConflictError: it was cancelled.
            MappingRefusedError: it is not clear which column holds a value that is needed, or a column is
                named for a value that such records do not have.
        """
        with self._books.reading() as register:  # a draft's rows stay as they are, so they are read before
            batch = register.batches.get(batch_id)
            rows = register.batches.rows(batch_id) if batch.state is BatchState.DRAFT else []
        plan = _replanned(batch.plan, columns)
        doubles: list[BatchRow] = []
        if batch.state is BatchState.DRAFT:
            configuration = self._catalogue.get(batch.configuration_id)
            require_columns(plan, configuration)
            doubles = _doubles(rows, RowReader(plan, configuration))
        with self._books.writing() as register:
            batch = register.batches.get(batch_id)
            if batch.state is BatchState.CANCELLED:
                raise BatchConflictError(f"batch {batch_id} was cancelled: hand the file in again")
            if batch.state is BatchState.DRAFT:
                register.batches.settle(batch_id, doubles)
                register.batches.keep(replace(batch, plan=plan, state=BatchState.WAITING))
            return _progress(register, batch_id)

    def cancel(self, batch_id: str, *, now: datetime) -> Progress:
        """Stop. What was issued stays; what was not is not issued, and its rows stay to be downloaded.

        Raises:
            UnknownThingError: there is no such batch.
        """
        with self._books.writing() as register:
            batch = register.batches.get(batch_id)
            if batch.state not in ENDED:
                end_batch(register, batch, BatchState.CANCELLED, now=now)
            return _progress(register, batch_id)

    def progress(self, batch_id: str) -> Progress:
        """How far one batch is.

        Raises:
            UnknownThingError: there is no such batch.
        """
        with self._books.reading() as register:
            return _progress(register, batch_id)

    def newest(self) -> Sequence[Progress]:
        """How far the newest batches are, newest first."""
        with self._books.reading() as register:
            ids = register.batches.newest(NEWEST)
            found = register.batches.progress(ids)
        return [found[batch_id] for batch_id in ids]

    def counts(self) -> Mapping[BatchState, int]:
        """How many batches there are in each state."""
        with self._books.reading() as register:
            return register.batches.counts()


def end_batch(register: Register, batch: Batch, state: BatchState, *, now: datetime) -> None:
    """Write that a batch ended, and tell it."""
    register.batches.keep(replace(batch, state=state, finished_at=now))
    register.batches.release(batch.batch_id)
    counts = _progress(register, batch.batch_id).counts
    data = {"batch_id": batch.batch_id, "state": state.value}
    announce(
        register.outbox,
        EventKind.BATCH_FINISHED,
        {**data, **{outcome.value: count for outcome, count in counts.items()}},
        at=now,
    )


def _doubles(rows: Sequence[BatchRow], read: RowReader) -> list[BatchRow]:
    """The rows about somebody who stands further up already, refused."""
    first: dict[str, int] = {}
    doubles = []
    for row in rows:
        person = read.external_id(row.cells)
        earlier = first.setdefault(person, row.number)
        if person and earlier != row.number:
            fault = Fault("", f"this person stands in row {earlier} already: keep one of the two rows")
            doubles.append(replace(row, outcome=Outcome.REFUSED, faults=(fault,)))
    return doubles


def _progress(register: Register, batch_id: str) -> Progress:
    register.batches.get(batch_id)
    return register.batches.progress([batch_id])[batch_id]


def _replanned(plan: Plan, columns: Mapping[str, str] | None) -> Plan:
    return plan if columns is None else replace(plan, terms=plan.terms.with_columns(columns))


def _previewed(read: RowReader, row: BatchRow) -> PreviewRow:
    found = read(row.cells)
    if isinstance(found, RowRecord):
        return PreviewRow(row.number, found, ())
    return PreviewRow(row.number, None, found)


def _plain_name(file_name: str) -> str:
    name = file_name.replace("\\", "/").rpartition("/")[2]
    return "".join(sign for sign in name if sign.isprintable())[:MAX_FILE_NAME] or "table.csv"
