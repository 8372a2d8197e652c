"""A crowd of people who take part, and what is in their records: nobody but the nodes would ever know."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from decimal import Decimal
from functools import cache
from uuid import UUID

from consent.joining import Joining
from consent.policy import Policy
from consent.vocabulary import Purpose, RecipientKind, StatisticKind
from crypto.encoding import b64url_encode, canonical_json, digest_of, sha256
from marketplace.domain.offer import NodeAnswer, Offer, OfferState
from marketplace.services.ports import ArrivedOffer, Books
from ssi.dataset import data_set
from tests.marketplace.mpc_node.parties import NOW
from tests.ssi import parties

NAMES = ("node-a", "node-b", "node-c")
SCHOOLS = ("mixed", "mixed", "mixed", "girls", "girls", "boys")
CROWD = 120
FIRST_EXAM, FIRST_HEALTH, FIRST_ACTIVITY = 1, 10_001, 20_001


@dataclass(frozen=True)
class Person:
    """Somebody by a number, with the values of one record."""

    index: int
    ref: str
    values: Mapping[str, object] = field(hash=False)

    @property
    def consent_id(self) -> str:
        """The id of the consent to take part."""
        return f"urn:uuid:{UUID(int=self.index, version=4)}"

    @property
    def public(self) -> Mapping[str, str | None]:
        """What is shown to those who handle the offer."""
        names = [attribute.name for attribute in data_set(self.ref).public_attributes]
        return {name: str(self.values[name]) for name in names}


@cache
def students(count: int = CROWD) -> tuple[Person, ...]:
    """People with exam results: one in two at a mixed, one in three at a girls' school."""
    return tuple(_student(FIRST_EXAM + place) for place in range(count))


@cache
def patients(count: int = CROWD) -> tuple[Person, ...]:
    """People with a health check, in which every third lacks the blood pressure."""
    return tuple(_patient(FIRST_HEALTH + place) for place in range(count))


@cache
def wearers(count: int = CROWD) -> tuple[Person, ...]:
    """People with twelve weeks of a device, in which every fifth reading is missing."""
    return tuple(_wearer(FIRST_ACTIVITY + place) for place in range(count))


def policy_for(ref: str) -> Policy:
    """What each of them allows: research by universities and institutes, with or without noise."""
    return Policy(
        data_set=ref,
        attributes=frozenset(attribute.name for attribute in data_set(ref).attributes),
        purposes=frozenset({Purpose.ACADEMIC_RESEARCH, Purpose.SCIENTIFIC_RESEARCH}),
        recipient_kinds=frozenset({RecipientKind.RESEARCH_INSTITUTE, RecipientKind.UNIVERSITY}),
        statistics=frozenset(StatisticKind),
        crowd_floor=25,
        exact_allowed=True,
        epsilon_per_query=Decimal(2),
        epsilon_total=Decimal(1000),
        compensation_cents=100,
        node_ids=NAMES,
        given_at=NOW - timedelta(days=1),
        valid_until=NOW + timedelta(days=100),
        publication=True,
    )


def let_in(books: Books, people: Sequence[Person], *, policy: Policy | None = None) -> None:
    """Put offers of these people into the books as the nodes' yes left them."""
    for person in people:
        books.offers.add(ArrivedOffer(_offer(person, policy or policy_for(person.ref)), "{}", "digest"))
    accepted = {person.consent_id: (NodeAnswer.ACCEPTED, None) for person in people}
    for node_id in NAMES:
        books.offers.answer(node_id, accepted)


def cautious(ref: str, **changes: object) -> Policy:
    """A policy that differs from the usual one in some members."""
    return replace(policy_for(ref), **changes)  # type: ignore[arg-type]


def _joinable(person: Person) -> frozenset[Joining]:
    """The first student is the first patient, and so on; each lets the two records be joined."""
    if person.ref == "activity/1":
        return frozenset()
    is_student = person.index < FIRST_HEALTH
    number = person.index - (FIRST_EXAM if is_student else FIRST_HEALTH)
    handle = b64url_encode(sha256(f"wallet {number}".encode()))
    return frozenset({Joining("health/1" if is_student else "exam/1", handle)})


def _offer(person: Person, policy: Policy) -> Offer:
    policy = replace(policy, joins=_joinable(person))
    return Offer(
        consent_id=person.consent_id,
        person=f"urn:argonauta:person:{person.index}",
        holder_jwk=canonical_json(parties.HOLDER.public.to_jwk()).decode(),
        policy=policy,
        public=person.public,
        inputs_digest=digest_of(person.consent_id),
        state=OfferState.WAITING,
        received_at=NOW - timedelta(hours=1),
        log_index=0,
    )


def _student(index: int) -> Person:
    values: dict[str, object] = {
        "exam_score": round(-2 + (index * 0.37) % 4, 3),
        "reading_score": round(-1 + (index * 0.21) % 2, 3),
        "school_average": round((index % 7) / 10 - 0.3, 3),
        "verbal_reasoning": ("top", "middle", "bottom")[index % 3],
        "intake": "middle",
        "sex": ("female", "male")[index % 2],
        "school_type": SCHOOLS[index % len(SCHOOLS)],
    }
    return Person(index, "exam/1", values)


def _patient(index: int) -> Person:
    measured = index % 3 > 0
    values: dict[str, object] = {
        "age": 20 + index % 60,
        "sex": ("female", "male")[index % 2],
        "systolic": 100 + index % 50 if measured else None,
        "age_band": "senior" if index % 60 >= 45 else "adult",
    }
    return Person(index, "health/1", values)


def _wearer(index: int) -> Person:
    weeks = [week for week in range(1, 13) if (index + week) % 5]
    values: dict[str, object] = {
        "days_worn": 60 + index % 24,
        "age_band": "adult",
        **{f"steps_{week:02d}": 6000 + 100 * (index % 40) + 50 * week for week in weeks},
        **{f"resting_heart_rate_{week:02d}": 55 + index % 20 for week in weeks},
    }
    return Person(index, "activity/1", values)
