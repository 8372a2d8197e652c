"""Values of the marketplace for tests: made by number, so that two of a number are equal."""

from datetime import timedelta
from decimal import Decimal
from functools import cache
from uuid import UUID

from consent.policy import Policy
from consent.query import Query, Statistic
from consent.vocabulary import Purpose, RecipientKind, StatisticKind
from crypto.encoding import canonical_json
from crypto.randomness import stream
from crypto.signing import VerifyingKey, generate_es256
from marketplace.domain.account import Account, AccountKind, Organisation
from marketplace.domain.job import Job, JobState, Part
from marketplace.domain.member import Member, Role
from marketplace.domain.offer import Offer, OfferState
from marketplace.domain.order import Order, request_digest
from marketplace.domain.split import price_of
from tests.marketplace.mpc_node.parties import NOW

NODE_IDS = ("node-a", "node-b", "node-c")
MEAN_SCORE = Query(
    data_set="exam/1",
    purpose=Purpose.ACADEMIC_RESEARCH,
    statistics=(Statistic(StatisticKind.COUNT, None), Statistic(StatisticKind.MEAN, "exam_score")),
    floor=10,
    epsilon=Decimal("0.5"),
)


def uuid_of(number: int, kind: int = 0) -> str:
    return str(UUID(int=(kind << 64) + number))


def consent_id(number: int) -> str:
    return f"urn:uuid:{uuid_of(number, 1)}"


@cache
def holder_key(number: int) -> VerifyingKey:
    return generate_es256(stream(f"holder key {number:08}".encode(), "tests")).public


def a_policy(**changes: object) -> Policy:
    terms: dict[str, object] = {
        "data_set": "exam/1",
        "attributes": frozenset({"exam_score", "school_type", "sex"}),
        "purposes": frozenset({Purpose.ACADEMIC_RESEARCH}),
        "recipient_kinds": frozenset({RecipientKind.UNIVERSITY}),
        "statistics": frozenset(StatisticKind),
        "crowd_floor": 10,
        "exact_allowed": True,
        "epsilon_per_query": Decimal("1"),
        "epsilon_total": Decimal("3"),
        "compensation_cents": 50,
        "node_ids": NODE_IDS,
        "given_at": NOW - timedelta(days=1),
        "valid_until": NOW + timedelta(days=90),
    }
    return Policy(**{**terms, **changes})  # type: ignore[arg-type]


def an_offer(number: int, *, state: OfferState = OfferState.WAITING, **policy: object) -> Offer:
    return Offer(
        consent_id=consent_id(number),
        person=f"urn:argonauta:person:{number}",
        holder_jwk=canonical_json(holder_key(number).to_jwk()).decode(),
        policy=a_policy(**policy),
        public={"school_type": "girls" if number % 2 else "mixed"},
        inputs_digest=f"inputs-{number}",
        state=state,
        received_at=NOW,
        log_index=number,
    )


def an_account(number: int) -> Account:
    return Account(f"account-{number}", AccountKind.BUYER, NOW)


def an_organisation(name: str = "University of Graz") -> Organisation:
    return Organisation(
        subject="urn:argonauta:person:organisation",
        name=name,
        kind=RecipientKind.UNIVERSITY,
        country="AT",
        credential="credential",
        mandate="mandate",
        valid_until=NOW + timedelta(days=100),
        mandate_valid_until=NOW + timedelta(days=50),
        registered_at=NOW,
    )


def an_order(number: int = 1, *, people: tuple[int, ...] = (1, 2)) -> tuple[Order, Job, list[Part]]:
    job_id = uuid_of(number, 2)
    order = Order(
        order_id=uuid_of(number, 3),
        account_id="account-1",
        job_id=job_id,
        buyer=an_organisation().buyer,
        query=MEAN_SCORE,
        price=price_of(len(people), 50, NODE_IDS),
        request_digest=request_digest(MEAN_SCORE, 1000),
        credential="credential",
        mandate="mandate",
        escrow_receipt="receipt",
        placed_at=NOW,
        log_index=0,
    )
    job = Job(job_id, order.order_id, NODE_IDS, JobState.QUEUED, 1, NOW)
    parts = [Part(job_id, consent_id(each), f"inputs-{each}") for each in people]
    return order, job, parts


def a_member(number: int) -> Member:
    return Member(
        f"member-{number}", "account-1", f"buyer{number}@example.org", f"Buyer {number}", Role.OWNER, NOW
    )
