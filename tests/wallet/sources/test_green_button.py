"""Feeds of a utility become energy, gas and water."""

from decimal import Decimal

import pytest

from tests.wallet.sources.files import block, feed, meter_reading, reading_type, taken, utc, values
from wallet.errors import SourceError, SourceTrouble

START = 1_769_857_200  # 2026-01-31T11:00:00Z


@pytest.mark.parametrize(
    ("fields", "value", "quantity", "expected"),
    [
        ({}, 974_000, "energy-used", "0.974"),
        ({"powerOfTenMultiplier": 0}, 974, "energy-used", "0.974"),
        ({"powerOfTenMultiplier": 3}, 1, "energy-used", "1"),
        ({"flowDirection": 19}, 974_000, "energy-fed-in", "0.974"),
        ({"uom": 38, "kind": 37, "powerOfTenMultiplier": 0}, 4000, "energy-used", "1"),
        ({"uom": 169, "commodity": 7, "powerOfTenMultiplier": 0}, 1, "gas-used", "29.3071"),
        ({"uom": 134, "commodity": 9, "powerOfTenMultiplier": 0}, 120, "water-used", "120"),
        ({"uom": 42, "commodity": 9, "powerOfTenMultiplier": -3}, 500, "water-used", "500"),
        ({"uom": 128, "commodity": 9, "powerOfTenMultiplier": 0}, 10, "water-used", "37.85411784"),
    ],
)
def test_the_reading_type_says_what_a_value_is(fields, value, quantity, expected):
    (found,) = values("green-button", feed(reading_type(**fields), block((START, 900, value))))

    assert (found.quantity, found.value) == (quantity, Decimal(expected))


def test_quarters_add_up_to_an_hour():
    quarters = [(START + 900 * index, 900, 250_000) for index in range(4)]
    (value,) = values("green-button", feed(reading_type(), block(*quarters)))

    assert value.value == Decimal(1)
    assert (value.start, value.end) == (utc("2026-01-31T11:00:00"), utc("2026-01-31T12:00:00"))


def test_each_block_finds_its_type_by_the_links_wherever_it_stands():
    raw = feed(
        block((START, 900, 1000), up="MeterReading/01/IntervalBlock"),
        block((START, 900, 2000), up="MeterReading/02/IntervalBlock"),
        meter_reading("MeterReading/01", "ReadingType/used"),
        meter_reading("MeterReading/02", "ReadingType/fed"),
        reading_type("ReadingType/used", powerOfTenMultiplier=0),
        reading_type("ReadingType/fed", powerOfTenMultiplier=0, flowDirection=19),
    )

    assert [(value.quantity, value.value) for value in values("green-button", raw)] == [
        ("energy-used", Decimal(1)),
        ("energy-fed-in", Decimal(2)),
    ]


def test_a_register_and_a_net_flow_are_passed_over():
    for fields in ({"accumulationBehaviour": 1}, {"flowDirection": 4}, {"commodity": 3}):
        with pytest.raises(SourceError) as caught:
            values("green-button", feed(reading_type(**fields), block((START, 900, 1))))
        assert caught.value.kind is SourceTrouble.EMPTY


@pytest.mark.parametrize(
    ("entries", "kind"),
    [
        ((reading_type(uom=61), block((START, 900, 1))), SourceTrouble.UNKNOWN_UNIT),
        ((reading_type(uom=42, commodity=7), block((START, 900, 1))), SourceTrouble.UNKNOWN_UNIT),
        ((reading_type(), block((START, 900, "x"))), SourceTrouble.DAMAGED),
        ((reading_type(), block((0, 900, 1))), SourceTrouble.IMPOSSIBLE_TIME),
        ((reading_type(), block((10**30, 900, 1))), SourceTrouble.DAMAGED),
        ((reading_type(), block((START, 0, 1))), SourceTrouble.IMPOSSIBLE_TIME),
        ((reading_type(), block((START, -900, 1))), SourceTrouble.IMPOSSIBLE_TIME),
        ((reading_type(), block((START, 10**12, 1))), SourceTrouble.IMPOSSIBLE_TIME),
        ((reading_type(powerOfTenMultiplier="x"), block((START, 900, 1))), SourceTrouble.DAMAGED),
        ((block((START, 900, 1)),), SourceTrouble.DAMAGED),
        ((), SourceTrouble.EMPTY),
    ],
)
def test_what_cannot_be_read_is_refused_by_kind(entries, kind):
    with pytest.raises(SourceError) as caught:
        values("green-button", feed(*entries))

    assert caught.value.kind is kind


def test_a_bad_reading_is_told_by_its_place():
    found, report = taken("green-button", feed(reading_type(), block((START, 900, 1), (START, 900, "x"))))

    assert len(found) == 1
    assert report.places[0].place == "reading 2 of entry 2"
