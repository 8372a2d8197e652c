"""What a computation will cost is what it does cost: rounds and bytes are those of real runs."""

import numpy as np
import pytest

from crypto.errors import OutOfRangeError
from crypto.mpc.arithmetic import gram, multiply
from crypto.mpc.comparison import less_than
from crypto.mpc.cost import LOOPBACK_SECONDS, dry_run, estimate
from crypto.mpc.packing import words_for
from crypto.mpc.ranks import median
from crypto.mpc.rounds import HEAD_BYTES
from crypto.mpc.shares import Elements, Planes
from tests.crypto.mpc.trio import parties, play, share_elements, share_planes


def zeros(party, shape):
    table = np.zeros(shape, dtype=np.uint64)
    return Elements(party.role, table, table)


def planes(party, count, records):
    table = np.zeros((count, words_for(records)), dtype=np.uint64)
    return Planes(party.role, records, table, table)


def multiplied(party, records):
    return multiply(party, zeros(party, (records,)), zeros(party, (records,)))


def compared(party, records):
    return less_than(party, planes(party, 16, records), planes(party, 16, records))


def middle(party, records):
    return median(party, planes(party, 8, records), planes(party, 1, records))


def squared(party, records):
    return gram(party, zeros(party, (5, records)))


def sent(transcript) -> int:
    return sum(len(body) + HEAD_BYTES for body in transcript.received(2))


def test_a_dry_run_counts_the_rounds_and_bytes_of_a_multiplication():
    x = share_elements(range(100))

    real = play([multiply(party, part, part) for party, part in zip(parties(), x, strict=True)])

    assert dry_run(multiplied, 100).rounds == real.rounds
    assert dry_run(multiplied, 100).sent_bytes == sent(real)


def test_a_dry_run_counts_the_rounds_and_bytes_of_a_comparison():
    x = share_planes(range(200), 16)

    real = play([less_than(party, part, part) for party, part in zip(parties(), x, strict=True)])

    assert dry_run(compared, 200).rounds == real.rounds
    assert dry_run(compared, 200).sent_bytes == sent(real)


def test_a_dry_run_counts_the_rounds_and_bytes_of_a_median():
    numbers, crowd = share_planes(range(70), 8), share_planes([1] * 70, 1)

    real = play([median(*each) for each in zip(parties(), numbers, crowd, strict=True)])

    assert dry_run(middle, 70).rounds == real.rounds
    assert dry_run(middle, 70).sent_bytes == sent(real)


@pytest.mark.parametrize("make", [multiplied, compared])
def test_an_estimate_meets_the_real_size_to_a_percent(make):
    expected = dry_run(make, 20_000)

    cost = estimate(make, 20_000)

    assert cost.rounds == expected.rounds
    assert cost.sent_bytes == pytest.approx(expected.sent_bytes, rel=0.01)


def test_small_computations_are_counted_and_not_drawn():
    assert estimate(middle, 70).sent_bytes == dry_run(middle, 70).sent_bytes


def test_products_over_all_records_cost_time_and_no_bytes():
    few, many = estimate(squared, 10_000, cells=15), estimate(squared, 1_000_000, cells=15)

    assert few.sent_bytes == many.sent_bytes
    assert many.seconds > 50 * few.seconds / 2


def test_far_apart_nodes_wait_for_every_round():
    near = estimate(compared, 1000)
    far = estimate(compared, 1000, round_trip_seconds=0.05)

    assert far.seconds - near.seconds == pytest.approx(near.rounds * (0.05 - LOOPBACK_SECONDS))


def test_nobody_costs_nothing_and_is_refused():
    with pytest.raises(OutOfRangeError):
        estimate(multiplied, 0)
