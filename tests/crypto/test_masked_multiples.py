"""The tables give what two multiplications and a sum give."""

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from crypto.base_point import BASE
from crypto.curve import INFINITY, ORDER, hash_to_point
from crypto.curve_lanes import points_of
from crypto.errors import CryptoError, OutOfRangeError
from crypto.masked_multiples import Lane, MaskedMultiples, add_messages, choose_entry
from tests.crypto.machine_code import conditional_jumps

BASES = (BASE, hash_to_point("masked", 0), hash_to_point("masked", 1))
TABLES = MaskedMultiples(BASES)
EDGE = 2**64 - 1
lanes = st.builds(
    Lane,
    st.integers(0, 2),
    st.one_of(st.integers(1, ORDER - 1), st.integers(1, 40), st.integers(ORDER - 40, ORDER - 1)),
    st.one_of(st.integers(-EDGE, EDGE), st.integers(-3, 3)),
)


def expected(lane):
    return BASES[lane.base].multiply_public(lane.mask) + BASE.multiply_public(lane.message)


@settings(max_examples=40)
@given(st.lists(lanes.filter(lambda lane: lane.base > 0), min_size=1, max_size=12))
@example([Lane(1, 1, 0), Lane(1, 2, EDGE), Lane(2, ORDER - 1, -EDGE), Lane(2, ORDER - 2, 1)])
def test_every_lane_is_its_masked_multiple(some):
    assert TABLES.compute(some) == [expected(lane) for lane in some]


def test_the_base_point_itself_can_be_the_mask():
    some = [Lane(0, 2**200 + number, number) for number in range(5)]

    assert TABLES.compute(some) == [expected(lane) for lane in some]


@pytest.mark.parametrize(
    "lane",
    [
        Lane(1, 5, EDGE + 1),
        Lane(1, 5, -EDGE - 1),
        Lane(1, ORDER),
        Lane(1, -1),
        Lane(1, 2**300),
        Lane(3, 5),
        Lane(-1, 5),
    ],
    ids=range(7),
)
def test_what_is_out_of_range_is_refused_and_not_named(lane):
    with pytest.raises(OutOfRangeError, match=r"^a base, mask or message is out of range$"):
        TABLES.compute([Lane(1, 5, 3), lane])


@pytest.mark.parametrize("mask", [0, 30 * 16**63 - ORDER, 2 * ORDER - 30 * 16**63])
def test_the_three_exceptional_masks_are_noticed(mask):
    with pytest.raises(CryptoError):
        TABLES.compute([Lane(1, 7, 1), Lane(1, mask, 1)])


@pytest.mark.parametrize("step", [-2, 2])
def test_the_neighbours_of_the_exceptional_masks_are_not_exceptional(step):
    some = [Lane(1, 30 * 16**63 - ORDER + step, 1), Lane(1, 2 * ORDER - 30 * 16**63 + step, 1)]

    assert TABLES.compute(some) == [expected(lane) for lane in some]


def test_the_compiler_put_no_branch_into_the_choice_of_an_entry():
    window, out = np.zeros((8, 8), dtype=np.uint64), np.zeros(8, dtype=np.uint64)

    # The one jump closes the loop over the entries.
    assert len(conditional_jumps(choose_entry, window, np.uint8(3), out)) <= 1


@pytest.mark.parametrize("digit", range(16))
def test_every_digit_chooses_its_odd_multiple(digit):
    window, out = TABLES._tables[1, 0], np.zeros(8, dtype=np.uint64)

    choose_entry(window, np.uint8(digit), out)

    assert points_of(out.reshape(1, 8)) == [BASES[1].multiply(2 * digit - 15)]


masks = st.integers(1, ORDER - 1).map(BASES[1].multiply_public)
messages = st.one_of(st.integers(-EDGE, EDGE), st.sampled_from([0, 1, -1, EDGE, -EDGE]))


@settings(max_examples=40)
@given(st.lists(st.tuples(masks, messages), max_size=12))
def test_messages_are_added_to_masks_met_once(pairs):
    expected_sums = [mask + BASE.multiply_public(message) for mask, message in pairs]

    assert add_messages([mask for mask, _ in pairs], [message for _, message in pairs]) == expected_sums


@pytest.mark.parametrize(
    ("masks", "messages"),
    [([BASES[1]], [EDGE + 1]), ([BASES[1]], [-EDGE - 1]), ([BASES[1]], [1, 2]), ([INFINITY], [1])],
    ids=["too large", "too small", "more than masks", "infinity"],
)
def test_messages_and_masks_out_of_range_are_refused(masks, messages):
    with pytest.raises(OutOfRangeError):
        add_messages(masks, messages)


def test_a_mask_that_is_no_random_point_is_noticed():
    # The lowest digit of the message 0 is -15, on the base G/2.
    opposite = BASE.multiply_public(15 * (ORDER + 1) // 2)

    with pytest.raises(CryptoError):
        add_messages([opposite, BASES[1]], [0, 7])


def test_no_lanes_give_no_points():
    assert TABLES.compute([]) == []


def test_infinity_has_no_tables():
    with pytest.raises(OutOfRangeError):
        MaskedMultiples((BASE, INFINITY))


def test_no_secret_stands_in_the_representation():
    assert repr(Lane(1, 12345, 678)) == "Lane(base=1)"
