"""Are three signed statements about one computation? And if not, who is to blame?

The marketplace applies this before it releases a result, and the buyer applies it again, because the
marketplace is not believed. Role r computes summand r; role r - 1 holds a copy of it, and with it a statement
that r signed. So everything that matters was signed twice:

1. Each statement is signed by the node of its role, and about this job, attempt and query.
2. Each is about the envelope that came with it.
3. All three name the same people (by the root of the set) and the same cells. Where one differs from two, it
   is blamed; where all differ, nobody can be.
4. For each summand: the copy's digest is backed by a statement that its maker signed for this very run. If it
   is not, the holder is blamed, who must not have gone on without one. If it is, but the maker's own output
   names another digest, the maker signed two digests and is blamed.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from consent.job import binding
from consent.statement import OutputStatement, SummandStatement, verify_output, verify_summand
from crypto.encoding import b64url_encode, sha256
from crypto.errors import CryptoError
from crypto.signing import VerifyingKey
from marketplace.sdk.errors import NodesContradictError

ROLES = (0, 1, 2)


@dataclass(frozen=True)
class NodeIdentity:
    """A node by its id and the key that the trust registry names for it."""

    node_id: str
    key: VerifyingKey


@dataclass(frozen=True)
class Run:
    """What the outputs must be about; `nodes` by role."""

    job_id: str
    attempt: int
    query_digest: str
    manifest_digest: str
    nodes: tuple[NodeIdentity, ...]

    def binding(self, admitted_root: str) -> bytes:
        """What everything in this run is bound to, once the people are known."""
        return binding(
            self.job_id, self.attempt, manifest_digest=self.manifest_digest, admitted_root=admitted_root
        )


@dataclass(frozen=True)
class SignedOutput:
    """One node's output as it came; nothing in it is believed yet."""

    statement: str = field(repr=False)
    held_statement: str = field(repr=False)
    envelope: bytes = field(repr=False)


@dataclass(frozen=True)
class Agreed:
    """What all three nodes signed; `statements` by role."""

    admitted_root: str
    admitted: int
    cells_digest: str
    statements: tuple[OutputStatement, ...]


@dataclass(frozen=True)
class _Fault:
    """One thing that is wrong, and the roles to blame."""

    message: str
    roles: tuple[int, ...]


def check_statements(run: Run, outputs: Sequence[SignedOutput]) -> Agreed:
    """What the three nodes agree on, given their outputs by role.

    Raises:
        NodesContradictError: a step fails; `culprits` are the ids of the nodes to blame, none where it
            cannot be told.
    """
    statements = tuple(_statement(run, role, outputs[role]) for role in ROLES)  # 1, 2
    _raise_for(run, [each for each in statements if isinstance(each, _Fault)])
    believed = tuple(each for each in statements if isinstance(each, OutputStatement))
    _raise_for(run, _disagreements(believed))  # 3
    first = believed[0]
    bound = b64url_encode(run.binding(first.admitted_root))
    faults = [_summand_fault(run, maker, believed, outputs, bound) for maker in ROLES]  # 4
    _raise_for(run, [fault for fault in faults if fault is not None])
    return Agreed(first.admitted_root, first.admitted, first.cells_digest, believed)


def _statement(run: Run, role: int, output: SignedOutput) -> OutputStatement | _Fault:
    name = run.nodes[role].node_id
    try:
        statement = verify_output(output.statement, run.nodes[role].key)
    except CryptoError as error:
        return _Fault(f"{name} did not sign its output: {error}", (role,))
    if (statement.job_id, statement.attempt, statement.role) != (run.job_id, run.attempt, role):
        return _Fault(f"{name} signed an output of another job, attempt or role", (role,))
    if statement.query_digest != run.query_digest:
        return _Fault(f"{name} answered another query", (role,))
    if statement.envelope_digest != b64url_encode(sha256(output.envelope)):
        return _Fault(f"{name} signed another envelope than it sent", (role,))
    return statement


def _disagreements(statements: tuple[OutputStatement, ...]) -> list[_Fault]:
    aspects: tuple[tuple[str, Callable[[OutputStatement], object]], ...] = (
        ("people", lambda each: (each.admitted_root, each.admitted)),
        ("cells", lambda each: each.cells_digest),
    )
    faults = []
    for what, read in aspects:
        values = [read(each) for each in statements]
        if len(set(values)) > 1:
            common, times = Counter(values).most_common(1)[0]
            odd = tuple(role for role in ROLES if values[role] != common) if times > 1 else ()
            faults.append(_Fault(f"the nodes computed with different {what}", odd))
    return faults


def _summand_fault(
    run: Run,
    maker: int,
    statements: tuple[OutputStatement, ...],
    outputs: Sequence[SignedOutput],
    bound: str,
) -> _Fault | None:
    holder = (maker - 1) % len(ROLES)
    maker_name, holder_name = run.nodes[maker].node_id, run.nodes[holder].node_id
    try:
        backing = verify_summand(outputs[holder].held_statement, run.nodes[maker].key)
    except CryptoError:
        return _Fault(f"{holder_name} shows no statement of {maker_name} about its summand", (holder,))
    expected = SummandStatement(run.job_id, run.attempt, maker, bound, statements[holder].held_digest)
    if backing != expected:
        return _Fault(f"{holder_name} holds another summand than {maker_name} signed for this run", (holder,))
    if statements[maker].own_digest != backing.digest:
        return _Fault(f"{maker_name} signed two different digests of its summand", (maker,))
    return None


def _raise_for(run: Run, faults: Sequence[_Fault]) -> None:
    if faults:
        culprits = sorted({role for fault in faults for role in fault.roles})
        message = "; ".join(fault.message for fault in faults)
        raise NodesContradictError(message, tuple(run.nodes[role].node_id for role in culprits))
