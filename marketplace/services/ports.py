"""What do the use cases need from outside? A store, the nodes, the status lists, a clock.

`Store` gives the books of one transaction, which only remember: rules live in `domain` and in the use cases.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from types import MappingProxyType
from typing import NamedTuple, Protocol

from consent.query import Query
from crypto.encoding import Json
from marketplace.domain.job import CollectedOutput, Job, JobEvent, JobState, NodeJobStatus, Part, Release
from marketplace.domain.ledger import Book
from marketplace.domain.log import LogBook
from marketplace.domain.offer import NodeAnswer, NodeSide, Offer, OfferState
from marketplace.domain.order import DisputeOutcome, Order
from marketplace.domain.signed_state import StateBook
from marketplace.services.access_ports import AccessBook
from marketplace.services.account_ports import AccountBook
from marketplace.services.act_ports import ActBook
from marketplace.services.answered_ports import AnsweredBook
from marketplace.services.crowd_ports import CrowdBook
from marketplace.services.described_ports import PublishedBook
from marketplace.services.event_ports import EventBook
from marketplace.services.heartbeat_ports import HeartbeatBook
from marketplace.services.invoice_ports import InvoiceBook
from marketplace.services.member_ports import MemberBook
from marketplace.services.negotiation_ports import NegotiationBook, TransferProcessBook
from marketplace.services.pause_ports import PauseLines
from marketplace.services.payment_ports import PaymentBook
from marketplace.services.payout_ports import PayoutBook
from marketplace.services.presentation_ports import PresentationBook
from marketplace.services.rights_ports import RightsBook
from marketplace.services.saved_ports import SavedBook
from marketplace.services.score_ports import ScoreBook
from marketplace.services.sign_in_ports import SignInBook
from marketplace.services.supply_ports import SupplyBook
from ssi.credential import Credential

Clock = Callable[[], datetime]
"""Tells the moment, in UTC."""


@dataclass(frozen=True)
class ArrivedOffer:
    """An offer with what belongs to it: the contribution as it came, its digest, and the answer given."""

    offer: Offer
    contribution: str = field(repr=False)
    request_digest: str = ""
    answer: Mapping[str, Json] = field(default_factory=dict, repr=False)


class Arrival(NamedTuple):
    """What is known of an offer that came: the digest of its request, the answer it got, and its state."""

    request_digest: str
    answer: Mapping[str, Json]
    state: OfferState


@dataclass(frozen=True)
class Supply:
    """What stands in the catalogue for one data set: how many people, and the least compensation asked."""

    people: int
    least_compensation_cents: int


class OfferBook(PauseLines, Protocol):
    """Keeps offers, and what each node said to them."""

    def add(self, arrived: ArrivedOffer) -> None:
        """Keep a new offer, waiting for each of its nodes."""
        ...

    def add_all(self, arrived: Sequence[ArrivedOffer]) -> None:
        """Keep new offers, numbered in their order."""
        ...

    def get(self, consent_id: str) -> Offer | None:
        """An offer by its consent."""
        ...

    def arrivals(self, consent_ids: Iterable[str]) -> Mapping[str, Arrival]:
        """How those of these offers came that are known."""
        ...

    def arrival(self, consent_id: str) -> tuple[str, Mapping[str, Json]] | None:
        """The digest of the request that brought an offer, and the answer it got."""
        ...

    def active(
        self, data_set: str, *, now: datetime, known: Mapping[str, Offer] = MappingProxyType({})
    ) -> Sequence[Offer]:
        """The active offers of a data set whose consent is in force and not paused, as they are now.

        `known` are offers that were read here before, by their consents, and need not be read again whole.
        """
        ...

    def supply(self, *, now: datetime) -> Mapping[str, Supply]:
        """For each data set what `active` would reach."""
        ...

    def next_end(self, *, now: datetime) -> datetime | None:
        """When the next consent ends of those that `active` would reach; None where there is none."""
        ...

    def many(self, consent_ids: Iterable[str]) -> Mapping[str, Offer]:
        """Those of these offers that exist."""
        ...

    def node_sides(self, consent_id: str) -> Sequence[NodeSide]:
        """How the nodes stand to an offer, in the order of the policy."""
        ...

    def waiting_for(self, node_id: str, *, limit: int) -> Mapping[str, str]:
        """Contributions that a node has not answered, oldest first, by consent."""
        ...

    def answer(self, node_id: str, answers: Mapping[str, tuple[NodeAnswer, str | None]]) -> None:
        """Record a node's answers with reasons, and the states that offers not withdrawn have with them."""
        ...

    def answer_counts(self) -> Mapping[str, Mapping[NodeAnswer, int]]:
        """For each node, how many offers not withdrawn it gave which answer."""
        ...

    def refusal_counts(self) -> Mapping[str, Mapping[str, int]]:
        """For each node, how many offers not withdrawn it refused for which reason."""
        ...

    def withdraw(self, consent_id: str, *, withdrawal: str, at: datetime, log_index: int) -> None:
        """Withdraw an offer: its contribution is deleted, its nodes are to be told."""
        ...

    def withdrawal(self, consent_id: str) -> tuple[str, int] | None:
        """The withdrawal of an offer and where the log holds it."""
        ...

    def withdrawals_for(self, node_id: str, *, now: datetime, limit: int) -> Mapping[str, str]:
        """Withdrawals to be told to a node, by consent: without its receipt, and not put off until later."""
        ...

    def put_off_withdrawal(self, consent_id: str, node_id: str, *, until: datetime) -> None:
        """Tell a node of a withdrawal again, but not before a moment."""
        ...

    def add_deletion_receipt(self, consent_id: str, node_id: str, receipt: str) -> None:
        """Record a node's deletion receipt; the first one stays."""
        ...

    def spend(self, consent_ids: Iterable[str], epsilon: Decimal | None) -> None:
        """Count one job more for these consents, and its privacy cost; an exact answer has none."""
        ...

    def give_back(self, consent_ids: Iterable[str], epsilon: Decimal | None) -> None:
        """Take back what `spend` counted for a job."""
        ...


class OrderBook(Protocol):
    """Keeps orders, their jobs, and every person's part in them."""

    def add(self, order: Order, job: Job, parts: Sequence[Part]) -> None:
        """Keep a new order with its job."""
        ...

    def get(self, order_id: str) -> Order | None:
        """An order by its id."""
        ...

    def of_account(self, account_id: str, *, limit: int | None = None, skip: int = 0) -> Sequence[Order]:
        """A buyer's orders, newest first."""
        ...

    def has_any(self, account_id: str) -> bool:
        """Whether a buyer ever placed an order."""
        ...

    def queries_since(self, account_id: str, moment: datetime) -> Sequence[tuple[datetime, Query]]:
        """What a buyer ordered after a moment, and when."""
        ...

    def set_dispute(self, order_id: str, outcome: DisputeOutcome) -> None:
        """Record what a dispute showed; the first outcome stays."""
        ...

    def job(self, job_id: str) -> Job:
        """A job by its id, which must exist."""
        ...

    def latest_jobs(self, *, limit: int) -> Sequence[Job]:
        """The jobs that were placed last, newest first."""
        ...

    def state_counts(self) -> Mapping[JobState, int]:
        """How many jobs are in which state."""
        ...

    def claim(self, worker: str, *, now: datetime, until: datetime) -> Job | None:
        """Lease the job that is due for longest and that nobody has leased, or this worker and left alone.

        A lease that runs until less than `LEFT_ALONE` before `until` is one that was left alone.
        """
        ...

    def renew(self, job_id: str, worker: str, *, until: datetime) -> None:
        """Prolong a lease: the worker's sign of life.

        Raises:
            LostLeaseError: the lease is another worker's now.
        """
        ...

    def release(self, job_id: str, worker: str, *, due: datetime | None) -> None:
        """Give a lease back and say when the job is due again; None when it never is.

        Raises:
            LostLeaseError: the lease is another worker's now.
        """
        ...

    def make_due(self, job_id: str, at: datetime | None) -> None:
        """Have the job looked at by a worker from a moment on; never again if it is None."""
        ...

    def attendance(self, job_id: str) -> tuple[datetime | None, datetime | None]:
        """When a job is due, and until when it is leased; None where neither."""
        ...

    def save(self, job: Job, event: JobEvent | None = None) -> None:
        """Replace a job and append to its events."""
        ...

    def add_event(self, job_id: str, event: JobEvent) -> None:
        """Append to the events of a job, which stays as it is."""
        ...

    def events(self, job_id: str) -> Sequence[JobEvent]:
        """What happened to a job, in order."""
        ...

    def histories(self, job_ids: Iterable[str]) -> Mapping[str, tuple[Job, Sequence[JobEvent]]]:
        """These jobs, which must exist, with what happened to each, in order."""
        ...

    def parts(self, job_id: str) -> Sequence[Part]:
        """Everybody's part in a job, by consent."""
        ...

    def save_parts(self, parts: Sequence[Part]) -> None:
        """Replace parts."""
        ...

    def parts_of(self, consent_id: str) -> Sequence[Part]:
        """One person's parts in all jobs, newest first."""
        ...

    def add_release(self, release: Release) -> None:
        """Keep what was released for a job, once."""
        ...

    def release_of(self, job_id: str) -> Release | None:
        """What was released for a job; None before the release."""
        ...


class Books(Protocol):
    """All books, as of one database transaction."""

    @property
    def accounts(self) -> AccountBook: ...  # noqa: D102 — the type says it
    @property
    def offers(self) -> OfferBook: ...  # noqa: D102
    @property
    def orders(self) -> OrderBook: ...  # noqa: D102
    @property
    def ledger(self) -> Book: ...  # noqa: D102
    @property
    def log(self) -> LogBook: ...  # noqa: D102
    @property
    def states(self) -> StateBook: ...  # noqa: D102
    @property
    def scores(self) -> ScoreBook: ...  # noqa: D102
    @property
    def crowds(self) -> CrowdBook: ...  # noqa: D102
    @property
    def presentations(self) -> PresentationBook: ...  # noqa: D102
    @property
    def payouts(self) -> PayoutBook: ...  # noqa: D102
    @property
    def acts(self) -> ActBook: ...  # noqa: D102
    @property
    def rights(self) -> RightsBook: ...  # noqa: D102
    @property
    def invoices(self) -> InvoiceBook: ...  # noqa: D102
    @property
    def answered(self) -> AnsweredBook: ...  # noqa: D102
    @property
    def heartbeats(self) -> HeartbeatBook: ...  # noqa: D102
    @property
    def negotiations(self) -> NegotiationBook: ...  # noqa: D102
    @property
    def transfer_processes(self) -> TransferProcessBook: ...  # noqa: D102
    @property
    def supply(self) -> SupplyBook: ...  # noqa: D102
    @property
    def payments(self) -> PaymentBook: ...  # noqa: D102
    @property
    def members(self) -> MemberBook: ...  # noqa: D102
    @property
    def sign_ins(self) -> SignInBook: ...  # noqa: D102
    @property
    def access(self) -> AccessBook: ...  # noqa: D102
    @property
    def published(self) -> PublishedBook: ...  # noqa: D102
    @property
    def saved(self) -> SavedBook: ...  # noqa: D102
    @property
    def events(self) -> EventBook: ...  # noqa: D102


class Store(Protocol):
    """Gives the books of one transaction."""

    def reading(self) -> AbstractContextManager[Books]:
        """The books as of one moment, not to be changed."""
        ...

    def writing(self) -> AbstractContextManager[Books]:
        """The books of the only writer: kept at the end, or as before when an error leaves the block."""
        ...


class Nodes(Protocol):
    """Talks to the computation nodes by id. Every method raises PeerError kinds of `ssi.http.errors`."""

    def contribute(self, node_id: str, contributions: Sequence[Json]) -> Mapping[str, str | None]:
        """Hand over contributions; for each consent None if it was accepted, or the reason it was refused."""
        ...

    def start(self, node_id: str, manifest: str, pieces: Sequence[bytes] = ()) -> None:
        """Hand over a manifest, after those pieces of its roll that the node lacks; twice is harmless."""
        ...

    def status(self, node_id: str, job_id: str) -> NodeJobStatus:
        """Ask how far a job is."""
        ...

    def collect(self, node_id: str, job_id: str, *, role: int) -> CollectedOutput:
        """Fetch the output of a finished job."""
        ...

    def withdraw(self, node_id: str, withdrawal: str) -> str:
        """Relay a withdrawal; the signed deletion receipt."""
        ...

    def pause(self, node_id: str, statement: str) -> None:
        """Relay what a person said about pausing."""
        ...

    def awaited_withdrawals(self, node_id: str) -> Mapping[str, str]:
        """The withdrawals, by consent, that a node took and was not shown in the log yet; unchecked."""
        ...

    def show_withdrawals(self, node_id: str, shown: Sequence[Json]) -> int:
        """Show a node where withdrawals stand in the log; of how many it now believes it."""
        ...

    def cosign(self, node_id: str, request: bytes) -> str:
        """Ask a node to cosign a state of the log (C2SP tlog-witness); the line it answers, unchecked."""
        ...

    def is_well(self, node_id: str) -> bool:
        """Whether a node answers its health check; never raises."""
        ...


class StatusLists(Protocol):
    """Knows which credentials are revoked."""

    def check(self, credential: Credential, *, now: datetime) -> None:
        """Return only if its issuer says now that a verified credential is valid.

        Raises:
            RevokedError: it is revoked or suspended.
            CredentialError: the list is not the issuer's.
            PeerError: the list cannot be had.
        """
        ...
