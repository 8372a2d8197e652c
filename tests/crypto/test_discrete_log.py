"""The number in the exponent is found wherever it lies in the range, and nowhere else."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crypto import discrete_log as module
from crypto.base_point import BASE
from crypto.curve import ORDER, hash_to_point
from crypto.curve_lanes import rows_of
from crypto.discrete_log import MAX_RANGE, discrete_log, prepare
from crypto.errors import DecryptionError, OutOfRangeError

STRIDE = 2 * 2**17 + 1
BLOCK = (2 * 2048 + 1) * STRIDE


def power(number):
    return BASE.multiply_public(number)


@st.composite
def ranges(draw):
    low = draw(st.integers(-(2**40), 2**40))
    width = draw(st.one_of(st.integers(0, 10), st.integers(0, 2**20), st.integers(0, 3 * BLOCK)))
    return low, low + width


@settings(max_examples=60, deadline=None)
@given(ranges(), st.data())
def test_a_number_of_the_range_is_found(limits, data):
    low, high = limits
    number = data.draw(st.one_of(st.integers(low, high), st.sampled_from([low, high])))

    assert discrete_log(power(number), low=low, high=high) == number


@pytest.mark.parametrize("width", [0, 1, STRIDE - 1, STRIDE, BLOCK - 1, BLOCK, BLOCK + 1, 2 * BLOCK - 1])
@pytest.mark.parametrize("low", [0, -17, -(2**33)])
def test_both_ends_of_a_range_belong_to_it_and_their_neighbours_do_not(low, width):
    high = low + width

    assert discrete_log(power(low), low=low, high=high) == low
    assert discrete_log(power(high), low=low, high=high) == high
    for beyond in (low - 1, high + 1):
        with pytest.raises(DecryptionError):
            discrete_log(power(beyond), low=low, high=high)


@pytest.mark.parametrize("giant", [-2048, -1, 0, 1, 2048])
@pytest.mark.parametrize("baby", [-(2**17), -1, 0, 1, 2**17])
def test_every_edge_of_the_two_steps_is_reached(giant, baby):
    number = giant * STRIDE + baby

    assert discrete_log(power(number), low=-BLOCK // 2, high=BLOCK // 2) == number


def test_a_result_in_the_middle_of_a_later_block_is_found():
    center = (0 + 3 * BLOCK - 1) // 2

    for number in (center - BLOCK, center, center + BLOCK):
        assert discrete_log(power(number), low=0, high=3 * BLOCK - 1) == number


@pytest.mark.parametrize("number", [2**64, ORDER // 2, -(2**80)])
def test_a_number_beyond_the_range_is_refused_and_does_not_wrap(number):
    with pytest.raises(DecryptionError):
        discrete_log(power(number), low=-(2**31), high=2**31)


def test_a_point_of_unknown_logarithm_is_refused():
    with pytest.raises(DecryptionError):
        discrete_log(hash_to_point("nobody knows", 0), low=0, high=2**30)


@pytest.mark.parametrize(("low", "high"), [(1, 0), (0, MAX_RANGE), (-MAX_RANGE, 0)])
def test_a_range_that_is_empty_or_too_long_is_refused(low, high):
    with pytest.raises(OutOfRangeError):
        discrete_log(power(1), low=low, high=high)


def test_a_false_match_of_a_truncated_coordinate_is_checked_and_passed_over(monkeypatch):
    real = module._table()
    # The key of one baby step is exchanged for that of 4·STRIDE·G, which the search for 5·STRIDE meets.
    keys = real.steps.keys.copy()
    wrong = rows_of([power(4 * STRIDE)])[0, 0]
    keys[int(np.searchsorted(keys, wrong))] = wrong
    starts = np.searchsorted(keys >> np.uint64(47), np.arange(2**17 + 1, dtype=np.uint64)).astype(np.uint32)
    planted = real._replace(steps=real.steps._replace(keys=keys, starts=starts))
    monkeypatch.setattr(module, "_table", lambda: planted)

    matches = module._matches(power(5 * STRIDE), planted, 8)

    assert any(giant == 1 and baby for giant, baby in matches)
    assert discrete_log(power(5 * STRIDE), low=-8 * STRIDE, high=8 * STRIDE) == 5 * STRIDE


def test_the_table_is_built_once_and_holds_the_baby_steps():
    prepare()
    table = module._table()

    assert module._table() is table
    assert table.steps.keys.nbytes + table.steps.numbers.nbytes + table.steps.starts.nbytes < 4 * 2**20
    assert sorted(table.steps.numbers.tolist()) == list(range(1, 2**17 + 1))
    place = int(np.flatnonzero(table.steps.numbers == 1000)[0])
    assert table.steps.keys[place] == int.from_bytes(power(1000).to_bytes()[-8:], "big")


@pytest.mark.slow
def test_results_of_34_bits_are_found():
    for number in (0, 2**34 - 1, 2**33 + 12345):
        assert discrete_log(power(number), low=0, high=2**34 - 1) == number
