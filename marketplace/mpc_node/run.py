"""How does one attempt run, from the checked manifest to a sealed output or a named failure?

1. Admit: decide about everybody the manifest names.
2. Agree with the two peers on whom all three admit; hold the crowd against the floor once more.
3. Spend everybody's privacy budget before anything is computed.
4. Compile the query for these people.
5. Keying and resharing, the two rounds of the protocol.
6. Release: the time, every consent and every withdrawal once more; then seal, sign and store, in one
   transaction. Whoever withdrew before it is in no output, and the attempt fails.

An attempt ends in exactly one of two ways: DONE with an output, or FAILED with a reason and no output. Peers
are told when it fails, so that they need not wait for their time-out.
"""

import logging
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from consent.computation import Computation
from consent.computation import compile as compile_query
from consent.errors import ConsentError
from crypto.errors import ProtocolError
from marketplace.mpc_node.admission import Admission, AdmissionRefusal, AdmitContributions, Candidate
from marketplace.mpc_node.agreement import BUDGET_SPENT, Agreed, agree
from marketplace.mpc_node.computation import inputs_of, noise_of, noise_seed, program_of
from marketplace.mpc_node.conversation import Conversation, Party
from marketplace.mpc_node.errors import AttemptFailedError, Failure
from marketplace.mpc_node.job_check import CheckedJob
from marketplace.mpc_node.node import Node
from marketplace.mpc_node.output import Result, seal_output
from marketplace.mpc_node.rounds import Rounds, Task
from marketplace.mpc_node.state import State
from marketplace.mpc_node.status import StatusCheck
from marketplace.mpc_node.storage.ledger import Purchase
from ssi.hosting.logs import log

_LOGGER = logging.getLogger(__name__)
_SEED_BYTES = 32
_CONSENT_REFUSALS = {
    Failure.WITHDRAWN_DURING_COMPUTATION: AdmissionRefusal.WITHDRAWN.value,
    Failure.BUDGET_EXHAUSTED: BUDGET_SPENT,
    Failure.CONSENT_ENDED: "expired",
}


@dataclass
class Attempt:
    """One attempt of one job at one node. `require_running` raises when it is to end before its time."""

    node: Node
    job: CheckedJob
    require_running: Callable[[], None]
    refusals: dict[str, str] = field(default_factory=dict)

    def run(self) -> None:
        """Run to the end, whatever happens; nothing is raised."""
        try:
            self._run()
        except AttemptFailedError as failure:
            self._fail(failure)
        except ProtocolError as error:
            culprits = tuple(self.job.manifest.nodes[role] for role in error.culprits)
            self._fail(AttemptFailedError(Failure.PROTOCOL_VIOLATION, str(error), culprits=culprits))
        except Exception as error:  # whatever it was: no output may exist, and the peers must know
            _LOGGER.exception("an attempt ended in an error")
            self._fail(AttemptFailedError(Failure.INTERNAL_ERROR, type(error).__name__))
        else:
            self._tell("an attempt is done", State.DONE.value)

    def _run(self) -> None:
        admission = self._admit()  # 1
        agreed = self._agree(admission)  # 2
        self._spend(admission, agreed)  # 3
        computation = self._compile(admission, agreed)  # 4
        self._advance(State.COMPUTING, admitted=len(agreed.consent_ids))
        result = self._compute(admission, agreed, computation)  # 5
        self._release(admission, result)  # 6

    def _admit(self) -> Admission:
        node = self.node
        status = StatusCheck(node.around.fetch_status, node.around.registry(), clock=node.now)
        admit = AdmitContributions(node.contributions, node.papers, node.ledger)
        admission = admit(self.job, status, now=node.now())
        self.refusals.update(admission.refusals)
        for reason, people in Counter(admission.refusals.values()).items():
            node.meter.refusals(reason, people)
        self._advance(State.AGREEING)
        return admission

    def _agree(self, admission: Admission) -> Agreed:
        now, manifest = self.node.now(), self.job.manifest
        positions = self._rounds().positions(admission.position(self.job))

        def permits(consent_id: str, cohort_size: int) -> bool:
            return admission.candidates[consent_id].permits(cohort_size, now=now)

        agreed = agree(positions, manifest.contributions, permits)
        self.refusals = {**agreed.refusals, **self.refusals}
        if len(agreed.consent_ids) < manifest.query.floor:
            raise AttemptFailedError(
                Failure.CROWD_TOO_SMALL,
                f"{len(agreed.consent_ids)} people can take part, {manifest.query.floor} are needed",
            )
        return agreed

    def _spend(self, admission: Admission, agreed: Agreed) -> None:
        epsilon = self.job.manifest.query.epsilon
        if epsilon is None:
            return
        people = _people(admission, agreed)
        caps = {each.handle: each.record.policy.epsilon_total for each in people}
        purchase = Purchase(self.job.manifest.job_id, agreed.root, epsilon)
        over = self.node.ledger.spend(purchase, caps, now=self.node.now())
        if over:
            raise AttemptFailedError(
                Failure.BUDGET_EXHAUSTED,
                f"{len(over)} people spent their budget elsewhere in the meantime",
                consents=tuple(each.consent_id for each in people if each.handle in over),
            )

    def _compile(self, admission: Admission, agreed: Agreed) -> Computation:
        rows = [each.papers.public for each in _people(admission, agreed)]
        try:
            return compile_query(self.job.manifest.query, self.job.data_set, rows)
        except ConsentError as error:
            raise AttemptFailedError(Failure.QUERY_REFUSED, str(error)) from error

    def _compute(self, admission: Admission, agreed: Agreed, computation: Computation) -> Result:
        node, manifest = self.node, self.job.manifest
        rows = [each.papers.public for each in _people(admission, agreed)]
        shares = node.contributions.shares(agreed.consent_ids)
        gone = tuple(each for each in agreed.consent_ids if each not in shares)
        if gone:
            raise AttemptFailedError(
                Failure.WITHDRAWN_DURING_COMPUTATION, f"{len(gone)} of the people withdrew", consents=gone
            )
        seed = noise_seed(
            node.keys.noise_key,
            job_id=manifest.job_id,
            query_digest=manifest.query.digest,
            root=agreed.root,
        )
        task = Task(
            root=agreed.root,
            cells_digest=computation.digest,
            program=program_of(computation, rows),
            inputs=inputs_of(shares, agreed.consent_ids, len(self.job.data_set.columns)),
            noise=noise_of(computation, seed),
            seed=node.around.random(_SEED_BYTES),
        )
        finished, held_statement = self._rounds().compute(task)
        return Result(computation, agreed, finished, held_statement)

    def _release(self, admission: Admission, result: Result) -> None:
        node, manifest, now = self.node, self.job.manifest, self.node.now()
        if now >= manifest.expires_at:
            raise AttemptFailedError(Failure.EXPIRED, "the manifest ran out while the job ran")
        people = _people(admission, result.agreed)
        ended = tuple(each.consent_id for each in people if not each.permits(len(people), now=now))
        if ended:
            raise AttemptFailedError(
                Failure.CONSENT_ENDED, f"{len(ended)} consents ran out while the job ran", consents=ended
            )
        self._rounds().conversation.require_unbroken()
        node.jobs.release(
            manifest.job_id,
            manifest.attempt,
            result.agreed.consent_ids,
            lambda: seal_output(
                self.job, result, encode=node.around.encode_output, key=node.keys.signing, now=now
            ),
        )

    def _advance(self, state: State, *, admitted: int = 0) -> None:
        manifest = self.job.manifest
        self.require_running()
        self.node.jobs.advance(
            manifest.job_id, manifest.attempt, state, admitted=admitted, refusals=self.refusals
        )

    def _fail(self, failure: AttemptFailedError) -> None:
        manifest = self.job.manifest
        reason = _CONSENT_REFUSALS.get(failure.failure)
        if reason is not None:
            self.refusals.update(dict.fromkeys(failure.consents, reason))
        self._tell("an attempt failed", failure.failure.value)
        if self.node.jobs.fail(manifest.job_id, manifest.attempt, failure, self.refusals):
            self._rounds().conversation.leave()

    def _rounds(self) -> Rounds:
        node, manifest = self.node, self.job.manifest
        party = Party(
            job_id=manifest.job_id,
            attempt=manifest.attempt,
            manifest_digest=self.job.manifest_digest,
            nodes=manifest.nodes,
            role=self.job.role,
            people=len(manifest.contributions),
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
        return Rounds(conversation, self.job, node.keys.signing)

    def _tell(self, event: str, outcome: str) -> None:
        manifest = self.job.manifest
        self.node.meter.attempt(outcome)
        log(_LOGGER, event, job=manifest.job_id, attempt=manifest.attempt, outcome=outcome)


def _people(admission: Admission, agreed: Agreed) -> list[Candidate]:
    return [admission.candidates[consent_id] for consent_id in agreed.consent_ids]
