"""What has each person's privacy been charged so far, by which job with which set of people?"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.mpc_node.storage.batch import batches
from marketplace.mpc_node.storage.tables import ChargeRow
from ssi.hosting.database import Database


@dataclass(frozen=True)
class Charge:
    """One spending: `epsilon` of the person behind `handle`, for a job and the root of its set of people."""

    handle: str
    job_id: str
    admitted_root: str
    epsilon: Decimal


@dataclass(frozen=True)
class Purchase:
    """What one attempt is about to spend, of everybody in it."""

    job_id: str
    admitted_root: str
    epsilon: Decimal


class PrivacyLedger:
    """Charges are only ever added. Epsilons add up (basic composition), which is on the safe side."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def charges(self, handles: Iterable[str]) -> tuple[Charge, ...]:
        """All charges of some people."""
        with self._database.reading() as session:
            return _charges(session, handles)

    def spend(self, purchase: Purchase, caps: Mapping[str, Decimal], *, now: datetime) -> frozenset[str]:
        """Charge everybody in `caps` (handle to her total cap) or nobody; answer who cannot afford it.

        The same purchase again is free. Reading and writing are one transaction, so two jobs cannot spend
        the same rest of a budget.
        """
        with self._database.writing() as session:
            known = _charges(session, caps)
            paid = {charge.handle for charge in known if _is_for(charge, purchase)}
            spent = totals(known)
            due = [handle for handle in caps if handle not in paid]
            over = frozenset(
                handle for handle in due if spent.get(handle, Decimal(0)) + purchase.epsilon > caps[handle]
            )
            if not over:
                session.add_all(_row(handle, purchase, now) for handle in due)
            return over


def totals(charges: Iterable[Charge]) -> dict[str, Decimal]:
    """The sum of each person's charges."""
    spent: dict[str, Decimal] = {}
    for charge in charges:
        spent[charge.handle] = spent.get(charge.handle, Decimal(0)) + charge.epsilon
    return spent


def _charges(session: Session, handles: Iterable[str]) -> tuple[Charge, ...]:
    return tuple(
        Charge(row.handle, row.job_id, row.admitted_root, Decimal(row.epsilon))
        for batch in batches(handles)
        for row in session.scalars(select(ChargeRow).where(ChargeRow.handle.in_(batch)))
    )


def _is_for(charge: Charge, purchase: Purchase) -> bool:
    return (charge.job_id, charge.admitted_root) == (purchase.job_id, purchase.admitted_root)


def _row(handle: str, purchase: Purchase, now: datetime) -> ChargeRow:
    return ChargeRow(
        handle=handle,
        job_id=purchase.job_id,
        admitted_root=purchase.admitted_root,
        epsilon=str(purchase.epsilon),
        charged_at=now,
    )
