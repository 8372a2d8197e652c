"""Which contributions does this node hold, and which did it hold until they were withdrawn?"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum, auto
from typing import Any, cast

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from crypto.sealing import Vault
from marketplace.mpc_node.storage.batch import batches
from marketplace.mpc_node.storage.notes import notes_about
from marketplace.mpc_node.storage.tables import ContributionRow, WithdrawalRow
from ssi.hosting.database import Database


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

    `is_withdrawal` says of a withdrawal that came before the contribution whether it counts.
    """

    contribution: StoredContribution
    shares: bytes = field(repr=False)
    is_withdrawal: Callable[[str], bool] = field(repr=False)


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

    def __init__(self, database: Database, vault: Vault) -> None:
        self._database = database
        self._vault = vault

    def put(self, incoming: Sequence[Incoming], *, now: datetime) -> list[Kept]:
        """Store contributions once each, in one transaction; what became of each, in order.

        The same body again changes nothing, and another body under the same consent id is not taken.
        """
        with self._database.writing() as session:
            return [self._put(session, each, now) for each in incoming]

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

    def shares(self, ids: Iterable[str]) -> dict[str, bytes]:
        """The opened shares of the contributions that are held.

        Raises:
            SealError: a row was altered or moved in the database.
        """
        columns = (ContributionRow.consent_id, ContributionRow.shares)
        with self._database.reading() as session:
            return {
                consent_id: self._vault.open(sealed, _place(consent_id))
                for batch in batches(ids)
                for consent_id, sealed in session.execute(
                    select(*columns).where(ContributionRow.consent_id.in_(batch))
                )
            }

    def withdrawn(self, ids: Iterable[str]) -> frozenset[str]:
        """Those of the ids that were withdrawn."""
        with self._database.reading() as session:
            return withdrawn_among(session, ids)

    def tombstone(self, consent_id: str) -> Tombstone | None:
        """What is left of a withdrawn contribution, if it is one."""
        with self._database.reading() as session:
            return _tombstone(session.get(WithdrawalRow, consent_id))

    def bury(self, tombstone: Tombstone) -> Tombstone:
        """Delete a contribution for good and keep its tombstone; the first tombstone stays the only one.

        The shares are overwritten before the row goes, so that no page of the database file keeps them.
        NOTE: backups and write-ahead logs are the operator's: they hold sealed shares until they are gone.
        """
        with self._database.writing() as session:
            known = _tombstone(session.get(WithdrawalRow, tombstone.consent_id))
            if known:
                return known
            _erase(session, tombstone.consent_id)
            session.add(
                WithdrawalRow(
                    consent_id=tombstone.consent_id,
                    holder_key=dict(tombstone.holder_key),
                    deleted_at=tombstone.deleted_at,
                    receipt=tombstone.receipt,
                )
            )
            return tombstone

    def _put(self, session: Session, incoming: Incoming, now: datetime) -> Kept:
        contribution = incoming.contribution
        known = session.get(ContributionRow, contribution.consent_id)
        if known:
            return Kept.SAME if known.body_digest == contribution.body_digest else Kept.OTHER_BODY
        if session.get(WithdrawalRow, contribution.consent_id):
            return Kept.WITHDRAWN
        if any(map(incoming.is_withdrawal, notes_about(session, contribution.consent_id))):
            return Kept.WITHDRAWN
        session.add(
            ContributionRow(
                consent_id=contribution.consent_id,
                body_digest=contribution.body_digest,
                handle=contribution.handle,
                holder_key=dict(contribution.holder_key),
                presentation=contribution.presentation,
                consent=contribution.consent,
                shares=self._vault.seal(incoming.shares, _place(contribution.consent_id)),
                received_at=now,
            )
        )
        session.flush()  # so that a second one of the same id in this batch finds it
        return Kept.STORED


def withdrawn_among(session: Session, ids: Iterable[str]) -> frozenset[str]:
    """Those of the ids that have a tombstone, as one transaction sees it."""
    column = WithdrawalRow.consent_id
    return frozenset(
        consent_id
        for batch in batches(ids)
        for consent_id in session.scalars(select(column).where(column.in_(batch)))
    )


def _erase(session: Session, consent_id: str) -> None:
    row = session.get(ContributionRow, consent_id)
    if row is None:
        return
    if session.connection().dialect.name == "sqlite":
        session.execute(text("PRAGMA secure_delete = ON"))
    row.shares = bytes(len(row.shares))
    session.flush()
    session.delete(row)


def _tombstone(row: WithdrawalRow | None) -> Tombstone | None:
    if row is None:
        return None
    return Tombstone(row.consent_id, cast("Mapping[str, Any]", row.holder_key), row.deleted_at, row.receipt)


def _place(consent_id: str) -> str:
    return f"contribution|{consent_id}|shares"
