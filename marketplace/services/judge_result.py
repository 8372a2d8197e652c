"""The buyer's word on an answer: it is right, and all are paid; or a node lied, and that is looked into."""

from dataclasses import dataclass, replace

from consent.computation import Computation
from consent.job import binding
from consent.statement import verify_output
from consent.vocabulary import Engine
from crypto.encoding import Json, b64url_encode, sha256
from crypto.errors import MalformedError
from crypto.sealing import SealingKey
from marketplace.domain.failure import AttemptFailure
from marketplace.domain.job import Job, JobState, Release
from marketplace.domain.member_act import Did
from marketplace.domain.order import DisputeOutcome, Order
from marketplace.domain.view import OrderView
from marketplace.errors import DisputeRefusedError, ResultNotReadyError
from marketplace.sdk.additive import PartTerms, open_part
from marketplace.sdk.aggregation import SumTerms, open_partial
from marketplace.sdk.envelopes import Envelope, open_envelope
from marketplace.sdk.errors import LyingNodeError, ResultRefusedError
from marketplace.services.desk import Desk
from marketplace.services.end_order import refund, settle
from marketplace.services.log_entries import append, named
from marketplace.services.member_acts import note
from marketplace.services.ports import Books
from marketplace.services.read_orders import manifest_digest, order_of, view_of
from ssi.jws import parse_jws

ROLES = 3


@dataclass(frozen=True)
class ConfirmResult:
    """Settles an order at once; confirming again changes nothing."""

    desk: Desk

    def __call__(self, account_id: str, order_id: str, *, by: str | None = None) -> OrderView:
        """The settled order; `by` is the member who confirms it.

        Raises:
            UnknownOrderError: this buyer has no such order.
            ResultNotReadyError: there is no answer to confirm.
        """
        with self.desk.store.writing() as books:
            order = order_of(books, account_id, order_id)
            job = books.orders.job(order.job_id)
            if job.state is JobState.RELEASED:
                settle(self.desk, books, order, job)
                note(books, self.desk.now(), (account_id, by), Did.CONFIRMED, about=order_id)
            elif job.state is not JobState.SETTLED:
                raise ResultNotReadyError(f"order {order_id} is {job.state}; there is nothing to confirm")
            return view_of(books, order)


@dataclass(frozen=True)
class DisputeResult:
    """Looks into one envelope with the key that the buyer shows, and refunds if its node lied.

    One envelope holds two thirds of an answer, which say nothing. Two would say all of it: so under one
    mandate the key of one role is looked at, and never that of another. The key is not kept.
    """

    desk: Desk

    def __call__(
        self, account_id: str, order_id: str, *, role: int, private_key: bytes, by: str | None = None
    ) -> DisputeOutcome:
        """What the envelope showed. The same order is looked into once; again gives the same outcome.

        `by` is the member who disputes it.

        Raises:
            UnknownOrderError: this buyer has no such order.
            ResultNotReadyError: there is no answer.
            DisputeRefusedError: the time is over, the order is settled, the key is not the one of the
                mandate, or a key of another role of this mandate was shown before.
        """
        with self.desk.store.writing() as books:
            order = order_of(books, account_id, order_id)
            job = books.orders.job(order.job_id)
            if order.dispute is not None:
                return order.dispute
            release = self._require_open(books, order, job)
            self._require_role(books, order, role)
            outcome = self._look_into(order, job, release, _key(order, role, private_key))
            books.orders.set_dispute(order_id, outcome)
            body: dict[str, Json] = {
                **named(order),
                "node": outcome.node,
                "proven": outcome.proven,
                "reason": outcome.reason,
            }
            append(self.desk, books, "dispute", [body], outcome.at)
            note(books, outcome.at, (account_id, by), Did.DISPUTED, about=order_id)
            if outcome.proven:
                refund(self.desk, books, order, job, AttemptFailure(outcome.reason, (outcome.node,)))
            return outcome

    def _require_open(self, books: Books, order: Order, job: Job) -> Release:
        release = books.orders.release_of(job.job_id)
        if job.state is JobState.SETTLED:
            raise DisputeRefusedError("the order is settled; everybody is paid")
        if job.state is not JobState.RELEASED or release is None:
            raise ResultNotReadyError(f"order {order.order_id} is {job.state}; there is no answer")
        if job.dispute_until is not None and self.desk.now() >= job.dispute_until:
            raise DisputeRefusedError("the time for a dispute is over")
        return release

    def _require_role(self, books: Books, order: Order, role: int) -> None:
        if not 0 <= role < ROLES:
            raise DisputeRefusedError(f"a role is 0, 1 or 2, got {role}")
        opened = {
            each.dispute.role
            for each in books.orders.of_account(order.account_id)
            if each.dispute is not None and each.dispute.mandate_digest == _digest(order.mandate)
        }
        if opened - {role}:
            raise DisputeRefusedError(
                "a key of another role of this mandate was shown before; two would open your answers"
            )

    def _look_into(
        self, order: Order, job: Job, release: Release, shown: tuple[int, SealingKey]
    ) -> DisputeOutcome:
        role, key = shown
        output, now = release.outputs[role], self.desk.now()
        node_key = self.desk.registry().node(output.node_id, now=now).verifying_key
        statement = verify_output(output.statement, node_key)
        outcome = DisputeOutcome(
            proven=False,
            node=output.node_id,
            reason=f"{output.node_id} sealed exactly what it signed",
            role=role,
            at=now,
            mandate_digest=_digest(order.mandate),
        )
        bound = binding(
            job.job_id,
            job.attempt,
            manifest_digest=manifest_digest(job),
            admitted_root=release.admitted_root,
        )
        envelope = Envelope(output.envelope, statement, output.node_id)
        try:
            self._open(order, envelope, key, Computation.from_json(release.computation), bound)
        except LyingNodeError as error:
            return replace(outcome, proven=True, reason=str(error))
        except ResultRefusedError as error:  # nobody's fault, as where the joint key was replaced since
            return replace(outcome, reason=str(error))
        return outcome

    def _open(
        self, order: Order, envelope: Envelope, key: SealingKey, computation: Computation, bound: bytes
    ) -> None:
        joint = self.desk.registry().aggregation_key
        if order.query.chosen_engine is Engine.ADDITIVE:
            open_part(envelope, key, PartTerms.of(computation, bound))
        elif order.query.chosen_engine is not Engine.PAILLIER:
            open_envelope(envelope, key, cells=computation.results, binding=bound)
        elif joint is None:
            raise DisputeRefusedError("the trust registry names no aggregation key any more")
        else:
            open_partial(envelope, key, SumTerms(joint, len(computation.cells), bound))


def _key(order: Order, role: int, private_key: bytes) -> tuple[int, SealingKey]:
    try:
        key = SealingKey.from_bytes(private_key)
    except MalformedError as error:
        raise DisputeRefusedError(str(error)) from error
    named_keys = parse_jws(order.mandate, "mandate").payload.get("result_keys")
    if not isinstance(named_keys, list) or named_keys[role] != b64url_encode(key.public.to_bytes()):
        raise DisputeRefusedError("the key is not the one that the mandate names for this role")
    return role, key


def _digest(mandate: str) -> str:
    return b64url_encode(sha256(mandate.encode()))
