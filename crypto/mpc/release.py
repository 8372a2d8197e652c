"""How does a result leave the computation? Each role fixes what it will say before anyone says it.

A result is a vector of field elements. Role i holds summands z_i and z_{i+1} of it and gives both to the
buyer, sealed; `crypto.mpc.output` opens and cross-checks them. Before that, in the one round of this file,
role i tells role i-1 a salted digest of z_i, and i-1, which holds z_i too, recomputes it. From then on nobody
can change its mind unseen: a copy that does not match the digest that both its holders stated names its
sender.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from crypto.errors import ProtocolError
from crypto.mpc.output import Output, Summand
from crypto.mpc.party import Party
from crypto.mpc.rounds import Exchange, Protocol
from crypto.mpc.shares import Elements

_SALT_BYTES: Final = 32
_WORDS: Final = 8


@dataclass(frozen=True, eq=False)
class Finished:
    """This role's part of the result: its own summand and its copy of the next role's, both checked."""

    own: Summand
    held: Summand
    own_digest: bytes
    held_digest: bytes

    @property
    def output(self) -> Output:
        """What goes to the buyer, and to nobody else."""
        return Output(self.own, self.held)


def finish(party: Party, result: Elements) -> Protocol[Finished]:
    """Fix both summands of a result by digests.

    Raises:
        ProtocolError: the digest of the role after this one is not of the summand that this role holds, so
            one of the two computed something else (culprits are both, the sender first).
    """
    own = Summand(party.role, result.first.reshape(-1), party.private("output salt", _SALT_BYTES))
    digest = own.digest(party.binding)
    words = np.frombuffer(own.salt + digest, dtype=np.uint64)
    inbox = yield Exchange({party.before: words}, {party.after: _WORDS})
    raw = inbox[party.after].tobytes()
    held = Summand(party.after, result.second.reshape(-1), raw[:_SALT_BYTES])
    if held.digest(party.binding) != raw[_SALT_BYTES:]:
        raise ProtocolError(
            f"the digest of role {party.after} is not of the summand that role {party.role} computes",
            (party.after, party.role),
        )
    return Finished(own, held, digest, raw[_SALT_BYTES:])
