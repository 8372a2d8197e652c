"""Which withdrawals does this node expect in the log, and where do they stand? And what contradicts them?"""

from collections.abc import Mapping
from datetime import datetime
from typing import Final, NamedTuple

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from crypto.encoding import Json, canonical_json, parse_json
from marketplace.mpc_node.storage.tables import ContradictionRow, LoggedWithdrawalRow
from ssi.hosting.database import Database

MOST_CONTRADICTIONS: Final = 100
"""How many are kept: one is enough to prove it."""


class AwaitedWithdrawal(NamedTuple):
    """A withdrawal that this node took and that nobody has shown it in the log yet."""

    consent_id: str
    token: str
    since: datetime


class Span(NamedTuple):
    """From when to when a withdrawal may have come so that it is not overdue."""

    least: datetime
    most: datetime


class LoggedWithdrawals:
    """The withdrawals of one node by their places in the log, as far as it was shown them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def awaited(self, *, limit: int) -> tuple[AwaitedWithdrawal, ...]:
        """Those that were not shown yet, the oldest first."""
        return self._awaited(LoggedWithdrawalRow.log_index.is_(None), limit)

    def overdue(self, span: Span, *, limit: int) -> tuple[AwaitedWithdrawal, ...]:
        """Those of them that came outside a span, the oldest first."""
        return self._awaited(_overdue(span), limit)

    def counts(self, span: Span) -> tuple[int, int]:
        """How many were not shown yet, and how many of them are overdue."""
        with self._database.reading() as session:
            return _count(session, LoggedWithdrawalRow.log_index.is_(None)), _count(session, _overdue(span))

    def put(self, consent_id: str, log_index: int, shown: Mapping[str, Json]) -> bool:
        """Keep where an awaited withdrawal was shown; answer whether it was awaited, or shown before."""
        with self._database.writing() as session:
            row = session.get(LoggedWithdrawalRow, consent_id)
            if row is None:
                return False
            if row.log_index is None:
                row.log_index, row.shown = log_index, canonical_json(dict(shown)).decode()
            return True

    def before(self, size: int) -> dict[str, int]:
        """Those that stand among the first entries of the log, with their places."""
        columns = LoggedWithdrawalRow.consent_id, LoggedWithdrawalRow.log_index
        with self._database.reading() as session:
            found = session.execute(select(*columns).where(LoggedWithdrawalRow.log_index < size))
            return {consent_id: index for consent_id, index in found if index is not None}

    def keep_contradiction(self, manifest: str, digest: str, consent_id: str, *, now: datetime) -> None:
        """Keep a manifest that contradicts a withdrawal, once."""
        with self._database.writing() as session:
            many = session.scalar(select(func.count()).select_from(ContradictionRow)) or 0
            if many < MOST_CONTRADICTIONS and session.get(ContradictionRow, digest) is None:
                session.add(
                    ContradictionRow(
                        manifest_digest=digest, consent_id=consent_id, manifest=manifest, found_at=now
                    )
                )

    def contradictions(self) -> list[dict[str, Json]]:
        """Each manifest that contradicts a withdrawal, beside the withdrawal as it was shown in the log."""
        pairs = select(ContradictionRow.manifest, LoggedWithdrawalRow.shown).join(
            LoggedWithdrawalRow, LoggedWithdrawalRow.consent_id == ContradictionRow.consent_id
        )
        with self._database.reading() as session:
            found = session.execute(pairs.order_by(ContradictionRow.found_at)).all()
        return [
            {"manifest": manifest, "withdrawal": parse_json(shown or "null")} for manifest, shown in found
        ]

    def _awaited(self, which: ColumnElement[bool], limit: int) -> tuple[AwaitedWithdrawal, ...]:
        columns = LoggedWithdrawalRow.consent_id, LoggedWithdrawalRow.token, LoggedWithdrawalRow.since
        found = select(*columns).where(which).order_by(LoggedWithdrawalRow.since, columns[0]).limit(limit)
        with self._database.reading() as session:
            return tuple(AwaitedWithdrawal(*row) for row in session.execute(found))


def await_withdrawal(session: Session, consent_id: str, token: str, *, now: datetime) -> None:
    """Expect a verified withdrawal to stand in the log; the first one of a consent is the only one."""
    if session.get(LoggedWithdrawalRow, consent_id) is None:
        session.add(LoggedWithdrawalRow(consent_id=consent_id, token=token, since=now))


def _overdue(span: Span) -> ColumnElement[bool]:
    since = LoggedWithdrawalRow.since
    return LoggedWithdrawalRow.log_index.is_(None) & or_(since < span.least, since > span.most)


def _count(session: Session, which: ColumnElement[bool]) -> int:
    return session.scalar(select(func.count()).select_from(LoggedWithdrawalRow).where(which)) or 0
