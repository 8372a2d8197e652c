"""Who holds an answer is told that somebody who was counted in it ended her agreement (GDPR art. 19).

It stands among the steps of the order, on its page and in its document, and stays there. It names nobody; by
its moment a buyer learns that one of those counted ended hers then, and no more.

Beside a score and a sum over wallets it stands where the buyer fetches the answer (`ended_agreements`), and
follows from when the offers ended: there is nothing to write, and nothing to forget.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, Final

from crypto.encoding import Json
from crypto.reading import utc_text
from marketplace.domain.crowd import CrowdPurchase, CrowdState
from marketplace.domain.direct import DirectPurchase
from marketplace.domain.job import Job, JobEvent, PartOutcome
from marketplace.domain.score import ScoreOrder, ScoreState
from marketplace.services.ports import Books

NOTE: Final = "somebody who was counted ended the agreement: delete what you keep of single people"
_COUNTED: Final = frozenset({PartOutcome.TOOK_PART, PartOutcome.PAID})
_SCORED: Final = frozenset({ScoreState.ANSWERED, ScoreState.SETTLED})
_SUMMED: Final = frozenset({CrowdState.RELEASED, CrowdState.SETTLED})


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


def ended_in_score(books: Books, order: ScoreOrder) -> list[Json]:
    """What the buyer of a score is told, if the person ended her agreement; empty without an answer."""
    offer = books.scores.offer(order.consent_id)
    at = None if offer is None else offer.withdrawn_at
    return [] if at is None or order.state not in _SCORED else _notes([at])


def ended_in_sum(books: Books, purchase: CrowdPurchase) -> list[Json]:
    """What the buyer of a sum is told of those in it, the first end first; empty without an answer."""
    return _notes(books.crowds.ended(purchase.order_id)) if purchase.state in _SUMMED else []


def told_of_scores(books: Books, consent_id: str) -> list[Json]:
    """Who holds a score of somebody who ended her agreement and is told of it; empty while it stands."""
    offer = books.scores.offer(consent_id)
    if offer is None or offer.withdrawn_at is None:
        return []
    held = [each for each in books.scores.of_consent(consent_id) if each.state in _SCORED]
    return [_recipient(each, offer.withdrawn_at) for each in held]


def told_of_sums(books: Books, consent_id: str) -> list[Json]:
    """Who holds a sum with somebody who ended her agreement and is told of it; empty while it stands."""
    offer = books.crowds.offer(consent_id)
    if offer is None or offer.withdrawn_at is None:
        return []
    heard = [each for each in books.crowds.of_consent(consent_id) if each.word is not None]
    found = (books.crowds.get(each.order_id) for each in heard)
    held = [each for each in found if each is not None and each.state in _SUMMED]
    return [_recipient(each, offer.withdrawn_at) for each in held]


def _notes(moments: Sequence[datetime]) -> list[Json]:
    return [{"ended_at": utc_text(each), "note": NOTE} for each in moments]


def _recipient(purchase: DirectPurchase[Any], ended_at: datetime) -> dict[str, Json]:
    return {
        "request_id": purchase.purchase_id,
        "name": purchase.buyer.name,
        "ended_at": utc_text(ended_at),
    }


def _answered(books: Books, consent_id: str) -> Iterator[Job]:
    for part in books.orders.parts_of(consent_id):
        job = books.orders.job(part.job_id)
        if part.outcome in _COUNTED and job.has_result:
            yield job
