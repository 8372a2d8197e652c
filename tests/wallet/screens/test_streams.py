"""Streams on the screens, without a browser: what is asked for, what is answered, who is kept out."""

import csv
import io
from datetime import timedelta

import pytest

from tests.wallet.screens.moments import session_of
from tests.wallet.streaming import DAY, pulse, pulses, used
from wallet.domain.measured import Measured

NOT_HERE = "/streams/00000000-0000-4000-8000-000000000000"


@pytest.fixture
def keep(world, signed_in):
    def keep(*measured: Measured, source: str = "Watch") -> str:
        """The address of the stream."""
        session = session_of(world)
        report = world.services.streams.keep(session, source, measured)
        return f"/streams/{min(report.streams)}"

    return keep


def test_who_has_no_wallet_open_sees_no_streams(browser):
    assert "Your wallet is locked" in browser.get("/streams/")


def test_without_streams_there_is_one_thing_to_do(signed_in):
    page = signed_in.get("/streams/")

    assert "No streams yet" in page
    assert "/streams/" in signed_in.get("/records/")


def test_a_stream_is_listed_with_its_last_value(keep, signed_in):
    keep(*pulses(3), pulse(DAY + timedelta(hours=1), 72))

    page = signed_in.get("/streams/")

    assert "72 per minute" in page
    assert "4 readings" in page


def test_names_of_sources_are_shown_as_they_are(keep, signed_in):
    keep(pulse(DAY, instrument="<b>left</b>"), source="<i>Watch</i>")

    signed_in.get("/streams/")

    assert "<i>Watch" not in signed_in.page
    assert "&lt;b&gt;left" in signed_in.page


def test_what_is_not_there_is_not_found(signed_in):
    for path in ("", "/readings.csv", "/delete"):
        signed_in.get(NOT_HERE + path, 404)


@pytest.mark.parametrize(
    "query", ["view=decade&on=today", "on=0001-01-01", "view=year&on=9999-12-31", "on=2026-02-30"]
)
def test_periods_that_there_are_not_lead_to_the_last_reading(keep, signed_in, query):
    address = keep(*pulses(3))

    assert "2026" in signed_in.get(f"{address}?{query}")
    assert "No readings in this time" not in signed_in.page


def test_another_view_stays_at_the_day_that_was_looked_at(keep, signed_in):
    address = keep(*pulses(3), *pulses(3, begin=DAY + timedelta(days=40)))

    for view in ("week", "month", "year"):
        signed_in.get(f"{address}?view={view}&on=2026-03-01")
        assert "view=day&amp;on=2026-03-01" in signed_in.page
    assert "April 2026" in signed_in.get(f"{address}?view=month&on=2027-01-01")
    assert "March 2026" in signed_in.get(f"{address}?view=month&on=2025-01-01")


def test_a_day_with_nothing_says_so_and_draws_a_gap(keep, signed_in):
    address = keep(*pulses(3), *pulses(3, begin=DAY + timedelta(days=9)))

    page = signed_in.get(f"{address}?view=day&on=2026-03-04")

    assert "No readings in this time." in page
    assert 'class="stream-gap" x="0.0" y="0" width="1000.0"' in page


def test_a_line_is_broken_at_a_gap_and_a_lonely_reading_is_a_dot(keep, signed_in):
    address = keep(
        *pulses(60), pulse(DAY + timedelta(hours=6), 80), *pulses(60, begin=DAY + timedelta(hours=9))
    )

    page = signed_in.get(f"{address}?view=day&on=2026-03-01")

    (line,) = [tag for tag in page.split("<path") if 'class="stream-line"' in tag]
    assert line.count("M") == 2
    assert page.count('class="stream-gap"') == 2
    assert page.count("stream-dots") == 1
    assert "There are 2 gaps without readings, the longest of 5 hours." in page


def test_an_hour_without_electricity_is_no_hour_with_none(keep, signed_in):
    address = keep(used(DAY, 1), used(DAY + timedelta(hours=1), 0), used(DAY + timedelta(hours=3), 2))

    page = signed_in.get(f"{address}?view=day&on=2026-03-01")

    assert page.count('class="stream-bar"') == 3
    assert page.count('class="stream-gap"') == 1
    assert "3 readings, together 3.00 kWh." in page


def test_one_can_turn_the_page_as_far_as_there_are_readings(keep, signed_in):
    address = keep(*pulses(3), *pulses(3, begin=DAY + timedelta(days=2)))

    assert "The day after" not in signed_in.get(f"{address}?view=day&on=2026-03-03")
    assert "The day before" in signed_in.page
    assert "The day before" not in signed_in.get(f"{address}?view=day&on=2026-03-01")


def _rows(signed_in, path):
    answer = signed_in.client.get(path)
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert "attachment" in answer.headers["Content-Disposition"]
    return list(csv.DictReader(io.StringIO(answer.get_data(as_text=True))))


def test_readings_are_downloaded_with_every_digit(keep, signed_in):
    address = keep(used(DAY, "0.250"), used(DAY + timedelta(days=1), "1E+1"))

    first, second = _rows(signed_in, f"{address}/readings.csv")
    assert first == {
        "start": "2026-03-01T00:00:00.000Z",
        "end": "2026-03-01T01:00:00.000Z",
        "value": "0.250",
        "unit": "kWh",
    }
    assert second["value"] == "10"
    assert _rows(signed_in, f"{address}/readings.csv?view=day&on=2026-03-01") == [first]


def test_what_was_corrected_can_be_looked_at(keep, signed_in):
    keep(pulse(DAY, 60))
    address = keep(pulse(DAY, 61), pulse(DAY, 62))

    page = signed_in.get(address)

    assert "Corrected values: 1" in page
    assert "60, then 61" in page


def test_a_limit_is_told_at_home_until_it_was_seen(keep, signed_in):
    address = keep(used(DAY, 1))
    signed_in.get(address)
    signed_in.post(f"{address}/limits?view=day", side="above", limit="5", over="day")
    keep(used(DAY + timedelta(hours=1), "4.5"))

    assert "above 5 kWh in a day" in signed_in.get("/home")
    assert "1 Mar 2026: 5.50 kWh" in signed_in.page
    assert "Beyond your limit" in signed_in.get("/streams/")
    signed_in.get(address)
    signed_in.post(f"{address}/seen")

    assert "above 5 kWh in a day" not in signed_in.get("/home")
    assert "1 of the last days" in signed_in.get(address)


@pytest.mark.parametrize(
    "typed",
    [
        {"limit": ""},
        {"limit": "much"},
        {"limit": "NaN"},
        {"limit": "1e9"},
        {"limit": "1" * 16},
        {"side": "beside"},
        {"over": "hour"},
        {"over": "age"},
    ],
    ids=str,
)
def test_what_is_no_limit_is_refused_in_the_form(keep, signed_in, typed):
    address = keep(used(DAY, 1))
    signed_in.get(address)

    page = signed_in.post(f"{address}/limits", 422, **{"side": "above", "limit": "5", "over": "day", **typed})

    assert "Please look at one thing again" in page


def test_a_stream_is_deleted_after_a_question(keep, signed_in):
    address = keep(used(DAY, 1))

    assert "Cannot be undone here" in signed_in.get(f"{address}/delete")
    signed_in.press("/delete")

    assert "The stream is deleted." in signed_in.page
    signed_in.get(address, 404)


def test_home_counts_streams_and_leads_to_them(keep, holder):
    keep(used(DAY, 1))

    assert 'href="/streams/"' in holder.get("/home")


def test_no_page_has_words_of_engineers(keep, signed_in):
    address = keep(*pulses(5))

    for path in ("/streams/", address, f"{address}/delete"):
        page = signed_in.get(path).lower()
        for word in ("segment", "sealed", "revision", "ucum", "loinc", "{", "epsilon"):
            assert word not in page.split("<main")[1].split("</main")[0], (path, word)


def test_streams_speak_german_to_who_chose_it(keep, signed_in):
    address = keep(used(DAY, "1000.25"), used(DAY + timedelta(hours=3), 2))
    signed_in.get(address)
    signed_in.post("/language", language="de", onward=address)
    signed_in.post(f"{address}/limits", side="above", limit="5", over="day")

    page = signed_in.get(f"{address}?view=day&on=2026-03-01")
    assert "Stromverbrauch" in page
    assert "Sonntag, 1. März 2026" in page
    assert "2 Messwerte, zusammen 1.002,25 kWh." in page
    assert "Über 5 kWh an einem Tag" in page
    assert "Mär" in signed_in.get(f"{address}?view=week&on=2026-03-01")
    assert "2 Messwerte, der letzte vom" in signed_in.get("/streams/")
    assert "2 Messwerte (Stromverbrauch von Watch)" in signed_in.get(f"{address}/delete")
    refused = signed_in.post(f"{address}/limits", 422, side="above", limit="viel", over="day")
    assert "Geben Sie eine Zahl ein, zum Beispiel 7,5." in refused
