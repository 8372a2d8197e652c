"""What does a node give away at the end? Its sealed output, and statements that hold it to its word.

The output share is sealed to the key that the buyer's mandate names for this role, for this run. The
statement fixes what was computed, on whom, and the digests of both summands in the envelope; the next role's
own signed word about the summand that both hold goes along. A node whose envelope says anything else than
what was fixed here is found out by the buyer and named.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from consent.computation import Computation
from consent.job import result_context
from consent.statement import OutputStatement, sign_output
from crypto.encoding import b64url_encode, sha256
from crypto.mpc.output import encode_output
from crypto.mpc.release import Finished
from crypto.sealing import seal
from crypto.signing import SigningKey
from marketplace.mpc_node.agreement import Agreed
from marketplace.mpc_node.job_check import CheckedJob
from marketplace.mpc_node.rounds import Fixed
from marketplace.mpc_node.state import ReleasedOutput

EncodeOutput = Callable[[Finished], bytes]
"""Writes what a role gives to the buyer."""


def encode_honestly(finished: Finished) -> bytes:
    """Write both summands as they were computed."""
    return encode_output(finished.own, finished.held)


@dataclass(frozen=True)
class Result:
    """What a run ended with, and the next role's signed word about what both hold.

    `payload` writes what is sealed to the buyer; it is called when the output is released and not before.
    """

    computation: Computation
    agreed: Agreed
    finished: Fixed
    held_statement: str
    payload: Callable[[], bytes] = field(repr=False)


def seal_output(job: CheckedJob, result: Result, *, key: SigningKey, now: datetime) -> ReleasedOutput:
    """Seal a role's output to the buyer and sign the statement about it."""
    manifest, finished = job.manifest, result.finished
    envelope = seal(
        result.payload(),
        job.result_key,
        context=result_context(manifest.job_id, manifest.attempt, job.role),
    )
    statement = OutputStatement(
        job_id=manifest.job_id,
        attempt=manifest.attempt,
        role=job.role,
        query_digest=manifest.query.digest,
        admitted_root=result.agreed.root,
        admitted=len(result.agreed.consent_ids),
        cells_digest=result.computation.digest,
        own_digest=b64url_encode(finished.own_digest),
        held_digest=b64url_encode(finished.held_digest),
        envelope_digest=b64url_encode(sha256(envelope)),
        released_at=now,
    )
    return ReleasedOutput(
        statement=sign_output(statement, key),
        held_statement=result.held_statement,
        envelope=envelope,
        admitted=result.agreed.consent_ids,
    )
