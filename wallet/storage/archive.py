"""Everything that one wallet keeps, in and out at once: all sealed tables, as the documents in them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import exists, select
from sqlalchemy.exc import IntegrityError

from crypto.encoding import Json
from crypto.errors import CryptoError
from ssi.hosting.database import Database
from wallet.domain.session import Session
from wallet.errors import ConflictError, ExportError
from wallet.storage.sealed import SealedStore
from wallet.storage.tables import PreferenceRow


@dataclass(frozen=True)
class SqlArchive:
    """`services.ports.Archive` over the stores of one database."""

    database: Database
    stores: Sequence[SealedStore[Any]]

    def read(self, session: Session) -> Mapping[str, Sequence[tuple[str, Json]]]:
        """The documents of each table, with their names."""
        return {
            store.table: [(item.row_id, store.form.write(item)) for item in store.all(session)]
            for store in self.stores
        }

    def is_empty(self, session: Session) -> bool:
        """Whether the wallet keeps nothing but the language that was chosen in it."""
        with self.database.reading() as transaction:
            return not any(
                transaction.scalar(select(exists().where(store.row.wallet_id == session.wallet_id)))
                for store in self.stores
                if store.row is not PreferenceRow
            )

    def restore(self, session: Session, tables: Mapping[str, Sequence[tuple[str, Json]]]) -> None:
        """Keep documents under their names: all of them or none."""
        by_table = {store.table: store for store in self.stores}
        if unknown := set(tables) - set(by_table):
            raise ExportError(
                f"The file holds something that this wallet does not know: {min(unknown)[:40]!r}."
            )
        try:
            rows = [
                by_table[table].new_row(session, by_table[table].form.read(document, row_id, 0))
                for table, documents in tables.items()
                for row_id, document in documents
            ]
        except CryptoError as error:
            raise ExportError("A part of the file is not what a wallet keeps. Nothing was added.") from error
        try:
            with self.database.writing() as transaction:
                transaction.add_all(rows)
        except IntegrityError as error:
            raise ConflictError(
                "What the file holds is kept in a wallet here already. Open that one instead."
            ) from error
