"""What is printed by accident, in a traceback or a log, tells no secret and nothing about a person."""

from decimal import Decimal

import pytest
from fhir.resources.R4B.patient import Patient

from crypto.sealing import Argon2Cost
from ssi.issuer_service.domain.dpop import SentRequest
from ssi.issuer_service.imports.courses import Course
from ssi.issuer_service.imports.fhir_people import People, Person
from ssi.issuer_service.imports.fhir_time import read_when
from ssi.issuer_service.openid4vci.requests import AskedAgain, Told
from ssi.issuer_service.services.attest_client import Credentials
from ssi.issuer_service.services.office_ports import SealedRows
from ssi.issuer_service.services.ports import StoredPassword

SECRET = "4711-secret"


@pytest.mark.parametrize(
    "value",
    [
        SentRequest("POST", "https://issuer.example/credential", SECRET),
        AskedAgain(SECRET, None),
        Told(SECRET, "credential_accepted", SECRET),
        Credentials("wallet", SECRET, SECRET),
        StoredPassword(salt=b"", cost=Argon2Cost(), verifier=SECRET.encode()),
        SealedRows("batch", [{"cells": SECRET}]),
    ],
    ids=lambda value: type(value).__name__,
)
def test_a_secret_is_not_printed(value):
    assert SECRET not in repr(value)


def test_nothing_about_a_person_is_printed():
    person = Person(Patient.model_validate({"resourceType": "Patient", "id": SECRET}), "entry 0")
    when = read_when("2026")
    assert when is not None
    person.take("smoking", when, SECRET)
    printed = repr(
        (person, People((person,), {SECRET: person}), Course(True, Decimal(4711), Decimal(4711), SECRET))
    )

    assert "4711" not in printed
    assert "Person" in printed
