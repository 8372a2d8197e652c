from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ssi.hosting.design.words import day, moment, money, number


@pytest.mark.parametrize(
    ("cents", "text"),
    [(0, "€0.00"), (5, "€0.05"), (40, "€0.40"), (123450, "€1,234.50"), (-5, "−€0.05"), (-123, "−€1.23")],
)
def test_money_reads_as_people_write_it(cents, text):
    assert money(cents) == text


def test_another_currency_is_named():
    assert money(100, "CHF") == "CHF 1.00"


@given(st.integers(-(10**15), 10**15))
def test_no_cent_is_lost(cents):
    digits = money(cents).replace("€", "").replace(",", "").replace(".", "").replace("−", "-")

    assert int(digits) == cents


def test_a_moment_is_said_in_utc_and_exactly():
    at = datetime(2026, 11, 2, 16, 5, 59, tzinfo=timezone(timedelta(hours=2)))

    assert moment(at) == '<time datetime="2026-11-02T14:05:59+00:00">2 Nov 2026, 14:05 UTC</time>'


def test_a_day_is_the_day_in_utc():
    at = datetime(2026, 11, 3, 1, 0, tzinfo=timezone(timedelta(hours=2)))

    assert day(at) == '<time datetime="2026-11-02T23:00:00+00:00">2 Nov 2026</time>'
    assert day(datetime(2026, 12, 31, tzinfo=UTC)).striptags() == "31 Dec 2026"


@pytest.mark.parametrize(
    ("value", "decimals", "text"), [(12345.678, 2, "12,345.68"), (-3, 0, "−3"), (0.5, 1, "0.5")]
)
def test_a_number_has_its_thousands_set_apart(value, decimals, text):
    assert number(value, decimals) == text
