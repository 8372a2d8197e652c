"""How does a transfer go on? The state machine of DSP 2025-1 (Transfer Process Protocol).

What is transferred on this market is the sealed result of a computation, which its buyer fetches: a pull
transfer of finite data.
"""

from enum import StrEnum
from typing import Final

from consent.moves import Moves, Side


class TransferState(StrEnum):
    """Where a transfer stands; the values are those on the wire."""

    REQUESTED = "REQUESTED"
    STARTED = "STARTED"
    SUSPENDED = "SUSPENDED"
    COMPLETED = "COMPLETED"
    TERMINATED = "TERMINATED"


class TransferMove(StrEnum):
    """What a message does to a transfer."""

    REQUEST = "request"
    START = "start"
    SUSPEND = "suspend"
    COMPLETE = "complete"
    TERMINATE = "terminate"


_S, _M = TransferState, TransferMove
ENDS: Final = frozenset({_S.COMPLETED, _S.TERMINATED})

TRANSFER: Final = Moves(
    "transfer",
    {
        (None, _M.REQUEST, Side.CONSUMER): _S.REQUESTED,
        (_S.REQUESTED, _M.START, Side.PROVIDER): _S.STARTED,
        **{(_S.SUSPENDED, _M.START, side): _S.STARTED for side in Side},
        **{(_S.STARTED, _M.SUSPEND, side): _S.SUSPENDED for side in Side},
        **{(_S.STARTED, _M.COMPLETE, side): _S.COMPLETED for side in Side},
        **{(state, _M.TERMINATE, side): _S.TERMINATED for state in _S if state not in ENDS for side in Side},
    },
    ENDS,
)
