"""The patients of a FHIR bundle: by what observations may name them, and what is told about each."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

from fhir.resources.R4B.patient import Patient

from crypto.errors import MalformedError
from ssi.dataset import DataSet
from ssi.issuer_service.imports.fhir_resource import validated
from ssi.issuer_service.imports.fhir_time import When, age_at
from ssi.issuer_service.imports.fhir_units import HEALTH_CHECK_NAMES
from ssi.issuer_service.imports.imported import ImportedPerson, Note

_ADULT, _SENIOR = 18, 65
_SEXES = frozenset({"female", "male", "other"})


@dataclass(repr=False)
class Person:
    """A patient, where she stands in the bundle, and the newest value of each measure."""

    patient: Patient
    place: str
    newest: When | None = None
    values: dict[str, tuple[datetime, str]] = field(default_factory=dict)

    def saw(self, when: When) -> None:
        """Remember an observation: her age is told at the newest."""
        if self.newest is None or when.begins >= self.newest.begins:
            self.newest = when

    def take(self, name: str, when: When, value: str) -> None:
        """Keep a value if none is newer; of two of one moment the later in the bundle counts."""
        if name not in self.values or when.begins >= self.values[name][0]:
            self.values[name] = (when.begins, value)


@dataclass(frozen=True, repr=False)
class People:
    """All patients of a bundle; a reference that two of them share leads to none."""

    everyone: tuple[Person, ...]
    by_reference: Mapping[str, Person | None]


def read_people(entries: Sequence[Any], notes: list[Note]) -> People:
    """Every patient, under every reference by which observations may name her."""
    everyone: list[Person] = []
    by_reference: dict[str, Person | None] = {}
    for number, entry in enumerate(entries):
        resource = entry.get("resource") if isinstance(entry, Mapping) else None
        if not isinstance(resource, Mapping) or resource.get("resourceType") != "Patient":
            continue
        try:
            person = Person(validated(Patient, resource), f"entry {number}")
        except MalformedError as error:
            notes.append(Note(f"entry {number}", f"left out: {error}"))
            continue
        everyone.append(person)
        references = set(_references(entry, person.patient))
        if not references:
            notes.append(
                Note(person.place, "no observation can be hers: give the patient an id or a fullUrl")
            )
        for reference in references:
            by_reference[reference] = None if reference in by_reference else person
    return People(tuple(everyone), by_reference)


def imported(
    person: Person, data_set: DataSet, identifier_system: str | None, notes: list[Note]
) -> ImportedPerson | None:
    """Her number and the values of a data set, or None where she has no number of the kind asked for."""
    external_id = next(
        (
            str(identifier.value)
            for identifier in person.patient.identifier or []
            if identifier.value and identifier_system in (None, identifier.system)
        ),
        None,
    )
    if external_id is None:
        notes.append(Note(person.place, "left out: the patient has no identifier of the kind asked for"))
        return None
    told = {name: value for name, (_, value) in person.values.items()} | _about(person, data_set, notes)
    if data_set.id == "health":
        told = {HEALTH_CHECK_NAMES.get(name, name): value for name, value in told.items()}
    values = {
        attribute.name: _rounded(told[attribute.name], attribute.decimals if attribute.unit else None)
        for attribute in data_set.attributes
        if attribute.name in told
    }
    return ImportedPerson(external_id, values)


def _references(entry: Mapping[str, Any], patient: Patient) -> Iterator[str]:
    full_url = entry.get("fullUrl")
    if isinstance(full_url, str):
        yield full_url
    if patient.id:
        yield f"Patient/{patient.id}"


def _about(person: Person, data_set: DataSet, notes: list[Note]) -> dict[str, str]:
    values = {"sex": person.patient.gender} if person.patient.gender in _SEXES else {}
    born: Any = person.patient.birthDate
    if born is None or person.newest is None:
        return values
    age = age_at(born, person.newest, oldest=int(data_set.attribute("age").maximum))
    if age is None:
        notes.append(
            Note(person.place, "her age is left out: tell her birth and her observations by the day")
        )
        return values
    band = "child" if age < _ADULT else "adult" if age < _SENIOR else "senior"
    return values | {"age": str(age), "age_band": band}


def _rounded(text: str, decimals: int | None) -> str:
    if decimals is None or not text[-1:].isdecimal():
        return text
    return str(Decimal(text).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_EVEN))
