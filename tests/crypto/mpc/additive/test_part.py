"""What each node gives to the buyer: its form, its digest, and what all parts together must agree with."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crypto import goldilocks
from crypto.errors import MalformedError, OutOfRangeError, ProtocolError
from crypto.mpc.additive.part import Part, fix, open_parts
from crypto.mpc.additive.sharing import Seat, split
from crypto.randomness import stream
from tests.crypto.mpc.additive.nodes import BINDING, play

VALUES = [5, -7, 2**40]
KEY_PARTS = [11, 2**63, 99]
KEY = sum(KEY_PARTS) % goldilocks.PRIME


def parts(*, tagged, values=VALUES):
    summands = split(values, 3, stream(bytes(32), "values"))
    tags = split([value * KEY for value in values], 3, stream(bytes(32), "tags"))
    return [
        Part(
            Seat(role, 3),
            summands[role],
            bytes([role]) * 32,
            tags[role] if tagged else None,
            KEY_PARTS[role] % goldilocks.PRIME if tagged else 0,
        )
        for role in range(3)
    ]


@pytest.mark.parametrize("tagged", [False, True])
def test_all_parts_together_are_the_answer(tagged):
    assert open_parts(parts(tagged=tagged)) == VALUES


@pytest.mark.parametrize("tagged", [False, True])
def test_a_part_is_read_as_it_was_written(tagged):
    part = parts(tagged=tagged)[1]
    again = Part.decode(part.encode(), 3, authenticated=tagged)

    assert again.encode() == part.encode()
    assert again.seat == part.seat
    assert again.key == part.key


@given(st.integers(0, 2), st.integers(0, 2), st.integers(1, goldilocks.PRIME - 1))
def test_whatever_one_node_adds_to_a_tagged_part_is_noticed(role, cell, amount):
    given_parts = parts(tagged=True)
    values = given_parts[role].values.copy()
    values[cell] = (int(values[cell]) + amount) % goldilocks.PRIME
    given_parts[role] = replace(given_parts[role], values=values)

    with pytest.raises(ProtocolError, match="tags") as caught:
        open_parts(given_parts)
    assert caught.value.culprits == (0, 1, 2)


@pytest.mark.parametrize("what", ["tag", "key"])
def test_an_altered_tag_or_key_is_noticed(what):
    given_parts = parts(tagged=True)
    tags = given_parts[2].tags.copy()
    tags[0] = (int(tags[0]) + 1) % goldilocks.PRIME
    given_parts[2] = replace(given_parts[2], **({"tags": tags} if what == "tag" else {"key": 3}))

    with pytest.raises(ProtocolError):
        open_parts(given_parts)


def test_without_tags_an_altered_part_shifts_the_answer_unseen():
    """Why a sum that was not verified is what three nodes say it is."""
    given_parts = parts(tagged=False)
    given_parts[0] = replace(
        given_parts[0], values=goldilocks.add(given_parts[0].values, goldilocks.stacked([1, 0, 0]))
    )

    assert open_parts(given_parts) == [6, *VALUES[1:]]


@pytest.mark.parametrize(
    "wrong",
    [
        lambda given: given[:2],
        lambda given: [given[1], given[0], given[2]],
        lambda given: [given[0], given[0], given[2]],
        lambda given: [*given[:2], replace(given[2], seat=Seat(2, 4))],
        lambda given: [*given[:2], replace(given[2], tags=None, key=0)],
        lambda given: [*given[:2], parts(tagged=True, values=[1])[2]],
    ],
    ids=["two", "another order", "one twice", "of four", "one without tags", "another length"],
)
def test_other_parts_than_all_of_one_run_are_refused(wrong):
    with pytest.raises(OutOfRangeError):
        open_parts(wrong(parts(tagged=True)))


@pytest.mark.parametrize("tagged", [False, True])
@pytest.mark.parametrize("place", [0, 1, 2, 3])
def test_a_part_with_another_head_is_refused_or_another_seat(tagged, place):
    raw = bytearray(parts(tagged=tagged)[1].encode())
    raw[place] ^= 0x40

    with pytest.raises(MalformedError):
        Part.decode(bytes(raw), 3, authenticated=tagged)


@pytest.mark.parametrize("change", [lambda raw: raw[:-1], lambda raw: raw + b"\0", lambda raw: b""])
def test_a_part_of_another_length_is_refused(change):
    with pytest.raises(MalformedError):
        Part.decode(change(parts(tagged=True)[0].encode()), 3, authenticated=True)


def test_tags_where_there_should_be_none_are_refused():
    with pytest.raises(MalformedError):
        Part.decode(parts(tagged=True)[0].encode(), 7, authenticated=False)


def test_a_word_that_is_no_element_is_refused():
    raw = parts(tagged=False)[0].encode()

    with pytest.raises(MalformedError):
        Part.decode(raw[:-8] + b"\xff" * 8, 3, authenticated=False)


@given(st.binary(max_size=120), st.booleans())
def test_any_bytes_are_a_part_or_malformed(raw, tagged):
    try:
        Part.decode(raw, 3, authenticated=tagged)
    except MalformedError:
        return
    assert raw[0] == 1


def test_a_digest_is_of_every_byte_and_of_the_run():
    part = parts(tagged=True)[0]
    digests = {
        part.digest(BINDING),
        part.digest(bytes(32)),
        replace(part, salt=b"s" * 32).digest(BINDING),
        replace(part, key=4).digest(BINDING),
        replace(part, tags=part.values).digest(BINDING),
        replace(part, seat=Seat(1, 3)).digest(BINDING),
    }

    assert len(digests) == 6
    with pytest.raises(OutOfRangeError):
        part.digest(b"short")


def test_each_node_hears_the_next_ones_digest_before_anything_is_given_away():
    fixed = play([fix(part, BINDING) for part in parts(tagged=False)])

    assert [each.held_digest for each in fixed] == [fixed[(role + 1) % 3].own_digest for role in range(3)]


def test_values_and_keys_stay_out_of_repr():
    assert repr(parts(tagged=True)[0]) == "Part(seat=Seat(role=0, nodes=3))"
