"""Which contributions does this node hold, and which did it hold until they were withdrawn?

The database holds papers and the index of shares; the shares rest in files (`share_files`). Both change
together: files are written before the transaction that names them and removed after the one that drops them.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum, auto
from typing import Any, cast

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from marketplace.mpc_node.columns.selection import Selection, rows_as_bytes
from marketplace.mpc_node.columns.share_rows import SINGLE, Group, ShareRow
from marketplace.mpc_node.columns.turns import Turns
from marketplace.mpc_node.errors import StorageAlteredError
from marketplace.mpc_node.kept_papers import KeptRow
from marketplace.mpc_node.storage.batch import batches
from marketplace.mpc_node.storage.kept import insert_kept, remove_kept
from marketplace.mpc_node.storage.logged import await_withdrawal
from marketplace.mpc_node.storage.notes import notes_about
from marketplace.mpc_node.storage.pauses import SignedPause, keep_pause, paused_among
from marketplace.mpc_node.storage.share_files import NewRow, ShareFiles
from marketplace.mpc_node.storage.tables import ContributionRow, SharePartitionRow, WithdrawalRow
from ssi.hosting.database import Database, forget_pages

_INSERT = insert(ContributionRow.__table__)  # type: ignore[arg-type]
"""Of bare rows: mapped classes would take as long again."""


@dataclass(frozen=True)
class StoredContribution:
    """A verified contribution as it rests here, without its shares.

    `presentation` shows public attributes only; `consent` is the signed consent; both are kept as they
    came, so that every job can check them again against the registry of its day.
    """

    consent_id: str
    body_digest: str
    handle: str
    holder_key: Mapping[str, Any] = field(repr=False)
    presentation: str = field(repr=False)
    consent: str = field(repr=False)


@dataclass(frozen=True)
class Incoming:
    """A verified contribution about to be stored; its shares are sealed on the way.

    `is_withdrawal` says of a withdrawal that came before the contribution whether it counts, `latest_pause`
    which of the statements about pausing does; `kept` is the short form of its papers.
    """

    contribution: StoredContribution
    shares: ShareRow = field(repr=False)
    is_withdrawal: Callable[[str], bool] = field(repr=False)
    kept: KeptRow | None = field(default=None, repr=False)
    latest_pause: Callable[[Iterable[str]], SignedPause | None] = field(default=lambda _: None, repr=False)


@dataclass(frozen=True)
class Tombstone:
    """What is left of a withdrawn contribution: the receipt, and the key that may ask for it again."""

    consent_id: str
    holder_key: Mapping[str, Any]
    deleted_at: datetime
    receipt: str


class Kept(Enum):
    """What became of a contribution that was to be stored."""

    STORED = auto()
    SAME = auto()
    OTHER_BODY = auto()
    WITHDRAWN = auto()


class ContributionStore:
    """The contributions of one node; shares are sealed on the way in and opened on the way out."""

    def __init__(self, database: Database, files: ShareFiles) -> None:
        self._database = database
        self._files = files
        self._turns = Turns()

    def recover(self) -> None:
        """Finish what a crash cut off: rows that were deleted and not overwritten, files without a name."""
        with self._turns.changing():
            self._finish()
            with self._database.reading() as session:
                self._files.clear(session)

    def put(self, incoming: Sequence[Incoming], *, now: datetime) -> list[Kept]:
        """Store contributions once each, in one transaction; what became of each, in order.

        The same body again changes nothing, and another body under the same consent id is not taken.
        """
        with self._turns.changing():
            with self._database.writing() as session:
                kept = _decide(session, incoming, now)
                new = [each for each, what in zip(incoming, kept, strict=True) if what is Kept.STORED]
                if new:
                    session.execute(_INSERT, [_row(each.contribution, now) for each in new])
                    insert_kept(session, [each.kept for each in new if each.kept is not None])
                    _heed_pauses(session, new)
                rows = [NewRow(each.contribution.consent_id, each.shares) for each in new]
                dropped = self._files.store(session, rows)
            for file in dropped:
                file.discard()
        return kept

    def find(self, ids: Iterable[str]) -> dict[str, StoredContribution]:
        """The contributions that are held, by consent id; the others are absent."""
        columns = (
            ContributionRow.consent_id,
            ContributionRow.body_digest,
            ContributionRow.handle,
            ContributionRow.holder_key,
            ContributionRow.presentation,
            ContributionRow.consent,
        )
        with self._database.reading() as session:
            rows = [
                StoredContribution(*row)
                for batch in batches(ids)
                for row in session.execute(select(*columns).where(ContributionRow.consent_id.in_(batch)))
            ]
        return {row.consent_id: row for row in rows}

    @contextmanager
    def selected(self, ids: Sequence[str], group: Group) -> Iterator[Selection]:
        """The shares of some people of one group, in the order in which they are named.

        Nothing is erased or moved until the block ends, so withdrawals wait for it: it is for what a job
        reads and sums by itself, never for a round.

        Raises:
            StorageAlteredError: the index was changed.
        """
        with self._turns.reading():
            with self._database.reading() as session:
                files = self._files.files(session, group)
                owned = self._files.owned(session, ids, files)
            yield Selection.of(ids, owned, files)

    def shares(self, ids: Iterable[str]) -> dict[str, bytes]:
        """The opened shares of contributions of which two components are held: both as field elements.

        Raises:
            StorageAlteredError: a file of shares or the index was changed.
        """
        asked = list(ids)
        found: dict[str, bytes] = {}
        kinds = select(SharePartitionRow.data_set, SharePartitionRow.role).distinct()
        kinds = kinds.where(SharePartitionRow.role < SINGLE)
        with self._database.reading() as session:
            groups = [Group(*row) for row in session.execute(kinds)]
        for group in groups:
            with self.selected(asked, group) as selection:
                found |= rows_as_bytes(selection)
        return found

    def withdrawn(self, ids: Iterable[str]) -> frozenset[str]:
        """Those of the ids that were withdrawn."""
        with self._database.reading() as session:
            return withdrawn_among(session, ids)

    def paused(self, ids: Iterable[str]) -> frozenset[str]:
        """Those of the ids that are paused."""
        with self._database.reading() as session:
            return paused_among(session, ids)

    def tombstone(self, consent_id: str) -> Tombstone | None:
        """What is left of a withdrawn contribution, if it is one."""
        with self._database.reading() as session:
            return _tombstone(session.get(WithdrawalRow, consent_id))

    def bury(self, tombstone: Tombstone, *, withdrawal: str | None = None) -> Tombstone:
        """Delete a contribution for good and keep its tombstone; the first tombstone stays the only one.

        The verified withdrawal is to stand in the log from then on, where one is given.

        When this returns, its shares are overwritten in their file. If the process ends before, `recover`
        does it.
        NOTE: backups and write-ahead logs are the operator's: they hold sealed shares until they are gone.

        Raises:
            StorageAlteredError: the shares are not overwritten, because their file has another form than it
                was written in; asking again tries again.
        """
        with self._turns.changing():
            with self._database.writing() as session:
                known = _tombstone(session.get(WithdrawalRow, tombstone.consent_id))
                if known is None:
                    self._delete(session, tombstone.consent_id)
                    session.add(WithdrawalRow(**vars(tombstone) | {"holder_key": dict(tombstone.holder_key)}))
                    if withdrawal is not None:
                        at = tombstone.deleted_at
                        await_withdrawal(session, tombstone.consent_id, withdrawal, now=at)
            failed = self._finish()
        if tombstone.consent_id in failed:
            raise StorageAlteredError("the shares cannot be overwritten, because their file is damaged")
        return known or tombstone

    def _delete(self, session: Session, consent_id: str) -> None:
        row = session.get(ContributionRow, consent_id)
        if row is not None:
            forget_pages(session)
            self._files.remove(session, consent_id)
            remove_kept(session, [consent_id])
            session.execute(delete(ContributionRow).where(ContributionRow.consent_id == consent_id))

    def _finish(self) -> frozenset[str]:
        with self._database.writing() as session:
            self._files.reseal(session)
        with self._database.writing() as session:
            finished = self._files.finish(session)
        for file in finished.dropped:
            file.discard()
        return finished.failed


def withdrawn_among(session: Session, ids: Iterable[str]) -> frozenset[str]:
    """Those of the ids that have a tombstone, as one transaction sees it."""
    column = WithdrawalRow.consent_id
    return frozenset(
        consent_id
        for batch in batches(ids)
        for consent_id in session.scalars(select(column).where(column.in_(batch)))
    )


def _decide(session: Session, incoming: Sequence[Incoming], now: datetime) -> list[Kept]:
    ids = [each.contribution.consent_id for each in incoming]
    bodies, gone, notes = _bodies(session, ids), withdrawn_among(session, ids), notes_about(session, ids)
    kept = []
    for each in incoming:
        consent_id, body = each.contribution.consent_id, each.contribution.body_digest
        if consent_id in bodies:
            kept.append(Kept.SAME if bodies[consent_id] == body else Kept.OTHER_BODY)
        elif consent_id in gone:
            kept.append(Kept.WITHDRAWN)
        elif (noted := next(filter(each.is_withdrawal, notes.get(consent_id, ())), None)) is not None:
            await_withdrawal(session, consent_id, noted, now=now)  # whoever delivers it may not know
            kept.append(Kept.WITHDRAWN)
        else:
            bodies[consent_id] = body  # so that a second one of the same id in this batch finds it
            kept.append(Kept.STORED)
    return kept


def _heed_pauses(session: Session, new: Sequence[Incoming]) -> None:
    """Keep what people said about pausing before their contributions came."""
    notes = notes_about(session, [each.contribution.consent_id for each in new])
    for each in new:
        noted = notes.get(each.contribution.consent_id)
        pause = each.latest_pause(noted) if noted else None
        if pause is not None:
            keep_pause(session, pause)


def _bodies(session: Session, ids: Sequence[str]) -> dict[str, str]:
    columns = ContributionRow.consent_id, ContributionRow.body_digest
    return {
        consent_id: body
        for batch in batches(ids)
        for consent_id, body in session.execute(select(*columns).where(ContributionRow.consent_id.in_(batch)))
    }


def _row(contribution: StoredContribution, now: datetime) -> dict[str, Any]:
    holder_key = dict(contribution.holder_key)
    return {**vars(contribution), "holder_key": holder_key, "received_at": now}


def _tombstone(row: WithdrawalRow | None) -> Tombstone | None:
    if row is None:
        return None
    return Tombstone(row.consent_id, cast("Mapping[str, Any]", row.holder_key), row.deleted_at, row.receipt)
