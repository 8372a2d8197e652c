"""What is said about streams, and how they are drawn."""

from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.wallet.fakes import NOW
from tests.wallet.streaming import DAY, pulses
from wallet.domain.alert import Alert, Crossing, Side
from wallet.domain.digest import digest_of
from wallet.domain.period import Span, period_of
from wallet.domain.quantity import QUANTITIES
from wallet.domain.reading import MOMENT, Reading, milliseconds, reading_of
from wallet.domain.record import unit_text
from wallet.domain.stream_words import (
    alert_text,
    crossings_text,
    duration_text,
    gaps_text,
    limit_text,
    number_text,
    part_text,
    period_text,
    summary_text,
    value_text,
)
from wallet.domain.trace import COLUMNS, Gap, thinned, traced
from wallet.web.stream_axes import scale

ROW = "00000000-0000-4000-8000-000000000000"


def _at(seconds, value=1):
    return Reading(seconds * 1_000, MOMENT, Decimal(value))


def test_every_unit_has_a_form_for_people():
    assert not any(sign in unit_text(each.unit) for each in QUANTITIES.values() for sign in "{}[]")
    assert value_text(Decimal("36.64"), QUANTITIES["body-temperature"]) == "36.6 °C"
    assert value_text(Decimal(8921), QUANTITIES["visited-cell"]) == "8,921"


@pytest.mark.parametrize(
    ("value", "text"), [("-0.4", "0"), ("-1234", "−1,234"), ("0", "0"), ("1E+3", "1,000")]
)
def test_numbers_read_as_people_write_them(value, text):
    assert number_text(Decimal(value), QUANTITIES["elevation"]) == text


@pytest.mark.parametrize(
    ("span", "text"),
    [
        (Span.HOUR, "09:00"),
        (Span.DAY, "Sunday, 1 March 2026"),
        (Span.WEEK, "23 Feb 2026 to 1 Mar 2026"),
        (Span.MONTH, "March 2026"),
        (Span.YEAR, "2026"),
    ],
)
def test_periods_have_names(span, text):
    assert period_text(period_of(span, NOW)) == text


def test_parts_of_periods_have_names():
    assert part_text(period_of(Span.HOUR, DAY + timedelta(hours=23))) == "23:00 to 24:00"
    assert part_text(period_of(Span.DAY, DAY)) == "Sun, 1 Mar"
    assert part_text(period_of(Span.MONTH, DAY)) == "March"


def test_a_period_is_summed_up_in_a_sentence():
    digest = digest_of((Decimal(1), Decimal(2)))

    assert summary_text(None, QUANTITIES["steps"]) == "No readings in this time."
    assert summary_text(digest, QUANTITIES["steps"]) == "2 readings, together 3 steps."
    assert summary_text(digest, QUANTITIES["noise"]) == "2 readings from 1 to 2, on average 2 dB."
    assert summary_text(digest_of((Decimal(7),)), QUANTITIES["visited-cell"]) == "1 reading."


def test_gaps_are_told_with_the_longest():
    assert gaps_text([]) == ""
    assert gaps_text([Gap(0, 3_600_000)]) == "There is a gap of 1 hour without readings."
    assert "the longest of 2 days" in gaps_text([Gap(0, 1), Gap(0, 172_800_000)])
    assert duration_text(500) == "less than a second"
    assert duration_text(90_000) == "2 minutes"


def test_limits_are_told_in_words():
    crossings = tuple(
        Crossing(milliseconds(DAY + timedelta(days=day)), Decimal("5.5"), seen=False) for day in range(3)
    )
    day = Alert(ROW, ROW, "energy-used", Side.ABOVE, Decimal("5.0"), Span.DAY, NOW, crossings)
    month = Alert(ROW, ROW, "resting-heart-rate", Side.BELOW, Decimal(50), Span.MONTH, NOW, crossings[:2])

    assert alert_text(day) == "above 5.0 kWh in a day"
    assert limit_text(month) == "On average below 50 per minute in a month"
    assert crossings_text(day) == "3 Mar 2026: 5.50 kWh, and 2 days before"
    assert crossings_text(month).startswith("March 2026: 6 per minute, and 1 month before")
    assert crossings_text(day.acknowledged()) == ""


def test_a_line_is_broken_where_three_readings_are_missing():
    trace = traced([_at(each) for each in (0, 10, 20, 50, 60, 91)])

    assert [len(run) for run in trace.runs] == [5, 1]
    assert trace.gaps == (Gap(60_000, 91_000),)
    assert traced([]).runs == ()
    assert traced([_at(5)]).runs == ((_at(5),),)


@given(st.lists(st.integers(0, 5_000), unique=True), st.integers(0, 99))
def test_nothing_is_lost_between_runs(seconds, value):
    readings = [_at(each, value) for each in sorted(seconds)]

    assert [each for run in traced(readings).runs for each in run] == readings


def test_a_long_run_keeps_what_can_be_seen():
    run = [reading_of(each) for each in pulses(50_000, every=1.7)]
    begin, end = period_of(Span.DAY, DAY).bounds

    shown = list(thinned(run, begin, end))

    assert shown == sorted(shown)
    assert len(shown) <= 4 * COLUMNS
    for column in (0, 17, COLUMNS // 2):
        inside = [each for each in run if (each.start - begin) * COLUMNS // (end - begin) == column]
        kept = [each for each in shown if (each.start - begin) * COLUMNS // (end - begin) == column]
        assert (kept[0], kept[-1]) == (inside[0], inside[-1])
        for most in (min, max):
            assert most(each.value for each in kept) == most(each.value for each in inside)


def test_a_short_run_is_kept_whole():
    run = [_at(each) for each in range(COLUMNS)]

    assert list(thinned(run, 0, 1)) == run


@given(
    st.floats(-1e9, 1e9),
    st.floats(0, 1e9),
    st.booleans(),
)
def test_levels_are_few_and_inside(low, span, from_zero):
    least, most, levels = scale((low, low + span), from_zero=from_zero)

    assert least <= low
    assert low + span <= most
    assert 1 <= len(levels) <= 6
    assert all(least - 1e-6 * abs(least) <= at <= most + 1e-6 * abs(most) for at, _ in levels)
