"""The versions of every record, in SQL."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, cast

from sqlalchemy import ColumnElement, Row, and_, func, insert, select, update
from sqlalchemy.orm import Session

from crypto.encoding import Json, b64url_encode, canonical_json, parse_json
from crypto.randomness import RandomBytes
from ssi.issuer_service.domain.also_as import Achievement
from ssi.issuer_service.domain.entry import (
    Delivery,
    Entry,
    Found,
    Sought,
    Standing,
    State,
    StatusChange,
    StatusPlace,
)
from ssi.issuer_service.domain.secrets import IssuerSecrets
from ssi.issuer_service.errors import UnknownEntryError
from ssi.issuer_service.storage.tables import entries, status_changes

_CHANGE_ID_BYTES = 16


class SqlEntries:
    """Keeps the versions of every record; external ids, values and reasons are sealed to their rows."""

    def __init__(self, session: Session, secrets: IssuerSecrets, random: RandomBytes) -> None:
        self._session = session
        self._secrets = secrets
        self._vault = secrets.vault
        self._random = random

    def add(self, added: Sequence[tuple[Entry, Mapping[str, Json]]]) -> None:
        """Keep new entries with their values, sealed."""
        if not added:
            return
        first = self._session.scalar(select(func.coalesce(func.max(entries.c.sequence), 0))) or 0
        rows = [
            self._row(entry, values) | {"sequence": first + offset}
            for offset, (entry, values) in enumerate(added, start=1)
        ]
        self._session.execute(insert(entries), rows)

    def get(self, credential_id: str) -> Entry:
        """One entry.

        Raises:
            UnknownEntryError: there is none of this id.
        """
        row = self._session.execute(select(entries).where(entries.c.credential_id == credential_id)).first()
        if row is None:
            raise UnknownEntryError(f"no credential has the id {credential_id[:40]!r}")
        return self._entry(row)

    def of(self, credential_ids: Collection[str]) -> dict[str, Entry]:
        """The entries of these ids; those that are not there are left out."""
        found = select(entries).where(entries.c.credential_id.in_(credential_ids))
        return {row.credential_id: self._entry(row) for row in self._session.execute(found)}

    def at(self, place: StatusPlace) -> Entry | None:
        """The entry whose market copy has this place in a status list."""
        here = (entries.c.list_number == place.list_number) & (entries.c.list_index == place.index)
        row = self._session.execute(select(entries).where(here)).first()
        return None if row is None else self._entry(row)

    def latest(self, record_keys: Collection[bytes]) -> dict[bytes, Entry]:
        """The newest version under each of the record keys that are known."""
        found = select(entries).where(entries.c.record_key.in_(record_keys)).order_by(entries.c.version)
        return {row.record_key: self._entry(row) for row in self._session.execute(found)}

    def values(self, credential_id: str) -> Mapping[str, Json] | None:
        """The values that wait for delivery, or None once they are gone."""
        sealed = self._session.scalar(
            select(entries.c.values_sealed).where(entries.c.credential_id == credential_id)
        )
        if sealed is None:
            return None
        return cast("Mapping[str, Json]", parse_json(self._vault.open(sealed, _values_place(credential_id))))

    def keep_values(self, credential_id: str, values: Mapping[str, Json]) -> None:
        """Let an entry whose offer had lapsed wait for delivery again."""
        self._update(
            credential_id, delivery=Delivery.WAITING, values_sealed=self._sealed_values(credential_id, values)
        )

    def change(self, entry: Entry, change: StatusChange) -> None:
        """Write a new standing and remember why. Nobody collects what is revoked, so its values go."""
        revoked = {"values_sealed": None} if change.standing is Standing.REVOKED else {}
        self._update(entry.credential_id, standing=change.standing, **revoked)
        change_id = b64url_encode(self._random(_CHANGE_ID_BYTES))
        ordinal = self._session.scalar(
            select(func.count()).where(status_changes.c.credential_id == entry.credential_id)
        )
        self._session.execute(
            insert(status_changes).values(
                change_id=change_id,
                credential_id=change.credential_id,
                ordinal=ordinal,
                changed_at=change.changed_at,
                standing=change.standing,
                reason_sealed=self._vault.seal(change.reason.encode(), _reason_place(change_id)),
                changed_by=change.changed_by,
            )
        )

    def collected(self, credential_id: str, place: StatusPlace, at: datetime) -> None:
        """Mark as delivered and drop the values."""
        self._update(
            credential_id,
            delivery=Delivery.COLLECTED,
            collected_at=at,
            list_number=place.list_number,
            list_index=place.index,
            values_sealed=None,
        )

    def search(self, sought: Sought) -> Found:
        """One page of the register, newest first."""
        wanted = and_(True, *self._conditions(sought))
        page = (
            select(entries)
            .where(wanted)
            .order_by(entries.c.sequence.desc())
            .offset(sought.offset)
            .limit(sought.limit)
        )
        total = self._session.scalar(select(func.count()).select_from(entries).where(wanted))
        return Found(tuple(self._entry(row) for row in self._session.execute(page)), total or 0)

    def changes(self, credential_id: str) -> tuple[StatusChange, ...]:
        """What happened to an entry, oldest first."""
        found = (
            select(status_changes)
            .where(status_changes.c.credential_id == credential_id)
            .order_by(status_changes.c.ordinal)
        )
        return tuple(self._change(row) for row in self._session.execute(found))

    def counts(self) -> Mapping[State, int]:
        """How many entries there are in each state; states without any count 0."""
        counted = dict.fromkeys(State, 0)
        grouped = select(entries.c.standing, entries.c.delivery, func.count()).group_by(
            entries.c.standing, entries.c.delivery
        )
        for standing, delivery, count in self._session.execute(grouped):
            counted[State(delivery if standing is Standing.VALID else standing)] += count
        return counted

    def _conditions(self, sought: Sought) -> list[ColumnElement[bool]]:
        conditions: list[ColumnElement[bool]] = []
        if sought.external_id is not None:
            conditions.append(entries.c.external_id_key == self._secrets.external_id_key(sought.external_id))
        if sought.configuration is not None:
            conditions.append(entries.c.configuration == sought.configuration)
        if sought.state in {State.SUSPENDED, State.REVOKED}:
            conditions.append(entries.c.standing == Standing(sought.state))
        elif sought.state is not None:
            conditions.append(entries.c.standing == Standing.VALID)
            conditions.append(entries.c.delivery == Delivery(sought.state))
        return conditions

    def _update(self, credential_id: str, **columns: object) -> None:
        self._session.execute(
            update(entries).where(entries.c.credential_id == credential_id).values(**columns)
        )

    def _row(self, entry: Entry, values: Mapping[str, Json]) -> dict[str, object]:
        place = f"entries|{entry.credential_id}|external_id_sealed"
        return {
            "credential_id": entry.credential_id,
            "configuration": entry.configuration,
            "record_key": entry.record_key,
            "external_id_key": self._secrets.external_id_key(entry.external_id),
            "external_id_sealed": self._vault.seal(entry.external_id.encode(), place),
            "version": entry.version,
            "content_digest": entry.content_digest,
            "standing": entry.standing,
            "delivery": entry.delivery,
            "created_at": entry.created_at,
            "expires_at": entry.expires_at,
            "values_sealed": self._sealed_values(entry.credential_id, values),
            "offers_made": entry.offers_made,
            "achievement_id": entry.achievement.id if entry.achievement else None,
            "achievement_name": entry.achievement.name if entry.achievement else None,
        }

    def _entry(self, row: Row[Any]) -> Entry:
        place = f"entries|{row.credential_id}|external_id_sealed"
        return Entry(
            credential_id=row.credential_id,
            configuration=row.configuration,
            record_key=row.record_key,
            external_id=self._vault.open(row.external_id_sealed, place).decode(),
            version=row.version,
            content_digest=row.content_digest,
            standing=row.standing,
            delivery=row.delivery,
            created_at=row.created_at,
            expires_at=row.expires_at,
            offers_made=row.offers_made,
            collected_at=row.collected_at,
            place=None if row.list_index is None else StatusPlace(row.list_number, row.list_index),
            achievement=(
                None if row.achievement_id is None else Achievement(row.achievement_id, row.achievement_name)
            ),
        )

    def _change(self, row: Row[Any]) -> StatusChange:
        return StatusChange(
            credential_id=row.credential_id,
            changed_at=row.changed_at,
            standing=row.standing,
            reason=self._vault.open(row.reason_sealed, _reason_place(row.change_id)).decode(),
            changed_by=row.changed_by,
        )

    def _sealed_values(self, credential_id: str, values: Mapping[str, Json]) -> bytes:
        return self._vault.seal(canonical_json(values), _values_place(credential_id))


def _values_place(credential_id: str) -> str:
    return f"entries|{credential_id}|values_sealed"


def _reason_place(change_id: str) -> str:
    return f"status_changes|{change_id}|reason_sealed"
