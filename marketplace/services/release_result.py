"""All three nodes are done: is it one answer, and may it be handed out?"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from consent.computation import Computation, compile
from consent.errors import ConsentError, TooFewDifferError
from consent.job import admitted_root
from consent.joining import asked_about, consents_of
from crypto.encoding import Json, b64url_encode, sha256
from crypto.errors import MalformedError
from marketplace.domain.failure import AttemptFailure
from marketplace.domain.hiding import crowds_of
from marketplace.domain.job import CollectedOutput, Job, JobEvent, JobState, Part, PartOutcome, Release
from marketplace.domain.ledger import Ledger
from marketplace.domain.offer import Offer
from marketplace.domain.order import Order
from marketplace.domain.rows import Row
from marketplace.errors import TransferConflictError
from marketplace.sdk.errors import NodesContradictError
from marketplace.sdk.statements import Agreed, NodeIdentity, Run, SignedOutput, check_statements
from marketplace.services.desk import Desk
from marketplace.services.end_order import refund
from marketplace.services.log_entries import append, named
from marketplace.services.ports import Books, Nodes
from marketplace.services.read_orders import manifest_digest
from marketplace.services.roll import called_by_roll
from marketplace.services.tell_events import save_step
from ssi.hosting.logs import log

_LOGGER = logging.getLogger(__name__)


@dataclass(frozen=True)
class Checked:
    """Three outputs that are one answer, over these people: rows, each named by its consents."""

    admitted: tuple[str, ...]
    computation: Computation
    collected: tuple[CollectedOutput, ...]


@dataclass(frozen=True)
class CollectOutputs:
    """Fetches the outputs of an attempt and checks that they are one answer; changes nothing.

    1. The three signed statements are about this attempt and agree (`sdk.statements`, which the buyer applies
    again). 2. The people each node says it computed on are the ones whose root it signed, and were in the
    manifest; `on_roll` are the rows of its roll, if it has one. 3. The cells are those of the query over
    these people.
    """

    desk: Desk
    nodes: Nodes
    on_roll: Sequence[str] | None = None

    def __call__(self, order: Order, job: Job, offers: Mapping[str, Offer]) -> Checked:
        """The checked outputs; `offers` are those of the job's parts.

        Raises:
            PeerError: a node did not hand its output over; asking again may help.
            NodesContradictError: the outputs are not one answer; the culprits are named where it can be told.
        """
        collected = tuple(
            self._named(self.nodes.collect(node_id, job.job_id, role=role))
            for role, node_id in enumerate(job.node_ids)
        )
        agreed = check_statements(self._run(order, job), [_signed(each) for each in collected])  # 1
        liars = tuple(
            node_id
            for node_id, each in zip(job.node_ids, collected, strict=True)
            if not _names_its_people(each, agreed, offers)
        )
        if liars:  # 2
            raise NodesContradictError("a node names other people than it signed for", liars)
        admitted = tuple(sorted(collected[0].admitted))
        return Checked(admitted, _compiled(order, admitted, offers, agreed), collected)  # 3

    def _named(self, collected: CollectedOutput) -> CollectedOutput:
        if self.on_roll is None:
            return collected
        try:
            return called_by_roll(collected, self.on_roll)
        except MalformedError as error:
            raise NodesContradictError(str(error), (collected.output.node_id,)) from error

    def _run(self, order: Order, job: Job) -> Run:
        registry, now = self.desk.registry(), self.desk.now()
        return Run(
            job_id=job.job_id,
            attempt=job.attempt,
            query_digest=order.query.digest,
            manifest_digest=manifest_digest(job),
            nodes=tuple(
                NodeIdentity(node_id, registry.node(node_id, now=now).verifying_key)
                for node_id in job.node_ids
            ),
        )


@dataclass(frozen=True)
class ReleaseResult:
    """Lets the buyer fetch checked outputs, unless somebody in them has withdrawn or paused by now.

    In one transaction: the held price goes into escrow, everybody's part is decided, whom an exact answer is
    about is remembered, the outputs are stored under this job's id, and the log says so.
    """

    desk: Desk

    def __call__(self, books: Books, order: Order, job: Job, checked: Checked) -> Job:
        """The released job; or the job refunded, or at its next attempt, when it may not be released."""
        now = self.desk.now()
        offers = books.offers.many(each for row in checked.admitted for each in consents_of(row))
        if not all(offer.may_be_used for offer in offers.values()):
            failure = AttemptFailure("a person withdrew or paused while it was computed", may_try_again=True)
            return again_or_refund(self.desk, books, order, job, failure)
        try:
            self._charge(books, order)
        except TransferConflictError:
            failure = AttemptFailure("the hold on the price has run out")
            return refund(self.desk, books, order, job, failure)
        released = replace(
            job.moved(JobState.RELEASED, now),
            admitted=len(checked.admitted),
            dispute_until=now + self.desk.terms.dispute_window,
        )
        _decide_parts(books, order, checked, attempt=job.attempt)
        _remember(books, order, checked, offers)
        root = admitted_root(checked.admitted)
        outputs = tuple(each.output for each in checked.collected)
        books.orders.add_release(Release(job.job_id, root, checked.computation.to_json(), outputs))
        body: dict[str, Json] = {
            **named(order),
            "attempt": job.attempt,
            "admitted_root": root,
            "statements": [b64url_encode(sha256(each.statement.encode())) for each in outputs],
        }
        append(self.desk, books, "release", [body], now)
        note = "all three nodes agree; the answer can be opened"
        save_step(books, order, released, JobEvent(now, JobState.RELEASED, note, job.attempt))
        log(_LOGGER, "result released", order=order.order_id, job=job.job_id, attempt=job.attempt)
        return released

    def _charge(self, books: Books, order: Order) -> None:
        if order.price.gross_cents > 0:
            Ledger(books.ledger).charge(
                order.hold_id,
                transfer_id=f"{order.order_id}/charge",
                amount_cents=order.price.gross_cents,
                at=self.desk.now(),
            )


def again_or_refund(desk: Desk, books: Books, order: Order, job: Job, failure: AttemptFailure) -> Job:
    """The job at its next attempt, or refunded where another one would not help or it had its last one."""
    if job.is_last_attempt or not failure.may_try_again:
        return refund(desk, books, order, job, failure)
    now = desk.now()
    fresh = job.again(now)
    note = f"attempt {job.attempt} ended: {failure.reason}; it is tried again"
    save_step(books, order, fresh, JobEvent(now, JobState.QUEUED, note, job.attempt))
    return fresh


def _signed(collected: CollectedOutput) -> SignedOutput:
    output = collected.output
    return SignedOutput(output.statement, output.held_statement, output.envelope)


def _names_its_people(collected: CollectedOutput, agreed: Agreed, offers: Mapping[str, Offer]) -> bool:
    people = collected.admitted
    return (
        len(people) == agreed.admitted
        and admitted_root(people) == agreed.admitted_root
        and all(consent_id in offers for row in people for consent_id in consents_of(row))
    )


def _compiled(
    order: Order, admitted: Sequence[str], offers: Mapping[str, Offer], agreed: Agreed
) -> Computation:
    rows = [Row(tuple(offers[consent_id] for consent_id in consents_of(row))).public for row in admitted]
    try:
        computation = compile(order.query, asked_about(order.query), rows)
    except ConsentError as error:
        raise NodesContradictError(f"the nodes computed what may not be computed: {error}", ()) from error
    if computation.digest != agreed.cells_digest:
        # All three say the same: either all three are wrong or we are, and which cannot be told.
        raise NodesContradictError("the nodes computed other cells than the query's", ())
    return computation


def _decide_parts(books: Books, order: Order, checked: Checked, *, attempt: int) -> None:
    admitted = frozenset(each for row in checked.admitted for each in consents_of(row))
    refusals: dict[str, str] = {}
    for collected in checked.collected:
        told = {each: why for row, why in collected.refusals.items() for each in consents_of(row)}
        refusals = {**told, **refusals}
    decided: list[Part] = []
    for part in books.orders.parts(order.job_id):
        if part.consent_id in admitted:
            decided.append(replace(part, outcome=PartOutcome.TOOK_PART))
        else:
            reason = refusals.get(part.consent_id, "not_in_the_last_attempt")
            decided.append(replace(part, outcome=PartOutcome.LEFT_OUT, reason=reason))
    books.orders.save_parts(decided)
    if attempt > 1:  # an earlier attempt may have been charged to those whom this one left out
        return
    left_out = [part.consent_id for part in decided if part.outcome is PartOutcome.LEFT_OUT]
    books.offers.give_back(left_out, order.query.epsilon)


def _remember(books: Books, order: Order, checked: Checked, offers: Mapping[str, Offer]) -> None:
    """Note whom an exact answer is about, so that the next one is held against it before money is held."""
    if order.query.epsilon is not None:
        return
    rows = [Row(tuple(offers[consent_id] for consent_id in consents_of(row))) for row in checked.admitted]
    try:
        books.answered.note(crowds_of(rows, order.query))
    except TooFewDifferError:
        # The nodes decide, and did, by histories of their own: the books then stay as they were.
        log(_LOGGER, "an exact answer differs from earlier ones by too few", job=order.job_id)
