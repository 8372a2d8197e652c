"""Does one node's envelope hold what the node signed?

The answer is in three envelopes, each sealed to a key of its own, so that one key opens one of them and two
thirds of an answer are no answer. Whoever has the key of a role, the buyer or in a dispute the
marketplace, applies the same three steps:

1. It opens, with the key that the mandate names for this role and for exactly this run.
2. It holds the summands of this role and the next, one number for each cell.
3. Both have the digests that the node signed.
"""

from dataclasses import dataclass, field

from consent.job import result_context
from consent.statement import OutputStatement
from crypto.encoding import b64url_encode
from crypto.errors import MalformedError, SealError
from crypto.mpc.output import Output, decode_output
from crypto.sealing import SealingKey, open_sealed
from marketplace.sdk.errors import LyingNodeError


@dataclass(frozen=True)
class Envelope:
    """A sealed output, the statement that its node signed about it, and the node's id.

    The statement's signature was checked, and that it names the digest of these bytes.
    """

    sealed: bytes = field(repr=False)
    statement: OutputStatement
    node: str


def open_envelope(envelope: Envelope, key: SealingKey, *, cells: int, binding: bytes) -> Output:
    """The summands in an envelope, after the three steps.

    The caller has checked that the key is the one that the mandate names for the role.

    Raises:
        LyingNodeError: a step fails; the node is to blame, because it signed the digest of this envelope.
    """
    statement, node = envelope.statement, envelope.node
    role = statement.role

    def lie(message: str) -> LyingNodeError:
        return LyingNodeError(f"{node} {message}", node=node, role=role)

    context = result_context(statement.job_id, statement.attempt, role)
    try:
        output = decode_output(open_sealed(envelope.sealed, key, context=context), cells)  # 1, 2
    except SealError as error:
        raise lie("sealed its output to somebody else's key") from error
    except MalformedError as error:
        raise lie("sealed something that is not an output") from error
    if output.own.role != role:
        raise lie("sealed the output of another role")
    if b64url_encode(output.own.digest(binding)) != statement.own_digest:  # 3
        raise lie("sealed another summand of its own than it signed")
    if b64url_encode(output.held.digest(binding)) != statement.held_digest:
        raise lie("sealed another copy of the next node's summand than it signed")
    return output
