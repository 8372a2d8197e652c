"""Books as a market has them after a while, written at once: the state in which `pages` asks for pages.

2,000 people offer all the data sets there are, and eight buyers have placed 200 orders in every state. What
people and buyers would sign is not signed: no page reads it.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import cycle, islice
from uuid import uuid4

from consent.policy import Policy
from consent.query import Query, Statistic
from consent.vocabulary import Purpose, RecipientKind, StatisticKind
from crypto.encoding import canonical_json
from crypto.signing import generate_es256
from examples.bench import effort
from examples.town import Town
from marketplace.domain.account import Organisation
from marketplace.domain.job import Job, JobEvent, JobState, Part
from marketplace.domain.offer import NodeAnswer, Offer, OfferState
from marketplace.domain.order import Order, request_digest
from marketplace.domain.split import price_of
from marketplace.domain.supply import SupplyTerms, sum_up
from marketplace.services.ports import ArrivedOffer, Books
from marketplace.services.suite import Services
from marketplace.storage.store import SqlStore
from ssi.dataset import DataSet, data_sets

OFFERS, ORDERS, BUYERS, PEOPLE = 2_000, 200, 8, 50
PASSWORD = "a long enough password"
_WAY = (JobState.QUEUED, JobState.ADMITTED, JobState.RUNNING, JobState.RELEASED, JobState.SETTLED)
_ENDS = (JobState.RUNNING, JobState.SETTLED, JobState.RELEASED, JobState.SETTLED, JobState.QUEUED)
_ASKED = Query(
    data_set="exam/1",
    purpose=Purpose.ACADEMIC_RESEARCH,
    statistics=(Statistic(StatisticKind.COUNT, None), Statistic(StatisticKind.MEAN, "exam_score")),
    floor=50,
    epsilon=Decimal("0.5"),
)


@dataclass(frozen=True)
class Known:
    """Who looks at pages: a buyer's address and API key, and an order of hers in each state."""

    email: str
    api_key: str = field(repr=False)
    orders: dict[JobState, str]


def fill(store: SqlStore, services: Services) -> Known:
    """Write the books, and tell who looks at them."""
    now = datetime.now(UTC).replace(microsecond=0)
    buyers = [_buyer(store, services, number, now) for number in range(BUYERS)]
    with store.writing() as books:
        consents = [_offer(books, number, of, now) for number, of in _spread(data_sets())]
        books.supply.replace(list(_summed_up(books, now)), now)
        places = zip(range(ORDERS), cycle(_ENDS), strict=False)
        placed = [(n, _order(books, *buyers[n % BUYERS], consents[n : n + PEOPLE], end)) for n, end in places]
    mine = {job.state: job.order_id for n, job in placed if n % BUYERS == 0}
    key = services.make_api_key(buyers[0][0], "benchmark")
    return Known(_email(0), key.secret, mine)


def _spread(sets: tuple[DataSet, ...]) -> Iterator[tuple[int, DataSet]]:
    return islice(enumerate(cycle(sets)), effort.records(OFFERS))


def _email(number: int) -> str:
    return f"buyer{number}@institute.example"


def _buyer(store: SqlStore, services: Services, number: int, now: datetime) -> tuple[str, Organisation]:
    account = services.add_account(_email(number), PASSWORD)
    later = now + timedelta(days=300)
    organisation = Organisation(
        subject=f"urn:argonauta:organisation:{number}",
        name=f"Institute {number}",
        kind=RecipientKind.UNIVERSITY,
        country="AT",
        credential="x" * 2_000,
        mandate="x" * 1_000,
        valid_until=later,
        mandate_valid_until=later,
        registered_at=now,
    )
    with store.writing() as books:
        books.accounts.set_organisation(account.account_id, organisation)
    return account.account_id, organisation


_HOLDER = canonical_json(generate_es256().public.to_jwk()).decode()


def _offer(books: Books, number: int, of: DataSet, now: datetime) -> str:
    consent_id = uuid4().urn
    policy = Policy(
        data_set=of.ref,
        attributes=frozenset(each.name for each in of.attributes),
        purposes=frozenset({Purpose.ACADEMIC_RESEARCH}),
        recipient_kinds=frozenset({RecipientKind.UNIVERSITY}),
        statistics=frozenset(StatisticKind),
        crowd_floor=50,
        exact_allowed=False,
        epsilon_per_query=Decimal(1),
        epsilon_total=Decimal(100),
        compensation_cents=50 + number % 7 * 25,
        node_ids=Town.NODES,
        given_at=now - timedelta(days=1),
        valid_until=now + timedelta(days=90),
    )
    offer = Offer(
        consent_id=consent_id,
        person=f"urn:argonauta:person:{number}",
        holder_jwk=_HOLDER,
        policy=policy,
        public={},
        inputs_digest="",
        state=OfferState.WAITING,
        received_at=now,
        log_index=number,
    )
    books.offers.add(ArrivedOffer(offer, "{}"))
    for node in Town.NODES:
        books.offers.answer(node, {consent_id: (NodeAnswer.ACCEPTED, None)})
    return consent_id


def _summed_up(books: Books, now: datetime) -> Iterator[SupplyTerms]:
    for ref, supply in books.offers.supply(now=now).items():
        terms = sum_up(ref, books.offers.active(ref, now=now), least_people=supply.people)
        if terms is not None:
            yield terms


def _order(
    books: Books, account_id: str, organisation: Organisation, consents: list[str], end: JobState
) -> Job:
    """An order that went all the way to a state, as fast as a worker with fast nodes drives it there."""
    at = organisation.registered_at
    order_id, job_id = str(uuid4()), str(uuid4())
    order = Order(
        order_id=order_id,
        account_id=account_id,
        job_id=job_id,
        buyer=organisation.buyer,
        query=_ASKED,
        price=price_of(len(consents), 50, Town.NODES),
        request_digest=request_digest(_ASKED, 1),
        credential=organisation.credential,
        mandate=organisation.mandate,
        escrow_receipt="x" * 500,
        placed_at=at,
        log_index=0,
    )
    job = Job(job_id, order_id, Town.NODES, JobState.QUEUED, 1, at)
    books.orders.add(order, job, [Part(job_id, each, "") for each in consents])
    for state in _WAY[: _WAY.index(end) + 1]:
        job = job if state is job.state else job.moved(state, at)
        books.orders.save(job, JobEvent(at=at, state=state, note=f"the job is {state.value}", attempt=1))
    if job.has_result:
        charged = order.price.gross_cents if job.state is JobState.SETTLED else None
        job = replace(
            job, admitted=len(consents), dispute_until=at + timedelta(days=3), charged_cents=charged
        )
        books.orders.save(job)
    # Nobody drives these, so a worker's next look lies far ahead: a page would call the market stalled.
    books.orders.make_due(job_id, at + timedelta(days=1) if job.is_under_way else None)
    return job
