"""How does a buyer open an answer of which each node gave one part?

Each envelope holds the part of one node. Whoever has the key of a role, the buyer or in a dispute the
marketplace, applies the same steps to its envelope:

1. It opens, with the key that the mandate names for this role and for exactly this run.
2. It holds a part for this many cells, with tags where the computation was verified and without where not.
3. The part is of this role, of three.
4. It has the digest that the node signed, before it knew any other part.

A node that fails is named, and the key of its role proves it. The parts then add up to the answer
(`add_up`). Where they carry tags, the sum is held against them: a part that its node altered after all checks
does not pass, but nobody can tell whose it was. Where they carry none, nothing more can be checked: *a plain
sum is what three nodes say it is*.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from consent.computation import Computation
from consent.job import result_context
from crypto.encoding import b64url_encode
from crypto.errors import MalformedError, ProtocolError, SealError
from crypto.mpc.additive.part import Part, open_parts
from crypto.mpc.additive.sharing import Seat
from crypto.sealing import SealingKey, open_sealed
from marketplace.sdk.envelopes import Envelope
from marketplace.sdk.errors import LyingNodeError, NodesContradictError
from marketplace.sdk.statements import ROLES


@dataclass(frozen=True)
class PartTerms:
    """What an envelope is held against: the number of cells, whether parts carry tags, and the binding."""

    cells: int
    verified: bool
    binding: bytes

    @classmethod
    def of(cls, computation: Computation, binding: bytes) -> "PartTerms":
        """The terms of one computation in one run."""
        return cls(computation.results, computation.verified, binding)


def open_part(envelope: Envelope, key: SealingKey, terms: PartTerms) -> Part:
    """The verified part of one node, after the four steps.

    The caller has checked that the key is the one that the mandate names for the role.

    Raises:
        LyingNodeError: a step fails; the node is to blame, because it signed the digest of this envelope.
    """
    statement, node = envelope.statement, envelope.node

    def lie(message: str) -> LyingNodeError:
        return LyingNodeError(f"{node} {message}", node=node, role=statement.role)

    context = result_context(statement.job_id, statement.attempt, statement.role)
    try:
        raw = open_sealed(envelope.sealed, key, context=context)  # 1
        part = Part.decode(raw, terms.cells, authenticated=terms.verified)  # 2
    except SealError as error:
        raise lie("sealed its output to somebody else's key") from error
    except MalformedError as error:
        raise lie("sealed something that is not a part of an answer") from error
    if part.seat != Seat(statement.role, len(ROLES)):  # 3
        raise lie("sealed the part of another role")
    if b64url_encode(part.digest(terms.binding)) != statement.own_digest:  # 4
        raise lie("sealed another part than it signed")
    return part


def add_up(parts: Sequence[Part]) -> list[int]:
    """The cells that three verified parts, by role, add up to.

    Raises:
        NodesContradictError: the parts do not agree with their tags; nobody can be named.
    """
    try:
        return open_parts(parts)
    except ProtocolError as error:
        raise NodesContradictError(str(error), ()) from error
