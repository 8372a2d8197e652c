"""The two tables that a batch leaves: who got what, and what has to be corrected.

The first names each person's number, link and code: it is made when it is asked for, from the register, and
kept nowhere. The second is the rows that were refused, as they were handed in, with what is wrong in front:
corrected, it can be handed in as it is.
"""

from collections.abc import Iterator, Sequence

from crypto.reading import utc_text
from ssi.issuer_service.domain import error_table
from ssi.issuer_service.domain.batch import BatchRow, Outcome
from ssi.issuer_service.domain.entry import Entry, Offer
from ssi.issuer_service.domain.table_file import write_table
from ssi.issuer_service.services.hand_over import HandOver
from ssi.issuer_service.services.ports import Books

RESULT_HEADINGS = (
    "row",
    "external_id",
    "outcome",
    "credential_id",
    "status",
    "delivery",
    "link",
    "claim_code",
    "transaction_code",
    "link_expires_at",
)
_CANCELLED = "not issued: the batch was cancelled"
_AT_ONCE = 500


class ReportBatch:
    """Writes the tables of one batch."""

    def __init__(self, books: Books, hand_over: HandOver) -> None:
        self._books = books
        self._hand_over = hand_over

    def results(self, batch_id: str) -> bytes:
        """One row for each that was taken in.

        Raises:
            UnknownThingError: there is no such batch.
        """
        with self._books.reading() as register:
            register.batches.get(batch_id)
            rows = [row for row in register.batches.rows(batch_id) if row.credential_id is not None]
            ids = [str(row.credential_id) for row in rows]
            entries: dict[str, Entry] = {}
            offers: dict[str, Offer] = {}
            for at in range(0, len(ids), _AT_ONCE):
                chosen = ids[at : at + _AT_ONCE]
                entries |= register.entries.of(chosen)
                offers |= register.offers.of(chosen)
        lines = (self._line(row, entries[row.credential_id or ""], offers) for row in rows)
        return write_table(RESULT_HEADINGS, lines)

    def errors(self, batch_id: str) -> bytes:
        """One row for each that was refused, and for each that waited when the batch was cancelled.

        Raises:
            UnknownThingError: there is no such batch.
        """
        with self._books.reading() as register:
            batch = register.batches.get(batch_id)
            rows = register.batches.rows(batch_id, Outcome.REFUSED)
            rows += register.batches.rows(batch_id, Outcome.WAITING) if batch.finished_at else []
        return write_table((*error_table.HEADINGS, *batch.plan.headings), _refused(rows))

    def first_errors(self, batch_id: str, limit: int) -> Sequence[BatchRow]:
        """The first rows that were refused, for a page or an answer."""
        with self._books.reading() as register:
            return register.batches.rows(batch_id, Outcome.REFUSED, limit)

    def _line(self, row: BatchRow, entry: Entry, offers: dict[str, Offer]) -> Sequence[str]:
        offer = offers.get(entry.credential_id)
        handover = None if offer is None else self._hand_over(offer)
        link = ("", "", "")
        if handover is not None:
            link = (handover.offer_uri, handover.claim_code, handover.transaction_code or "")
        return (
            str(row.number),
            entry.external_id,
            row.outcome.value,
            entry.credential_id,
            entry.standing.value,
            entry.delivery.value,
            *link,
            "" if handover is None else utc_text(handover.expires_at),
        )


def _refused(rows: Sequence[BatchRow]) -> Iterator[Sequence[str]]:
    for row in rows:
        columns = [fault.column for fault in row.faults if fault.column]
        problems = [
            f"{fault.column}: {fault.problem}" if fault.column else fault.problem for fault in row.faults
        ]
        said = error_table.error_cells(row.number, columns, problems or [_CANCELLED])
        yield (*said, *row.cells)
