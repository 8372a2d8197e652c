"""Which records does this node hold under encryption, and under which joint key?

They were verified before they came here. They are not sealed: this node alone cannot open them, and what two
nodes can open is no better protected by the key of one. A record goes in the transaction in which its
contribution goes, by the database's own rule.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from sqlalchemy import select

from marketplace.mpc_node.storage.batch import batches
from marketplace.mpc_node.storage.tables import ContributionRow, EncryptedRow
from ssi.hosting.database import Database


@dataclass(frozen=True)
class StoredRecord:
    """The columns of one person, 66 bytes each in the order of the data set, under one joint key."""

    consent_id: str
    key_id: bytes
    bins: bytes = field(repr=False)


class EncryptedStore:
    """The encrypted records of one node."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def put(self, records: Sequence[StoredRecord]) -> None:
        """Keep records whose contributions are held; others, and those here already, change nothing."""
        by_id = {record.consent_id: record for record in records}
        with self._database.writing() as session:
            for batch in batches(by_id):
                held = select(ContributionRow.consent_id).where(ContributionRow.consent_id.in_(batch))
                known = select(EncryptedRow.consent_id).where(EncryptedRow.consent_id.in_(batch))
                for consent_id in set(session.scalars(held)) - set(session.scalars(known)):
                    record = by_id[consent_id]
                    session.add(
                        EncryptedRow(consent_id=consent_id, key_id=record.key_id.hex(), bins=record.bins)
                    )

    def held(self, ids: Iterable[str], key_id: bytes) -> frozenset[str]:
        """Those of the ids whose record is here under this key."""
        with self._database.reading() as session:
            return frozenset(
                consent_id
                for batch in batches(ids)
                for consent_id in session.scalars(
                    select(EncryptedRow.consent_id).where(
                        EncryptedRow.consent_id.in_(batch), EncryptedRow.key_id == key_id.hex()
                    )
                )
            )

    def read(self, ids: Iterable[str], key_id: bytes) -> Iterator[list[StoredRecord]]:
        """The records of some people under a key, some hundred at a time; the others are absent."""
        columns = (EncryptedRow.consent_id, EncryptedRow.bins)
        for batch in batches(ids):
            with self._database.reading() as session:
                rows = session.execute(
                    select(*columns).where(
                        EncryptedRow.consent_id.in_(batch), EncryptedRow.key_id == key_id.hex()
                    )
                ).all()
            yield [StoredRecord(consent_id, key_id, bins) for consent_id, bins in rows]
