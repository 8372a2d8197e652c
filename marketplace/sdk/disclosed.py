"""What do opened envelopes say, for somebody who does not have the buyer's keys?

The nodes signed digests of exactly the bytes that were in the three envelopes, bound to their run. So whoever
is shown these bytes can tell whether they are what the nodes computed, and reads the answer out of them.
"""

from collections.abc import Callable, Sequence
from typing import Final

from consent.answer import Answer, decode
from consent.computation import Computation
from consent.vocabulary import Engine
from crypto.encoding import b64url_decode, b64url_encode
from crypto.errors import CryptoError
from crypto.mpc.additive.part import Part
from crypto.mpc.additive.sharing import Seat
from crypto.mpc.output import Digests, combine, decode_output
from marketplace.sdk.additive import add_up
from marketplace.sdk.errors import ResultRefusedError
from marketplace.sdk.statements import ROLES, Agreed, Run


def disclosed_answer(
    run: Run, agreed: Agreed, computation: Computation, opened: Sequence[bytes], *, engine: Engine
) -> Answer:
    """The answer in opened envelopes, by role, of which the nodes signed the digests.

    Raises:
        ResultRefusedError: the engine's envelopes are not disclosed so, or these are not the bytes that the
            nodes signed for this run.
    """
    if engine not in _WAYS:
        raise ResultRefusedError("an answer of this kind is not disclosed by opening envelopes")
    if len(opened) != len(ROLES):
        raise ResultRefusedError(f"expected {len(ROLES)} opened envelopes, got {len(opened)}")
    try:
        return decode(computation, _WAYS[engine](run, agreed, computation, opened))
    except CryptoError as error:
        raise ResultRefusedError(str(error)) from error


def _combined(run: Run, agreed: Agreed, computation: Computation, opened: Sequence[bytes]) -> list[int]:
    outputs = [decode_output(raw, computation.results) for raw in opened]
    if tuple(output.own.role for output in outputs) != ROLES:
        raise ResultRefusedError("an opened envelope is of another role")
    digests = [
        Digests(b64url_decode(each.own_digest), b64url_decode(each.held_digest)) for each in agreed.statements
    ]
    return combine(outputs, digests, binding=run.binding(agreed.admitted_root))


def _added_up(run: Run, agreed: Agreed, computation: Computation, opened: Sequence[bytes]) -> list[int]:
    parts = [Part.decode(raw, computation.results, authenticated=computation.verified) for raw in opened]
    binding = run.binding(agreed.admitted_root)
    for role, (part, statement) in enumerate(zip(parts, agreed.statements, strict=True)):
        if part.seat != Seat(role, len(ROLES)):
            raise ResultRefusedError("an opened envelope is of another role")
        if b64url_encode(part.digest(binding)) != statement.own_digest:
            raise ResultRefusedError(f"{run.nodes[role].node_id} signed other numbers")
    return add_up(parts)


_WAYS: Final[dict[Engine, Callable[[Run, Agreed, Computation, Sequence[bytes]], list[int]]]] = {
    Engine.MPC: _combined,
    Engine.ADDITIVE: _added_up,
}
