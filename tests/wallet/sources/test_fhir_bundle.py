"""Observations of a hospital become values, by LOINC and UCUM."""

from decimal import Decimal

import pytest

from tests.wallet.sources.files import bundle, observation, taken, utc, values
from wallet.errors import SourceError, SourceTrouble

PULSE = {"value": 1, "system": "http://unitsofmeasure.org", "code": "/min"}


@pytest.mark.parametrize(
    ("code", "value", "unit", "quantity", "expected"),
    [
        ("8867-4", 61, "/min", "heart-rate", "61"),
        ("8867-4", 61.5, "{beats}/min", "heart-rate", "61.5"),
        ("15074-8", 5.5, "mmol/L", "blood-glucose", "99.0858"),
        ("2339-0", 99, "mg/dL", "blood-glucose", "99"),
        ("8310-5", 98.6, "[degF]", "body-temperature", "37"),
        ("8310-5", 310.15, "K", "body-temperature", "37"),
        ("29463-7", 150, "[lb_av]", "body-weight", "68.0388555"),
        ("8302-2", 70, "[in_i]", "body-height", "177.8"),
        ("8480-6", 16, "kPa", "systolic-blood-pressure", "120.00986928"),
        ("59408-5", 97, "%", "oxygen-saturation", "97"),
    ],
)
def test_a_code_and_a_unit_give_a_value(code, value, unit, quantity, expected):
    (found,) = values("fhir", bundle(observation(code, value, unit)))

    assert (found.quantity, found.value) == (quantity, Decimal(expected))
    assert found.start == utc("2026-01-31T11:00:00")


def test_the_components_of_a_blood_pressure_are_values_of_their_own():
    parts = [observation("8480-6", 120, "mm[Hg]"), observation("8462-4", 80, "mm[Hg]")]
    pressure = observation("85354-9", 0, "x", component=parts, device={"display": "Cuff"})
    found = values("fhir", bundle(pressure))

    assert [(value.quantity, value.value, value.instrument) for value in found] == [
        ("systolic-blood-pressure", Decimal(120), "Cuff"),
        ("diastolic-blood-pressure", Decimal(80), "Cuff"),
    ]


def test_a_bad_component_spoils_no_other():
    parts = [observation("8480-6", "high", "mm[Hg]"), observation("8462-4", 80, "mm[Hg]")]
    found, report = taken(
        "fhir", bundle({"resourceType": "Patient"}, observation("85354-9", 0, "x", component=parts))
    )

    assert [value.quantity for value in found] == ["diastolic-blood-pressure"]
    assert (report.bad, report.passed_over, report.places[0].place) == (1, 1, "entry 2 of the bundle")


def test_a_period_is_an_interval():
    period = {"start": "2026-01-31T12:00:00Z", "end": "2026-01-31T13:00:00Z"}
    told = observation("55423-8", 900, "{steps}", effectivePeriod=period)
    (value,) = values("fhir", bundle(told))

    assert (value.start, value.end) == (utc("2026-01-31T12:00:00"), utc("2026-01-31T13:00:00"))


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({"status": "preliminary"}, SourceTrouble.EMPTY),
        ({"status": "entered-in-error"}, SourceTrouble.EMPTY),
        ({"effectiveDateTime": "2026-01-31"}, SourceTrouble.IMPOSSIBLE_TIME),
        ({"effectiveDateTime": "2026"}, SourceTrouble.IMPOSSIBLE_TIME),
        ({"effectiveDateTime": "2026-01-31T12:00:00"}, SourceTrouble.IMPOSSIBLE_TIME),
        ({"effectiveDateTime": "2126-01-31T12:00:00Z"}, SourceTrouble.IMPOSSIBLE_TIME),
        ({"effectiveDateTime": None}, SourceTrouble.DAMAGED),
        ({"valueQuantity": None}, SourceTrouble.DAMAGED),
        ({"valueQuantity": {**PULSE, "value": "61"}}, SourceTrouble.DAMAGED),
        ({"valueQuantity": {**PULSE, "system": "urn:x"}}, SourceTrouble.UNKNOWN_UNIT),
        ({"valueQuantity": {**PULSE, "code": "m"}}, SourceTrouble.UNKNOWN_UNIT),
        ({"valueQuantity": {**PULSE, "comparator": "<"}}, SourceTrouble.DAMAGED),
    ],
)
def test_an_observation_that_cannot_be_used_is_refused_by_kind(changes, kind):
    with pytest.raises(SourceError) as caught:
        values("fhir", bundle({**observation("8867-4", 61, "/min"), **changes}))

    assert caught.value.kind is kind


def test_another_resource_is_another_format():
    with pytest.raises(SourceError) as caught:
        values("fhir", b'{"resourceType": "Patient"}')

    assert caught.value.kind is SourceTrouble.OTHER_FORMAT
