"""Read a FHIR R4 bundle of patients and observations into records of the health data sets.

One row for each patient: of each measure the newest observation that is final. Codes are LOINC, units UCUM
(`fhir_units`). Each resource is validated by the models of R4B by itself, so that one that is broken spoils
no other; what is left out is told by its place in the bundle.

Source: hl7.org/fhir/R4: bundle, patient, observation, observation-vitalsigns.
"""

from collections.abc import Mapping
from datetime import datetime
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

from fhir.resources.R4B.observation import Observation

from crypto.encoding import parse_json
from crypto.errors import MalformedError
from ssi.dataset import DataSet
from ssi.issuer_service.domain.table_file import TableFile
from ssi.issuer_service.errors import TableRefusedError
from ssi.issuer_service.imports.fhir_people import People, Person, imported, read_people
from ssi.issuer_service.imports.fhir_resource import validated
from ssi.issuer_service.imports.fhir_time import When, read_when
from ssi.issuer_service.imports.fhir_units import MEASURES, SMOKING, SMOKING_WORDS, Measure
from ssi.issuer_service.imports.imported import Note, as_table

MAX_BYTES = 16 * 1024 * 1024
MAX_ENTRIES = 50_000
_LOINC, _UCUM, _SNOMED = "http://loinc.org", "http://unitsofmeasure.org", "http://snomed.info/sct"
_FINAL = frozenset({"final", "amended", "corrected"})
_NO_MEASURE = Decimal(10**9)
"""Larger than every value in every unit that is read."""
_SMALLEST = Decimal("1e-15")
"""Smaller than what any value is rounded to."""
_MOMENTS = frozenset({"effectiveDateTime", "effectiveInstant"})
_ENDS = frozenset({"start", "end"})


def read_fhir(
    raw: bytes, data_set: DataSet, *, now: datetime, identifier_system: str | None = None
) -> TableFile:
    """The patients of a bundle as a table for a data set, one row each; nothing observed after `now` counts.

    Without an `identifier_system` the first identifier of a patient is her number.

    Raises:
        TableRefusedError: too long, no JSON, no bundle, or without any patient who has a number.
    """
    entries = _entries(raw)
    notes: list[Note] = []
    people = read_people(entries, notes)
    for number, entry in enumerate(entries):
        resource = entry.get("resource") if isinstance(entry, Mapping) else None
        if isinstance(resource, Mapping) and resource.get("resourceType") == "Observation":
            problem = _observe(resource, people, now)
            if problem is not None:
                notes.append(Note(f"entry {number}", f"left out: {problem}"))
    rows = [imported(person, data_set, identifier_system, notes) for person in people.everyone]
    return as_table([row for row in rows if row is not None], notes, source="FHIR R4")


def _entries(raw: bytes) -> list[Any]:
    if len(raw) > MAX_BYTES:
        raise TableRefusedError(f"the FHIR bundle has more than {MAX_BYTES // 2**20} MiB: split it")
    try:
        bundle: Any = parse_json(raw)
    except MalformedError as error:
        raise TableRefusedError(f"the FHIR bundle is no JSON as it should be: {error}") from error
    if not isinstance(bundle, Mapping) or bundle.get("resourceType") != "Bundle":
        raise TableRefusedError("expected a FHIR resource of the type Bundle")
    entries = bundle.get("entry", [])
    if not isinstance(entries, list) or len(entries) > MAX_ENTRIES:
        raise TableRefusedError(f"expected at most {MAX_ENTRIES:,} entries in the bundle: split it")
    return entries


def _observe(resource: Mapping[str, Any], people: People, now: datetime) -> str | None:
    """Take one observation in; what is wrong with it, if it or a part of it is left out."""
    try:
        observation = validated(Observation, _with_moments_as_text(resource))
    except MalformedError as error:
        return str(error)
    reference = str(observation.subject.reference if observation.subject else None)
    person = people.by_reference.get(reference)
    when = _when(observation)
    if person is None:
        among = "two patients" if reference in people.by_reference else "no patient"
        return f"its subject is {among} of this bundle"
    if observation.status not in _FINAL:
        return "it is not final"
    if when is None:
        return "it does not say when it was made (effectiveDateTime, effectiveInstant or effectivePeriod)"
    if when.is_after(now):
        return "it was made in the future: check the clock"
    return _take(observation, person, when)


def _with_moments_as_text(resource: Mapping[str, Any]) -> dict[str, Any]:
    """The resource without moments that are no text, which the models would take for seconds since 1970."""
    told = _texts_only(resource, _MOMENTS)
    period = told.get("effectivePeriod")
    return {**told, "effectivePeriod": _texts_only(period, _ENDS)} if isinstance(period, Mapping) else told


def _texts_only(members: Mapping[str, Any], names: frozenset[str]) -> dict[str, Any]:
    return {name: each for name, each in members.items() if name not in names or isinstance(each, str)}


def _when(observation: Observation) -> When | None:
    """When it was made; a period counts by its end, or by its start while it has none."""
    period: Any = observation.effectivePeriod
    told: Any = observation.effectiveDateTime or observation.effectiveInstant
    if told is None and period is not None:
        told = period.end or period.start
    return None if told is None else read_when(told)


def _take(observation: Observation, person: Person, when: When) -> str | None:
    person.saw(when)
    problem = None
    parts: list[Any] = [observation, *(observation.component or [])]
    for part in parts:
        found = _told(part)
        if isinstance(found, tuple):
            person.take(found[0], when, found[1])
        elif found or (part is observation and not observation.component):
            problem = found or "none of its codes is in the table of measures"
    return problem


def _told(part: Any) -> tuple[str, str] | str | None:
    """A value and its name; what is wrong with it; or None where the code is of no interest."""
    code = _code(part.code, _LOINC)
    if code == SMOKING:
        word = SMOKING_WORDS.get(_code(part.valueCodeableConcept, _SNOMED) or "")
        return ("smoking", word) if word else "an answer that is not in the table"
    if code not in MEASURES:
        return None
    value = _converted(part.valueQuantity, MEASURES[code])
    if value is None:
        return f"expected a value in one of {', '.join(MEASURES[code].units)} (UCUM)"
    if abs(value) >= _NO_MEASURE:
        return "its value is too large for any measure"
    # Without an exponent a tiny number would be written with as many zeros as its exponent says.
    return MEASURES[code].name, f"{value.quantize(_SMALLEST, ROUND_HALF_EVEN):f}"


def _converted(quantity: Any, measure: Measure) -> Decimal | None:
    if quantity is None or quantity.value is None or quantity.comparator is not None:
        return None
    if quantity.system != _UCUM or quantity.code not in measure.units:
        return None
    factor, offset = measure.units[quantity.code]
    return Decimal(str(quantity.value)) * factor + offset


def _code(concept: Any, system: str) -> str | None:
    codings = (concept.coding or []) if concept is not None else []
    return next((str(coding.code) for coding in codings if coding.system == system and coding.code), None)
