"""What is said about streams in German, and that nothing is said in one of both languages only."""

import inspect
from datetime import timedelta
from decimal import Decimal

import pytest

from tests.wallet.fakes import NOW
from tests.wallet.streaming import DAY
from wallet.domain import stream_words, stream_words_german
from wallet.domain.alert import Alert, Crossing, Side
from wallet.domain.digest import digest_of
from wallet.domain.period import Span, period_of
from wallet.domain.quantity import QUANTITIES
from wallet.domain.reading import milliseconds
from wallet.domain.stream_words_german import (
    alert_text,
    crossings_text,
    duration_text,
    gaps_text,
    limit_text,
    month_mark,
    number_text,
    part_text,
    period_text,
    summary_text,
    unit_text,
    value_text,
    weekday_mark,
)
from wallet.domain.trace import Gap

ROW = "00000000-0000-4000-8000-000000000000"


def _functions(module):
    return {
        name: list(inspect.signature(found).parameters)
        for name, found in inspect.getmembers(module, inspect.isfunction)
        if found.__module__ == module.__name__ and not name.startswith("_")
    }


def test_both_languages_say_the_same_things():
    assert _functions(stream_words) == _functions(stream_words_german)


def test_every_unit_has_a_german_form():
    said = {unit_text(each.unit) for each in QUANTITIES.values()}

    assert not said & {"per minute", "minutes", "steps", "litres", "hours"}
    assert not any(sign in unit for unit in said for sign in "{}[]")
    assert value_text(Decimal("1236.64"), QUANTITIES["body-temperature"]) == "1.236,6 °C"


@pytest.mark.parametrize(
    ("value", "text"), [("-0.4", "0"), ("-1234", "−1.234"), ("0", "0"), ("1E+3", "1.000")]
)
def test_numbers_read_as_people_write_them(value, text):
    assert number_text(Decimal(value), QUANTITIES["elevation"]) == text


@pytest.mark.parametrize(
    ("span", "text"),
    [
        (Span.HOUR, "09:00"),
        (Span.DAY, "Sonntag, 1. März 2026"),
        (Span.WEEK, "23. Februar 2026 bis 1. März 2026"),
        (Span.MONTH, "März 2026"),
        (Span.YEAR, "2026"),
    ],
)
def test_periods_have_names(span, text):
    assert period_text(period_of(span, NOW)) == text


def test_parts_of_periods_have_names():
    assert part_text(period_of(Span.HOUR, DAY + timedelta(hours=23))) == "23:00 bis 24:00"
    assert part_text(period_of(Span.DAY, DAY)) == "So, 1. Mär"
    assert part_text(period_of(Span.MONTH, DAY)) == "März"
    assert (weekday_mark(DAY), month_mark(DAY)) == ("So", "Mär")


def test_a_period_is_summed_up_in_a_sentence():
    digest = digest_of((Decimal(1), Decimal(2)))

    assert summary_text(None, QUANTITIES["steps"]) == "Keine Messwerte in dieser Zeit."
    assert summary_text(digest, QUANTITIES["steps"]) == "2 Messwerte, zusammen 3 Schritte."
    assert summary_text(digest, QUANTITIES["noise"]) == "2 Messwerte von 1 bis 2, im Durchschnitt 2 dB."
    assert summary_text(digest_of((Decimal(7),)), QUANTITIES["visited-cell"]) == "1 Messwert."


def test_gaps_are_told_with_the_longest():
    assert gaps_text([]) == ""
    assert gaps_text([Gap(0, 3_600_000)]) == "Es gibt eine Lücke von 1 Stunde ohne Messwerte."
    assert "die längste von 2 Tagen" in gaps_text([Gap(0, 1), Gap(0, 172_800_000)])
    assert duration_text(500) == "weniger als einer Sekunde"


def test_limits_are_told_in_words():
    crossings = tuple(
        Crossing(milliseconds(DAY + timedelta(days=day)), Decimal("5.5"), seen=False) for day in range(3)
    )
    day = Alert(ROW, ROW, "energy-used", Side.ABOVE, Decimal("1005.0"), Span.DAY, NOW, crossings)
    month = Alert(ROW, ROW, "resting-heart-rate", Side.BELOW, Decimal(50), Span.MONTH, NOW, crossings[:2])

    assert alert_text(day) == "über 1.005,0 kWh an einem Tag"
    assert limit_text(month) == "Im Durchschnitt unter 50 pro Minute in einem Monat"
    assert crossings_text(day) == "3. März 2026: 5,50 kWh, und davor 2 Tage"
    assert crossings_text(month).startswith("März 2026: 6 pro Minute, und davor 1 Monat")
    assert crossings_text(day.acknowledged()) == ""
