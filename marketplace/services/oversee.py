"""What an operator looks after: the nodes, the jobs and the books. No personal data, no answer."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from marketplace.domain.act import Register, by_case
from marketplace.domain.band import Band, band_of
from marketplace.domain.breach import BreachState, breach_of
from marketplace.domain.crowd import CrowdState
from marketplace.domain.job import Job, JobState
from marketplace.domain.ledger import Ledger
from marketplace.domain.offer import NodeAnswer
from marketplace.domain.order import Order
from marketplace.domain.over_asked_view import OverAsked, over_asked_view
from marketplace.domain.rights import case_of
from marketplace.domain.score import ScoreState
from marketplace.services.desk import Desk
from marketplace.services.ports import Nodes

MOST_JOBS = 100


@dataclass(frozen=True)
class AccountBalance:
    """One account of the ledger in cents: what it has, and what of it is held."""

    account: str
    posted_cents: int
    held_cents: int


@dataclass(frozen=True)
class TrialBalance:
    """All accounts, added up anew from every transfer; `total_cents` is zero."""

    total_cents: int
    accounts: tuple[AccountBalance, ...]


@dataclass(frozen=True)
class TakeTrialBalance:
    """Adds up the ledger from its first transfer."""

    desk: Desk

    def __call__(self) -> TrialBalance:
        """The balances.

        Raises:
            LedgerCorruptError: they are not what the books say, or do not sum to zero.
        """
        with self.desk.store.reading() as books:
            summed = Ledger(books.ledger).trial_balance()
        accounts = tuple(
            AccountBalance(name, balance.posted_cents, balance.held_debits)
            for name, balance in sorted(summed.items())
        )
        return TrialBalance(sum(each.posted_cents for each in accounts), accounts)


@dataclass(frozen=True)
class JobLine:
    """One job as an operator sees it; `over_asked` is what its question asks beyond its purpose."""

    job_id: str
    order_id: str
    state: JobState
    attempt: int
    placed_at: datetime
    updated_at: datetime
    people: Band
    reason: str | None
    culprits: tuple[str, ...]
    over_asked: OverAsked


@dataclass(frozen=True)
class ListJobs:
    """Lists the latest jobs, newest first."""

    desk: Desk

    def __call__(self, limit: int = MOST_JOBS) -> tuple[JobLine, ...]:
        """The jobs."""
        with self.desk.store.reading() as books:
            found = [(job, books.orders.get(job.order_id)) for job in books.orders.latest_jobs(limit=limit)]
        return tuple(_line(job, order) for job, order in found if order is not None)


def _line(job: Job, order: Order) -> JobLine:
    return JobLine(
        job_id=job.job_id,
        order_id=job.order_id,
        state=job.state,
        attempt=job.attempt,
        placed_at=order.placed_at,
        updated_at=job.updated_at,
        people=band_of(order.price.people),
        reason=job.reason,
        culprits=job.culprits,
        over_asked=over_asked_view(order.query, order.price.people),
    )


@dataclass(frozen=True)
class Load:
    """What is there to do and what was done, in numbers.

    Jobs, requests for scores, orders of crowd sums and breaches by state, contributions by node and answer.
    `overdue` counts what the law sets a time for and was not done in time, by register.
    """

    jobs: Mapping[str, int]
    contributions: Mapping[str, Mapping[str, int]]
    scores: Mapping[str, int] = field(default_factory=dict)
    crowds: Mapping[str, int] = field(default_factory=dict)
    breaches: Mapping[str, int] = field(default_factory=dict)
    overdue: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class MeasureLoad:
    """Counts jobs and contributions, for monitoring."""

    desk: Desk

    def __call__(self) -> Load:
        """The numbers of this moment."""
        with self.desk.store.reading() as books:
            jobs, answers = books.orders.state_counts(), books.offers.answer_counts()
            scores, crowds = books.scores.state_counts(), books.crowds.state_counts()
            asked = by_case(books.acts.of_register(Register.RIGHTS))
            requests = [case_of(each, asked.get(each.request_id, ())) for each in books.rights.all()]
            breaches = [breach_of(each) for each in by_case(books.acts.of_register(Register.BREACH)).values()]
        now = self.desk.now()
        return Load(
            {state.value: jobs.get(state, 0) for state in JobState},
            {node: {word.value: each.get(word, 0) for word in NodeAnswer} for node, each in answers.items()},
            {state.value: scores.get(state, 0) for state in ScoreState},
            {state.value: crowds.get(state, 0) for state in CrowdState},
            {state.value: sum(each.state is state for each in breaches) for state in BreachState},
            {
                Register.BREACH.value: sum(each.is_overdue(now) for each in breaches),
                Register.RIGHTS.value: sum(each.is_overdue(now) for each in requests),
            },
        )


@dataclass(frozen=True)
class NodeHealth:
    """One node: whether it answers now, and how it answered contributions (not withdrawn ones).

    `cosigned_at` is the moment of its last cosignature on the log that is kept, by its own clock; `failures`
    counts the latest jobs that came to nothing because of it.
    """

    node_id: str
    operator: str
    url: str
    reachable: bool
    checked_at: datetime
    waiting: int
    accepted: int
    refused: Mapping[str, int] = field(default_factory=dict)
    cosigned_at: datetime | None = None
    failures: int = 0


@dataclass(frozen=True)
class CheckNodes:
    """Asks every node of the registry for a sign of life."""

    desk: Desk
    nodes: Nodes

    def __call__(self) -> tuple[NodeHealth, ...]:
        """One line for each node, in the order of the registry."""
        with self.desk.store.reading() as books:
            counts = books.offers.answer_counts()
            refusals = books.offers.refusal_counts()
            states, jobs = books.states.all(), books.orders.latest_jobs(limit=MOST_JOBS)
        return tuple(
            NodeHealth(
                node_id=node.id,
                operator=node.operator,
                url=node.url,
                reachable=self.nodes.is_well(node.id),
                checked_at=self.desk.now(),
                waiting=counts.get(node.id, {}).get(NodeAnswer.WAITING, 0),
                accepted=counts.get(node.id, {}).get(NodeAnswer.ACCEPTED, 0),
                refused=refusals.get(node.id, {}),
                cosigned_at=max(
                    (state.cosigned[node.id].at for state in states if node.id in state.cosigned),
                    default=None,
                ),
                failures=sum(node.id in job.culprits for job in jobs),
            )
            for node in self.desk.registry().nodes
        )


@dataclass(frozen=True)
class TrustedParty:
    """Somebody whom the trust registry names, and until when."""

    role: str
    party_id: str
    name: str
    valid_until: datetime


@dataclass(frozen=True)
class TrustedParties:
    """Everybody in the registry, and until when the registry itself holds."""

    valid_until: datetime
    parties: tuple[TrustedParty, ...]


@dataclass(frozen=True)
class ListParties:
    """Reads the trust registry for people who look after its end."""

    desk: Desk

    def __call__(self) -> TrustedParties:
        """Everybody, by who ends first.

        Raises:
            RegistryError: the registry cannot be read, or has run out.
        """
        known = self.desk.registry()
        parties = [TrustedParty("issuer", each.id, each.name, each.valid_until) for each in known.issuers]
        parties += [TrustedParty("node", each.id, each.operator, each.valid_until) for each in known.nodes]
        if known.dealer is not None:
            dealer = known.dealer
            parties.append(TrustedParty("dealer", dealer.id, dealer.operator, dealer.valid_until))
        return TrustedParties(known.valid_until, tuple(sorted(parties, key=lambda each: each.valid_until)))


@dataclass(frozen=True)
class ExpireHolds:
    """Frees money whose hold has run out."""

    desk: Desk

    def __call__(self) -> int:
        """How many holds ran out."""
        now = self.desk.now()
        with self.desk.store.writing() as books:
            return Ledger(books.ledger).expire_due(now)
