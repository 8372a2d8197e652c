"""The state machines of DSP 2025-1: every message in every state by either side is meant or refused."""

from itertools import product

import pytest

from consent.moves import Illegal, IllegalMoveError, Side
from consent.negotiation import NEGOTIATION, NegotiationMove, NegotiationState
from consent.transfer import TRANSFER, TransferMove, TransferState

C, P = Side.CONSUMER, Side.PROVIDER
N, M = NegotiationState, NegotiationMove
T, K = TransferState, TransferMove

NEGOTIATED = {
    (None, M.REQUEST, C): N.REQUESTED,
    (None, M.OFFER, P): N.OFFERED,
    (N.REQUESTED, M.OFFER, P): N.OFFERED,
    (N.REQUESTED, M.AGREE, P): N.AGREED,
    (N.REQUESTED, M.TERMINATE, C): N.TERMINATED,
    (N.REQUESTED, M.TERMINATE, P): N.TERMINATED,
    (N.OFFERED, M.REQUEST, C): N.REQUESTED,
    (N.OFFERED, M.ACCEPT, C): N.ACCEPTED,
    (N.OFFERED, M.TERMINATE, C): N.TERMINATED,
    (N.OFFERED, M.TERMINATE, P): N.TERMINATED,
    (N.ACCEPTED, M.AGREE, P): N.AGREED,
    (N.ACCEPTED, M.TERMINATE, C): N.TERMINATED,
    (N.ACCEPTED, M.TERMINATE, P): N.TERMINATED,
    (N.AGREED, M.VERIFY, C): N.VERIFIED,
    (N.AGREED, M.TERMINATE, C): N.TERMINATED,
    (N.AGREED, M.TERMINATE, P): N.TERMINATED,
    (N.VERIFIED, M.FINALIZE, P): N.FINALIZED,
    (N.VERIFIED, M.TERMINATE, C): N.TERMINATED,
    (N.VERIFIED, M.TERMINATE, P): N.TERMINATED,
}
TRANSFERRED = {
    (None, K.REQUEST, C): T.REQUESTED,
    (T.REQUESTED, K.START, P): T.STARTED,
    (T.REQUESTED, K.TERMINATE, C): T.TERMINATED,
    (T.REQUESTED, K.TERMINATE, P): T.TERMINATED,
    (T.STARTED, K.SUSPEND, C): T.SUSPENDED,
    (T.STARTED, K.SUSPEND, P): T.SUSPENDED,
    (T.STARTED, K.COMPLETE, C): T.COMPLETED,
    (T.STARTED, K.COMPLETE, P): T.COMPLETED,
    (T.STARTED, K.TERMINATE, C): T.TERMINATED,
    (T.STARTED, K.TERMINATE, P): T.TERMINATED,
    (T.SUSPENDED, K.START, C): T.STARTED,
    (T.SUSPENDED, K.START, P): T.STARTED,
    (T.SUSPENDED, K.TERMINATE, C): T.TERMINATED,
    (T.SUSPENDED, K.TERMINATE, P): T.TERMINATED,
}


@pytest.mark.parametrize(("state", "move", "by"), list(product([None, *N], M, Side)))
def test_a_negotiation_goes_on_as_the_protocol_says_and_not_otherwise(state, move, by):
    expected = NEGOTIATED.get((state, move, by))

    if expected is None:
        with pytest.raises(IllegalMoveError):
            NEGOTIATION.after(state, move, by)
    else:
        assert NEGOTIATION.after(state, move, by) is expected


@pytest.mark.parametrize(("state", "move", "by"), list(product([None, *T], K, Side)))
def test_a_transfer_goes_on_as_the_protocol_says_and_not_otherwise(state, move, by):
    expected = TRANSFERRED.get((state, move, by))

    if expected is None:
        with pytest.raises(IllegalMoveError):
            TRANSFER.after(state, move, by)
    else:
        assert TRANSFER.after(state, move, by) is expected


@pytest.mark.parametrize(
    ("state", "move", "by", "why"),
    [
        (N.FINALIZED, M.TERMINATE, C, Illegal.OVER),
        (N.TERMINATED, M.REQUEST, C, Illegal.OVER),
        (None, M.ACCEPT, C, Illegal.NOT_BEGUN),
        (N.VERIFIED, M.FINALIZE, C, Illegal.OTHER_SIDE),
        (N.OFFERED, M.ACCEPT, P, Illegal.OTHER_SIDE),
        (N.REQUESTED, M.ACCEPT, C, Illegal.OUT_OF_TURN),
        (N.REQUESTED, M.REQUEST, C, Illegal.OUT_OF_TURN),
    ],
)
def test_a_refused_message_is_told_by_name_why(state, move, by, why):
    with pytest.raises(IllegalMoveError, match=f"the {by} cannot {move} a negotiation") as caught:
        NEGOTIATION.after(state, move, by)

    assert caught.value.why is why


def test_the_states_that_end_it_are_never_left():
    for machine, moves in ((NEGOTIATION, M), (TRANSFER, K)):
        for state, move, by in product(machine.ends, moves, Side):
            with pytest.raises(IllegalMoveError) as caught:
                machine.after(state, move, by)  # type: ignore[arg-type]
            assert caught.value.why is Illegal.OVER
