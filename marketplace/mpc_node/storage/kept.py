"""Where does the short form of papers rest? Beside the contributions, with which it comes and goes."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Final

from sqlalchemy import delete, func, insert, select
from sqlalchemy.orm import Session

from crypto.encoding import sha256
from marketplace.mpc_node.kept_papers import KeptRow, terms_digest_of
from marketplace.mpc_node.storage.batch import batches
from marketplace.mpc_node.storage.tables import ContributionRow, KeptPapersRow, KeptTermsRow
from ssi.hosting.database import Database

_SOME: Final = 1000
_INSERT: Final = insert(KeptPapersRow.__table__)  # type: ignore[arg-type]
"""Of bare rows: mapped classes would take as long again."""
_MOST_OF: Final = 4
"""Where at least one in so many is asked for, the whole table is read."""


StoredPapers = tuple[str, str, bytes]
"""One record as it lies in the database: consent id, handle, and papers of which nothing is verified."""


class KeptPapersStore:
    """The short forms of one node."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def put(self, rows: Sequence[KeptRow]) -> None:
        """Keep forms of contributions that are held, instead of earlier ones; others change nothing."""
        by_id = {row.consent_id: row for row in rows}
        held = select(ContributionRow.consent_id)
        with self._database.writing() as session:
            for batch in batches(by_id):
                found = session.scalars(held.where(ContributionRow.consent_id.in_(batch))).all()
                remove_kept(session, found)
                insert_kept(session, [by_id[consent_id] for consent_id in found])

    def read(self, ids: Collection[str]) -> Iterator[list[StoredPapers]]:
        """The forms of these people, some hundred at a time in any order; the others are absent."""
        table = KeptPapersRow.__table__.c  # bare rows: there may be a million
        columns = select(table.consent_id, table.handle, table.papers)
        with self._database.reading() as session:
            count = session.scalar(select(func.count()).select_from(KeptPapersRow)) or 0
            if _MOST_OF * len(ids) > count:
                wanted = ids if isinstance(ids, dict | set | frozenset) else frozenset(ids)
                found = session.execute(columns.execution_options(yield_per=_SOME))
                for part in found.partitions():
                    yield [(each, handle, papers) for each, handle, papers in part if each in wanted]
                return
            for batch in batches(ids):
                rows = session.execute(columns.where(table.consent_id.in_(batch)))
                yield [(each, handle, papers) for each, handle, papers in rows]

    def terms(self, digests: Iterable[bytes]) -> dict[bytes, bytes]:
        """Terms by their digests; those that are not there, or are others than that, are absent."""
        columns = select(KeptTermsRow.terms)
        with self._database.reading() as session:
            found = [
                terms
                for batch in batches(digest.hex() for digest in digests)
                for terms in session.scalars(columns.where(KeptTermsRow.digest.in_(batch)))
            ]
        return {sha256(terms): terms for terms in found}


def insert_kept(session: Session, rows: Sequence[KeptRow]) -> None:
    """Add forms, and the terms that they name."""
    if not rows:
        return
    people = Counter(row.terms for row in rows)
    for terms, count in people.items():
        digest = sha256(terms).hex()
        known = session.get(KeptTermsRow, digest)
        if known is None:
            session.add(KeptTermsRow(digest=digest, terms=terms, people=count))
        else:
            known.terms = terms  # whatever somebody made of them meanwhile
            known.people += count
    session.flush()
    kept = [{"consent_id": row.consent_id, "handle": row.handle, "papers": row.papers} for row in rows]
    session.execute(_INSERT, kept)


def remove_kept(session: Session, ids: Sequence[str]) -> None:
    """Remove the forms of a few people, and terms that nobody names any more."""
    which = KeptPapersRow.consent_id.in_(ids)
    named = Counter(map(terms_digest_of, session.scalars(select(KeptPapersRow.papers).where(which))))
    session.execute(delete(KeptPapersRow).where(which))
    for digest, count in named.items():
        terms = session.get(KeptTermsRow, digest.hex())
        if terms is not None and terms.people > count:
            terms.people -= count
        elif terms is not None:
            session.delete(terms)
    session.flush()
