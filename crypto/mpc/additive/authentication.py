"""Did every node say what it held? The check of all opened values at once, before anything is released.

SPDZ's MAC check (Damgård, Pastro, Smart, Zakarias, Crypto 2012; Damgård, Keller, Larraia, Pastro, Scholl,
Smart, ESORICS 2013). Node i holds its summand m_i of α·v for each opened v. With public random coefficients
ρ, tossed after everything was opened: v = Σ ρ_j v_j, m_i = Σ ρ_j m_ij, and node i commits to d_i = m_i -
α_i·v, then opens it. The d_i add up to zero, or somebody opened another value. A wrong value passes with
probability at most 2/p, below 2^-62: once for guessing α, once for a combination that vanishes. The
coefficients are 32 bytes of all nodes' coins, expanded; coins and differences are committed before they are
opened, so that nobody can fit its own to the others'. When the sum is not zero nobody can tell who lied, and
no result may leave.
"""

from collections.abc import Mapping
from typing import Final

import numpy as np

from crypto import goldilocks
from crypto.encoding import sha256
from crypto.errors import MalformedError, MalformedMessageError, OutOfRangeError, ProtocolError
from crypto.goldilocks import FieldVector
from crypto.mpc.additive.beaver import Session
from crypto.mpc.party import KeyStream
from crypto.mpc.rounds import Protocol, Words
from crypto.randomness import RandomBytes, random_bytes

_PIECE_BYTES: Final = 32
_COIN: Final = b"argonauta additive coin v1"
_DIFFERENCE: Final = b"argonauta additive check v1"


def check_opened(session: Session, *, binding: bytes, random: RandomBytes = random_bytes) -> Protocol[None]:
    """Return only if everything opened so far agrees with its tags, in four rounds. Then it is forgotten.

    Raises:
        ProtocolError: a node opened something else than it committed to (it is the culprit), or the tags do
            not agree (any node may be the culprit).
        OutOfRangeError: the triples of this run are not authenticated, so there is nothing to check by.
    """
    if not session.authenticated:
        raise OutOfRangeError("values without tags cannot be checked; have authenticated triples dealt")
    values, tags = _combined(session, (yield from toss(session, binding=binding, random=random)))
    own = goldilocks.subtract(tags, goldilocks.scale(values, session.dealt.key))
    differences = yield from _committed(session, own.tobytes(), _DIFFERENCE + binding, random)
    total = sum(int(_element(role, raw)[0]) for role, raw in differences.items())
    if total % goldilocks.PRIME:
        raise ProtocolError("what was opened does not agree with its tags", tuple(range(session.seat.nodes)))
    session.opened.clear()


def toss(session: Session, *, binding: bytes, random: RandomBytes = random_bytes) -> Protocol[KeyStream]:
    """Randomness that everybody knows afterwards and nobody chose, in two rounds.

    Raises:
        ProtocolError: a node opened something else than it committed to (it is the culprit).
    """
    pieces = yield from _committed(session, random(_PIECE_BYTES), _COIN + binding, random)
    return KeyStream(sha256(_COIN, *(pieces[role] for role in sorted(pieces))), binding)


def _combined(session: Session, stream: KeyStream) -> tuple[FieldVector, FieldVector]:
    values = np.concatenate([goldilocks.stacked([0]), *(each.values for each in session.opened)])
    tags = np.concatenate([goldilocks.stacked([0]), *(each.tags for each in session.opened)])
    coefficients = stream.elements(1, values.size)
    sums = (goldilocks.inner_product(coefficients, each) for each in (values, tags))
    combined, tag = (goldilocks.stacked([each]) for each in sums)
    return combined, tag


def _committed(
    session: Session, own: bytes, domain: bytes, random: RandomBytes
) -> Protocol[Mapping[int, bytes]]:
    """What every node says, where each fixed its word before it heard another's."""
    seat = session.seat
    said = own + random(_PIECE_BYTES)
    commitments = yield seat.tell_all(_words(sha256(domain, bytes((seat.role,)), said)))
    openings = yield seat.tell_all(_words(said))
    heard = {seat.role: own}
    for role, words in openings.items():
        raw = words.tobytes()
        if sha256(domain, bytes((role,)), raw) != commitments[role].tobytes():
            raise ProtocolError(f"role {role} opened something else than it committed to", (role,))
        heard[role] = raw[: len(own)]
    return heard


def _element(role: int, raw: bytes) -> FieldVector:
    try:
        return goldilocks.checked(np.frombuffer(raw, dtype=np.uint64))
    except MalformedError as error:
        raise MalformedMessageError(f"role {role}: {error}", (role,)) from error


def _words(raw: bytes) -> Words:
    return np.frombuffer(raw, dtype=np.uint64)
