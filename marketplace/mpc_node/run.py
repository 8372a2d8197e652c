"""How does one attempt run, from the checked manifest to a sealed output or a named failure?

1. Admit: decide about everybody the manifest names; who must not be in an exact answer is left out.
2. Agree with the two peers on whom all three admit; hold the crowd against the floor once more.
3. Compile the query for these people, which needs their public attributes only: what is refused costs nobody.
4. Spend everybody's privacy budget, or note whom an exact answer is about, before anything is computed.
5. Run the protocol, with everything on record from which it can be gone on with after a crash.
6. Release: the time, every consent, the log, every withdrawal and pause once more; then seal, sign and store,
   in one transaction. Whoever withdrew or paused before it is in no output, and the attempt fails.

An attempt ends in exactly one of two ways: DONE with an output, or FAILED with a reason and no output. Peers
are told when it fails, so that they need not wait for their time-out. An attempt that is gone on with takes
the agreed people from its log, decides about each of them once more, and goes on only if all may still take
part.
"""

import logging
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import partial

from consent.computation import Computation
from consent.computation import compile as compile_query
from consent.errors import ConsentError
from consent.joining import consents_of
from consent.outcomes import Outcomes
from consent.policy import Refusal
from consent.vocabulary import Engine
from crypto.errors import MalformedError, ProtocolError
from crypto.mpc.menu.holdings import Holdings, Table
from crypto.mpc.partitions import local_sums
from crypto.mpc.release import Finished
from crypto.mpc.rounds import Protocol
from crypto.sharing.replicated import following
from marketplace.mpc_node.additive.compute import Work
from marketplace.mpc_node.additive.compute import protocol_of as alone
from marketplace.mpc_node.admission import Admission, AdmissionRefusal, AdmitContributions
from marketplace.mpc_node.aggregation.release import Payload
from marketplace.mpc_node.aggregation.sums import People
from marketplace.mpc_node.agreement import BUDGET_SPENT, Agreed, agree
from marketplace.mpc_node.candidate import Row
from marketplace.mpc_node.checkpoint import AttemptLog
from marketplace.mpc_node.columns.share_rows import Form, Group
from marketplace.mpc_node.computation import (
    Needed,
    needed_columns,
    noise_binding,
    noise_seed,
    protocol_of,
)
from marketplace.mpc_node.conversation import Conversation, Party
from marketplace.mpc_node.errors import AttemptFailedError, CheckpointError, Failure
from marketplace.mpc_node.exactness import Exactness, require_crowd
from marketplace.mpc_node.job_check import CheckedJob
from marketplace.mpc_node.joined_rows import join_rows, rows_with
from marketplace.mpc_node.log_watch import LogWatch
from marketplace.mpc_node.node import Node
from marketplace.mpc_node.opening import Opening
from marketplace.mpc_node.output import Result, seal_output
from marketplace.mpc_node.reasons import in_known_words
from marketplace.mpc_node.rounds import Rounds, Task
from marketplace.mpc_node.row_shares import made_holdings, makes_rows
from marketplace.mpc_node.state import State
from marketplace.mpc_node.status import StatusCheck
from marketplace.mpc_node.storage.jobs import Refusals
from marketplace.mpc_node.storage.ledger import Purchase
from marketplace.mpc_node.storage.noise_pins import Question
from ssi.hosting.logs import log

_LOGGER = logging.getLogger(__name__)
_SEED_BYTES = 32
_CONSENT_REFUSALS = {
    Failure.WITHDRAWN_DURING_COMPUTATION: AdmissionRefusal.WITHDRAWN.value,
    Failure.PAUSED_DURING_COMPUTATION: Refusal.PAUSED.value,
    Failure.BUDGET_EXHAUSTED: BUDGET_SPENT,
    Failure.CONSENT_ENDED: "expired",
}
_OUT = {
    frozenset({AdmissionRefusal.WITHDRAWN.value}): Failure.WITHDRAWN_DURING_COMPUTATION,
    frozenset({Refusal.PAUSED.value}): Failure.PAUSED_DURING_COMPUTATION,
}
"""What it is called when all who may not take part any more are out for one of these reasons."""


@dataclass(frozen=True)
class Record:
    """What an attempt writes down, and what it started from."""

    log: AttemptLog
    opening: Opening


@dataclass
class Attempt:
    """One attempt of one job at one node. `require_running` raises when it is to end before its time.

    `record` is that of an attempt to go on with; a new one gets its own before it computes.
    """

    node: Node
    job: CheckedJob
    require_running: Callable[[], None]
    record: Record | None = None
    refusals: dict[str, str] = field(default_factory=dict)
    held_back: int = 0

    def run(self) -> None:
        """Run to the end, whatever happens; nothing is raised."""
        try:
            self._run()
        except AttemptFailedError as failure:
            self._fail(failure)
        except ProtocolError as error:
            culprits = tuple(self.job.manifest.nodes[role] for role in error.culprits)
            self._fail(AttemptFailedError(Failure.PROTOCOL_VIOLATION, str(error), culprits=culprits))
        except CheckpointError as error:
            self._fail(
                AttemptFailedError(Failure.INTERRUPTED, f"the attempt cannot be gone on with: {error}")
            )
        except Exception as error:  # whatever it was: no output may exist, and the peers must know
            _LOGGER.exception("an attempt ended in an error")
            self._fail(AttemptFailedError(Failure.INTERNAL_ERROR, type(error).__name__))
        else:
            self._tell("an attempt is done", State.DONE.value)
        finally:
            if self.record is not None:
                self.record.log.discard()
        self.node.mailbox.forget(self.job.manifest.job_id, self.job.manifest.attempt)

    def leave(self) -> None:
        """Tell the peers, once each and without waiting for them, that this attempt is over here."""
        self._rounds().conversation.leave()

    def _run(self) -> None:
        admission = self._admit()  # 1
        agreed = self._agree(admission) if self.record is None else self._still_agreed(admission)  # 2
        computation = self._compile(admission, agreed)  # 3
        self._spend(admission, agreed)  # 4
        self._advance(State.COMPUTING, admitted=len(agreed.consent_ids))
        ways = {Engine.PAILLIER: self._aggregate, Engine.ADDITIVE: self._compute_alone}
        compute = ways.get(self.job.manifest.query.chosen_engine, self._compute)
        result = compute(admission, agreed, computation)  # 5
        self._release(admission, result)  # 6

    def _admit(self) -> Admission[Row]:
        node, manifest = self.node, self.job.manifest
        node.questions.note(manifest.job_id, self.job.buyer.handle, manifest.query.data_sets, now=node.now())
        status = StatusCheck(node.around.fetch_status, node.around.registry(), clock=node.now)
        admit = AdmitContributions(node.contributions, node.papers, node.ledger, node.aggregation.records)
        alone = admit(self.job, status, now=node.now())
        admission: Admission[Row] = join_rows(self.job, alone) if manifest.partners else alone
        if self.record is None:
            admission, self.held_back = self._exactness().position(admission, now=node.now())
        self.refusals.update(admission.refusals)
        for reason, people in Counter(admission.refusals.values()).items():
            node.meter.refusals(reason, people)
        if self.record is None:
            self._advance(State.AGREEING)
        return admission

    def _agree(self, admission: Admission[Row]) -> Agreed:
        now, manifest = self.node.now(), self.job.manifest
        positions = self._rounds().positions(admission.position(self.job))

        def permits(consent_id: str, cohort_size: int) -> bool:
            return admission.candidates[consent_id].permits(cohort_size, now=now)

        def exposed(left: Sequence[str]) -> Collection[str]:
            return self._exactness().exposed(admission.candidates, left)

        agreed = agree(positions, manifest.rows, permits, exposed)
        agreed = replace(agreed, refusals=in_known_words(agreed.refusals))
        self.refusals = {**agreed.refusals, **self.refusals}
        require_crowd(manifest.query.floor, len(agreed.consent_ids), self.held_back)
        return agreed

    def _still_agreed(self, admission: Admission[Row]) -> Agreed:
        if self.record is None:
            raise CheckpointError("there is no log of the attempt")
        agreed = self.record.opening.agreed
        out = tuple(each for each in agreed.consent_ids if each not in admission.candidates)
        if out:
            reasons = {admission.refusals.get(each, "") for each in out}
            raise AttemptFailedError(
                _OUT.get(frozenset(reasons), Failure.CONSENT_ENDED),
                f"{len(out)} of the people cannot take part any more",
                consents=out,
            )
        self.refusals = {**agreed.refusals, **self.refusals}
        return agreed

    def _spend(self, admission: Admission[Row], agreed: Agreed) -> None:
        """Charge the answer; an exact one is noted only for those who bound how often they are asked."""
        epsilon, people = self.job.manifest.query.epsilon, _people(admission, agreed)
        self._exactness().note(people)
        run_caps = {account: cap for each in people for account, cap in each.run_caps.items()}
        caps = {
            account: cap
            for each in people
            for account, cap in each.caps.items()
            if epsilon is not None or account in run_caps
        }
        if not caps:
            return
        purchase = Purchase(self.job.manifest.job_id, agreed.root, epsilon or Decimal(0))
        over = self.node.ledger.spend(purchase, caps, now=self.node.now(), run_caps=run_caps)
        if over:
            raise AttemptFailedError(
                Failure.BUDGET_EXHAUSTED,
                f"{len(over)} people spent their budget elsewhere in the meantime",
                consents=tuple(each.consent_id for each in people if over & each.caps.keys()),
            )

    def _compile(self, admission: Admission[Row], agreed: Agreed) -> Computation:
        rows = [each.public for each in _people(admission, agreed)]
        try:
            return compile_query(self.job.manifest.query, self.job.data_set, rows)
        except ConsentError as error:
            raise AttemptFailedError(Failure.QUERY_REFUSED, str(error)) from error

    def _compute(self, admission: Admission[Row], agreed: Agreed, computation: Computation) -> Result:
        node = self.node
        rows = [each.public for each in _people(admission, agreed)]
        holdings = self._holdings(agreed, needed_columns(computation, rows))
        seed = self._noise_seed(agreed)

        def protocol(attempt_seed: bytes, run: bytes) -> Protocol[Finished]:
            return protocol_of(
                computation,
                rows,
                holdings,
                role=self.job.role,
                seed=attempt_seed,
                binding=run,
                noise_seed=seed,
                noise_binding=noise_binding(**self._question(agreed)),
                pin=partial(self._pin, agreed),
            )

        record = self._recorded(agreed, computation)
        task = Task(agreed.root, computation.digest, protocol, record.opening.seed)
        finished, held_statement = self._rounds().compute(task, record.log)
        payload = partial(node.around.encode_output, finished)
        return Result(computation, agreed, finished, held_statement, payload)

    def _holdings(self, agreed: Agreed, needed: Needed) -> Holdings:
        """This role's shares of the columns, read before anybody waits for a round."""
        if makes_rows(self.job):
            return made_holdings(self.node.contributions, self.job, agreed.consent_ids, needed)
        group = Group(self.job.data_set.ref, self.job.role)
        with self.node.contributions.selected(agreed.consent_ids, group) as selection:
            if selection.missing:
                raise AttemptFailedError(
                    Failure.WITHDRAWN_DURING_COMPUTATION,
                    f"{len(selection.missing)} of the people withdrew",
                    consents=selection.missing,
                )
            elements = selection.gathered(needed.elements, Form.FIELD)
            integers = selection.gathered(needed.integers, Form.RING)
            sums = local_sums(
                needed.sums,
                selection.partitions,
                records=len(selection.ids),
                spread=self.node.around.spread,
            )
        return Holdings(Table(needed.elements, elements), Table(needed.integers, integers), sums)

    def _pin(self, agreed: Agreed, key: bytes) -> None:
        peer = self.job.manifest.nodes[following(self.job.role)]
        question = self._question(agreed)
        asked = Question(question["job_id"], question["query_digest"], question["root"])
        self.node.noise_pins.hold(asked, peer, key, now=self.node.now())

    def _aggregate(self, admission: Admission[Row], agreed: Agreed, computation: Computation) -> Result:
        """The same step where it is added up under encryption."""
        node, aggregation = self.node, self.node.aggregation
        share = aggregation.share(self.job, node.around.registry())
        people = People(agreed.consent_ids, [each.public for each in _people(admission, agreed)])
        protocol = aggregation.protocol(
            share, self.job, computation, people, noise_seed=self._noise_seed(agreed)
        )
        record = self._recorded(agreed, computation)
        task = Task(agreed.root, computation.digest, protocol, record.opening.seed)
        aggregated, held_statement = self._rounds().compute(task, record.log)
        payload = Payload(share, aggregated, node.around.open_sum, node.around.random)
        return Result(computation, agreed, aggregated, held_statement, payload)

    def _compute_alone(self, admission: Admission[Row], agreed: Agreed, computation: Computation) -> Result:
        """The same step where this node alone holds its summands."""
        node, around = self.node, self.node.around
        if self.record is not None and computation.verified:
            raise CheckpointError("its random numbers were dealt once and are not on record")
        rows = [each.public for each in _people(admission, agreed)]
        work = Work(self.job, agreed, computation, rows, self._noise_seed(agreed))
        protocol = alone(work, node.contributions, around.registry().dealer, around.ask_dealer)
        record = self._recorded(agreed, computation)
        task = Task(agreed.root, computation.digest, protocol, record.opening.seed)
        fixed, held_statement = self._rounds().compute(task, record.log)
        return Result(computation, agreed, fixed, held_statement, partial(around.encode_part, fixed.part))

    def _exactness(self) -> Exactness:
        return Exactness(self.job, self.node.answered)

    def _noise_seed(self, agreed: Agreed) -> bytes:
        return noise_seed(self.node.keys.noise_key, **self._question(agreed))

    def _question(self, agreed: Agreed) -> dict[str, str]:
        """What the noise is about, in every attempt."""
        manifest = self.job.manifest
        return {"job_id": manifest.job_id, "query_digest": manifest.query.digest, "root": agreed.root}

    def _recorded(self, agreed: Agreed, computation: Computation) -> Record:
        node, manifest = self.node, self.job.manifest
        if self.record is None:
            opening = Opening(node.around.random(_SEED_BYTES), agreed, computation.digest)
            log = node.checkpoints.begin(manifest.job_id, manifest.attempt, opening)
            self.record = Record(log, opening)
        if self.record.opening.cells_digest != computation.digest:
            raise CheckpointError("it would compute something else than before")
        return self.record

    def _release(self, admission: Admission[Row], result: Result) -> None:
        node, manifest, now = self.node, self.job.manifest, self.node.now()
        if now >= manifest.expires_at:
            raise AttemptFailedError(Failure.EXPIRED, "the manifest ran out while the job ran")
        people = _people(admission, result.agreed)
        ended = tuple(each.consent_id for each in people if not each.permits(len(people), now=now))
        if ended:
            raise AttemptFailedError(
                Failure.CONSENT_ENDED, f"{len(ended)} consents ran out while the job ran", consents=ended
            )
        LogWatch(node).release()
        self._rounds().conversation.require_unbroken()
        node.jobs.release(
            manifest.job_id,
            manifest.attempt,
            tuple(each for row in result.agreed.consent_ids for each in consents_of(row)),
            lambda: seal_output(self.job, result, key=node.keys.signing, now=now),
            only_root=result.agreed.root if manifest.query.epsilon is None else None,
        )

    def _advance(self, state: State, *, admitted: int = 0) -> None:
        manifest = self.job.manifest
        self.require_running()
        self.node.jobs.advance(
            manifest.job_id, manifest.attempt, state, admitted=admitted, refusals=self._refused()
        )

    def _refused(self) -> Refusals:
        manifest = self.job.manifest
        return Outcomes.of(manifest.rows, self.refusals) if manifest.roll else self.refusals

    def _told(self) -> Refusals:
        """What is told of an attempt that failed: nobody's reason rather than none of the failure."""
        try:
            return self._refused()
        except MalformedError:
            _LOGGER.exception("the reasons of an attempt cannot be written")
            return Outcomes.of(self.job.manifest.rows, {}) if self.job.manifest.roll else {}

    def _fail(self, failure: AttemptFailedError) -> None:
        manifest = self.job.manifest
        reason = _CONSENT_REFUSALS.get(failure.failure)
        if reason is not None:
            self.refusals.update(dict.fromkeys(rows_with(self.job, failure.consents), reason))
        self._tell("an attempt failed", failure.failure.value)
        if self.node.jobs.fail(manifest.job_id, manifest.attempt, failure, self._told()):
            self.leave()

    def _rounds(self) -> Rounds:
        node, manifest = self.node, self.job.manifest
        party = Party(
            job_id=manifest.job_id,
            attempt=manifest.attempt,
            manifest_digest=self.job.manifest_digest,
            nodes=manifest.nodes,
            role=self.job.role,
            people=len(manifest.consents),
        )
        conversation = Conversation(
            party,
            node.keys.signing,
            node.around.transport,
            node.mailbox,
            self.require_running,
            node.limits.peer_timeout_seconds,
            node.around.monotonic,
        )
        return Rounds(conversation, self.job, node.keys.signing, node.around.ways, node.meter, node.pieces)

    def _tell(self, event: str, outcome: str) -> None:
        manifest = self.job.manifest
        self.node.meter.attempt(outcome)
        log(_LOGGER, event, job=manifest.job_id, attempt=manifest.attempt, outcome=outcome)


def _people(admission: Admission[Row], agreed: Agreed) -> list[Row]:
    return [admission.candidates[consent_id] for consent_id in agreed.consent_ids]
