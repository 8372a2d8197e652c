"""Batches in SQL: plans, cells and faults are sealed to their rows."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Boolean, Row, bindparam, case, delete, func, insert, or_, select, update
from sqlalchemy.orm import Session

from crypto.encoding import Json, canonical_json, parse_json
from crypto.sealing import Vault
from ssi.issuer_service.domain.batch import ENDED, Batch, BatchRow, BatchState, Fault, Outcome, Plan, Progress
from ssi.issuer_service.domain.template import TemplateTerms
from ssi.issuer_service.errors import UnknownThingError
from ssi.issuer_service.services.office_ports import SealedRows
from ssi.issuer_service.storage.office_tables import batch_rows, batches, templates

_WITH_KIND = select(batches, templates.c.configuration).join(
    templates,
    (templates.c.template_id == batches.c.template_id) & (templates.c.version == batches.c.template_version),
)


class SqlBatches:
    """Keeps files of records on their way into the register."""

    def __init__(self, session: Session, vault: Vault) -> None:
        self._session = session
        self._vault = vault

    def seal(self, batch_id: str, rows: Sequence[BatchRow]) -> SealedRows:
        """Make rows ready to be added; it takes long, so do it before the one writer's place is taken."""
        return SealedRows(batch_id, [self._row(batch_id, row) for row in rows])

    def add(self, batch: Batch, rows: SealedRows) -> None:
        """Keep a new batch with its rows."""
        self._session.execute(
            insert(batches).values(
                batch_id=batch.batch_id,
                template_id=batch.template_id,
                template_version=batch.template_version,
                created_at=batch.created_at,
                created_by=batch.created_by,
                **self._columns(batch),
            )
        )
        self._session.execute(insert(batch_rows), rows.kept)

    def get(self, batch_id: str) -> Batch:
        """One batch.

        Raises:
            UnknownThingError: there is none.
        """
        row = self._session.execute(_WITH_KIND.where(batches.c.batch_id == batch_id)).first()
        if row is None:
            raise UnknownThingError(f"no batch has the id {batch_id[:40]!r}")
        return self._batch(row)

    def keep(self, batch: Batch) -> None:
        """Write a batch's state, plan and end; its rows stay as they are."""
        self._session.execute(
            update(batches).where(batches.c.batch_id == batch.batch_id).values(**self._columns(batch))
        )

    def progress(self, batch_ids: Sequence[str]) -> dict[str, Progress]:
        """How far batches are."""
        counts = {batch_id: dict.fromkeys(Outcome, 0) for batch_id in batch_ids}
        grouped = (
            select(batch_rows.c.batch_id, batch_rows.c.outcome, func.count())
            .where(batch_rows.c.batch_id.in_(batch_ids))
            .group_by(batch_rows.c.batch_id, batch_rows.c.outcome)
        )
        for batch_id, outcome, count in self._session.execute(grouped):
            counts[batch_id][outcome] = count
        found = self._session.execute(_WITH_KIND.where(batches.c.batch_id.in_(batch_ids)))
        return {row.batch_id: Progress(self._batch(row), counts[row.batch_id]) for row in found}

    def newest(self, limit: int) -> tuple[str, ...]:
        """The ids of the newest batches."""
        wanted = select(batches.c.batch_id).order_by(batches.c.created_at.desc(), batches.c.batch_id)
        return tuple(self._session.scalars(wanted.limit(limit)))

    def rows(self, batch_id: str, outcome: Outcome | None = None, limit: int | None = None) -> list[BatchRow]:
        """Rows by number, all or those of one outcome."""
        wanted = select(batch_rows).where(batch_rows.c.batch_id == batch_id)
        if outcome is not None:
            wanted = wanted.where(batch_rows.c.outcome == outcome)
        return [
            self._read(row)
            for row in self._session.execute(wanted.order_by(batch_rows.c.number).limit(limit))
        ]

    def settle(self, batch_id: str, rows: Sequence[BatchRow]) -> None:
        """Write what became of rows; the cells of refused ones stay as they are, all others go."""
        if not rows:
            return
        written = (
            update(batch_rows)
            .where(batch_rows.c.batch_id == batch_id, batch_rows.c.number == bindparam("row_number"))
            .values(
                outcome=bindparam("row_outcome"),
                credential_id=bindparam("row_credential"),
                faults_sealed=bindparam("row_faults"),
                cells_sealed=case((bindparam("row_keeps_cells", type_=Boolean), batch_rows.c.cells_sealed)),
            )
        )
        self._session.connection().execute(written, [self._settled(batch_id, row) for row in rows])

    def lease(self, owner: str, *, now: datetime, until: datetime) -> Batch | None:
        """Take on the oldest batch that has work left and nobody at it."""
        free = or_(
            batches.c.lease_until.is_(None), batches.c.lease_until <= now, batches.c.lease_owner == owner
        )
        wanted = (
            _WITH_KIND.where(batches.c.state.in_([BatchState.WAITING, BatchState.RUNNING]), free)
            .order_by(batches.c.created_at, batches.c.batch_id)
            .limit(1)
        )
        row = self._session.execute(wanted).first()
        if row is None:
            return None
        self._session.execute(
            update(batches)
            .where(batches.c.batch_id == row.batch_id)
            .values(lease_owner=owner, lease_until=until, state=BatchState.RUNNING)
        )
        return self._batch(row)

    def is_leased_to(self, batch_id: str, owner: str) -> bool:
        """Whether a batch is still the one's who took it on: no other has, and it has not ended."""
        holder = self._session.scalar(select(batches.c.lease_owner).where(batches.c.batch_id == batch_id))
        return holder == owner

    def release(self, batch_id: str) -> None:
        """Give a batch back."""
        self._session.execute(
            update(batches).where(batches.c.batch_id == batch_id).values(lease_owner=None, lease_until=None)
        )

    def put_off(self, batch_id: str, until: datetime) -> None:
        """Give a batch back that nobody may take on before a moment."""
        self._session.execute(
            update(batches).where(batches.c.batch_id == batch_id).values(lease_owner=None, lease_until=until)
        )

    def counts(self) -> dict[BatchState, int]:
        """How many batches there are in each state."""
        grouped = select(batches.c.state, func.count()).group_by(batches.c.state)
        counted = dict.fromkeys(BatchState, 0)
        for state, count in self._session.execute(grouped):
            counted[state] = count
        return counted

    def tidy(self, before: datetime) -> int:
        """Forget batches that were made before a moment; returns how many. Entries stay."""
        old = select(batches.c.batch_id).where(
            batches.c.created_at <= before, batches.c.state.in_([*ENDED, BatchState.DRAFT])
        )
        ids = list(self._session.scalars(old))
        for table in (batch_rows, batches):
            self._session.execute(delete(table).where(table.c.batch_id.in_(ids)))
        return len(ids)

    def _columns(self, batch: Batch) -> dict[str, object]:
        plan = batch.plan
        document: dict[str, Json] = {
            "file_name": plan.file_name,
            "headings": list(plan.headings),
            "encoding": plan.encoding,
            "separator": plan.separator,
            "terms": plan.terms.to_json(),
            "notes": list(plan.notes),
        }
        sealed = self._vault.seal(canonical_json(document), _plan_place(batch.batch_id))
        return {"document_sealed": sealed, "state": batch.state, "finished_at": batch.finished_at}

    def _batch(self, row: Row[Any]) -> Batch:
        document: Any = parse_json(self._vault.open(row.document_sealed, _plan_place(row.batch_id)))
        terms, headings = TemplateTerms(**document.pop("terms")), tuple(document.pop("headings"))
        notes = tuple(document.pop("notes", ()))
        return Batch(
            batch_id=row.batch_id,
            template_id=row.template_id,
            template_version=row.template_version,
            configuration_id=row.configuration,
            plan=Plan(terms=terms, headings=headings, notes=notes, **document),
            state=row.state,
            created_at=row.created_at,
            created_by=row.created_by,
            finished_at=row.finished_at,
        )

    def _row(self, batch_id: str, row: BatchRow) -> dict[str, object]:
        place = f"{_row_place(batch_id, row.number)}|cells_sealed"
        return {
            "batch_id": batch_id,
            "number": row.number,
            "outcome": row.outcome,
            "credential_id": row.credential_id,
            "cells_sealed": self._vault.seal(canonical_json(list(row.cells)), place),
            "faults_sealed": self._sealed_faults(batch_id, row),
        }

    def _settled(self, batch_id: str, row: BatchRow) -> dict[str, object]:
        return {
            "row_number": row.number,
            "row_outcome": row.outcome,
            "row_credential": row.credential_id,
            "row_keeps_cells": row.outcome is Outcome.REFUSED,
            "row_faults": self._sealed_faults(batch_id, row),
        }

    def _sealed_faults(self, batch_id: str, row: BatchRow) -> bytes | None:
        if not row.faults:
            return None
        faults = canonical_json([[fault.column, fault.problem] for fault in row.faults])
        return self._vault.seal(faults, f"{_row_place(batch_id, row.number)}|faults_sealed")

    def _read(self, row: Row[Any]) -> BatchRow:
        place = _row_place(row.batch_id, row.number)
        cells: Any = self._open(row.cells_sealed, f"{place}|cells_sealed")
        faults: Any = self._open(row.faults_sealed, f"{place}|faults_sealed")
        return BatchRow(
            number=row.number,
            cells=tuple(cells),
            outcome=row.outcome,
            credential_id=row.credential_id,
            faults=tuple(Fault(*fault) for fault in faults),
        )

    def _open(self, sealed: bytes | None, place: str) -> Json:
        return [] if sealed is None else parse_json(self._vault.open(sealed, place))


def _plan_place(batch_id: str) -> str:
    return f"batches|{batch_id}|document_sealed"


def _row_place(batch_id: str, number: int) -> str:
    return f"batch_rows|{batch_id}.{number}"
