"""Writes events, in the transaction of what they tell, and reads them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from crypto.encoding import Json
from crypto.reading import utc_text
from marketplace.domain.event import (
    KEPT_FOR,
    MOST_KEPT,
    MOST_ON_PAGE,
    Event,
    EventKind,
    EventPage,
    cut,
    kind_of_state,
)
from marketplace.domain.job import Job, JobEvent, JobState
from marketplace.domain.order import Order
from marketplace.domain.saved import Run, StandingOrder, StandingState
from marketplace.errors import RefusedError
from marketplace.services.desk import Desk
from marketplace.services.ports import Books

_OF_STANDINGS: Final = {
    StandingState.ACTIVE: EventKind.REPETITION_RESUMED,
    StandingState.PAUSED: EventKind.REPETITION_PAUSED,
    StandingState.ENDED: EventKind.REPETITION_ENDED,
}


def tell(books: Books, account_id: str, at: datetime, kind: EventKind, **told: Json) -> Event:
    """Write an event; beyond `MOST_KEPT` the oldest of its account is forgotten."""
    number = books.events.next_number(account_id)
    event = Event(account_id, number, kind, at, cut(told))
    books.events.add(event)
    books.events.forget(account_id, until=number - MOST_KEPT)
    return event


def save_step(books: Books, order: Order, job: Job, step: JobEvent) -> None:
    """Replace a job that took a step into a state, append to what its buyer follows, and tell programs."""
    books.orders.save(job, step)
    told: dict[str, Json] = {"order_id": order.order_id, "state": job.state.value}
    if job.state is JobState.FAILED:
        told |= {"reason": job.reason, "culprits": list(job.culprits)}
    if job.state is JobState.RELEASED:
        told["people"] = job.admitted
    if job.state is JobState.SETTLED:
        told["charged_cents"] = job.charged_cents
    tell(books, order.account_id, step.at, kind_of_state(job.state), **told)


def named_run(run: Run, standing: StandingOrder) -> dict[str, Json]:
    """Which run of which repetition of which question an event is about."""
    return {
        "saved_id": standing.saved_id,
        "standing_id": run.standing_id,
        "run": run.number,
        "planned_at": utc_text(run.planned_at),
    }


def tell_standing(books: Books, before: StandingOrder, after: StandingOrder, at: datetime) -> None:
    """Tell that a repetition rests, goes on or is over, if that is new, and why."""
    if after.state is before.state:
        return
    told: dict[str, Json] = {"saved_id": after.saved_id, "standing_id": after.standing_id}
    why: Json = None if after.why is None else after.why.value
    tell(books, after.account_id, at, _OF_STANDINGS[after.state], **told, why=why)


@dataclass(frozen=True)
class ReadEvents:
    """Reads the events of an account, of no other."""

    desk: Desk

    def __call__(self, account_id: str, after: int, *, limit: int = MOST_ON_PAGE) -> EventPage:
        """The events behind a number; 0 for all that are kept.

        Raises:
            RefusedError: the account has no event with this number yet.
        """
        with self.desk.store.reading() as books:
            last = books.events.last_number(account_id)
            if after > last:
                raise RefusedError(f"there is no event {after} yet; the last one has the number {last}")
            found = tuple(books.events.after(account_id, after, limit=limit))
            kept = found if after == 0 else tuple(books.events.after(account_id, 0, limit=1))
        return EventPage(found, last, kept[0].number - 1 if kept else last)


@dataclass(frozen=True)
class ForgetEvents:
    """The worker's duty to forget events that are older than they are kept."""

    desk: Desk

    def __call__(self) -> bool:
        """Whether there were any."""
        with self.desk.store.writing() as books:
            return books.events.forget_before(self.desk.now() - KEPT_FOR) > 0
