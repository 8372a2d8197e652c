"""Where do the shares of each person stand? The files of shares and their index in the database.

Rows come in batches. A batch becomes a new file, together with the rows of files that are at most twice as
large, so that their number stays logarithmic until they are full (Bentley and Saxe, J. Algorithms 1980). A
file that has lost half of its rows is written anew without them in the same way. What is written anew is
checked first, the old file is overwritten, and its key is forgotten.

A file is on disk before the transaction that names it, and is removed after the one that drops it, so a crash
leaves at most files that nothing names: `clear` removes them. A row to be erased is noted in the transaction
that deletes its person, its file is sealed as it will be (`reseal`), and then it is overwritten (`finish`).
"""

import logging
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
from sqlalchemy import ColumnElement, delete, insert, select, update
from sqlalchemy.orm import Session

from crypto.errors import SealError
from crypto.randomness import RandomBytes, random_bytes
from crypto.sealing import Vault
from marketplace.mpc_node.columns.partition_file import (
    PartitionFile,
    Seal,
    Words,
    discard,
    write_partition,
)
from marketplace.mpc_node.columns.share_rows import (
    OWNER_LINE,
    Group,
    Owned,
    ShareRow,
    owner_tags,
    require_owners,
)
from marketplace.mpc_node.errors import PartitionUnreadableError, StorageAlteredError
from marketplace.mpc_node.storage.batch import batches
from marketplace.mpc_node.storage.tables import ErasureRow, ShareIndexRow, SharePartitionRow
from ssi.hosting.database import forget_pages

_LOGGER = logging.getLogger(__name__)
MOST_ROWS: Final = 1 << 14
FOLDER: Final = "shares"
_ID_BYTES: Final = 16
_SOME: Final = {"yield_per": 1000}
_MOST_OF: Final = 8
"""Of files of which at least one row in so many is asked for, the whole index is read."""
_SUFFIX: Final = ".npy"
_INSERT: Final = insert(ShareIndexRow.__table__)  # type: ignore[arg-type]
"""Of bare rows: mapped classes would take as long again."""


@dataclass(frozen=True)
class NewRow:
    """A row to be stored, and whose it is."""

    consent_id: str
    row: ShareRow = field(repr=False)


class Finished(NamedTuple):
    """Files to `discard` once this is committed, and whose rows could not be erased in a damaged file."""

    dropped: list[PartitionFile]
    failed: frozenset[str]


@dataclass
class _Moving:
    """Rows on their way into a new file: their words, lines by rows, and whose they are."""

    words: Words
    owners: list[str]


class ShareFiles:
    """The share files of one node. Every method works within the caller's transaction and turn."""

    def __init__(
        self, folder: Path, vault: Vault, random: RandomBytes = random_bytes, *, most_rows: int = MOST_ROWS
    ) -> None:
        self.folder = folder
        self._vault = vault
        self._random = random
        self._most_rows = most_rows

    def store(self, session: Session, rows: Sequence[NewRow]) -> list[PartitionFile]:
        """Write rows and name them in the index; files to `discard` once this is committed."""
        groups: dict[Group, list[NewRow]] = {}
        for each in rows:
            groups.setdefault(each.row.group, []).append(each)
        return [
            file
            for group, members in groups.items()
            for start in range(0, len(members), self._most_rows)
            for file in self._append(session, group, members[start : start + self._most_rows])
        ]

    def remove(self, session: Session, consent_id: str) -> None:
        """Note that somebody's row is to be erased; `reseal` and `finish` follow, each by itself."""
        where = session.get(ShareIndexRow, consent_id)
        if where is None:
            return
        session.get_one(SharePartitionRow, where.partition_id).gone += 1
        session.add(ErasureRow(consent_id=consent_id, partition_id=where.partition_id, place=where.place))
        session.delete(where)
        session.flush()

    def reseal(self, session: Session) -> None:
        """Give files the seals that they have once the noted rows are erased; these rows are `sealed` then.

        Rows that a seal expects to be erased already are erased first, so that the file is what its seal says
        when a further row is noted; a new seal never covers less than the one before it. A file that was
        changed stays as changed as it is: who withdraws is heard all the same. One that cannot be read now is
        left for the next time.
        """
        noted: dict[str, list[ErasureRow]] = {}
        for erasure in session.scalars(select(ErasureRow)):
            noted.setdefault(erasure.partition_id, []).append(erasure)
        for partition_id, erasures in noted.items():
            row = session.get(SharePartitionRow, partition_id)
            if row is not None:
                with suppress(PartitionUnreadableError):
                    self._reseal_one(row, erasures)
        session.flush()

    def finish(self, session: Session) -> Finished:
        """Erase what is to be erased and `sealed`, and write anew what is half gone.

        What cannot be erased stays noted. A file that is missing has nothing to erase, but may come back.
        """
        failed: set[str] = set()
        for erasure in session.scalars(select(ErasureRow)).all():
            row = session.get(SharePartitionRow, erasure.partition_id)
            try:
                if row is None or self._erased(row, erasure):
                    session.delete(erasure)
            except StorageAlteredError:
                failed.add(erasure.consent_id)
        session.flush()
        dropped: list[PartitionFile] = []
        half_gone = select(SharePartitionRow).where(SharePartitionRow.gone * 2 >= SharePartitionRow.size)
        for row in session.scalars(half_gone).all():
            with suppress(StorageAlteredError):  # the next job that reads it says so
                dropped += self._compact(session, row)
        return Finished(dropped, frozenset(failed))

    def clear(self, session: Session) -> None:
        """Remove files that the index does not name: a crash came before or after their transaction."""
        known = set(session.scalars(select(SharePartitionRow.partition_id)))
        for path in self.folder.glob(f"*{_SUFFIX}"):
            if path.stem not in known:
                discard(path)

    def files(self, session: Session, group: Group) -> dict[str, PartitionFile]:
        """The files of a group by id.

        Raises:
            StorageAlteredError: a seal does not open.
        """
        rows = session.scalars(select(SharePartitionRow).where(*_of(group)))
        return {row.partition_id: self._file(row) for row in rows}

    def owned(
        self, session: Session, ids: Sequence[str], files: Mapping[str, PartitionFile]
    ) -> dict[str, Owned]:
        """By file the rows of these people; of others as well where much of the files is asked for."""
        index = ShareIndexRow.__table__.c  # bare rows, some at a time: there may be a million
        columns = select(index.partition_id, index.consent_id, index.place)
        if _MOST_OF * len(ids) > sum(file.rows for file in files.values()):
            asked = [columns.where(index.partition_id == key).order_by(index.place) for key in files]
        else:
            asked = [columns.where(index.consent_id.in_(batch)) for batch in batches(ids)]
        found = {key: Owned() for key in files}
        for question in asked:
            for partition_id, consent_id, place in session.execute(question.execution_options(**_SOME)):
                if partition_id in found:
                    found[partition_id].owners.append(consent_id)
                    found[partition_id].rows.append(place)
        return found

    def _append(self, session: Session, group: Group, batch: Sequence[NewRow]) -> list[PartitionFile]:
        """Write rows into a new file, after those of the smaller files that fit into it."""
        rows, taken = len(batch), []
        live = SharePartitionRow.size - SharePartitionRow.gone
        fitting = select(SharePartitionRow).where(*_of(group), live <= self._most_rows - rows).order_by(live)
        for each in session.scalars(fitting).all():
            count = each.size - each.gone
            if count > 2 * rows or count + rows > self._most_rows:
                break
            with suppress(StorageAlteredError):  # it is left alone, and the next job that reads it says so
                file = self._file(each)
                taken.append((each, file, self._live(session, file)))
                rows += count
        moving = _Moving(
            np.stack([each.row.words for each in batch], axis=1), [each.consent_id for each in batch]
        )
        new = self._write(session, group, [*(part for _, _, part in taken), moving])
        start = 0
        for each, _, part in taken:
            _move(session, each.partition_id, new.path.stem, start)
            _forget(session, each)
            start += len(part.owners)
        named = enumerate(moving.owners, start=start)
        index = [{"consent_id": owner, "partition_id": new.path.stem, "place": at} for at, owner in named]
        session.execute(_INSERT, index)
        return [file for _, file, _ in taken]

    def _reseal_one(self, row: SharePartitionRow, erasures: Sequence[ErasureRow]) -> None:
        file = self._opened(row, Seal(b"", ()))
        new = [each for each in erasures if not each.sealed]
        for each in erasures:
            if each.sealed and not file.erase(each.place):
                return
        if new:
            try:
                self._put_seal(row, self._file(row).without([each.place for each in new], self._random))
            except PartitionUnreadableError:
                raise
            except StorageAlteredError:
                # Somebody changed the file or its seal: there is nothing to be kept whole by waiting.
                _LOGGER.warning("a partition of shares was changed")
        for each in new:
            each.sealed = True

    def _erased(self, row: SharePartitionRow, erasure: ErasureRow) -> bool:
        """Whether a noted row is overwritten now; False where there is no file.

        Raises:
            StorageAlteredError: the file is there and cannot be read as it was written.
        """
        file = self._opened(row, Seal(b"", ()))
        if not file.path.exists():
            return False
        if not erasure.sealed:
            raise PartitionUnreadableError("the seal does not expect this row to be erased yet")
        return file.erase(erasure.place)

    def _compact(self, session: Session, row: SharePartitionRow) -> list[PartitionFile]:
        file, group = self._file(row), Group(row.data_set, row.role)
        if row.gone < row.size:
            new = self._write(session, group, [self._live(session, file)])
            _move(session, row.partition_id, new.path.stem, 0)
        _forget(session, row)
        return [file]

    def _live(self, session: Session, file: PartitionFile) -> _Moving:
        """The rows of a file that are somebody's, in order, without their tags."""
        owned = (
            select(ShareIndexRow.consent_id, ShareIndexRow.place)
            .where(ShareIndexRow.partition_id == file.path.stem)
            .order_by(ShareIndexRow.place)
        )
        found = session.execute(owned).all()
        places = np.array([each.place for each in found], dtype=np.int64)
        owners = [each.consent_id for each in found]
        (tags,) = file.read([OWNER_LINE])
        require_owners(tags, places, owners, file.seal.naming_key)
        lines = range(OWNER_LINE + 1, file.lines)
        return _Moving(np.stack([line[places] for line in file.read(lines)]), owners)

    def _write(self, session: Session, group: Group, parts: Sequence[_Moving]) -> PartitionFile:
        keys = Seal.draw_keys(self._random)
        owners = [owner for part in parts for owner in part.owners]
        tags = owner_tags(owners, Seal(keys, ()).naming_key)
        words = np.concatenate([part.words for part in parts], axis=1)
        path = self.folder / f"{self._random(_ID_BYTES).hex()}{_SUFFIX}"
        file = write_partition(path, np.concatenate([tags[None, :], words]), keys, self._random)
        row = SharePartitionRow(
            partition_id=path.stem,
            data_set=group.data_set,
            role=group.role,
            lines=file.lines,
            size=file.rows,
            gone=0,
        )
        self._put_seal(row, file)
        session.add(row)
        session.flush()
        return file

    def _file(self, row: SharePartitionRow) -> PartitionFile:
        try:
            seal = Seal.decode(self._vault.open(row.seal, _sealed_to(row)), row.lines)
        except SealError as error:
            raise StorageAlteredError("the seal of a partition does not open") from error
        return self._opened(row, seal)

    def _opened(self, row: SharePartitionRow, seal: Seal) -> PartitionFile:
        return PartitionFile(self.folder / f"{row.partition_id}{_SUFFIX}", row.lines, row.size, seal)

    def _put_seal(self, row: SharePartitionRow, file: PartitionFile) -> None:
        row.seal = self._vault.seal(file.seal.encode(), _sealed_to(row), self._random)


def _of(group: Group) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return SharePartitionRow.data_set == group.data_set, SharePartitionRow.role == group.role


def _sealed_to(row: SharePartitionRow) -> str:
    shape = f"{row.lines}x{row.size}"
    return f"share_partition|{row.partition_id}|{row.data_set}|{row.role}|{shape}|seal"


def _move(session: Session, old: str, new: str, start: int) -> None:
    """Let the index follow the rows of a file, which close up, to where they stand in another."""
    column = ShareIndexRow.place
    places = session.scalars(select(column).where(ShareIndexRow.partition_id == old).order_by(column)).all()
    for run in np.split(np.array(places), np.flatnonzero(np.diff(places) != 1) + 1) if places else ():
        within = ShareIndexRow.partition_id == old, column.between(int(run[0]), int(run[-1]))
        moved = {"partition_id": new, "place": column + (start - int(run[0]))}
        session.execute(update(ShareIndexRow).where(*within).values(moved))
        start += len(run)


def _forget(session: Session, row: SharePartitionRow) -> None:
    """Drop a file from the index; its key is overwritten first, so that no page of the database keeps it."""
    forget_pages(session)
    row.seal = bytes(len(row.seal))
    session.flush()
    session.execute(delete(ErasureRow).where(ErasureRow.partition_id == row.partition_id))
    session.delete(row)
    session.flush()
