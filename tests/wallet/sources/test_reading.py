"""What every source promises: grains, reports, limits, and a named error for every file that is not taken."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.wallet.sources import files
from tests.wallet.sources.files import SAMPLES, VIENNA, taken, utc, values
from wallet.domain.quantity import QUANTITIES
from wallet.domain.source import MOST_PLACES, explain
from wallet.errors import SourceError, SourceTrouble, WalletError
from wallet.sources.bounded import Limits
from wallet.sources.catalogue import BY_NAME, SOURCES
from wallet.sources.units import convert, units_of

NAMES = [source.manifest.name for source in SOURCES]
SECRET = "61.4142"


@pytest.mark.parametrize("name", NAMES)
def test_every_source_has_a_sample_that_gives_values_of_its_scopes(name):
    found = values(name, SAMPLES[name])

    assert found
    assert {value.quantity for value in found} <= set(BY_NAME[name].manifest.quantities)
    assert all(value.start.utcoffset() == timedelta() for value in found)


@pytest.mark.parametrize("name", NAMES)
def test_only_the_most_private_switch_is_on_at_first(name):
    manifest = BY_NAME[name].manifest

    assert manifest.most_private == {manifest.granularities[0].name}
    assert set(manifest.quantities) <= QUANTITIES.keys()
    assert all(ending.startswith(".") and ending.islower() for ending in manifest.endings)


@pytest.mark.parametrize("name", NAMES)
def test_a_file_is_not_read_while_every_switch_is_off(name):
    with pytest.raises(SourceError) as caught:
        values(name, SAMPLES[name], "no such switch")

    assert caught.value.kind is SourceTrouble.EMPTY


@pytest.mark.parametrize("name", NAMES)
def test_a_file_larger_than_its_limit_is_too_large(name):
    with pytest.raises(SourceError) as caught:
        values(name, SAMPLES[name], limits=Limits(most_bytes=len(SAMPLES[name]) - 1))

    assert caught.value.kind is SourceTrouble.TOO_LARGE


@pytest.mark.parametrize("name", NAMES)
def test_a_file_as_large_as_its_limit_is_read(name):
    assert values(name, SAMPLES[name], limits=Limits(most_bytes=len(SAMPLES[name])))


@pytest.mark.parametrize("name", [name for name in NAMES if name != "table"])
def test_a_picture_is_not_the_format_of_any_source(name):
    with pytest.raises(SourceError) as caught:
        values(name, b"\x89PNG\r\n\x1a\n" + bytes(100))

    assert caught.value.kind is SourceTrouble.OTHER_FORMAT


@pytest.mark.parametrize("name", NAMES)
def test_an_empty_file_is_told_as_such_or_as_another_format(name):
    with pytest.raises(SourceError) as caught:
        values(name, b"")

    assert caught.value.kind in {SourceTrouble.EMPTY, SourceTrouble.OTHER_FORMAT}


@pytest.mark.parametrize("name", [name for name in NAMES if name != "table"])
def test_a_file_that_was_cut_off_is_damaged(name):
    with pytest.raises(SourceError) as caught:
        values(name, SAMPLES[name][:-6])

    assert caught.value.kind is SourceTrouble.DAMAGED


@pytest.mark.parametrize("kind", SourceTrouble)
def test_each_trouble_has_cause_remedy_and_that_nothing_was_lost_in_both_languages(kind):
    told = explain(kind)

    assert all(len(text) > 20 for words in told for text in words)
    assert "Nothing was lost" in told.kept.english
    assert "ging nichts verloren" in told.kept.german


def test_an_error_of_a_source_is_one_of_the_wallet():
    assert issubclass(SourceError, WalletError)
    assert str(SourceError(SourceTrouble.DAMAGED, "no number", "line 12")) == "line 12: damaged: no number"


def test_bad_entries_are_counted_and_the_first_twenty_told_with_their_places():
    bad = [files.apple_record(value="x") for _ in range(MOST_PLACES + 5)]
    found, report = taken("apple-health", files.apple(*bad, files.apple_record()))

    assert len(found) == report.read == 1
    assert (report.bad, len(report.places)) == (25, 20)
    assert report.places[0].place == "element 2 of the export"
    assert report.places[0].kind is SourceTrouble.DAMAGED


@pytest.mark.parametrize(
    ("record", "kind"),
    [
        (files.apple_record(unit="furlong"), SourceTrouble.UNKNOWN_UNIT),
        (files.apple_record(start="1970-01-01 00:00:00 +0000"), SourceTrouble.IMPOSSIBLE_TIME),
        (files.apple_record(value="NaN"), SourceTrouble.DAMAGED),
        (files.apple_record(value="1e99"), SourceTrouble.DAMAGED),
        (files.apple_record(value="4000"), SourceTrouble.DAMAGED),
        (files.apple_record(end="2026-01-31 11:00:00 +0100"), SourceTrouble.IMPOSSIBLE_TIME),
    ],
)
def test_a_file_with_nothing_but_bad_entries_fails_as_its_first(record, kind):
    with pytest.raises(SourceError) as caught:
        values("apple-health", files.apple(record))

    assert caught.value.kind is kind
    assert caught.value.place == "element 2 of the export"


def test_a_file_with_nothing_of_interest_is_empty():
    with pytest.raises(SourceError) as caught:
        values("apple-health", files.apple(files.apple_record("BasalEnergyBurned")))

    assert caught.value.kind is SourceTrouble.EMPTY


@pytest.mark.parametrize(
    "record",
    [
        files.apple_record(value=SECRET, unit="furlong"),
        files.apple_record(value=SECRET, start="1970-01-01 00:00:00 +0000"),
        files.apple_record(value=f"{SECRET}x"),
        files.apple_record(value=f"{SECRET.replace('.', '')}"),
    ],
)
def test_no_message_repeats_a_measured_value(record):
    with pytest.raises(SourceError) as caught:
        values("apple-health", files.apple(record))

    assert SECRET.replace(".", "") not in str(caught.value).replace(".", "")


def test_levels_are_averaged_and_amounts_added_by_the_hour():
    found = values(
        "apple-health",
        files.apple(
            files.apple_record(value=60),
            files.apple_record(value=80, start="2026-01-31 12:59:59 +0100"),
            files.apple_record("StepCount", 10, "count", end="2026-01-31 12:05:00 +0100"),
            files.apple_record(
                "StepCount", 5, "count", start="2026-01-31 12:10:00 +0100", end="2026-01-31 12:15:00 +0100"
            ),
        ),
        "by-hour",
    )

    assert [(value.quantity, int(value.value)) for value in found] == [("heart-rate", 70), ("steps", 15)]
    assert {(value.start, value.end) for value in found} == {
        (utc("2026-01-31T11:00:00"), utc("2026-01-31T12:00:00"))
    }


def test_the_finest_grain_that_is_on_holds():
    raw = files.apple(files.apple_record(), files.apple_record(start="2026-01-31 13:00:00 +0100"))

    assert len(values("apple-health", raw, "by-day")) == 1
    assert len(values("apple-health", raw, "by-day", "by-hour")) == 2


def test_a_value_that_is_told_again_corrects_the_one_before_in_its_day():
    again = files.apple_record("StepCount", 10, "count", end="2026-01-31 12:05:00 +0100")
    corrected = again.replace('value="10"', 'value="12"')
    (value,) = values("apple-health", files.apple(again, again, corrected), "by-day")

    assert value.value == 12


def test_a_correction_is_known_while_few_others_lie_between(monkeypatch):
    monkeypatch.setattr("wallet.sources.grain._REMEMBERED", 1)
    told, other = (files.apple_record("StepCount", 10, "count", by=by) for by in ("Watch", "Phone"))
    at_once = values("apple-health", files.apple(told, told, other), "by-day")
    too_late = values("apple-health", files.apple(told, other, told), "by-day")

    assert [int(value.value) for value in at_once] == [10, 10]
    assert [int(value.value) for value in too_late] == [20, 10]


def test_instruments_are_not_added_up():
    raw = files.apple(*(files.apple_record("StepCount", 10, "count", by=by) for by in ("Watch", "Phone")))

    found = values("apple-health", raw, "by-day")

    assert {value.instrument: int(value.value) for value in found} == {"Watch": 10, "Phone": 10}


@pytest.mark.parametrize(
    ("day", "hours"),
    [("2026-03-29", 23), ("2026-10-25", 25), ("2026-06-01", 24)],
    ids=["spring", "autumn", "summer"],
)
def test_a_day_is_as_long_as_where_the_person_lives(day, hours):
    raw = files.apple(files.apple_record(start=f"{day} 12:00:00 +0100"))
    (value,) = values("apple-health", raw, "by-day", zone=VIENNA)

    assert value.end is not None
    assert value.end - value.start == timedelta(hours=hours)


def test_a_day_on_which_the_clocks_change_is_still_a_day():
    raw = files.load_curve(("2026-10-25", 12_000), unit="Wh")
    (value,) = values("linky", raw, "by-day")

    assert value.value == Decimal(12)
    assert value.end is not None
    assert value.end - value.start == timedelta(hours=25)


def test_what_is_coarser_than_every_switch_is_left_out():
    assert values("linky", files.load_curve(("2026-01-31", 12_000), unit="Wh"), "by-half-hour") == []


def test_more_hours_than_memory_holds_are_too_large(monkeypatch):
    monkeypatch.setattr("wallet.sources.grain.MOST_BUCKETS", 1)
    raw = files.apple(files.apple_record(), files.apple_record(start="2026-01-31 13:00:00 +0100"))

    with pytest.raises(SourceError) as caught:
        values("apple-health", raw, "by-hour")

    assert caught.value.kind is SourceTrouble.TOO_LARGE


def test_limits_are_those_of_the_source_unless_others_are_asked_for():
    assert BY_NAME["apple-health"].limits.most_bytes == 4 << 30
    assert BY_NAME["fhir"].limits.most_bytes == 64 << 20
    assert replace(BY_NAME["fhir"].limits, most_bytes=1).most_bytes == 1


told_steps = st.dictionaries(st.integers(0, 3 * 24 * 60), st.integers(0, 1000), min_size=1, max_size=30)


@given(told_steps)
def test_an_amount_stays_the_same_at_every_grain(steps):
    begins = utc("2026-03-28T00:00:00")  # the clocks change within these days
    moments = [(begins + timedelta(minutes=minute), value) for minute, value in steps.items()]
    raw = files.apple(
        *(
            files.apple_record("StepCount", value, "count", start=f"{at:%Y-%m-%d %H:%M:%S} +0000")
            for at, value in moments
        )
    )
    at_grains = [values("apple-health", raw, switch, zone=VIENNA) for switch in ("by-day", "by-hour")]

    for found in at_grains:
        assert sum(value.value for value in found) == sum(steps.values())
        for at, _ in moments:
            assert sum(value.end is not None and value.start <= at < value.end for value in found) == 1


@given(st.lists(st.integers(40, 200), min_size=1, max_size=20))
def test_a_mean_lies_between_the_least_and_the_most(rates):
    starts = [f"2026-01-31 12:{minute:02}:00 +0100" for minute in range(len(rates))]
    records = [files.apple_record(value=rate, start=start) for rate, start in zip(rates, starts, strict=True)]
    (value,) = values("apple-health", files.apple(*records), "by-hour")

    assert min(rates) <= value.value <= max(rates)
    assert abs(value.value - Decimal(sum(rates)) / len(rates)) < Decimal("0.00001")


@given(
    st.sampled_from(sorted(QUANTITIES)),
    st.decimals(-1000, 1000, places=3, allow_nan=False, allow_infinity=False),
)
def test_every_unit_of_a_quantity_converts_and_keeps_the_order(quantity, value):
    for unit in units_of(quantity):
        assert convert(quantity, value + 1, unit) >= convert(quantity, value, unit)
    assert convert(quantity, value, QUANTITIES[quantity].unit) == value
