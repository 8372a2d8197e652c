"""Who holds an answer is told that somebody who was counted in it ended her agreement (GDPR art. 19).

It stands among the steps of the order, on its page and in its document, and stays there. It names nobody; by
its moment a buyer learns that one of those counted ended hers then, and no more.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from crypto.encoding import Json
from crypto.reading import utc_text
from marketplace.domain.job import Job, JobEvent, PartOutcome
from marketplace.services.ports import Books

NOTE: Final = "somebody who was counted ended the agreement: delete what you keep of single people"
_COUNTED: Final = frozenset({PartOutcome.TOOK_PART, PartOutcome.PAID})


def tell_recipients(books: Books, consent_id: str, at: datetime) -> None:
    """Tell the buyer of every answer that a person is in, in the transaction in which she ends it."""
    for job in _answered(books, consent_id):
        books.orders.add_event(job.job_id, JobEvent(at, job.state, NOTE, job.attempt))


def told_recipients(books: Books, consent_id: str, at: datetime) -> list[Json]:
    """Who was told of an end at this moment: the buyer by name, the job, and when."""
    told: list[Json] = []
    for job in _answered(books, consent_id):
        order = books.orders.get(job.order_id)
        if order is None:
            continue
        said = any((event.at, event.note) == (at, NOTE) for event in books.orders.events(job.job_id))
        if said:
            told.append({"job_id": job.job_id, "name": order.buyer.name, "told_at": utc_text(at)})
    return told


def _answered(books: Books, consent_id: str) -> Iterator[Job]:
    for part in books.orders.parts_of(consent_id):
        job = books.orders.job(part.job_id)
        if part.outcome in _COUNTED and job.has_result:
            yield job
