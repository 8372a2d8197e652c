from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crypto.errors import MalformedError
from ssi.timestamps import read_timestamp

NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)


@given(st.datetimes(datetime(1000, 1, 2), datetime(9999, 12, 30)), st.integers(-14 * 60, 14 * 60))  # noqa: DTZ001
def test_what_is_written_with_any_zone_is_read_as_the_same_moment(naive: datetime, minutes: int):
    moment = naive.replace(tzinfo=UTC)
    local = moment + timedelta(minutes=minutes)
    sign = "-" if minutes < 0 else "+"
    zone = f"{sign}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"

    assert read_timestamp(f"{local.replace(tzinfo=None).isoformat()}{zone}", "it") == moment


@pytest.mark.parametrize(
    "text",
    [
        "2026-01-31T12:00:00Z",
        "2026-01-31T12:00:00.0Z",
        "2026-01-31T13:00:00+01:00",
        "2026-01-31T00:00:00-12:00",
    ],
)
def test_one_moment_has_many_spellings(text: str):
    assert read_timestamp(text, "it") == NOON


def test_midnight_may_be_the_end_of_the_day_before():
    assert read_timestamp("2026-01-31T24:00:00Z", "it") == datetime(2026, 2, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "2026-01-31T12:00:00",
        "2026-01-31T12:00Z",
        "2026-01-31",
        "2026-01-31 12:00:00Z",
        "2026-1-31T12:00:00Z",
        "2026-02-30T12:00:00Z",
        "2026-01-31T24:00:01Z",
        "2026-01-31T12:00:60Z",
        "2026-01-31T12:00:00+14:01",
        "2026-01-31T12:00:00+01:60",
        "2026-01-31T12:00:00.Z",
        "0000-01-31T12:00:00Z",
        "9999-12-31T24:00:00Z",
        "٢٠٢٦-01-31T12:00:00Z",
        "2026-01-31T12:00:00Z\n",
        1769860800,
        None,
    ],
)
def test_what_is_no_moment_with_a_time_zone_is_refused_with_its_place(text: object):
    with pytest.raises(MalformedError, match=r"^credential\.validFrom: "):
        read_timestamp(text, "credential.validFrom")
