"""A buyer shows an answer to everybody in the catalogue, and takes it back; an operator may take it back too.

What is published is what the nodes computed: the buyer sends what was in the three envelopes, and the
marketplace holds it against the statements that the nodes signed and that it kept at the release. Nothing of
it is kept but the counts that everybody is to see.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from consent.answer import Answer
from consent.computation import Computation, compile_groups
from consent.errors import ConsentError, QueryRefusedError
from consent.joining import asked_about
from consent.query_check import check
from crypto.encoding import Json
from crypto.errors import CryptoError
from marketplace.domain.described import Description, Source, describe
from marketplace.domain.job import Job, JobState, Release
from marketplace.domain.log import Log
from marketplace.domain.order import Order
from marketplace.errors import (
    PublicationConflictError,
    PublicationRefusedError,
    ResultNotReadyError,
    UnknownPublicationError,
)
from marketplace.sdk.disclosed import disclosed_answer
from marketplace.sdk.errors import SdkError
from marketplace.sdk.statements import Agreed, NodeIdentity, Run, SignedOutput, check_statements
from marketplace.services.described_ports import PublishedAnswer
from marketplace.services.desk import Desk
from marketplace.services.log_entries import append, named, shown
from marketplace.services.ports import Books
from marketplace.services.read_orders import manifest_digest, order_of
from ssi.errors import CredentialError


@dataclass(frozen=True)
class PublishAnswer:
    """Publishes the answer of a buyer's order; publishing it again changes nothing.

    1. People were asked beforehand: the query says that its answer is published, so marketplace and nodes
    left out whoever does not allow that; and it is one that may be (`consent.query_rules`). 2. The order
    is settled: everybody is paid, and no dispute is possible any more. 3. The three signed statements that
    were kept at the release agree, and name the cells of this query. 4. The opened envelopes are those of
    which the nodes signed the digests, for this very run.
    """

    desk: Desk

    def __call__(self, account_id: str, order_id: str, opened: Sequence[bytes]) -> PublishedAnswer:
        """The published answer.

        Raises:
            UnknownOrderError: this buyer has no such order.
            PublicationRefusedError: the people were not asked, it is not of a kind that is published, or it
                is not what the nodes signed.
            ResultNotReadyError: there is no answer, or it was not confirmed yet.
            PublicationConflictError: it was published and taken back.
        """
        with self.desk.store.writing() as books:
            order = order_of(books, account_id, order_id)
            _require_asked(order)  # 1
            job = books.orders.job(order.job_id)
            release = _settled(books, order, job)  # 2
            description = self._described(order, job, release, opened)  # 3, 4
            known = books.published.get(order_id)
            if known is None:
                return self._publish(books, order, description)
            if known.withdrawn_at is not None:
                raise PublicationConflictError("this answer was taken back from the catalogue; order another")
            return known

    def _publish(self, books: Books, order: Order, description: Description) -> PublishedAnswer:
        now = self.desk.now()
        body: dict[str, Json] = {
            **named(order),
            "data_set": description.data_set,
            "description_digest": description.digest,
        }
        (index,) = append(self.desk, books, "publication", [body], now)
        published = PublishedAnswer(description, now, index)
        books.published.add(published)
        return published

    def _described(self, order: Order, job: Job, release: Release, opened: Sequence[bytes]) -> Description:
        try:
            run = self._run(order, job)
            outputs = [
                SignedOutput(each.statement, each.held_statement, each.envelope) for each in release.outputs
            ]
            agreed = check_statements(run, outputs)  # 3
            answer = _answer(order, release, run, agreed, opened)
        except (CryptoError, ConsentError, CredentialError, SdkError) as error:
            raise PublicationRefusedError(
                f"this is not what the nodes signed for this order: {error}"
            ) from error
        source = Source(
            order_id=order.order_id,
            buyer=order.buyer.name,
            answered_at=max(each.released_at for each in agreed.statements),
            nodes=job.node_ids,
        )
        return describe(order.query, answer, source)

    def _run(self, order: Order, job: Job) -> Run:
        registry, now = self.desk.registry(), self.desk.now()
        return Run(
            job_id=job.job_id,
            attempt=job.attempt,
            query_digest=order.query.digest,
            manifest_digest=manifest_digest(job),
            nodes=tuple(
                NodeIdentity(each, registry.node(each, now=now).verifying_key) for each in job.node_ids
            ),
        )


@dataclass(frozen=True)
class WithdrawPublication:
    """Takes a published answer back, so that the catalogue shows it no more; again changes nothing.

    Who read it before has read it. `account_id` is that of its buyer, None for an operator.
    """

    desk: Desk

    def __call__(self, account_id: str | None, order_id: str) -> PublishedAnswer:
        """The answer that was taken back.

        Raises:
            UnknownOrderError: this buyer has no such order.
            UnknownPublicationError: its answer was never published.
        """
        now = self.desk.now()
        with self.desk.store.writing() as books:
            if account_id is not None:
                order_of(books, account_id, order_id)
            known = _published(books, order_id)
            if known.withdrawn_at is None:
                body: dict[str, Json] = {
                    "order_id": order_id,
                    "description_digest": known.description.digest,
                    "by": "operator" if account_id is None else "buyer",
                }
                append(self.desk, books, "publication_withdrawn", [body], now)
                books.published.withdraw(order_id, now)
            return _published(books, order_id)


@dataclass(frozen=True)
class ReadPublications:
    """Tells what was published."""

    desk: Desk

    def all(self) -> Sequence[PublishedAnswer]:
        """Everything that was ever published, last first, for an operator."""
        with self.desk.store.reading() as books:
            return books.published.all()

    def latest(self) -> Mapping[str, Description]:
        """What describes each data set of which something is published."""
        with self.desk.store.reading() as books:
            return {ref: each.description for ref, each in books.published.latest().items()}

    def of(self, ref: str) -> tuple[PublishedAnswer, dict[str, Json]]:
        """What describes a data set now, and the proof that the log says so.

        Raises:
            UnknownPublicationError: nothing was published about it, or it was taken back.
        """
        with self.desk.store.reading() as books:
            found = books.published.latest().get(ref)
            if found is None:
                raise UnknownPublicationError(f"nothing is published about {ref[:80]}")
            return found, shown(self.desk, Log(books.log), found.log_index)


def _require_asked(order: Order) -> None:
    query = order.query
    if not query.publication:
        raise PublicationRefusedError(
            "the people in this answer were not asked whether everybody may see it; order it with publication"
        )
    try:
        check(query, asked_about(query))
    except QueryRefusedError as error:
        raise PublicationRefusedError(str(error)) from error


def _settled(books: Books, order: Order, job: Job) -> Release:
    release = books.orders.release_of(job.job_id)
    if job.state is not JobState.SETTLED or release is None:
        raise ResultNotReadyError(
            f"order {order.order_id} is {job.state}; an answer is published once it is confirmed and paid"
        )
    return release


def _answer(order: Order, release: Release, run: Run, agreed: Agreed, opened: Sequence[bytes]) -> Answer:
    claimed = Computation.from_json(dict(release.computation), "computation")
    compiled = compile_groups(
        order.query, asked_about(order.query), groups=claimed.groups, people=agreed.admitted
    )
    if not compiled.digest == agreed.cells_digest == claimed.digest:
        raise PublicationRefusedError("the nodes computed other cells than the query's")
    return disclosed_answer(run, agreed, compiled, opened, engine=order.query.chosen_engine)


def _published(books: Books, order_id: str) -> PublishedAnswer:
    found = books.published.get(order_id)
    if found is None:
        raise UnknownPublicationError(f"the answer of order {order_id[:80]!r} is not published")
    return found
