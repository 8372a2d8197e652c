"""The marketplace's ports in memory, under the same contracts as the database."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, fields, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Generic

from consent.log import Entry, Leaf
from crypto.encoding import Json
from crypto.randomness import RandomBytes, stream
from crypto.sealing import Argon2Cost
from marketplace.domain.account import Account, ApiKey, Organisation, StoredPassword
from marketplace.domain.crowd import CrowdMember, CrowdOffering, CrowdPurchase, CrowdState
from marketplace.domain.direct import StateT
from marketplace.domain.job import Job, JobEvent, JobState, Part, Release
from marketplace.domain.ledger import Balance, EntryKind, Transfer
from marketplace.domain.log_tree import Place
from marketplace.domain.offer import NodeAnswer, NodeSide, Offer, OfferState, state_after
from marketplace.domain.order import DisputeOutcome, Order
from marketplace.domain.score import ScoreOffering, ScoreOrder, ScoreState
from marketplace.errors import AccountConflictError, LostLeaseError
from marketplace.services.direct_ports import OfferT, PurchaseT
from marketplace.services.ports import ArrivedOffer, Supply
from tests.marketplace.mpc_node.parties import NOW
from tests.marketplace.presentation_fakes import MemoryPresentations

CHEAP = Argon2Cost(memory_kib=64, iterations=1, lanes=1)


def deterministic(seed: str = "marketplace tests") -> RandomBytes:
    return stream(seed.encode().ljust(16, b"."), "tests")


@dataclass
class HandClock:
    """A clock that moves when it is told to."""

    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **span: float) -> None:
        self.now += timedelta(**span)


class MemoryAccounts:
    def __init__(self) -> None:
        self.rows: dict[str, tuple[Account, StoredPassword]] = {}
        self.keys: dict[str, tuple[ApiKey, str]] = {}
        self.failures: tuple[tuple[str, datetime], ...] = ()

    def add(self, account: Account, password: StoredPassword) -> None:
        if self.find(account.email) is not None:
            raise AccountConflictError("there is an account with this e-mail address")
        self.rows[account.account_id] = (account, password)

    def get(self, account_id: str) -> Account | None:
        return self.rows[account_id][0] if account_id in self.rows else None

    def find(self, email: str) -> tuple[Account, StoredPassword] | None:
        return next((row for row in self.rows.values() if row[0].email == email), None)

    def set_organisation(self, account_id: str, organisation: Organisation) -> None:
        account, password = self.rows[account_id]
        self.rows[account_id] = (replace(account, organisation=organisation), password)

    def add_failure(self, email: str, at: datetime) -> None:
        self.failures = (*self.failures, (email, at))

    def failures_since(self, email: str, since: datetime) -> int:
        return sum(1 for address, at in self.failures if address == email and at > since)

    def forget_failures(self, email: str) -> None:
        self.failures = tuple(each for each in self.failures if each[0] != email)

    def add_api_key(self, key: ApiKey, secret_digest: str) -> None:
        self.keys[key.key_id] = (key, secret_digest)

    def api_keys(self, account_id: str) -> Sequence[ApiKey]:
        found = [key for key, _ in self.keys.values() if key.account_id == account_id]
        return sorted(found, key=lambda key: (key.created_at, key.key_id))

    def find_api_key(self, secret_digest: str) -> ApiKey | None:
        return next((key for key, digest in self.keys.values() if digest == secret_digest), None)

    def revoke_api_key(self, key_id: str, at: datetime) -> None:
        key, digest = self.keys[key_id]
        if key.revoked_at is None:
            self.keys[key_id] = (replace(key, revoked_at=at), digest)


@dataclass(frozen=True)
class _KeptOffer:
    offer: Offer
    contribution: str | None
    request_digest: str
    answer: Mapping[str, Json]
    sides: Mapping[str, NodeSide]
    tell_after: Mapping[str, datetime] = field(default_factory=dict)
    withdrawal: tuple[str, int] | None = None


class MemoryOffers:
    def __init__(self) -> None:
        self.rows: dict[str, _KeptOffer] = {}

    def add(self, arrived: ArrivedOffer) -> None:
        sides = {node: NodeSide(node, NodeAnswer.WAITING) for node in arrived.offer.policy.node_ids}
        self.rows[arrived.offer.consent_id] = _KeptOffer(
            arrived.offer, arrived.contribution, arrived.request_digest, arrived.answer, sides
        )

    def get(self, consent_id: str) -> Offer | None:
        return self.rows[consent_id].offer if consent_id in self.rows else None

    def arrival(self, consent_id: str) -> tuple[str, Mapping[str, Json]] | None:
        kept = self.rows.get(consent_id)
        return None if kept is None else (kept.request_digest, kept.answer)

    def active(self, data_set: str, *, now: datetime) -> Sequence[Offer]:
        return [
            kept.offer
            for kept in self.rows.values()
            if kept.offer.state is OfferState.ACTIVE
            and kept.offer.policy.data_set == data_set
            and kept.offer.policy.valid_until > now
        ]

    def supply(self, *, now: datetime) -> Mapping[str, Supply]:
        data_sets = {kept.offer.policy.data_set for kept in self.rows.values()}
        found = {each: self.active(each, now=now) for each in data_sets}
        return {
            data_set: Supply(
                len({offer.person for offer in offers}),
                min(offer.policy.compensation_cents for offer in offers),
            )
            for data_set, offers in found.items()
            if offers
        }

    def many(self, consent_ids: Iterable[str]) -> Mapping[str, Offer]:
        return {each: self.rows[each].offer for each in consent_ids if each in self.rows}

    def node_sides(self, consent_id: str) -> Sequence[NodeSide]:
        return list(self.rows[consent_id].sides.values()) if consent_id in self.rows else []

    def waiting_for(self, node_id: str, *, limit: int) -> Mapping[str, str]:
        waiting = {
            consent_id: kept.contribution
            for consent_id, kept in self.rows.items()
            if kept.contribution is not None
            and node_id in kept.sides
            and kept.sides[node_id].answer is NodeAnswer.WAITING
        }
        return dict(list(waiting.items())[:limit])

    def answer(self, node_id: str, answers: Mapping[str, tuple[NodeAnswer, str | None]]) -> None:
        for consent_id, (answer, reason) in answers.items():
            kept = self.rows[consent_id]
            side = replace(kept.sides[node_id], answer=answer, reason=reason)
            sides = {**kept.sides, node_id: side}
            given = {node: each.answer for node, each in sides.items()}
            offer = kept.offer
            if offer.state is not OfferState.WITHDRAWN:
                offer = replace(offer, state=state_after(given))
            contribution = kept.contribution if NodeAnswer.WAITING in given.values() else None
            self.rows[consent_id] = replace(kept, sides=sides, offer=offer, contribution=contribution)

    def answer_counts(self) -> Mapping[str, Mapping[NodeAnswer, int]]:
        found: dict[str, dict[NodeAnswer, int]] = {}
        for kept in self.rows.values():
            if kept.offer.state is not OfferState.WITHDRAWN:
                for node_id, side in kept.sides.items():
                    counts = found.setdefault(node_id, {})
                    counts[side.answer] = counts.get(side.answer, 0) + 1
        return found

    def refusal_counts(self) -> Mapping[str, Mapping[str, int]]:
        found: dict[str, dict[str, int]] = {}
        for kept in self.rows.values():
            for node_id, side in kept.sides.items():
                if side.answer is NodeAnswer.REFUSED and kept.offer.state is not OfferState.WITHDRAWN:
                    why = side.reason or "refused"
                    counts = found.setdefault(node_id, {})
                    counts[why] = counts.get(why, 0) + 1
        return found

    def withdraw(self, consent_id: str, *, withdrawal: str, at: datetime, log_index: int) -> None:
        kept = self.rows[consent_id]
        offer = replace(kept.offer, state=OfferState.WITHDRAWN, withdrawn_at=at)
        self.rows[consent_id] = replace(
            kept,
            offer=offer,
            contribution=None,
            withdrawal=(withdrawal, log_index),
            tell_after=dict.fromkeys(kept.sides, at),
        )

    def withdrawal(self, consent_id: str) -> tuple[str, int] | None:
        return self.rows[consent_id].withdrawal if consent_id in self.rows else None

    def withdrawals_for(self, node_id: str, *, now: datetime, limit: int) -> Mapping[str, str]:
        due = {
            each: kept.tell_after[node_id]
            for each, kept in self.rows.items()
            if node_id in kept.tell_after and kept.tell_after[node_id] <= now
        }
        told = {each: self.rows[each].withdrawal for each in sorted(due, key=lambda each: due[each])[:limit]}
        return {each: withdrawal[0] for each, withdrawal in told.items() if withdrawal is not None}

    def put_off_withdrawal(self, consent_id: str, node_id: str, *, until: datetime) -> None:
        kept = self.rows[consent_id]
        if node_id in kept.tell_after:
            self.rows[consent_id] = replace(kept, tell_after={**kept.tell_after, node_id: until})

    def add_deletion_receipt(self, consent_id: str, node_id: str, receipt: str) -> None:
        kept = self.rows[consent_id]
        side = kept.sides[node_id]
        if side.deletion_receipt is None:
            side = replace(side, deletion_receipt=receipt)
        sides = {**kept.sides, node_id: side}
        tell_after = {node: at for node, at in kept.tell_after.items() if node != node_id}
        self.rows[consent_id] = replace(kept, sides=sides, tell_after=tell_after)

    def spend(self, consent_ids: Iterable[str], epsilon: Decimal | None) -> None:
        self._change_spent(consent_ids, epsilon or Decimal(0), 1)

    def give_back(self, consent_ids: Iterable[str], epsilon: Decimal | None) -> None:
        self._change_spent(consent_ids, -(epsilon or Decimal(0)), -1)

    def _change_spent(self, consent_ids: Iterable[str], epsilon: Decimal, runs: int) -> None:
        for consent_id in consent_ids:
            kept = self.rows[consent_id]
            spent, counted = kept.offer.epsilon_spent + epsilon, kept.offer.runs_spent + runs
            offer = replace(kept.offer, epsilon_spent=spent, runs_spent=counted)
            self.rows[consent_id] = replace(kept, offer=offer)


class MemoryOrders:
    def __init__(self) -> None:
        self.rows: dict[str, Order] = {}
        self.jobs: dict[str, Job] = {}
        self.due: dict[str, datetime | None] = {}
        self.leases: dict[str, tuple[str, datetime]] = {}
        self.history: dict[str, tuple[JobEvent, ...]] = {}
        self.all_parts: dict[tuple[str, str], Part] = {}
        self.releases: dict[str, Release] = {}

    def add(self, order: Order, job: Job, invited: Sequence[Part]) -> None:
        self.rows[order.order_id] = order
        self.jobs[job.job_id] = job
        self.due[job.job_id] = order.placed_at
        self.all_parts |= {(part.job_id, part.consent_id): part for part in invited}

    def get(self, order_id: str) -> Order | None:
        return self.rows.get(order_id)

    def of_account(self, account_id: str) -> Sequence[Order]:
        return [order for order in reversed(self.rows.values()) if order.account_id == account_id]

    def set_dispute(self, order_id: str, outcome: DisputeOutcome) -> None:
        if self.rows[order_id].dispute is None:
            self.rows[order_id] = replace(self.rows[order_id], dispute=outcome)

    def job(self, job_id: str) -> Job:
        return self.jobs[job_id]

    def latest_jobs(self, *, limit: int) -> Sequence[Job]:
        return list(reversed(self.jobs.values()))[:limit]

    def state_counts(self) -> Mapping[JobState, int]:
        return Counter(job.state for job in self.jobs.values())

    def claim(self, worker: str, *, now: datetime, until: datetime) -> Job | None:
        def is_free(job_id: str) -> bool:
            return job_id not in self.leases or self.leases[job_id][1] <= now

        due = {job_id: at for job_id, at in self.due.items() if at is not None and at <= now}
        for job_id in sorted(due, key=lambda each: due[each]):
            if is_free(job_id):
                self.leases[job_id] = (worker, until)
                return self.jobs[job_id]
        return None

    def renew(self, job_id: str, worker: str, *, until: datetime) -> None:
        self._require_lease(job_id, worker)
        self.leases[job_id] = (worker, until)

    def release(self, job_id: str, worker: str, *, due: datetime | None) -> None:
        self._require_lease(job_id, worker)
        del self.leases[job_id]
        self.due[job_id] = due

    def make_due(self, job_id: str, at: datetime | None) -> None:
        self.due[job_id] = at

    def save(self, job: Job, event: JobEvent | None = None) -> None:
        self.jobs[job.job_id] = job
        if event is not None:
            self.history[job.job_id] = (*self.events(job.job_id), event)

    def events(self, job_id: str) -> Sequence[JobEvent]:
        return self.history.get(job_id, ())

    def parts(self, job_id: str) -> Sequence[Part]:
        found = [part for part in self.all_parts.values() if part.job_id == job_id]
        return sorted(found, key=lambda part: part.consent_id)

    def save_parts(self, changed: Sequence[Part]) -> None:
        self.all_parts |= {(part.job_id, part.consent_id): part for part in changed}

    def parts_of(self, consent_id: str) -> Sequence[Part]:
        order = list(self.jobs)
        found = [part for part in self.all_parts.values() if part.consent_id == consent_id]
        return sorted(found, key=lambda part: -order.index(part.job_id))

    def add_release(self, release: Release) -> None:
        self.releases[release.job_id] = release

    def release_of(self, job_id: str) -> Release | None:
        return self.releases.get(job_id)

    def _require_lease(self, job_id: str, worker: str) -> None:
        if self.leases.get(job_id, ("", NOW))[0] != worker:
            raise LostLeaseError(f"job {job_id} is driven by another worker now")


class MemoryLedgerBook:
    def __init__(self) -> None:
        self.rows: dict[str, Transfer] = {}
        self.kept: dict[str, Balance] = {}

    def transfers(self, transfer_ids: Iterable[str]) -> Mapping[str, Transfer]:
        return {each: self.rows[each] for each in transfer_ids if each in self.rows}

    def resolutions(self, hold_ids: Iterable[str]) -> Mapping[str, Transfer]:
        resolved = {row.hold_id: row for row in self.rows.values() if row.hold_id is not None}
        return {each: resolved[each] for each in hold_ids if each in resolved}

    def open_holds(self, *, ended_by: datetime) -> Sequence[Transfer]:
        resolved = {row.hold_id for row in self.rows.values()}
        return [
            row
            for row in self.rows.values()
            if row.kind is EntryKind.HOLD
            and row.transfer_id not in resolved
            and row.valid_until is not None
            and row.valid_until <= ended_by
        ]

    def of_account(self, account: str) -> Sequence[Transfer]:
        return [row for row in self.rows.values() if account in (row.debit, row.credit)]

    def balances(self, accounts: Iterable[str]) -> Mapping[str, Balance]:
        return {each: self.kept.get(each, Balance()) for each in accounts}

    def add(self, added: Sequence[Transfer], changed: Mapping[str, Balance]) -> None:
        self.rows |= {each.transfer_id: each for each in added}
        self.kept |= changed

    def all_transfers(self) -> Iterable[Transfer]:
        return list(self.rows.values())

    def all_balances(self) -> Mapping[str, Balance]:
        return dict(self.kept)


class MemoryLogBook:
    def __init__(self) -> None:
        self.leaves: dict[int, Leaf] = {}
        self.entries: dict[int, Entry] = {}
        self.hashes: dict[Place, bytes] = {}

    def size(self) -> int:
        return len(self.leaves)

    def nodes(self, places: Iterable[Place]) -> Mapping[Place, bytes]:
        return {place: self.hashes[place] for place in places if place in self.hashes}

    def add(
        self, entries: Mapping[int, Entry], leaves: Mapping[int, Leaf], nodes: Mapping[Place, bytes]
    ) -> None:
        self.entries |= entries
        self.leaves |= leaves
        self.hashes |= nodes

    def leaf(self, index: int) -> Leaf | None:
        return self.leaves.get(index)

    def entry(self, index: int) -> Entry | None:
        return self.entries.get(index)

    def erase(self, indexes: Iterable[int]) -> None:
        for index in indexes:
            self.entries.pop(index, None)


class MemoryDirectBook(Generic[OfferT, PurchaseT, StateT]):
    def __init__(self) -> None:
        self.offers: dict[str, OfferT] = {}
        self.orders: dict[str, PurchaseT] = {}

    def add_offer(self, offer: OfferT) -> None:
        self.offers[offer.consent_id] = offer

    def offer(self, consent_id: str) -> OfferT | None:
        return self.offers.get(consent_id)

    def open_offers(self, data_set: str, *, now: datetime, limit: int | None = None) -> Sequence[OfferT]:
        found = (each for each in self.offers.values() if each.terms.data_set == data_set)
        return [each for each in found if each.is_open(now)][::-1][:limit]

    def withdraw(self, consent_id: str, *, at: datetime, log_index: int) -> None:
        offer = self.offers[consent_id]
        self.offers[consent_id] = replace(
            offer, withdrawn_at=at, withdrawal_log_index=log_index, document=None
        )

    def add(self, purchase: PurchaseT) -> None:
        self.orders[purchase.purchase_id] = purchase

    def get(self, purchase_id: str) -> PurchaseT | None:
        return self.orders.get(purchase_id)

    def save(self, purchase: PurchaseT) -> None:
        self.orders[purchase.purchase_id] = purchase

    def of_account(self, account_id: str) -> Sequence[PurchaseT]:
        return [each for each in self.orders.values() if each.account_id == account_id][::-1]

    def state_counts(self) -> Mapping[StateT, int]:
        return Counter(each.state for each in self.orders.values())


class MemoryScores(MemoryDirectBook[ScoreOffering, ScoreOrder, ScoreState]):
    def of_consent(self, consent_id: str) -> Sequence[ScoreOrder]:
        return [each for each in self.orders.values() if each.consent_id == consent_id][::-1]

    def due(self, now: datetime) -> Sequence[ScoreOrder]:
        ends = {
            each.request_id: each.valid_until if each.state is ScoreState.ASKED else each.settle_at
            for each in self.orders.values()
            if not each.state.is_over
        }
        over = sorted((end, name) for name, end in ends.items() if end is not None and end <= now)
        return [self.orders[name] for _, name in over]


class MemoryCrowds(MemoryDirectBook[CrowdOffering, CrowdPurchase, CrowdState]):
    def __init__(self) -> None:
        super().__init__()
        self.people: dict[tuple[str, str], CrowdMember] = {}
        self.shares: dict[tuple[str, int, int], bytes] = {}

    def joinable(self, data_set: str, *, now: datetime) -> Sequence[CrowdPurchase]:
        found = (each for each in self.orders.values() if each.order.data_set == data_set)
        able = [each for each in found if each.state is CrowdState.JOINING and now < each.order.join_until]
        return able[::-1]

    def due(self, now: datetime) -> Sequence[CrowdPurchase]:
        found = [(each.until, name) for name, each in self.orders.items() if each.until is not None]
        return [self.orders[name] for until, name in sorted(found) if until <= now]

    def add_member(self, member: CrowdMember) -> None:
        self.people[member.order_id, member.consent_id] = member

    def member(self, order_id: str, consent_id: str) -> CrowdMember | None:
        return self.people.get((order_id, consent_id))

    def members(self, order_id: str) -> Sequence[CrowdMember]:
        found = [each for (name, _), each in self.people.items() if name == order_id]
        return sorted(found, key=lambda each: -1 if each.place is None else each.place)

    def save_members(self, members: Sequence[CrowdMember]) -> None:
        self.people |= {(each.order_id, each.consent_id): each for each in members}

    def of_consent(self, consent_id: str) -> Sequence[CrowdMember]:
        return [each for (_, name), each in self.people.items() if name == consent_id][::-1]

    def add_shares(self, order_id: str, sender: int, sealed: Mapping[int, bytes]) -> None:
        self.shares |= {(order_id, receiver, sender): part for receiver, part in sealed.items()}

    def inbox(self, order_id: str, receiver: int) -> Mapping[int, bytes]:
        return {
            sender: part
            for (name, to, sender), part in self.shares.items()
            if (name, to) == (order_id, receiver)
        }

    def forget_shares(self, order_id: str, *, sender: int | None = None) -> None:
        for key in [key for key in self.shares if key[0] == order_id and sender in {None, key[2]}]:
            del self.shares[key]


@dataclass
class MemoryBooks:
    accounts: MemoryAccounts = field(default_factory=MemoryAccounts)
    offers: MemoryOffers = field(default_factory=MemoryOffers)
    orders: MemoryOrders = field(default_factory=MemoryOrders)
    ledger: MemoryLedgerBook = field(default_factory=MemoryLedgerBook)
    log: MemoryLogBook = field(default_factory=MemoryLogBook)
    scores: MemoryScores = field(default_factory=MemoryScores)
    crowds: MemoryCrowds = field(default_factory=MemoryCrowds)
    presentations: MemoryPresentations = field(default_factory=MemoryPresentations)


class MemoryStore:
    """The `Store` in memory: every value in it is immutable, so a picture of it is a shallow copy."""

    def __init__(self) -> None:
        self.books = MemoryBooks()

    @contextmanager
    def reading(self) -> Iterator[MemoryBooks]:
        yield self.books

    @contextmanager
    def writing(self) -> Iterator[MemoryBooks]:
        before = self._picture()
        try:
            yield self.books
        except BaseException:
            for book, members in before.items():
                vars(getattr(self.books, book)).update(members)
            raise

    def _picture(self) -> dict[str, dict[str, Any]]:
        return {
            each.name: {
                name: dict(value) if isinstance(value, dict) else value
                for name, value in vars(getattr(self.books, each.name)).items()
            }
            for each in fields(self.books)
        }
