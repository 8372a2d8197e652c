"""Three roles compute what the records say, and no role sees what they are."""

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crypto import goldilocks
from crypto.errors import MalformedMessageError, OutOfRangeError, ProtocolError
from crypto.goldilocks import PRIME
from crypto.mpc.program import Cell, LinearCell, ProductCell, Program
from crypto.mpc.rounds import HEAD_BYTES
from crypto.mpc.statistics import run_statistics
from crypto.sharing.replicated import ROLES, following, preceding
from tests.crypto.mpc import trio
from tests.crypto.mpc.trio import flip
from tests.crypto.parties import BINDING, OTHER_BINDING, SEEDS, Played, Story, int64, play, rows

CELLS: tuple[Cell, ...] = (
    LinearCell(0),
    ProductCell(0, 1),
    LinearCell(1, rows(True, False, True)),
    ProductCell(1, 1, rows(True, True, False)),
)
STORY = Story(Program(CELLS), ((1, 70), (0, 80), (1, 95)), ((5, -3, 0, 2), (-1, 0, 0, 0), (0, 4, -2, 9)))
HONEST = play(STORY)
EXACT = replace(STORY, noise=((0,) * 4,) * 3)
COMPUTING, FIXING = 2, 3
NOISE_PIECE, PRODUCT_CELL = 2, 0
"""Words of the second round's message to the role before: two product cells, then four pieces of noise."""


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
    seed = st.binary(min_size=32, max_size=32)
    return Story(
        Program(tuple(cells)),
        table,
        draw(st.tuples(noises, noises, noises)),
        binding=draw(seed),
        sharing_seed=draw(st.binary(min_size=16, max_size=32)),
        mac=draw(st.booleans()),
        seeds=draw(st.tuples(seed, seed, seed)),
    )


@settings(max_examples=60)
@given(stories())
def test_the_result_is_the_program_on_the_plain_records_plus_all_noise(story):
    assert play(story).results(story.binding) == story.expected


@pytest.mark.parametrize("mac", [False, True])
def test_a_known_computation_has_its_known_result(mac):
    assert play(replace(STORY, mac=mac)).results() == [2 + 4, 70 + 95 + 1, 70 + 95 - 2, 70**2 + 80**2 + 11]
    assert play(replace(EXACT, mac=mac)).results() == [2, 165, 165, 11300]


def test_a_run_takes_three_rounds_and_with_authentication_eight():
    assert HONEST.transcript.rounds == 3
    assert play(replace(STORY, mac=True)).transcript.rounds == 8


def test_authentication_costs_nothing_where_there_is_no_product():
    sums = Story(Program((LinearCell(0),)), ((1,), (2,)), ((0,),) * 3, mac=True)

    played = play(sums)

    assert played.results() == [3]
    assert played.transcript.rounds == 3


def test_a_run_repeats_itself_byte_for_byte():
    assert play(STORY).transcript.inboxes == HONEST.transcript.inboxes


def test_another_run_shares_no_key_no_mask_and_no_salt():
    other = play(replace(STORY, binding=OTHER_BINDING))

    for role in ROLES:
        mine, others = HONEST.transcript.received(role), other.transcript.received(role)
        words = {raw[place : place + 8] for raw in mine for place in range(0, len(raw), 8)}
        assert not words & {raw[place : place + 8] for raw in others for place in range(0, len(raw), 8)}
        assert HONEST.finished[role].own.salt != other.finished[role].own.salt
    assert other.results(OTHER_BINDING) == HONEST.results()


def test_each_summand_stands_at_its_role_and_the_one_before():
    for role, state in enumerate(HONEST.finished):
        holder = HONEST.finished[preceding(role)]
        assert state.own.role == holder.held.role == role
        assert np.array_equal(state.own.values, holder.held.values)
        assert state.own_digest == holder.held_digest == state.own.digest(BINDING)


@pytest.mark.parametrize("mac", [False, True])
@pytest.mark.parametrize("role", ROLES)
def test_what_a_role_receives_has_one_length_for_all_records(role, mac):
    other = replace(STORY, table=((2**63, 0), (7, 7), (0, 2**40)), mac=mac)

    lengths = [
        list(map(len, play(story).transcript.received(role))) for story in (other, replace(STORY, mac=mac))
    ]

    assert lengths[0] == lengths[1]


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("table", [((0, 0),) * 3, ((1, 2**40), (1, 2**41), (1, 3))])
def test_what_a_role_receives_looks_uniform_whatever_the_records(role, table):
    counts: Counter[int] = Counter()
    for number in range(100):
        played = play(replace(EXACT, table=table, binding=bytes([number]) * 32))
        counts.update(b"".join(played.transcript.received(role)))

    mean = counts.total() / 256
    # 255 degrees of freedom: a chi-square above 330 would have probability 0.001.
    assert sum((counts[byte] - mean) ** 2 / mean for byte in range(256)) < 330


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("value", [0, 3])
def test_the_product_of_a_lone_person_arrives_masked(role, value):
    story = Story(Program((ProductCell(0, 0),)), ((value,),), ((0,),) * 3)

    played = [play(replace(story, binding=bytes([number]) * 32)) for number in range(50)]

    reshares = {each.message(COMPUTING, following(role), role)[HEAD_BYTES:][:8] for each in played}
    assert len(reshares) == 50
    assert not any(reshare.endswith(bytes(3)) for reshare in reshares)


@pytest.mark.parametrize("role", ROLES)
def test_what_the_buyer_gets_beyond_the_result_looks_uniform(role):
    counts: Counter[int] = Counter()
    for number in range(200):
        played = play(replace(EXACT, table=((0, 0),) * 3, binding=bytes([number]) * 32))
        counts.update(goldilocks.encode(played.finished[role].own.values))

    mean = counts.total() / 256
    assert sum((counts[byte] - mean) ** 2 / mean for byte in range(256)) < 330


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("distance", [1, 2])
def test_an_altered_piece_of_noise_is_noticed_by_the_pair_that_must_agree_on_it(role, distance):
    sender = (role + distance) % 3
    place = NOISE_PIECE if distance == 1 else 0

    with pytest.raises(ProtocolError) as refused:
        play(STORY, tamper=flip(COMPUTING, sender, role, word=place))

    # The piece is part of a summand that sender and receiver hold, and nobody else.
    assert set(refused.value.culprits) == {sender, role}


@pytest.mark.parametrize("role", ROLES)
def test_an_altered_product_cell_is_noticed_by_its_two_holders(role):
    with pytest.raises(ProtocolError) as refused:
        play(STORY, tamper=flip(COMPUTING, following(role), role, word=PRODUCT_CELL))

    assert refused.value.culprits == (following(role), role)


def shifted_at_the_source(story: Story, liar: int, number: int) -> list[int]:
    """Play with a role that adds 1000 to what it computes of a product, and keeps to it.

    It is the same as another component of its factor, which only that role believes in.
    """
    honest = story.inputs(liar)
    first = honest.first.copy()
    first[number] = goldilocks.add(first[number], goldilocks.stacked([1000] * first.shape[1]))
    protocols = [story.protocol(role) for role in ROLES]
    lying = replace(honest, first=first)
    protocols[liar] = run_statistics(
        liar,
        story.seeds[liar],
        story.binding,
        program=story.program,
        inputs=lying,
        noise=int64(story.noise[liar]),
        mac=story.mac,
    )
    return Played(trio.play(protocols, binding=story.binding)).results()


PRODUCTS = Story(Program((ProductCell(0, 1),)), ((1, 70), (0, 80), (1, 95)), ((0,),) * 3)


@pytest.mark.parametrize("liar", ROLES)
def test_a_lie_in_a_multiplication_shifts_the_result_unseen_without_authentication(liar):
    assert shifted_at_the_source(PRODUCTS, liar, 0) != [165]


@pytest.mark.parametrize("liar", ROLES)
@pytest.mark.parametrize("column", [0, 1])
def test_with_authentication_a_lie_in_a_multiplication_stops_the_run(liar, column):
    with pytest.raises(ProtocolError) as refused:
        shifted_at_the_source(replace(PRODUCTS, mac=True), liar, column)

    assert len(refused.value.culprits) == 2


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("word", [0, 4], ids=["salt", "digest"])
def test_an_altered_word_about_a_summand_names_both_holders(role, word):
    sender = following(role)

    with pytest.raises(ProtocolError) as refused:
        play(STORY, tamper=flip(FIXING, sender, role, word=word))

    assert refused.value.culprits == (sender, role)


@pytest.mark.parametrize("liar", ROLES)
def test_a_role_that_computes_sums_on_other_records_is_noticed(liar):
    story = replace(STORY, program=Program((LinearCell(0),)), noise=((0,),) * 3)
    protocols = [story.protocol(role) for role in ROLES]
    protocols[liar] = replace(story, sharing_seed=bytes(16)).protocol(liar)

    with pytest.raises(ProtocolError) as refused:
        trio.play(protocols)

    assert liar in refused.value.culprits


@pytest.mark.parametrize("number", [1, 2, 3])
@pytest.mark.parametrize("role", ROLES)
def test_messages_of_another_run_are_refused_as_replays(role, number):
    other = play(replace(STORY, binding=OTHER_BINDING))
    sender = following(role)

    def replay(at, origin, target, raw):
        return other.message(at, origin, target) if (at, origin, target) == (number, sender, role) else raw

    with pytest.raises(ProtocolError) as refused:
        play(STORY, tamper=replay)

    assert refused.value.culprits == (sender,)


@pytest.mark.parametrize("role", ROLES)
def test_a_message_of_another_round_is_refused(role):
    sums = Story(Program((LinearCell(0),) * 4), ((1,),), ((0,) * 4,) * 3)
    honest, sender = play(sums), following(role)

    def repeat(at, origin, target, raw):
        return honest.message(1, origin, target) if (at, origin, target) == (2, sender, role) else raw

    with pytest.raises(ProtocolError) as refused:
        play(sums, tamper=repeat)

    assert refused.value.culprits == (sender,)


@pytest.mark.parametrize("number", [1, 2, 3])
@pytest.mark.parametrize(
    "change", [lambda raw: raw[:-1], lambda raw: raw + b"\0", lambda raw: b"", lambda raw: b"\x01" + raw[1:]]
)
def test_messages_of_another_length_or_version_are_refused(number, change):
    def tamper(at, origin, target, raw):
        return change(raw) if (at, origin, target) == (number, 1, 0) else raw

    with pytest.raises(MalformedMessageError) as refused:
        play(STORY, tamper=tamper)

    assert refused.value.culprits == (1,)


@pytest.mark.parametrize("word", range(6))
def test_a_word_above_the_prime_names_its_sender(word):
    def tamper(at, origin, target, raw):
        if (at, origin, target) != (COMPUTING, 1, 0):
            return raw
        start = HEAD_BYTES + 8 * word
        return raw[:start] + PRIME.to_bytes(8, "little") + raw[start + 8 :]

    with pytest.raises(MalformedMessageError) as refused:
        play(STORY, tamper=tamper)

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
        "role": 0,
        "seed": SEEDS[0],
        "binding": BINDING,
        "program": STORY.program,
        "noise": int64([0] * 4),
        **arguments,
    }

    with pytest.raises(OutOfRangeError):
        next(run_statistics(**whole, inputs=STORY.inputs(0)))


def test_no_secret_stands_in_the_representations():
    for state in HONEST.finished:
        shown = repr(state)
        assert "array" not in shown
        assert "salt" not in shown
