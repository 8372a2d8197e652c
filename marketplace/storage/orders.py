"""Orders and everybody's part in them, in SQL."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Row, bindparam, func, insert, select, update
from sqlalchemy.orm import Session

from consent.query import Query
from crypto.encoding import Json
from crypto.reading import Fields, utc_text
from marketplace.domain.account import Buyer
from marketplace.domain.job import Job, NodeOutput, Part, Release
from marketplace.domain.order import DisputeOutcome, Order
from marketplace.domain.split import Price
from marketplace.storage.jobs import SqlJobs
from marketplace.storage.tables import orders, outputs, parts, releases

_CHANGING = ("outcome", "amount_cents", "reason", "log_index")
_PART = ("job_id", "consent_id", "inputs_digest", *_CHANGING)


class SqlOrders(SqlJobs):
    """The `OrderBook` of one transaction; what concerns the job alone is in `SqlJobs`."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._session = session

    def add(self, order: Order, job: Job, invited: Sequence[Part]) -> None:
        """Keep a new order with its job."""
        highest = self._session.execute(select(func.max(orders.c.number))).scalar_one() or 0
        row = {
            "order_id": order.order_id,
            "number": highest + 1,
            "account_id": order.account_id,
            "job_id": order.job_id,
            "buyer": order.buyer.to_json(),
            "query": order.query.to_json(),
            "price": order.price.to_json(),
            "request_digest": order.request_digest,
            "credential": order.credential,
            "mandate": order.mandate,
            "escrow_receipt": order.escrow_receipt,
            "placed_at": order.placed_at,
            "log_index": order.log_index,
            "ordered_by": order.ordered_by,
        }
        self._session.execute(insert(orders).values(row))
        self._add_job(job, number=highest + 1, due_at=order.placed_at)
        self._session.execute(
            insert(parts), [{name: getattr(part, name) for name in _PART} for part in invited]
        )

    def get(self, order_id: str) -> Order | None:
        """An order by its id."""
        row = self._session.execute(select(orders).where(orders.c.order_id == order_id)).first()
        return None if row is None else _order(row)

    def of_account(self, account_id: str, *, limit: int | None = None, skip: int = 0) -> Sequence[Order]:
        """A buyer's orders, newest first; without those that are skipped, and no more than a limit."""
        found = select(orders).where(orders.c.account_id == account_id).order_by(orders.c.number.desc())
        if limit is not None:
            found = found.limit(limit).offset(skip)
        return [_order(row) for row in self._session.execute(found)]

    def has_any(self, account_id: str) -> bool:
        """Whether a buyer ever placed an order."""
        mine = select(orders.c.number).where(orders.c.account_id == account_id).limit(1)
        return self._session.execute(mine).first() is not None

    def queries_since(self, account_id: str, moment: datetime) -> Sequence[tuple[datetime, Query]]:
        """What a buyer ordered after a moment, and when."""
        mine = select(orders.c.placed_at, orders.c.query).where(
            orders.c.account_id == account_id, orders.c.placed_at > moment
        )
        return [(row.placed_at, Query.from_json(row.query)) for row in self._session.execute(mine)]

    def set_dispute(self, order_id: str, outcome: DisputeOutcome) -> None:
        """Record what a dispute showed; the first outcome stays."""
        order = self.get(order_id)
        if order is not None and order.dispute is None:
            named = orders.c.order_id == order_id
            self._session.execute(update(orders).where(named).values(dispute=_dispute_json(outcome)))

    def parts(self, job_id: str) -> Sequence[Part]:
        """Everybody's part in a job, by consent."""
        found = select(parts).where(parts.c.job_id == job_id).order_by(parts.c.consent_id)
        return [_part(row) for row in self._session.execute(found)]

    def save_parts(self, changed: Sequence[Part]) -> None:
        """Replace parts."""
        if not changed:
            return
        mine = (parts.c.job_id == bindparam("of_job")) & (parts.c.consent_id == bindparam("of_consent"))
        values: dict[str, object] = {name: bindparam(f"new_{name}") for name in _CHANGING}
        # One prepared statement for all: a job may have thousands of people.
        self._session.connection().execute(
            update(parts).where(mine).values(values),
            [
                {"of_job": part.job_id, "of_consent": part.consent_id}
                | {f"new_{name}": getattr(part, name) for name in _CHANGING}
                for part in changed
            ],
        )

    def parts_of(self, consent_id: str) -> Sequence[Part]:
        """One person's parts in all jobs, newest first."""
        found = (
            select(parts)
            .join(orders, orders.c.job_id == parts.c.job_id)
            .where(parts.c.consent_id == consent_id)
            .order_by(orders.c.number.desc())
        )
        return [_part(row) for row in self._session.execute(found)]

    def add_release(self, release: Release) -> None:
        """Keep what was released for a job, once."""
        row = {
            "job_id": release.job_id,
            "admitted_root": release.admitted_root,
            "computation": dict(release.computation),
        }
        self._session.execute(insert(releases).values(row))
        self._session.execute(
            insert(outputs),
            [
                {
                    "job_id": release.job_id,
                    "role": output.role,
                    "node_id": output.node_id,
                    "statement": output.statement,
                    "held_statement": output.held_statement,
                    "envelope": output.envelope,
                }
                for output in release.outputs
            ],
        )

    def release_of(self, job_id: str) -> Release | None:
        """What was released for a job; None before the release."""
        row = self._session.execute(select(releases).where(releases.c.job_id == job_id)).first()
        if row is None:
            return None
        found = select(outputs).where(outputs.c.job_id == job_id).order_by(outputs.c.role)
        collected = tuple(
            NodeOutput(each.role, each.node_id, each.statement, each.held_statement, each.envelope)
            for each in self._session.execute(found)
        )
        return Release(row.job_id, row.admitted_root, row.computation, collected)


def _order(row: Row[tuple[object, ...]]) -> Order:
    return Order(
        order_id=row.order_id,
        account_id=row.account_id,
        job_id=row.job_id,
        buyer=Buyer.from_json(row.buyer),
        query=Query.from_json(row.query, "stored query"),
        price=Price.from_json(row.price),
        request_digest=row.request_digest,
        credential=row.credential,
        mandate=row.mandate,
        escrow_receipt=row.escrow_receipt,
        placed_at=row.placed_at,
        log_index=row.log_index,
        dispute=None if row.dispute is None else _dispute(row.dispute),
        ordered_by=row.ordered_by,
    )


def _part(row: Row[tuple[object, ...]]) -> Part:
    return Part(**{name: getattr(row, name) for name in _PART})


def _dispute_json(outcome: DisputeOutcome) -> dict[str, Json]:
    return {
        "proven": outcome.proven,
        "node": outcome.node,
        "reason": outcome.reason,
        "role": outcome.role,
        "at": utc_text(outcome.at),
        "mandate_digest": outcome.mandate_digest,
    }


def _dispute(document: object) -> DisputeOutcome:
    fields = Fields.of(document, "stored dispute")
    return DisputeOutcome(
        proven=fields.boolean("proven"),
        node=fields.text("node"),
        reason=fields.text("reason"),
        role=fields.integer("role", least=0, most=2),
        at=fields.moment("at"),
        mandate_digest=fields.text("mandate_digest"),
    )
