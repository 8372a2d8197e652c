from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ssi.clock import CLOCK_SKEW, MAX_MOMENT, moment_of, require_within, seconds_of
from ssi.errors import ExpiredError, NotYetValidError
from tests.ssi.parties import NOW

SECOND = timedelta(seconds=1)


@given(st.integers(0, MAX_MOMENT))
def test_seconds_and_moments_are_inverse(seconds: int):
    assert seconds_of(moment_of(seconds)) == seconds


def test_parts_of_a_second_are_dropped_and_zones_do_not_matter():
    moment = datetime(2026, 3, 1, 13, 0, 0, 999_999, tzinfo=timezone(timedelta(hours=1)))

    assert moment_of(seconds_of(moment)) == datetime(2026, 3, 1, 12, tzinfo=UTC)


def test_the_first_moment_is_included_and_the_last_is_not():
    require_within("it", NOW, NOW + SECOND, now=NOW)

    with pytest.raises(ExpiredError, match="it: valid until"):
        require_within("it", NOW, NOW + SECOND, now=NOW + SECOND)


def test_a_clock_that_runs_ahead_a_little_is_forgiven_at_the_start_only():
    require_within("it", NOW, NOW + SECOND, now=NOW - CLOCK_SKEW)

    with pytest.raises(NotYetValidError, match="it: valid from"):
        require_within("it", NOW, NOW + SECOND, now=NOW - CLOCK_SKEW - SECOND)


@pytest.mark.parametrize("length", [timedelta(0), -SECOND])
def test_a_validity_without_length_never_holds(length: timedelta):
    with pytest.raises(ExpiredError):
        require_within("it", NOW, NOW + length, now=NOW - 2 * SECOND)
