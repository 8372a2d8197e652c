"""Read credentials of the European Learning Model (v3, as European Digital Credentials) into records.

A file is one credential in JSON-LD, a list of them, or a presentation that holds them. They are read by the
terms of the context `edc-ap`, as the EU's own issuer writes them (`ssi.elm_terms`); a document that says the
same in other terms is refused. What becomes of a claim stands in `elm_claims`.

A signature or seal is not checked: who uploads vouches for the records, as with a table. A sealed credential
(JAdES) is refused, so that nobody takes its seal for checked.

Source: github.com/european-commission-empl/European-Learning-Model, `rdf/ap/edc/edc-ap-context.jsonld`.
"""

from collections.abc import Mapping
from typing import Any

from crypto.encoding import parse_json
from crypto.errors import MalformedError
from ssi.dataset import DataSet
from ssi.elm_terms import CONTEXTS, CREDENTIAL_TYPE, PRESENTATION_TYPE
from ssi.issuer_service.domain.table_file import TableFile
from ssi.issuer_service.errors import TableRefusedError
from ssi.issuer_service.imports.elm_achievement import Grades
from ssi.issuer_service.imports.elm_claims import record_of
from ssi.issuer_service.imports.elm_nodes import Node, listed
from ssi.issuer_service.imports.imported import ImportedPerson, Note, Place, as_table

MAX_BYTES = 16 * 1024 * 1024
MAX_CREDENTIALS = 5_000
NATIONAL_ID = "nationalID"
"""The name by which the national number of a person is asked for; it is never taken unasked."""
_CONTEXT = CONTEXTS[1]


def read_elm(
    raw: bytes, data_set: DataSet, grades: Mapping[str, str], *, identifier_scheme: str | None = None
) -> TableFile:
    """The people of a file as a table for a data set of education, one row for each credential's subject.

    `grades` gives for each label its place on the scale from 0, the lowest that passes, to 100, the best.
    Without an `identifier_scheme` the first identifier of a person is her number; with one it is the
    identifier of that `schemeName` or `schemeId`, or for `nationalID` her national number.

    Raises:
        TableRefusedError: too long, no JSON, sealed, not in the terms of `edc-ap`, or without anybody who has
            a number and a claim of this kind.
    """
    credentials = _credentials(raw)
    people: list[ImportedPerson] = []
    notes: list[Note] = []
    for number, credential in enumerate(credentials, start=1):
        place = Place(f"credential {number}", notes)
        for subject in Node(credential).nodes("credentialSubject"):
            person = _person(subject, data_set, Grades(grades), identifier_scheme, place)
            if person is not None:
                people.append(person)
    return as_table(people, notes, source="ELM")


def _credentials(raw: bytes) -> list[Mapping[str, Any]]:
    if len(raw) > MAX_BYTES:
        raise TableRefusedError(f"the ELM document has more than {MAX_BYTES // 2**20} MiB: split it")
    try:
        document: Any = parse_json(raw)
    except MalformedError as error:
        raise TableRefusedError(f"the ELM document is no JSON as it should be: {error}") from error
    found = _unpacked(document)
    if len(found) > MAX_CREDENTIALS:
        raise TableRefusedError(f"the ELM document has more than {MAX_CREDENTIALS:,} credentials: split it")
    for number, credential in enumerate(found, start=1):
        _require_terms(credential, f"credential {number}")
    return found


def _unpacked(document: Any) -> list[Any]:
    if isinstance(document, list):
        return document
    if isinstance(document, Mapping) and PRESENTATION_TYPE in listed(document.get("type")):
        return listed(document.get("verifiableCredential"))
    return [document]


def _require_terms(credential: Any, where: str) -> None:
    if isinstance(credential, Mapping) and "payload" in credential:
        raise TableRefusedError(f"{where} is sealed: hand in the credential that is in it, without its seal")
    if not isinstance(credential, Mapping) or CREDENTIAL_TYPE not in listed(credential.get("type")):
        raise TableRefusedError(f"{where}: expected an object of the type {CREDENTIAL_TYPE}")
    if _CONTEXT not in listed(credential.get("@context")):
        raise TableRefusedError(f"{where}: expected the @context {_CONTEXT}")


def _person(
    subject: Node, data_set: DataSet, grades: Grades, identifier_scheme: str | None, place: Place
) -> ImportedPerson | None:
    external_id = _external_id(subject, identifier_scheme)
    if not external_id:
        place.leave_out("left out: the person has no identifier of the kind asked for")
        return None
    values = record_of(subject, data_set, grades, place)
    return None if values is None else ImportedPerson(external_id, values)


def _external_id(subject: Node, scheme: str | None) -> str:
    if scheme == NATIONAL_ID:
        candidates = subject.nodes(NATIONAL_ID)
    else:
        named = subject.nodes("identifier")
        candidates = [
            each for each in named if scheme in (None, each.text("schemeName"), each.text("schemeId"))
        ]
    return next((number for number in (each.text("notation") for each in candidates) if number), "")
