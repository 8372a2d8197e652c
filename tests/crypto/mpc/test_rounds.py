"""A protocol moves in rounds over encoded bytes, refuses what is of elsewhere, and can be played again."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crypto.errors import CryptoError, MalformedMessageError, ProtocolError
from crypto.mpc.rounds import (
    HEAD_BYTES,
    VERSION,
    Done,
    Envelope,
    Exchange,
    Running,
    both,
    resume,
    start,
    together,
)
from tests.crypto.mpc.trio import BINDING, play

OTHER_BINDING = bytes(reversed(BINDING))


def words(*values):
    return np.array(values, dtype=np.uint64)


def echo(role, values):
    """Every round, tell the next role a value and add up what the role before tells."""
    total = 0
    for value in values:
        inbox = yield Exchange({(role + 1) % 3: words(value)}, {(role - 1) % 3: 1})
        total += int(inbox[(role - 1) % 3][0])
    return total


def silent():
    yield from ()
    return "at once"


def waiting(role=0, values=(5,), binding=BINDING):
    state = start(echo(role, values), Envelope(role, binding))
    assert isinstance(state, Running)
    return state


def message(sender=2, receiver=0, number=1, values=(7,), binding=BINDING):
    body = words(*values).astype("<u8").tobytes()
    return (
        Envelope(sender, binding).head(sender=sender, receiver=receiver, number=number, words=len(values))
        + body
    )


def test_three_roles_play_in_step_to_their_results():
    played = play([echo(role, (role, 10 * role)) for role in range(3)])

    assert played.results == [22, 0, 11]
    assert played.rounds == 2


def test_a_message_is_a_head_of_48_bytes_and_little_endian_words():
    raw = waiting(values=(258,)).outbox[1].to_bytes()

    assert raw == bytes((VERSION, 0, 1, 0, 1, 0, 0, 0, 1)) + bytes(7) + BINDING + b"\x02\x01" + bytes(6)


def test_a_state_says_how_long_its_messages_will_be():
    assert waiting().lengths() == {2: HEAD_BYTES + 8}


def test_a_state_receives_once():
    state = waiting()
    assert isinstance(state.receive({2: message()}), Done)

    with pytest.raises(CryptoError):
        state.receive({2: message()})


@pytest.mark.parametrize(
    ("raw", "error"),
    [
        (message(number=2), ProtocolError),
        (message(sender=1), ProtocolError),
        (message(receiver=1), ProtocolError),
        (message(binding=OTHER_BINDING), ProtocolError),
        (message(values=(1, 2)), MalformedMessageError),
        (message(values=()), MalformedMessageError),
        (message()[:-1], MalformedMessageError),
        (b"\x01" + message()[1:], MalformedMessageError),
        (b"", MalformedMessageError),
    ],
    ids=["round", "sender", "receiver", "run", "longer", "empty", "truncated", "version", "nothing"],
)
def test_a_message_of_elsewhere_is_refused_and_its_sender_named(raw, error):
    state = waiting()

    with pytest.raises(ProtocolError) as refused:
        state.receive({2: raw})

    assert refused.type is error
    assert refused.value.culprits == (2,)
    # A refused message does not use up the state: the right one may still come.
    assert isinstance(state.receive({2: message()}), Done)


@pytest.mark.parametrize(
    ("inbox", "culprits"),
    [({}, (2,)), ({1: message()}, (1, 2)), ({1: message(), 2: message()}, (1,))],
    ids=["silence", "another role", "one too many"],
)
def test_who_is_missing_or_speaks_out_of_turn_is_named(inbox, culprits):
    with pytest.raises(ProtocolError) as refused:
        waiting().receive(inbox)

    assert refused.value.culprits == culprits


@given(st.binary(max_size=80) | st.binary(max_size=8).map(lambda raw: message()[:HEAD_BYTES] + raw))
def test_arbitrary_bytes_are_read_or_refused_by_name(raw):
    state = waiting()
    if len(raw) == HEAD_BYTES + 8 and raw[:HEAD_BYTES] == message()[:HEAD_BYTES]:
        assert isinstance(state.receive({2: raw}), Done)
        return

    with pytest.raises(ProtocolError) as refused:
        state.receive({2: raw})
    assert refused.value.culprits == (2,)


@given(st.integers(0, HEAD_BYTES - 1), st.integers(1, 255))
def test_any_changed_byte_of_a_head_is_refused(place, change):
    raw = bytearray(message())
    raw[place] ^= change

    with pytest.raises(ProtocolError):
        waiting().receive({2: bytes(raw)})


def test_a_run_is_taken_up_where_its_transcript_ends_and_repeats_itself():
    values = (3, 4, 5)
    inboxes = [{2: message(number=number, values=(number,))} for number in (1, 2, 3)]
    state = waiting(values=values).receive(inboxes[0])
    assert isinstance(state, Running)

    resumed = resume(echo(0, values), Envelope(0, BINDING), inboxes[:1])

    assert isinstance(resumed, Running)
    assert resumed.number == state.number == 2
    assert resumed.outbox[1].to_bytes() == state.outbox[1].to_bytes()
    ended = resume(echo(0, values), Envelope(0, BINDING), inboxes)
    assert isinstance(ended, Done)
    assert ended.result == 6


def test_a_transcript_that_is_too_long_or_of_another_run_is_refused():
    with pytest.raises(ProtocolError):
        resume(echo(0, (1,)), Envelope(0, BINDING), [{2: message()}, {2: message(number=2)}])
    with pytest.raises(ProtocolError):
        resume(echo(0, (1,)), Envelope(0, BINDING), [{2: message(binding=OTHER_BINDING)}])


def test_protocols_side_by_side_share_their_rounds():
    alone = [play([echo(role, values) for role in range(3)]) for values in ((1, 2), (3,), ())]

    joined = play([together([echo(role, values) for values in ((1, 2), (3,), ())]) for role in range(3)])

    assert joined.rounds == 2
    assert joined.results == [[played.results[role] for played in alone] for role in range(3)]
    assert [len(raw) for raw in joined.received(0)] == [16, 8]


def test_two_protocols_of_different_results_run_side_by_side():
    played = play([both(echo(role, (1, 2)), silent()) for role in range(3)])

    assert played.results == [(3, "at once")] * 3


def test_nothing_side_by_side_is_done_at_once():
    assert play([together([]) for _ in range(3)]).results == [[], [], []]


def test_a_binding_of_another_length_is_refused():
    with pytest.raises(MalformedMessageError):
        start(echo(0, (1,)), Envelope(0, bytes(31)))


def test_no_word_stands_in_the_representations():
    state = waiting(values=(123456789,))

    assert "123456789" not in repr(state)
    assert "outbox" not in repr(state)
    assert "send" not in repr(Exchange({1: words(5)}, {}))
    assert "7" not in repr(Done(words(7)))
