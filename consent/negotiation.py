"""How does a negotiation about a contract go on? As in the Contract Negotiation Protocol of DSP 2025-1.

A state is reached when the other party has acknowledged a message; a message that was not acknowledged
changes nothing.
"""

from enum import StrEnum
from typing import Final

from consent.moves import Moves, Side


class NegotiationState(StrEnum):
    """Where a negotiation stands; the values are those on the wire."""

    REQUESTED = "REQUESTED"
    OFFERED = "OFFERED"
    ACCEPTED = "ACCEPTED"
    AGREED = "AGREED"
    VERIFIED = "VERIFIED"
    FINALIZED = "FINALIZED"
    TERMINATED = "TERMINATED"


class NegotiationMove(StrEnum):
    """What a message does to a negotiation."""

    REQUEST = "request"
    OFFER = "offer"
    ACCEPT = "accept"
    AGREE = "agree"
    VERIFY = "verify"
    FINALIZE = "finalize"
    TERMINATE = "terminate"


_S, _M = NegotiationState, NegotiationMove
ENDS: Final = frozenset({_S.FINALIZED, _S.TERMINATED})

_TABLE: dict[tuple[NegotiationState | None, NegotiationMove, Side], NegotiationState] = {
    (None, _M.REQUEST, Side.CONSUMER): _S.REQUESTED,
    (None, _M.OFFER, Side.PROVIDER): _S.OFFERED,
    (_S.REQUESTED, _M.OFFER, Side.PROVIDER): _S.OFFERED,
    (_S.REQUESTED, _M.AGREE, Side.PROVIDER): _S.AGREED,
    (_S.OFFERED, _M.REQUEST, Side.CONSUMER): _S.REQUESTED,
    (_S.OFFERED, _M.ACCEPT, Side.CONSUMER): _S.ACCEPTED,
    (_S.ACCEPTED, _M.AGREE, Side.PROVIDER): _S.AGREED,
    (_S.AGREED, _M.VERIFY, Side.CONSUMER): _S.VERIFIED,
    (_S.VERIFIED, _M.FINALIZE, Side.PROVIDER): _S.FINALIZED,
}

NEGOTIATION: Final = Moves(
    "negotiation",
    _TABLE
    | {(state, _M.TERMINATE, side): _S.TERMINATED for state in _S if state not in ENDS for side in Side},
    ENDS,
)
