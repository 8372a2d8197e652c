"""Keeps one kind of thing for every wallet, each sealed under its wallet's data key.

The associated data is ``table|row|column``. A document that was copied to another row, another table or
another wallet does not open, which is reported as damage and never as an empty place.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Generic

from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session as Transaction

from crypto.encoding import Json, canonical_json, parse_json
from crypto.errors import CryptoError
from ssi.hosting.database import Database
from wallet.domain.session import Session
from wallet.errors import ConflictError, DamagedError, NotInWalletError, TooLargeError
from wallet.services.ports import KeptT
from wallet.storage.tables import SealedRow

AT_ONCE = 500
"""How many rows one statement names, below what either database takes."""


@dataclass(frozen=True)
class Form(Generic[KeptT]):
    """How a thing is written as a document, and read back with its row name and revision."""

    write: Callable[[KeptT], Json]
    read: Callable[[Json, str, int], KeptT]


@dataclass(frozen=True)
class SealedStore(Generic[KeptT]):
    """`services.ports.Store` on SQLite or PostgreSQL."""

    database: Database
    row: type[SealedRow]
    form: Form[KeptT]

    @property
    def table(self) -> str:
        """The name of the table."""
        return str(self.row.__tablename__)

    def all(self, session: Session) -> tuple[KeptT, ...]:
        """Everything of this wallet."""
        wanted = select(self.row).where(self.row.wallet_id == session.wallet_id)
        with self.database.reading() as transaction:
            rows = transaction.scalars(wanted).all()
        return tuple(self._opened(session, row) for row in rows)

    def get(self, session: Session, row_id: str) -> KeptT:
        """One thing of this wallet."""
        with self.database.reading() as transaction:
            return self.read(transaction, session, row_id)

    def save(self, session: Session, item: KeptT) -> KeptT:
        """Keep a new or changed thing."""
        sealed, kept = self._sealed(session, item)
        with self.database.writing() as transaction:
            self._put(transaction, session, item, sealed)
        return kept

    def remove(self, session: Session, row_id: str) -> None:
        """Forget a thing."""
        with self.database.writing() as transaction:
            self.forget(transaction, session, (row_id,))

    def read(self, transaction: Transaction, session: Session, row_id: str) -> KeptT:
        """One thing of this wallet, in a transaction of the caller."""
        row = transaction.get(self.row, row_id)
        if row is None or row.wallet_id != session.wallet_id:
            raise NotInWalletError("It was removed, or it was never in this wallet.")
        return self._opened(session, row)

    def read_some(
        self, transaction: Transaction, session: Session, row_ids: Sequence[str]
    ) -> Iterator[KeptT]:
        """Those of these names that this wallet has, in a transaction of the caller."""
        for begin in range(0, len(row_ids), AT_ONCE):
            wanted = select(self.row).where(
                self.row.wallet_id == session.wallet_id, self.row.row_id.in_(row_ids[begin : begin + AT_ONCE])
            )
            yield from (self._opened(session, row) for row in transaction.scalars(wanted))

    def write(self, transaction: Transaction, session: Session, item: KeptT) -> KeptT:
        """Keep a new or changed thing, in a transaction of the caller."""
        sealed, kept = self._sealed(session, item)
        self._put(transaction, session, item, sealed)
        return kept

    def forget(self, transaction: Transaction, session: Session, row_ids: Sequence[str]) -> None:
        """Forget things, in a transaction of the caller."""
        for begin in range(0, len(row_ids), AT_ONCE):
            doomed = delete(self.row).where(
                self.row.wallet_id == session.wallet_id, self.row.row_id.in_(row_ids[begin : begin + AT_ONCE])
            )
            transaction.execute(doomed)

    def _readable(self, item: KeptT) -> tuple[bytes, KeptT]:
        """The document of a thing, and the thing as it will be read: one that is not would block all others.

        What was read must also be written again: a number such as 1e20 comes back as an integer that cannot.
        """
        try:
            plain = canonical_json(self.form.write(item))
            document = parse_json(plain)
            canonical_json(document)
            return plain, self.form.read(document, item.row_id, item.revision + 1)
        except CryptoError as error:
            raise TooLargeError(
                "This is too large to be kept, or a number in it is. Nothing in your wallet was changed."
            ) from error

    def new_row(self, session: Session, item: KeptT) -> SealedRow:
        """The row of a new thing, to be added by the caller.

        Raises:
            TooLargeError: what is written could not be read again.
        """
        sealed, _ = self._sealed(session, item)
        return self.row(row_id=item.row_id, wallet_id=session.wallet_id, revision=1, sealed_document=sealed)

    def _sealed(self, session: Session, item: KeptT) -> tuple[bytes, KeptT]:
        plain, kept = self._readable(item)
        return session.vault.seal(plain, self._place(item.row_id)), kept

    def _put(self, transaction: Transaction, session: Session, item: KeptT, sealed: bytes) -> None:
        if item.revision == 0:
            self._insert(transaction, session, item.row_id, sealed)
        else:
            self._replace(transaction, session, item, sealed)

    def _insert(self, transaction: Transaction, session: Session, row_id: str, sealed: bytes) -> None:
        row = self.row(row_id=row_id, wallet_id=session.wallet_id, revision=1, sealed_document=sealed)
        transaction.add(row)
        try:
            transaction.flush()
        except IntegrityError as error:
            raise ConflictError("This was added at the same time elsewhere. Look again.") from error

    def _replace(self, transaction: Transaction, session: Session, item: KeptT, sealed: bytes) -> None:
        change = (
            update(self.row)
            .where(
                self.row.row_id == item.row_id,
                self.row.wallet_id == session.wallet_id,
                self.row.revision == item.revision,
            )
            .values(revision=item.revision + 1, sealed_document=sealed)
            .returning(self.row.row_id)
        )
        if transaction.execute(change).first() is None:
            raise ConflictError("This changed at the same time elsewhere. Look again, then repeat.")

    def _opened(self, session: Session, row: SealedRow) -> KeptT:
        try:
            plain = session.vault.open(row.sealed_document, self._place(row.row_id))
            return self.form.read(parse_json(plain), row.row_id, row.revision)
        except CryptoError as error:
            raise DamagedError("A part of this wallet was changed from outside and does not open.") from error

    def _place(self, row_id: str) -> str:
        return f"{self.row.__tablename__}|{row_id}|sealed_document"
