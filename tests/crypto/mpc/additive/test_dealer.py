"""Packets of triples: what they hold, how small they are, and what a broken one is called."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crypto import goldilocks
from crypto.errors import MalformedError, OutOfRangeError
from crypto.mpc.additive.dealer import deal, receive
from crypto.mpc.additive.sharing import Seat, combine
from tests.crypto.mpc.additive.nodes import BINDING, dealt

SEAT = Seat(2, 3)


@pytest.mark.parametrize("nodes", [2, 3, 5])
def test_the_third_number_is_the_product_of_the_others(nodes):
    parts = dealt(20, nodes, authenticated=False)
    a, b, c = (
        goldilocks.from_integers(combine([getattr(part, name).values for part in parts])) for name in "abc"
    )

    assert (goldilocks.multiply(a, b) == c).all()
    assert len(set(a.tolist())) == 20


@pytest.mark.parametrize("nodes", [2, 4])
def test_every_number_carries_its_tag(nodes):
    parts = dealt(10, nodes, authenticated=True)
    key = sum(part.key for part in parts)

    for name in "abc":
        values = goldilocks.from_integers(combine([getattr(part, name).values for part in parts]))
        tags = goldilocks.from_integers(combine([getattr(part, name).tags for part in parts]))
        assert (goldilocks.scale(values, key) == tags).all()


def test_all_nodes_but_one_get_a_seed_and_nothing_else():
    plain, tagged = (deal(100, 4, binding=BINDING, authenticated=each) for each in (False, True))

    assert [len(packet) for packet in plain] == [44, 44, 44, 44 + 100 * 8]
    assert [len(packet) for packet in tagged] == [44, 44, 44, 44 + 100 * 32]


def test_what_all_nodes_but_one_hold_does_not_determine_a_triple():
    """The last node's explicit words are uniform: no node's packet alone shows a product."""
    packet = deal(4000, 2, binding=BINDING, authenticated=True)[1]
    words = np.frombuffer(packet, dtype="<u8", offset=44)

    counts = np.bincount((words >> np.uint64(60)).astype(np.int64), minlength=16)

    assert np.abs(counts - 1000).max() < 6 * 31


def test_triples_of_another_run_are_others():
    packet = deal(5, 2, binding=BINDING, authenticated=False)[0]
    ours, other = (receive(packet, Seat(0, 2), binding=binding) for binding in (BINDING, bytes(32)))

    assert not (ours.a.values == other.a.values).any()


@pytest.mark.parametrize("count", [0, -1, 2**27 + 1])
def test_no_triples_or_too_many_are_refused(count):
    with pytest.raises(OutOfRangeError):
        deal(count, 2, binding=BINDING, authenticated=False)


def test_a_binding_of_another_length_is_refused():
    with pytest.raises(OutOfRangeError):
        deal(1, 2, binding=b"short", authenticated=False)


@given(st.binary(max_size=200))
def test_any_bytes_are_a_packet_or_malformed(raw):
    try:
        receive(raw, SEAT, binding=BINDING)
    except MalformedError:
        return
    assert raw[:1] == b"\x01"


@pytest.mark.parametrize("place", [0, 1, 2, 3, 4, 11])
def test_a_changed_head_is_refused(place):
    packet = bytearray(deal(3, 3, binding=BINDING, authenticated=True)[2])
    packet[place] ^= 0x40

    with pytest.raises(MalformedError):
        receive(bytes(packet), SEAT, binding=BINDING)


@pytest.mark.parametrize("length", [0, 11, 43, 44 + 31, 44 + 33])
def test_a_packet_of_another_length_is_refused(length):
    packet = deal(1, 3, binding=BINDING, authenticated=True)[2] + b"\0"

    with pytest.raises(MalformedError):
        receive(packet[:length], SEAT, binding=BINDING)


def test_a_word_that_is_no_element_is_refused():
    packet = bytearray(deal(1, 3, binding=BINDING, authenticated=False)[2])
    packet[44:] = b"\xff" * 8

    with pytest.raises(MalformedError):
        receive(bytes(packet), SEAT, binding=BINDING)


def test_seeds_and_triples_stay_out_of_repr():
    part = dealt(2, 2, authenticated=True)[0]

    assert repr(part) == "Dealt(seat=Seat(role=0, nodes=2), count=2)"
