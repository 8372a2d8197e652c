"""Three roles compute what the records say, and no role sees what they are."""

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crypto.errors import MalformedMessageError, OutOfRangeError, ProtocolError
from crypto.mpc.program import Cell, LinearCell, ProductCell, Program
from crypto.mpc.statistics import start
from crypto.ring import ring_bytes
from crypto.sharing.replicated import ROLES, following, preceding
from tests.crypto.parties import (
    BINDING,
    OTHER_BINDING,
    SEEDS,
    Story,
    Transcript,
    inbox,
    int64,
    play,
    rows,
)

CELLS: tuple[Cell, ...] = (
    LinearCell(0),
    ProductCell(0, 1),
    LinearCell(1, rows(True, False, True)),
    ProductCell(1, 1, rows(True, True, False)),
)
STORY = Story(Program(CELLS), ((1, 70), (0, 80), (1, 95)), ((5, -3, 0, 2), (-1, 0, 0, 0), (0, 4, -2, 9)))
HONEST = play(STORY)
EXACT = replace(STORY, noise=((0,) * 4,) * 3)


@st.composite
def stories(draw: st.DrawFn) -> Story:
    columns, records = draw(st.integers(1, 3)), draw(st.integers(1, 5))
    values = st.integers(-(2**64), 2**64)
    table = draw(
        st.lists(st.lists(values, min_size=columns, max_size=columns), min_size=records, max_size=records)
    )
    column, masks = st.integers(0, columns - 1), st.lists(st.booleans(), min_size=records, max_size=records)
    selected = st.none() | masks.map(lambda mask: np.array(mask, dtype=np.bool_))
    cell = st.builds(LinearCell, column, selected) | st.builds(ProductCell, column, column, selected)
    cells = draw(st.lists(cell, max_size=4))
    noises = st.lists(st.integers(-(2**63), 2**63 - 1), min_size=len(cells), max_size=len(cells))
    return Story(
        Program(tuple(cells)),
        table,
        draw(st.tuples(noises, noises, noises)),
        binding=draw(st.binary(min_size=32, max_size=32)),
        sharing_seed=draw(st.binary(min_size=16, max_size=32)),
    )


@settings(max_examples=60)
@given(stories())
def test_the_result_is_the_program_on_the_plain_records_plus_all_noise(story):
    assert play(story).results(story.binding) == story.expected


def test_a_known_computation_has_its_known_result():
    assert HONEST.results() == [2 + 4, 70 + 95 + 1, 70 + 95 - 2, 70**2 + 80**2 + 11]
    assert play(EXACT).results() == [2, 165, 165, 11300]


def test_a_run_repeats_itself_byte_for_byte():
    again = play(STORY)

    assert [again.received(role) for role in ROLES] == [HONEST.received(role) for role in ROLES]
    assert again.digests == HONEST.digests


def test_another_run_shares_no_key_no_mask_and_no_salt():
    other = play(replace(STORY, binding=OTHER_BINDING))

    for role in ROLES:
        mine, others = HONEST.keying[role].outbox, other.keying[role].outbox
        assert all(mine[to][36:] != others[to][36:] for to in mine)
        assert HONEST.finished[role].own.salt != other.finished[role].own.salt
    assert other.results(OTHER_BINDING) == HONEST.results()


def test_each_summand_stands_at_its_role_and_the_one_before():
    for role, state in enumerate(HONEST.finished):
        holder = HONEST.finished[preceding(role)]
        assert state.own.role == holder.held.role == role
        assert np.array_equal(state.own.values, holder.held.values)
        assert state.own_digest == holder.held_digest == state.own.digest(BINDING)


def test_keys_go_to_the_role_before_and_reshares_too():
    for role in ROLES:
        assert set(HONEST.keying[role].outbox) == {preceding(role), following(role)}
        assert set(HONEST.resharing[role].outbox) == {preceding(role)}
        to_before, to_after = (HONEST.keying[role].outbox[to] for to in (preceding(role), following(role)))
        assert len(to_before) == len(to_after) + 32


@pytest.mark.parametrize("role", ROLES)
def test_what_a_role_receives_has_one_length_for_all_records(role):
    other = replace(STORY, table=((2**63, 0), (7, 7), (0, 2**40)))

    lengths = [list(map(len, played.received(role))) for played in (play(other), HONEST)]

    assert lengths[0] == lengths[1]


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("table", [((0, 0),) * 3, ((1, 2**40), (1, 2**41), (1, 3))])
def test_what_a_role_receives_looks_uniform_whatever_the_records(role, table):
    counts: Counter[int] = Counter()
    for number in range(100):
        played = play(replace(EXACT, table=table, binding=bytes([number]) * 32))
        counts.update(b"".join(body for body in played.bodies(role)))

    mean = counts.total() / 256
    # 255 degrees of freedom: a chi-square above 330 would have probability 0.001.
    assert sum((counts[byte] - mean) ** 2 / mean for byte in range(256)) < 330


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("value", [0, 3])
def test_the_product_of_a_lone_person_arrives_masked(role, value):
    story = Story(Program((ProductCell(0, 0),)), ((value,),), ((0,),) * 3)

    reshares = {play(replace(story, binding=bytes([n]) * 32)).bodies(role)[-1][-8:] for n in range(50)}

    assert len(reshares) == 50
    assert not any(reshare.startswith(bytes(3)) for reshare in reshares)


@pytest.mark.parametrize("role", ROLES)
def test_what_the_buyer_gets_beyond_the_result_looks_uniform(role):
    counts: Counter[int] = Counter()
    for number in range(100):
        played = play(replace(EXACT, table=((0, 0),) * 3, binding=bytes([number]) * 32))
        counts.update(ring_bytes(played.finished[role].own.values))

    mean = counts.total() / 256
    assert sum((counts[byte] - mean) ** 2 / mean for byte in range(256)) < 330


def receive_keying(role: int, changes: dict[int, bytes | None]) -> None:
    received = {**inbox(HONEST.keying, role), **changes}
    HONEST.keying[role].receive({sender: raw for sender, raw in received.items() if raw is not None})


def receive_resharing(role: int, changes: dict[int, bytes | None]) -> None:
    received = {**inbox(HONEST.resharing, role), **changes}
    HONEST.resharing[role].receive({sender: raw for sender, raw in received.items() if raw is not None})


def flipped(raw: bytes, position: int) -> bytes:
    altered = bytearray(raw)
    altered[position] ^= 1
    return bytes(altered)


def finish(keying_changes: dict[tuple[int, int], bytes]) -> Transcript:
    """Play on after some keying messages (sender, receiver) were replaced on their way."""
    keying = STORY.begin()
    boxes = [inbox(keying, role) for role in ROLES]
    for (sender, receiver), message in keying_changes.items():
        boxes[receiver][sender] = message
    resharing = tuple(state.receive(box) for state, box in zip(keying, boxes, strict=True))
    finished = tuple(state.receive(inbox(resharing, role)) for role, state in enumerate(resharing))
    return Transcript(keying, resharing, finished)


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("distance", [1, 2])
def test_an_altered_piece_of_noise_is_noticed_by_the_pair_that_must_agree_on_it(role, distance):
    sender = (role + distance) % 3
    message = HONEST.keying[sender].outbox[role]
    altered = flipped(message, len(message) - 3 * 8 - 1)  # the noise of the first cell, a sum

    with pytest.raises(ProtocolError) as refused:
        finish({(sender, role): altered})

    # The piece is part of a summand that sender and receiver hold, and nobody else.
    assert set(refused.value.culprits) == {sender, role}


@pytest.mark.parametrize("role", ROLES)
def test_an_altered_key_shifts_a_product_cell_unseen_and_no_sum(role):
    sender = following(role)
    altered = flipped(HONEST.keying[sender].outbox[role], 36)

    results = finish({(sender, role): altered}).results()

    honest = HONEST.results()
    assert [results[0], results[2]] == [honest[0], honest[2]]
    assert results[1] != honest[1]
    assert results[3] != honest[3]


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize(
    "position", [36, 36 + 32, 36 + 64, -1], ids=["salt", "digest", "product", "last product"]
)
def test_an_altered_reshare_names_both_holders(role, position):
    sender = following(role)
    altered = flipped(HONEST.resharing[sender].outbox[role], position)

    with pytest.raises(ProtocolError) as refused:
        receive_resharing(role, {sender: altered})

    assert refused.value.culprits == (sender, role)


@pytest.mark.parametrize(("receiver", "culprits"), [(0, (1, 0)), (1, (2, 1))])
def test_a_role_that_computes_on_other_records_is_noticed_by_both_neighbours(receiver, culprits):
    keying = STORY.begin()
    other = replace(STORY, sharing_seed=bytes(16)).begin()[1]
    states = (keying[0], other, keying[2])
    resharing = tuple(state.receive(inbox(states, role)) for role, state in enumerate(states))

    with pytest.raises(ProtocolError) as refused:
        resharing[receiver].receive(inbox(resharing, receiver))

    assert refused.value.culprits == culprits


@pytest.mark.parametrize("role", ROLES)
def test_messages_of_another_run_are_refused_as_replays(role):
    other = play(replace(STORY, binding=OTHER_BINDING))

    for sender in (preceding(role), following(role)):
        with pytest.raises(ProtocolError) as refused:
            receive_keying(role, {sender: other.keying[sender].outbox[role]})
        assert refused.value.culprits == (sender,)
    with pytest.raises(ProtocolError) as refused:
        receive_resharing(role, {following(role): other.resharing[following(role)].outbox[role]})
    assert refused.value.culprits == (following(role),)


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize(
    "change", [lambda raw: raw[:-1], lambda raw: raw + b"\0", lambda raw: b"", lambda raw: b"\x02" + raw[1:]]
)
def test_messages_of_another_length_or_version_are_refused(role, change):
    sender = following(role)

    with pytest.raises(MalformedMessageError) as refused:
        receive_keying(role, {sender: change(HONEST.keying[sender].outbox[role])})
    assert refused.value.culprits == (sender,)
    with pytest.raises(MalformedMessageError) as refused:
        receive_resharing(role, {sender: change(HONEST.resharing[sender].outbox[role])})
    assert refused.value.culprits == (sender,)


@pytest.mark.parametrize("position", [1, 2, 3, 4], ids=["step", "sender", "receiver", "binding"])
def test_messages_with_another_head_are_refused(position):
    with pytest.raises(ProtocolError) as refused:
        receive_keying(0, {1: flipped(HONEST.keying[1].outbox[0], position)})

    assert refused.value.culprits == (1,)


def test_a_message_from_the_wrong_role_is_refused():
    with pytest.raises(ProtocolError) as refused:
        receive_keying(0, {0: HONEST.keying[1].outbox[0]})
    assert refused.value.culprits == (0,)
    with pytest.raises(ProtocolError) as refused:
        receive_resharing(0, {2: HONEST.resharing[2].outbox[1]})
    assert refused.value.culprits == (2,)


def test_a_missing_message_names_who_was_silent():
    with pytest.raises(ProtocolError) as refused:
        receive_keying(0, {2: None})
    assert refused.value.culprits == (2,)
    with pytest.raises(ProtocolError) as refused:
        receive_keying(0, {1: None, 2: None})
    assert refused.value.culprits == (1, 2)
    with pytest.raises(ProtocolError) as refused:
        receive_resharing(0, {1: None})
    assert refused.value.culprits == (1,)


@pytest.mark.parametrize(
    "arguments",
    [
        {"role": 3},
        {"seed": bytes(31)},
        {"binding": bytes(33)},
        {"noise": int64([0, 0, 0])},
        {"noise": np.zeros(4)},
        {"program": Program((LinearCell(2),))},
    ],
    ids=["role", "seed", "binding", "too little noise", "noise of floats", "no such column"],
)
def test_a_run_that_is_out_of_form_does_not_start(arguments):
    whole = {
        "program": STORY.program,
        "role": 0,
        "noise": int64([0] * 4),
        "seed": SEEDS[0],
        "binding": BINDING,
        **arguments,
    }

    with pytest.raises(OutOfRangeError):
        start(whole.pop("program"), STORY.inputs(0), **whole)


def test_no_secret_stands_in_the_representations():
    for state in (*HONEST.keying, *HONEST.resharing, *HONEST.finished):
        shown = repr(state)
        assert "array" not in shown
        assert "salt" not in shown
        assert "key=" not in shown
        assert "outbox" not in shown
