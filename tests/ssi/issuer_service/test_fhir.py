"""FHIR bundles become tables of records, bounded and without guesses."""

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ssi.dataset import data_set
from ssi.issuer_service.domain.offering import DataSetConfiguration
from ssi.issuer_service.errors import TableRefusedError
from ssi.issuer_service.imports import fhir
from ssi.issuer_service.imports.fhir import read_fhir
from ssi.issuer_service.imports.fhir_units import MEASURES
from tests.ssi.parties import NOW

OBSERVATIONS = data_set("observations/1")


def told(table) -> dict[str, str]:
    return dict(zip(table.headings, table.rows[0].cells, strict=True))


def patient(name: str = "p1", number: str = "4711", **changes: object) -> dict[str, Any]:
    return {
        "resourceType": "Patient",
        "id": name,
        "identifier": [{"system": "urn:mrn", "value": number}],
        "gender": "female",
        "birthDate": "1980-06-15",
        **changes,
    }


def observation(
    code: str, value: object, unit: str, *, at: object = "2026-01-01", of: str = "p1", **changes
) -> dict[str, Any]:
    return {
        "resourceType": "Observation",
        "status": "final",
        "code": {"coding": [{"system": "http://loinc.org", "code": code}]},
        "subject": {"reference": f"Patient/{of}"},
        "effectiveDateTime": at,
        "valueQuantity": {"value": value, "system": "http://unitsofmeasure.org", "code": unit},
        **changes,
    }


def bundle(*resources: object) -> bytes:
    entries = [{"resource": resource} for resource in resources]
    return json.dumps({"resourceType": "Bundle", "type": "collection", "entry": entries}).encode()


def test_the_newest_observation_of_each_measure_counts():
    raw = bundle(
        patient(),
        observation("29463-7", 80, "kg", at="2026-02-01"),
        observation("29463-7", 90, "kg", at="2025-02-01"),
        observation("8302-2", 1.8, "m"),
    )
    values = told(read_fhir(raw, OBSERVATIONS, now=NOW))

    assert (values["body_weight"], values["body_height"]) == ("80.0", "180.0")
    assert (values["age"], values["age_band"], values["sex"]) == ("45", "adult", "female")
    assert DataSetConfiguration(OBSERVATIONS).parse(
        {name: value for name, value in values.items() if name != "external_id"}
    )


@pytest.mark.parametrize(
    ("code", "value", "unit", "name", "expected"),
    [
        ("2345-7", 5.5, "mmol/L", "glucose", "99"),
        ("2093-3", 5.2, "mmol/L", "total_cholesterol", "201"),
        ("4548-4", 48, "mmol/mol", "hba1c", "6.5"),
        ("8310-5", 98.6, "[degF]", "body_temperature", "37.0"),
        ("8480-6", 16, "kPa", "systolic", "120"),
        ("29463-7", 150, "[lb_av]", "body_weight", "68.0"),
        ("2160-0", 88.4, "umol/L", "creatinine", "1.00"),
        ("718-7", 140, "g/L", "haemoglobin", "14.0"),
        ("2571-8", 1.7, "mmol/L", "triglycerides", "151"),
        ("14749-6", 5.5, "mmol/L", "glucose", "99"),
        ("14647-2", 5.2, "mmol/L", "total_cholesterol", "201"),
        ("14646-4", 1.3, "mmol/L", "hdl_cholesterol", "50"),
        ("22748-8", 3.0, "mmol/L", "ldl_cholesterol", "116"),
        ("39469-2", 3.0, "mmol/L", "ldl_cholesterol", "116"),
        ("69419-0", 3.0, "mmol/L", "ldl_cholesterol", "116"),
        ("2089-1", 116, "mg/dL", "ldl_cholesterol", "116"),
        ("14927-8", 1.7, "mmol/L", "triglycerides", "151"),
        ("14682-9", 88.4, "umol/L", "creatinine", "1.00"),
    ],
)
def test_units_are_converted_as_laboratories_do(code, value, unit, name, expected):
    assert (
        told(read_fhir(bundle(patient(), observation(code, value, unit)), OBSERVATIONS, now=NOW))[name]
        == expected
    )


@pytest.mark.parametrize("measure", MEASURES.values(), ids=lambda measure: measure.name)
def test_every_measure_is_a_value_of_the_data_set_in_its_unit(measure):
    (attribute,) = [each for each in OBSERVATIONS.attributes if each.name == measure.name]

    assert measure.units[attribute.unit] == (Decimal(1), Decimal(0))


def test_a_panel_gives_its_components():
    components = [
        {key: observation(code, value, "mm[Hg]")[key] for key in ("code", "valueQuantity")}
        for code, value in (("8480-6", 120), ("8462-4", 80))
    ]
    panel = observation("85354-9", 0, "1", component=components)
    del panel["valueQuantity"]
    values = told(read_fhir(bundle(patient(), panel), OBSERVATIONS, now=NOW))

    assert (values["systolic"], values["diastolic"]) == ("120", "80")


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        (observation("29463-7", 80, "stone"), "expected a value in one of kg"),
        (observation("29463-7", 80, "kg", status="entered-in-error"), "not final"),
        (observation("29463-7", 80, "kg", status=["final"]), "not a valid Observation"),
        (observation("29463-7", 80, "kg", of="p2"), "no patient of this bundle"),
        (observation("0000-0", 80, "kg"), "none of its codes"),
        (observation("29463-7", 80, "kg", effectiveDateTime=None), "when it was made"),
        (observation("29463-7", 80, "kg", effectiveDateTime=None, effectivePeriod={}), "when it was made"),
        (observation("29463-7", 80, "kg", at="2026-02-30"), "not a valid Observation"),
        (observation("29463-7", 80, "kg", at="2016-12-31T23:59:60Z"), "when it was made"),
        (observation("29463-7", 80, "kg", at="2026-03-03"), "in the future"),
        (observation("29463-7", 80, "kg", at="2026-04"), "in the future"),
        (observation("29463-7", 80, "kg", at="2027"), "in the future"),
        (observation("29463-7", 80, "kg", at="2026-03-01T12:06:00Z"), "in the future"),
        (observation("29463-7", 80, "kg", at="2026-03-01T12:06:00+00:00"), "in the future"),
        (observation("29463-7", 80, "kg", at="9999-12-31T23:59:59-12:00"), "in the future"),
        (observation("29463-7", 1e30, "kg"), "too large"),
        (observation("29463-7", -1e9, "kg"), "too large"),
        (observation("29463-7", "1E-900000", "kg"), "not a valid Observation (valueQuantity.value)"),
        (observation("29463-7", "80", "kg"), "not a valid Observation (valueQuantity.value)"),
        (observation("29463-7", True, "kg"), "not a valid Observation (valueQuantity.value)"),
        (
            observation("29463-7", 80, "kg", component=[{"valueQuantity": {"value": "1e9999999"}}]),
            "not a valid Observation (valueQuantity.value)",
        ),
        (observation("29463-7", 80, "kg", _status="5"), "not a valid Observation"),
        (observation("29463-7", 80, "kg", at=86400), "when it was made"),
        (observation("29463-7", 80, "kg", at=1e300), "when it was made"),
        (observation("29463-7", 80, "kg", at=None, effectiveInstant=86400), "when it was made"),
        (observation("29463-7", 80, "kg", at=None, effectivePeriod={"end": 86400}), "when it was made"),
        (observation("29463-7", 80, "kg", at="86400"), "not a valid Observation"),
        (observation("2339-0", 90, "mg/dL"), "none of its codes"),
        (observation("15074-8", 5, "mmol/L"), "none of its codes"),
        ({**observation("29463-7", 80, "kg"), "code": {}}, "none of its codes"),
        (
            observation("29463-7", 0, "kg", valueQuantity={"value": 80, "system": "urn:x", "code": "kg"}),
            "expected a value",
        ),
        (
            observation(
                "29463-7",
                0,
                "kg",
                valueQuantity={
                    "value": 80, "comparator": "<", "system": "http://unitsofmeasure.org", "code": "kg",
                },
            ),
            "expected a value",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
def test_an_entry_that_cannot_be_taken_is_told_by_its_place_and_spoils_no_other(broken, said):
    table = read_fhir(bundle(patient(), broken, observation("8302-2", 180, "cm")), OBSERVATIONS, now=NOW)

    assert told(table)["body_height"] == "180.0"
    assert "body_weight" not in table.headings
    assert len(table.notes) == 1
    assert table.notes[0].startswith("entry 1: left out")
    assert said in table.notes[0]


def test_people_are_kept_apart_and_named_by_the_identifier_that_is_asked_for():
    two = [{"system": "urn:a", "value": "1"}, {"system": "urn:b", "value": "2"}]
    raw = bundle(patient("p1", identifier=two), patient("p2"), observation("8302-2", 180, "cm", of="p2"))
    table = read_fhir(raw, OBSERVATIONS, now=NOW, identifier_system="urn:b")

    assert [row.cells[0] for row in table.rows] == ["2"]
    assert "no identifier" in table.notes[0]


def test_the_health_check_takes_the_same_measures_under_its_own_names():
    raw = bundle(patient(), observation("4548-4", 6.5, "%"))

    assert told(read_fhir(raw, data_set("health/1"), now=NOW))["glycohemoglobin"] == "6.5"


@pytest.mark.parametrize(
    "raw",
    [b"", b"[]", b"{", b"{}", b'{"resourceType":"Patient"}', b'{"resourceType":"Bundle","entry":{}}',
     b'{"resourceType":"Bundle","entry":[1,null,{"resource":3}]}', bundle(patient(identifier=[]))],
)  # fmt: skip
def test_what_is_no_bundle_of_patients_is_refused(raw):
    with pytest.raises(TableRefusedError):
        read_fhir(raw, OBSERVATIONS, now=NOW)


@given(st.binary(max_size=300))
def test_whatever_bytes_come_they_are_refused_by_name(raw):
    with pytest.raises(TableRefusedError):
        read_fhir(raw, OBSERVATIONS, now=NOW)


_MEMBERS = (
    "id", "identifier", "birthDate", "contained", "extension", "_birthDate", "_status", "code", "subject",
    "valueQuantity", "effectiveDateTime", "effectivePeriod", "component", "fhir_comments",
)  # fmt: skip
_HOSTILE = st.recursive(
    st.none() | st.booleans() | st.integers() | st.sampled_from([1e300, 10**400, "", "1e9999999", "Nope"]),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(
            st.sampled_from(["resourceType", "value", "url", "valueDecimal"]), inner, max_size=2
        )
    ),
    max_leaves=4,
)


@given(st.sampled_from(_MEMBERS), _HOSTILE)
def test_whatever_a_member_holds_it_spoils_no_other_entry(member, held):
    spoiled = ({**patient("p2", "4712"), member: held}, {**observation("29463-7", 80, "kg"), member: held})
    table = read_fhir(bundle(patient(), *spoiled, observation("8302-2", 180, "cm")), OBSERVATIONS, now=NOW)

    assert told(table)["external_id"] == "4711"


@pytest.mark.parametrize("kind", ["Nope", ["x"], None])
def test_nothing_is_read_of_a_resource_within_a_resource(kind):
    within: dict[str, Any] = {"contained": [{"resourceType": kind}]}
    raw = bundle(patient(**within), observation("29463-7", 80, "kg", **within))

    assert told(read_fhir(raw, OBSERVATIONS, now=NOW))["body_weight"] == "80.0"


@pytest.mark.parametrize("born", [0, 86400, True, "0"])
def test_a_number_is_no_day_of_birth(born):
    table = read_fhir(bundle(patient("p2"), patient(birthDate=born)), OBSERVATIONS, now=NOW)

    assert table.notes == ("entry 1: left out: not a valid Patient (birthDate)",)


def test_bundles_that_are_too_long_are_refused(monkeypatch):
    monkeypatch.setattr(fhir, "MAX_ENTRIES", 0)

    with pytest.raises(TableRefusedError, match="at most 0 entries"):
        read_fhir(bundle(patient()), OBSERVATIONS, now=NOW)
    with pytest.raises(TableRefusedError, match="MiB"):
        read_fhir(b" " * (fhir.MAX_BYTES + 1), OBSERVATIONS, now=NOW)


_WEIGHTS = {"C": Decimal("12.011"), "H": Decimal("1.008"), "N": Decimal("14.007"), "O": Decimal("15.999")}


@pytest.mark.parametrize(
    ("name", "unit", "formula", "per_litre"),
    [
        ("glucose", "mmol/L", {"C": 6, "H": 12, "O": 6}, 1000),
        ("total_cholesterol", "mmol/L", {"C": 27, "H": 46, "O": 1}, 1000),
        ("triglycerides", "mmol/L", {"C": 57, "H": 104, "O": 6}, 1000),
        ("creatinine", "umol/L", {"C": 4, "H": 7, "N": 3, "O": 1}, 1_000_000),
    ],
)
def test_moles_become_mass_by_the_molar_mass(name, unit, formula, per_litre):
    measure = next(each for each in MEASURES.values() if each.name == name)
    grams = sum((_WEIGHTS[atom] * count for atom, count in formula.items()), Decimal(0))

    assert measure.units[unit] == (grams * 100 / per_litre, Decimal(0))


@pytest.mark.parametrize(
    ("newer", "older"),
    [
        ("2026-02-01T00:30:00+02:00", "2026-01-31T23:00:00+02:00"),
        ("2026-01-31T23:30:00Z", "2026-02-01T00:30:00+02:00"),
        ("2026-01-05", "2026"),
        ("2026-01-01T01:00:00Z", "2026-01"),
        ("2026-02", "2026-01-31T23:59:00Z"),
        ("2026", "2025-12-31"),
    ],
)
def test_the_newest_is_told_by_the_moment_and_not_by_its_spelling(newer, older):
    both = [observation("29463-7", 80, "kg", at=newer), observation("29463-7", 90, "kg", at=older)]

    for order in (both, both[::-1]):
        assert told(read_fhir(bundle(patient(), *order), OBSERVATIONS, now=NOW))["body_weight"] == "80.0"


@pytest.mark.parametrize(
    "made",
    [
        {"effectiveInstant": "2026-02-03T10:00:00.123Z"},
        {"effectivePeriod": {"start": "2026-02-03", "end": "2026-02-04"}},
        {"effectivePeriod": {"start": "2026-02-03T10:00:00Z"}},
        {"effectiveDateTime": "2026-03-01T12:04:00Z"},
        {"effectiveDateTime": "2026-03-02"},
    ],
    ids=str,
)
def test_an_observation_may_say_when_it_was_made_in_every_way(made):
    seen = {**observation("29463-7", 80, "kg", effectiveDateTime=None), **made}
    values = told(read_fhir(bundle(patient(), seen), OBSERVATIONS, now=NOW))

    assert (values["body_weight"], values["age"]) == ("80.0", "45")


@pytest.mark.parametrize(
    ("born", "seen", "age", "band"),
    [
        ("1980-06-15", "2026-01", "45", "adult"),
        ("1980-06", "2026-01-01", "45", "adult"),
        ("1980-12", "2025", None, None),
        ("1980", "2026-01-01", None, None),
        ("1980", "2025-12-31", "45", "adult"),
        ("1980-06-15", "2026", None, None),
        ("1930", "2026", "90", "senior"),
        ("1930-01-01", "2026-01-01", "90", "senior"),
        ("2008-02-01", "2026-01-31", "17", "child"),
        ("2008-01-31", "2026-01-31", "18", "adult"),
        ("1961-01-31", "2026-01-31", "65", "senior"),
    ],
)
def test_an_age_is_told_where_it_is_certain_and_not_beyond_the_bound_of_the_data_set(born, seen, age, band):
    raw = bundle(patient(birthDate=born), observation("29463-7", 80, "kg", at=seen))
    table = read_fhir(raw, OBSERVATIONS, now=NOW)

    assert (told(table).get("age"), told(table).get("age_band")) == (age, band)
    assert any("her age is left out" in note for note in table.notes) is (age is None)


def test_the_bound_of_the_age_is_that_of_the_data_set():
    raw = bundle(patient(birthDate="1940-01-01"), observation("29463-7", 80, "kg"))

    assert told(read_fhir(raw, data_set("health/1"), now=NOW))["age"] == "80"


def test_a_patient_whom_no_observation_can_name_is_told_and_kept():
    nameless = patient()
    del nameless["id"]
    table = read_fhir(bundle(nameless), OBSERVATIONS, now=NOW)

    assert told(table) == {"external_id": "4711", "sex": "female"}
    assert table.notes == ("entry 0: no observation can be hers: give the patient an id or a fullUrl",)


def test_an_observation_of_one_of_two_patients_of_the_same_id_is_nobodys():
    raw = bundle(patient(), patient(number="4712"), observation("29463-7", 80, "kg"))
    table = read_fhir(raw, OBSERVATIONS, now=NOW)

    assert "body_weight" not in table.headings
    assert table.notes == ("entry 2: left out: its subject is two patients of this bundle",)
