"""A FHIR R4 bundle of observations: LOINC says what was measured, UCUM in which unit.

Only what a value needs is read, strictly: the status is final, the code is one of `LOINC`, the value a
quantity with a UCUM code, the time exact with its zone. Components, such as the two of a blood pressure, are
entries of their own.

Source: hl7.org/fhir/R4: bundle, observation, observation-vitalsigns.

Limit: dates without a time are refused, since nobody can tell to which hour they belong.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

from crypto.reading import Fields
from wallet.domain.measured import Measured
from wallet.domain.source import Manifest, Words
from wallet.errors import SourceError, SourceTrouble
from wallet.sources.bounded import Bounded
from wallet.sources.json_document import document
from wallet.sources.manifests import HEALTH_RECORD, OF_BODY, SMALL, WHEN_UPLOADED
from wallet.sources.reading import Reading, Source, each
from wallet.sources.units import convert
from wallet.sources.values import damaged, json_number, measured, moment, name

LOINC: Final = {
    "8867-4": "heart-rate",
    "40443-4": "resting-heart-rate",
    "55423-8": "steps",
    "41950-7": "steps",
    "2339-0": "blood-glucose",
    "2345-7": "blood-glucose",
    "15074-8": "blood-glucose",
    "14749-6": "blood-glucose",
    "8480-6": "systolic-blood-pressure",
    "8462-4": "diastolic-blood-pressure",
    "59408-5": "oxygen-saturation",
    "2708-6": "oxygen-saturation",
    "8310-5": "body-temperature",
    "9279-1": "respiratory-rate",
    "29463-7": "body-weight",
    "3141-9": "body-weight",
    "8302-2": "body-height",
    "39156-5": "body-mass-index",
    "93832-4": "sleep",
}
_SYSTEM: Final = "http://loinc.org"
_UCUM: Final = "http://unitsofmeasure.org"
_FINAL: Final = ("final", "amended", "corrected")
_WHERE: Final = "entry {} of the bundle"


class _Part(NamedTuple):
    """One thing that was observed: an observation without components, or one component."""

    observation: Mapping[str, Any]
    part: Mapping[str, Any]
    quantity: str


def parse(file: Bounded, reading: Reading) -> Iterator[Measured]:
    """The values of a bundle, in its order."""
    bundle = document(file)
    if not isinstance(bundle, Mapping) or bundle.get("resourceType") != "Bundle":
        raise SourceError(SourceTrouble.OTHER_FORMAT, "expected a FHIR resource of the type Bundle")
    entries = bundle.get("entry", [])
    if not isinstance(entries, list):
        raise SourceError(SourceTrouble.DAMAGED, "the entries of the bundle are no list")
    return each(_parts(entries, reading), _values, reading.report, _WHERE)


def _parts(entries: Sequence[Any], reading: Reading) -> Iterator[tuple[int, _Part]]:
    for index, entry in enumerate(entries, 1):
        resource = entry.get("resource") if isinstance(entry, Mapping) else None
        found = list(_parts_of(resource)) if isinstance(resource, Mapping) else []
        reading.report.passed_over += not found
        yield from ((index, part) for part in found)


def _parts_of(resource: Mapping[str, Any]) -> Iterator[_Part]:
    if resource.get("resourceType") != "Observation":
        return
    components = resource.get("component")
    for part in [resource, *(components if isinstance(components, list) else [])]:
        if isinstance(part, Mapping) and (quantity := _quantity(part)) is not None:
            yield _Part(resource, part, quantity)


def _quantity(part: Mapping[str, Any]) -> str | None:
    concept = part.get("code")
    codings = concept.get("coding") if isinstance(concept, Mapping) else None
    for coding in codings if isinstance(codings, list) else []:
        if isinstance(coding, Mapping) and coding.get("system") == _SYSTEM:
            code = coding.get("code")
            if isinstance(code, str) and code in LOINC:
                return LOINC[code]
    return None


def _values(found: _Part) -> Sequence[Measured]:
    if found.observation.get("status") not in _FINAL:
        return ()
    told = Fields.of(found.part, "observation").section("valueQuantity")
    if told.any("system") != _UCUM:
        raise SourceError(SourceTrouble.UNKNOWN_UNIT, "expected a unit of UCUM")
    if told.has("comparator"):
        raise damaged("the value is only known to be above or below something")
    value = convert(found.quantity, json_number(told.any("value")), told.text("code", max_length=40))
    start, end = _when(found.observation)
    return (measured(found.quantity, start, end, value, _device(found.observation)),)


def _when(observation: Mapping[str, Any]) -> tuple[datetime, datetime | None]:
    period = observation.get("effectivePeriod")
    if isinstance(period, Mapping):
        end = period.get("end")
        return moment(period.get("start")), None if end is None else moment(end)
    return moment(observation.get("effectiveDateTime") or observation.get("effectiveInstant")), None


def _device(observation: Mapping[str, Any]) -> str:
    device = observation.get("device")
    return name(device.get("display")) if isinstance(device, Mapping) else ""


FHIR: Final = Source(
    Manifest(
        name="fhir",
        title=Words("Hospital or practice (FHIR)", "Krankenhaus oder Praxis (FHIR)"),
        quantities=tuple(dict.fromkeys(LOINC.values())),
        frequency=WHEN_UPLOADED,
        size=SMALL,
        right=HEALTH_RECORD,
        granularities=OF_BODY,
        endings=(".json",),
    ),
    parse,
)
