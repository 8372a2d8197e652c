"""What a node says of its pace: medians of its last computations, and when, to ten minutes."""

from datetime import UTC, datetime

import pytest

from marketplace.mpc_node.pace import LONG_BYTES, MOST_ROUNDS, MOST_RUNS, Paces, RoundTimes
from tests.marketplace.mpc_node.town import Town

NOW = datetime(2026, 11, 28, 7, 47, 33, tzinfo=UTC)


def times(*seconds: float, long: float | None = None) -> RoundTimes:
    noted = RoundTimes()
    for each in (9.0, *seconds):
        noted.note(each, 100)
    if long is not None:
        noted.note(long, 2 * LONG_BYTES)
    return noted


def test_nothing_is_said_before_the_first_computation():
    assert Paces().to_json(NOW) is None


def test_one_round_alone_tells_nothing():
    paces = Paces()
    paces.note(times())

    assert paces.to_json(NOW) is None


def test_the_median_of_the_rounds_after_the_first_is_told():
    paces = Paces(monotonic=lambda: 5.0)
    paces.note(times(0.01, 0.02, 4.0, long=2.0))

    assert paces.to_json(NOW) == {
        "round_seconds": 0.02,
        "bytes_per_second": pytest.approx(LONG_BYTES),
        "measured_at": "2026-11-28T07:40:00Z",
    }


def test_the_moment_is_that_of_the_newest_computation():
    now = 0.0
    paces = Paces(monotonic=lambda: now)
    paces.note(times(0.01))
    now = 3600.0

    told = paces.to_json(NOW)

    assert told is not None
    assert told["measured_at"] == "2026-11-28T06:40:00Z"
    assert told["bytes_per_second"] is None


def test_old_computations_are_forgotten():
    paces = Paces()
    for seconds in (9.0, *[0.5] * MOST_RUNS):
        paces.note(times(seconds))

    told = paces.to_json(NOW)

    assert told is not None
    assert told["round_seconds"] == 0.5


def test_a_long_computation_does_not_fill_the_memory():
    noted = times(*[0.01] * (2 * MOST_ROUNDS))

    assert len(noted.short) == MOST_ROUNDS


def test_only_the_marketplace_is_told(tmp_path):
    town = Town(tmp_path)

    told = town.get("node-a", "/v1/pace")
    others = [town.get("node-a", "/v1/pace", caller=caller) for caller in ("node-b", None)]

    assert told.get_json() == {"pace": None}
    assert [each.status_code for each in others] == [403, 403]
