"""Accounts, offers and orders in memory."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal

from consent.query import Query
from crypto.encoding import Json
from marketplace.domain.account import Account, ApiKey, Organisation
from marketplace.domain.job import LEFT_ALONE, Job, JobEvent, JobState, Part, Release
from marketplace.domain.offer import NodeAnswer, NodeSide, Offer, OfferState, state_after
from marketplace.domain.order import DisputeOutcome, Order
from marketplace.errors import LostLeaseError
from marketplace.services.ports import Arrival, ArrivedOffer, Supply
from tests.marketplace.mpc_node.parties import NOW
from tests.marketplace.pause_fakes import MemoryPauses


class MemoryAccounts:
    def __init__(self) -> None:
        self.rows: dict[str, Account] = {}
        self.keys: dict[str, tuple[ApiKey, str]] = {}
        self.failures: tuple[tuple[str, datetime], ...] = ()

    def add(self, account: Account) -> None:
        self.rows[account.account_id] = account

    def get(self, account_id: str) -> Account | None:
        return self.rows.get(account_id)

    def set_organisation(self, account_id: str, organisation: Organisation) -> None:
        self.rows[account_id] = replace(self.rows[account_id], organisation=organisation)

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

    def note_use_of_api_key(self, key_id: str, on: date) -> None:
        key, digest = self.keys[key_id]
        self.keys[key_id] = (replace(key, last_used_on=on), digest)


@dataclass(frozen=True)
class _KeptOffer:
    offer: Offer
    contribution: str | None
    request_digest: str
    answer: Mapping[str, Json]
    sides: Mapping[str, NodeSide]
    tell_after: Mapping[str, datetime] = field(default_factory=dict)
    withdrawal: tuple[str, int] | None = None


class MemoryOffers(MemoryPauses):
    def __init__(self) -> None:
        super().__init__()
        self.rows: dict[str, _KeptOffer] = {}

    def add(self, arrived: ArrivedOffer) -> None:
        sides = {node: NodeSide(node, NodeAnswer.WAITING) for node in arrived.offer.policy.node_ids}
        self.rows[arrived.offer.consent_id] = _KeptOffer(
            arrived.offer, arrived.contribution, arrived.request_digest, arrived.answer, sides
        )

    def add_all(self, arrived: Sequence[ArrivedOffer]) -> None:
        for each in arrived:
            self.add(each)

    def arrivals(self, consent_ids: Iterable[str]) -> Mapping[str, Arrival]:
        return {
            each: Arrival(kept.request_digest, kept.answer, kept.offer.state)
            for each in consent_ids
            if (kept := self.rows.get(each)) is not None
        }

    def get(self, consent_id: str) -> Offer | None:
        return self.rows[consent_id].offer if consent_id in self.rows else None

    def arrival(self, consent_id: str) -> tuple[str, Mapping[str, Json]] | None:
        kept = self.rows.get(consent_id)
        return None if kept is None else (kept.request_digest, kept.answer)

    def active(
        self, data_set: str, *, now: datetime, known: Mapping[str, Offer] | None = None
    ) -> Sequence[Offer]:
        return [
            kept.offer
            for kept in self.rows.values()
            if kept.offer.may_be_used
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

    def next_end(self, *, now: datetime) -> datetime | None:
        data_sets = {kept.offer.policy.data_set for kept in self.rows.values()}
        ends = [each.policy.valid_until for ref in data_sets for each in self.active(ref, now=now)]
        return min(ends, default=None)

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

    def of_account(self, account_id: str, *, limit: int | None = None, skip: int = 0) -> Sequence[Order]:
        found = [order for order in reversed(self.rows.values()) if order.account_id == account_id]
        return found[skip:] if limit is None else found[skip : skip + limit]

    def has_any(self, account_id: str) -> bool:
        return bool(self.of_account(account_id))

    def queries_since(self, account_id: str, moment: datetime) -> Sequence[tuple[datetime, Query]]:
        mine = self.of_account(account_id)
        return [(order.placed_at, order.query) for order in mine if order.placed_at > moment]

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
            if job_id not in self.leases:
                return True
            holder, held_until = self.leases[job_id]
            return held_until <= now or (holder == worker and held_until <= until - LEFT_ALONE)

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

    def attendance(self, job_id: str) -> tuple[datetime | None, datetime | None]:
        lease = self.leases.get(job_id)
        return self.due[job_id], None if lease is None else lease[1]

    def save(self, job: Job, event: JobEvent | None = None) -> None:
        self.jobs[job.job_id] = job
        if event is not None:
            self.add_event(job.job_id, event)

    def add_event(self, job_id: str, event: JobEvent) -> None:
        self.history[job_id] = (*self.events(job_id), event)

    def events(self, job_id: str) -> Sequence[JobEvent]:
        return self.history.get(job_id, ())

    def histories(self, job_ids: Iterable[str]) -> Mapping[str, tuple[Job, Sequence[JobEvent]]]:
        return {each: (self.job(each), self.events(each)) for each in job_ids}

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
