"""Offers, their contributions and the nodes' answers in SQL."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import ROUND_CEILING, Decimal
from types import MappingProxyType
from typing import Any

from sqlalchemy import ColumnElement, Row, delete, func, insert, select, update
from sqlalchemy.orm import Session

from consent.odrl import to_offer
from crypto.encoding import Json, canonical_json
from marketplace.domain.offer import NodeAnswer, NodeSide, Offer, OfferState, state_after
from marketplace.services.ports import Arrival, ArrivedOffer, Supply
from marketplace.storage.batches import batched_values
from marketplace.storage.pauses import SqlPauses
from marketplace.storage.policies import read_policy
from marketplace.storage.tables import contributions, offer_nodes, offers

_MILLIONTHS = 1_000_000
_MAX_REASON = 500
_NOBODY: Mapping[str, Offer] = MappingProxyType({})
_CHANGES = ("state", "epsilon_spent", "runs_spent", "withdrawn_at", "paused", "pause_sequence")
_CHANGING: tuple[ColumnElement[Any], ...] = (
    offers.c.consent_id,
    offers.c.state,
    offers.c.epsilon_spent_millionths,
    offers.c.runs_spent,
    offers.c.withdrawn_at,
    offers.c.paused,
    offers.c.pause_sequence,
)
"""What changes of an offer once it is there."""
_READ: tuple[ColumnElement[Any], ...] = (
    *_CHANGING,
    offers.c.person,
    offers.c.holder_jwk,
    offers.c.policy,
    offers.c.public,
    offers.c.inputs_digest,
    offers.c.received_at,
    offers.c.log_index,
)
"""What an offer is read from: without the answer with its receipts, which is most of a row."""


class SqlOffers(SqlPauses):
    """The `OfferBook` of one transaction."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, arrived: ArrivedOffer) -> None:
        """Keep a new offer, waiting for each of its nodes."""
        self.add_all([arrived])

    def add_all(self, arrived: Sequence[ArrivedOffer]) -> None:
        """Keep new offers, numbered in their order: three statements for all of them."""
        if not arrived:
            return
        rows = [_row(each) | {"number": number} for number, each in enumerate(arrived, self._next_number())]
        self._session.execute(insert(offers), rows)
        documents = [{"consent_id": each.offer.consent_id, "document": each.contribution} for each in arrived]
        self._session.execute(insert(contributions), documents)
        sides = [
            {
                "consent_id": each.offer.consent_id,
                "node_id": node_id,
                "role": role,
                "answer": NodeAnswer.WAITING,
            }
            for each in arrived
            for role, node_id in enumerate(each.offer.policy.node_ids)
        ]
        self._session.execute(insert(offer_nodes), sides)

    def get(self, consent_id: str) -> Offer | None:
        """An offer by its consent."""
        row = self._session.execute(select(*_READ).where(offers.c.consent_id == consent_id)).first()
        return None if row is None else _offer(row)

    def arrival(self, consent_id: str) -> tuple[str, Mapping[str, Json]] | None:
        """The digest of the request that brought an offer, and the answer it got."""
        found = select(offers.c.request_digest, offers.c.answer).where(offers.c.consent_id == consent_id)
        row = self._session.execute(found).first()
        return None if row is None else (row.request_digest, row.answer)

    def arrivals(self, consent_ids: Iterable[str]) -> Mapping[str, Arrival]:
        """How those of these offers came that are known."""
        found: dict[str, Arrival] = {}
        columns = (offers.c.consent_id, offers.c.request_digest, offers.c.answer, offers.c.state)
        for batch in batched_values(consent_ids):
            rows = self._session.execute(select(*columns).where(offers.c.consent_id.in_(batch)))
            found |= {row.consent_id: Arrival(row.request_digest, row.answer, row.state) for row in rows}
        return found

    def active(
        self, data_set: str, *, now: datetime, known: Mapping[str, Offer] = _NOBODY
    ) -> Sequence[Offer]:
        """The active offers of a data set whose consent is in force and not paused.

        Of those that are known only what can have changed is read.
        """
        going = (_in_force(now), offers.c.data_set == data_set)
        if not known:
            return [_offer(row) for row in self._session.execute(select(*_READ).where(*going))]
        rows = self._session.execute(select(*_CHANGING).where(*going)).all()
        found = [_as_now(known[row.consent_id], row) for row in rows if row.consent_id in known]
        return [*found, *self.many(row.consent_id for row in rows if row.consent_id not in known).values()]

    def supply(self, *, now: datetime) -> Mapping[str, Supply]:
        """For each data set what `active` would reach, each person once."""
        counted = (
            select(
                offers.c.data_set,
                func.count(offers.c.person.distinct()).label("people"),
                func.min(offers.c.compensation_cents).label("least"),
            )
            .where(_in_force(now))
            .group_by(offers.c.data_set)
        )
        return {row.data_set: Supply(row.people, row.least) for row in self._session.execute(counted)}

    def next_end(self, *, now: datetime) -> datetime | None:
        """When the next consent ends of those that `active` would reach; None where there is none."""
        soonest: datetime | None = self._session.scalar(
            select(func.min(offers.c.valid_until)).where(_in_force(now))
        )
        return soonest

    def many(self, consent_ids: Iterable[str]) -> Mapping[str, Offer]:
        """Those of these offers that exist."""
        found: dict[str, Offer] = {}
        for batch in batched_values(consent_ids):
            named = select(*_READ).where(offers.c.consent_id.in_(batch))
            found |= {row.consent_id: _offer(row) for row in self._session.execute(named)}
        return found

    def node_sides(self, consent_id: str) -> Sequence[NodeSide]:
        """How the nodes stand to an offer, in the order of the policy."""
        found = select(offer_nodes).where(offer_nodes.c.consent_id == consent_id)
        rows = self._session.execute(found.order_by(offer_nodes.c.role))
        return [NodeSide(row.node_id, row.answer, row.reason, row.deletion_receipt) for row in rows]

    def waiting_for(self, node_id: str, *, limit: int) -> Mapping[str, str]:
        """Contributions that a node has not answered, oldest first, by consent."""
        found = (
            select(contributions.c.consent_id, contributions.c.document)
            .join(offers, offers.c.consent_id == contributions.c.consent_id)
            .join(offer_nodes, offer_nodes.c.consent_id == contributions.c.consent_id)
            .where(offer_nodes.c.node_id == node_id, offer_nodes.c.answer == NodeAnswer.WAITING)
            .order_by(offers.c.number)
            .limit(limit)
        )
        return {row.consent_id: row.document for row in self._session.execute(found)}

    def answer(self, node_id: str, answers: Mapping[str, tuple[NodeAnswer, str | None]]) -> None:
        """Record a node's answers, and the states that offers not withdrawn have with them."""
        alike: dict[tuple[NodeAnswer, str | None], list[str]] = {}
        for consent_id, (answer, reason) in answers.items():
            alike.setdefault((answer, reason and reason[:_MAX_REASON]), []).append(consent_id)
        for (answer, reason), given in alike.items():
            for batch in batched_values(given):
                mine = offer_nodes.c.consent_id.in_(batch) & (offer_nodes.c.node_id == node_id)
                values = {"answer": answer, "reason": reason}
                self._session.execute(update(offer_nodes).where(mine).values(values))
        for batch in batched_values(answers):
            self._settle_states(batch)

    def answer_counts(self) -> Mapping[str, Mapping[NodeAnswer, int]]:
        """For each node, how many offers not withdrawn it gave which answer."""
        counted = (
            select(offer_nodes.c.node_id, offer_nodes.c.answer, func.count().label("offers"))
            .join(offers, offers.c.consent_id == offer_nodes.c.consent_id)
            .where(offers.c.state != OfferState.WITHDRAWN)
            .group_by(offer_nodes.c.node_id, offer_nodes.c.answer)
        )
        found: dict[str, dict[NodeAnswer, int]] = {}
        for row in self._session.execute(counted):
            found.setdefault(row.node_id, {})[row.answer] = row.offers
        return found

    def refusal_counts(self) -> Mapping[str, Mapping[str, int]]:
        """For each node, how many offers not withdrawn it refused for which reason."""
        reason = func.coalesce(offer_nodes.c.reason, "refused")
        counted = (
            select(offer_nodes.c.node_id, reason.label("why"), func.count().label("offers"))
            .join(offers, offers.c.consent_id == offer_nodes.c.consent_id)
            .where(offers.c.state != OfferState.WITHDRAWN, offer_nodes.c.answer == NodeAnswer.REFUSED)
            .group_by(offer_nodes.c.node_id, offer_nodes.c.reason)
        )
        found: dict[str, dict[str, int]] = {}
        for row in self._session.execute(counted):
            found.setdefault(row.node_id, {})[row.why] = row.offers
        return found

    def withdraw(self, consent_id: str, *, withdrawal: str, at: datetime, log_index: int) -> None:
        """Withdraw an offer: its contribution is deleted, its nodes are to be told."""
        values = {
            "state": OfferState.WITHDRAWN,
            "withdrawn_at": at,
            "withdrawal": withdrawal,
            "withdrawal_log_index": log_index,
        }
        self._session.execute(update(offers).where(offers.c.consent_id == consent_id).values(values))
        self._session.execute(delete(contributions).where(contributions.c.consent_id == consent_id))
        named = offer_nodes.c.consent_id == consent_id
        self._session.execute(update(offer_nodes).where(named).values(tell_after=at))

    def withdrawal(self, consent_id: str) -> tuple[str, int] | None:
        """The withdrawal of an offer and where the log holds it."""
        found = select(offers.c.withdrawal, offers.c.withdrawal_log_index)
        row = self._session.execute(found.where(offers.c.consent_id == consent_id)).first()
        return None if row is None or row.withdrawal is None else (row.withdrawal, row.withdrawal_log_index)

    def withdrawals_for(self, node_id: str, *, now: datetime, limit: int) -> Mapping[str, str]:
        """Withdrawals to be told to a node, by consent: without its receipt, and not put off until later."""
        found = (
            select(offers.c.consent_id, offers.c.withdrawal)
            .join(offer_nodes, offer_nodes.c.consent_id == offers.c.consent_id)
            .where(offer_nodes.c.node_id == node_id, offer_nodes.c.tell_after <= now)
            .order_by(offer_nodes.c.tell_after, offers.c.number)
            .limit(limit)
        )
        return {row.consent_id: row.withdrawal for row in self._session.execute(found)}

    def add_deletion_receipt(self, consent_id: str, node_id: str, receipt: str) -> None:
        """Record a node's deletion receipt; the first one stays."""
        mine = (offer_nodes.c.consent_id == consent_id) & (offer_nodes.c.node_id == node_id)
        first = mine & offer_nodes.c.deletion_receipt.is_(None)
        self._session.execute(update(offer_nodes).where(first).values(deletion_receipt=receipt))
        self._session.execute(update(offer_nodes).where(mine).values(tell_after=None))

    def put_off_withdrawal(self, consent_id: str, node_id: str, *, until: datetime) -> None:
        """Tell a node of a withdrawal again, but not before a moment."""
        mine = (offer_nodes.c.consent_id == consent_id) & (offer_nodes.c.node_id == node_id)
        waiting = mine & offer_nodes.c.tell_after.is_not(None)
        self._session.execute(update(offer_nodes).where(waiting).values(tell_after=until))

    def spend(self, consent_ids: Iterable[str], epsilon: Decimal | None) -> None:
        """Count one job more for these consents, and its privacy cost; an exact answer has none."""
        self._change_spent(consent_ids, _millionths(epsilon or Decimal(0)), 1)

    def give_back(self, consent_ids: Iterable[str], epsilon: Decimal | None) -> None:
        """Take back what `spend` counted for a job."""
        self._change_spent(consent_ids, -_millionths(epsilon or Decimal(0)), -1)

    def _change_spent(self, consent_ids: Iterable[str], millionths: int, runs: int) -> None:
        changed = {
            "epsilon_spent_millionths": offers.c.epsilon_spent_millionths + millionths,
            "runs_spent": offers.c.runs_spent + runs,
        }
        for batch in batched_values(consent_ids):
            self._session.execute(update(offers).where(offers.c.consent_id.in_(batch)).values(changed))

    def _settle_states(self, consent_ids: Sequence[str]) -> None:
        """Bring states in line with the answers; a contribution that no node needs any more is deleted."""
        named = select(offer_nodes).where(offer_nodes.c.consent_id.in_(consent_ids))
        answers: dict[str, dict[str, NodeAnswer]] = {}
        for row in self._session.execute(named):
            answers.setdefault(row.consent_id, {})[row.node_id] = row.answer
        by_state: dict[OfferState, list[str]] = {}
        for consent_id, given in answers.items():
            by_state.setdefault(state_after(given), []).append(consent_id)
        for state, members in by_state.items():
            held = offers.c.consent_id.in_(members) & (offers.c.state != OfferState.WITHDRAWN)
            self._session.execute(update(offers).where(held).values(state=state))
        answered = [each for each, given in answers.items() if NodeAnswer.WAITING not in given.values()]
        self._session.execute(delete(contributions).where(contributions.c.consent_id.in_(answered)))

    def _next_number(self) -> int:
        return (self._session.execute(select(func.max(offers.c.number))).scalar_one() or 0) + 1


def _in_force(now: datetime) -> ColumnElement[bool]:
    going = (offers.c.state == OfferState.ACTIVE) & offers.c.paused.is_(False)
    return going & (offers.c.valid_until > now)


def _row(arrived: ArrivedOffer) -> dict[str, object]:
    offer = arrived.offer
    return {
        "consent_id": offer.consent_id,
        "data_set": offer.policy.data_set,
        "person": offer.person,
        "holder_jwk": offer.holder_jwk,
        "policy": canonical_json(to_offer(offer.policy, offer.consent_id)).decode(),
        "public": dict(offer.public),
        "compensation_cents": offer.policy.compensation_cents,
        "valid_until": offer.policy.valid_until,
        "inputs_digest": offer.inputs_digest,
        "state": offer.state,
        "received_at": offer.received_at,
        "log_index": offer.log_index,
        "epsilon_spent_millionths": _millionths(offer.epsilon_spent),
        "runs_spent": offer.runs_spent,
        "withdrawn_at": offer.withdrawn_at,
        "request_digest": arrived.request_digest,
        "answer": dict(arrived.answer),
    }


def _offer(row: Row[tuple[object, ...]]) -> Offer:
    return Offer(
        consent_id=row.consent_id,
        person=row.person,
        holder_jwk=row.holder_jwk,
        policy=read_policy(row.policy),
        public=row.public,
        inputs_digest=row.inputs_digest,
        state=row.state,
        received_at=row.received_at,
        log_index=row.log_index,
        epsilon_spent=Decimal(row.epsilon_spent_millionths) / _MILLIONTHS,
        runs_spent=row.runs_spent,
        withdrawn_at=row.withdrawn_at,
        paused=row.paused,
        pause_sequence=row.pause_sequence,
    )


def _as_now(offer: Offer, row: Row[Any]) -> Offer:
    """An offer that was read before, with what can have changed since; what was signed never does."""
    spent = Decimal(row.epsilon_spent_millionths) / _MILLIONTHS
    changing = (row.state, spent, row.runs_spent, row.withdrawn_at, row.paused, row.pause_sequence)
    if changing == tuple(getattr(offer, name) for name in _CHANGES):
        return offer
    return replace(offer, **dict(zip(_CHANGES, changing, strict=True)))


def _millionths(epsilon: Decimal) -> int:
    """Rounded up, so that no cost is ever forgotten."""
    return int((epsilon * _MILLIONTHS).to_integral_value(rounding=ROUND_CEILING))
