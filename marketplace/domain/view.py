"""How is an order shown to its buyer? What was ordered, how far it is, what it cost."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from consent.query import Query
from crypto.encoding import Json
from crypto.reading import utc_text
from marketplace.domain.band import Band, band_of
from marketplace.domain.job import Job, JobEvent, JobState
from marketplace.domain.order import DisputeOutcome, Order
from marketplace.domain.split import Price, gross_of

_STEPS = (
    ("waiting", "Waiting for the nodes", JobState.QUEUED),
    ("checking", "Each node has checked every consent", JobState.ADMITTED),
    ("computing", "The nodes compute together", JobState.RUNNING),
    ("ready", "The answer is ready to open", JobState.RELEASED),
    ("paid", "Everybody who took part is paid", JobState.SETTLED),
)
_REACHED = [state for _, _, state in _STEPS]


@dataclass(frozen=True)
class ProgressStep:
    """One step on the way to an answer; `status` is "done", "now", "todo" or "failed"."""

    key: str
    label: str
    status: str


@dataclass(frozen=True)
class OrderView:
    """An order as its buyer sees it. Amounts in cents; what is not known yet is None."""

    order_id: str
    job_id: str
    query: Query
    state: JobState
    attempt: int
    placed_at: datetime
    price: Price
    people: Band
    held_cents: int
    charged_cents: int | None
    returned_cents: int | None
    admitted: int | None
    events: tuple[JobEvent, ...]
    steps: tuple[ProgressStep, ...]
    reason: str | None
    culprits: tuple[str, ...]
    dispute_until: datetime | None
    disputed: DisputeOutcome | None
    log_index: int
    node_ids: tuple[str, ...] = field(default=())

    def to_json(self) -> dict[str, Json]:
        """The order for an API."""
        return {
            "order_id": self.order_id,
            "job_id": self.job_id,
            "query": self.query.to_json(),
            "state": self.state.value,
            "attempt": self.attempt,
            "placed_at": utc_text(self.placed_at),
            "price": dict(self.price.to_json()),
            "people": dict(self.people.to_json()),
            "held_cents": self.held_cents,
            "charged_cents": self.charged_cents,
            "returned_cents": self.returned_cents,
            "admitted": self.admitted,
            "events": [_event_json(event) for event in self.events],
            "steps": [{"key": step.key, "label": step.label, "status": step.status} for step in self.steps],
            "reason": self.reason,
            "culprits": list(self.culprits),
            "dispute_until": None if self.dispute_until is None else utc_text(self.dispute_until),
            "dispute": None if self.disputed is None else _dispute_json(self.disputed),
            "log_index": self.log_index,
            "node_ids": list(self.node_ids),
        }


def view(order: Order, job: Job, events: Sequence[JobEvent]) -> OrderView:
    """Put together what a buyer sees."""
    charged = _charged(order, job)
    return OrderView(
        order_id=order.order_id,
        job_id=order.job_id,
        query=order.query,
        state=job.state,
        attempt=job.attempt,
        placed_at=order.placed_at,
        price=order.price,
        people=band_of(order.price.people),
        held_cents=order.price.gross_cents if job.state not in _ENDED else 0,
        charged_cents=charged,
        returned_cents=None if charged is None else order.price.gross_cents - charged,
        admitted=job.admitted,
        events=tuple(events),
        steps=_steps(job),
        reason=job.reason,
        culprits=job.culprits,
        dispute_until=job.dispute_until,
        disputed=order.dispute,
        log_index=order.log_index,
        node_ids=job.node_ids,
    )


_ENDED = frozenset({JobState.SETTLED, JobState.FAILED, JobState.REFUNDED})


def _charged(order: Order, job: Job) -> int | None:
    if job.state is JobState.SETTLED and job.charged_cents is not None:
        return job.charged_cents
    if job.state is JobState.SETTLED and job.admitted is not None:  # everybody was paid
        return gross_of(job.admitted, order.price.compensation_cents, records=order.price.records)
    return 0 if job.state in {JobState.FAILED, JobState.REFUNDED} else None


def _steps(job: Job) -> tuple[ProgressStep, ...]:
    failed = job.state in {JobState.FAILED, JobState.REFUNDED}
    reached = -1 if failed else _REACHED.index(job.state)
    return tuple(
        ProgressStep(key, label, "failed" if failed else _status(place, reached))
        for place, (key, label, _) in enumerate(_STEPS)
    )


def _status(place: int, reached: int) -> str:
    last = len(_STEPS) - 1
    if place < reached or reached == place == last:
        return "done"
    return "now" if place == reached else "todo"


def _event_json(event: JobEvent) -> dict[str, Json]:
    return {
        "at": utc_text(event.at),
        "state": event.state.value,
        "note": event.note,
        "attempt": event.attempt,
    }


def _dispute_json(outcome: DisputeOutcome) -> dict[str, Json]:
    return {
        "proven": outcome.proven,
        "node": outcome.node,
        "reason": outcome.reason,
        "at": utc_text(outcome.at),
    }
