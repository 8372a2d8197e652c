"""Read ELMO XML (EMREX, schema v1) into records of the transcript data set.

One document is one learner. Courses are learning opportunities of the type `Course`, at whatever depth, or
of no type that carry credits and have no such course below; what lies below a course is part of it and not
counted again. Grades mean what the institution's own table says they mean, label by label; nothing is guessed
from a label.

Source: github.com/emrex-eu/elmo-schemas, `schema.xsd` v1.
"""

from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation

from lxml import etree

from ssi.issuer_service.domain.table_file import TableFile
from ssi.issuer_service.errors import TableRefusedError
from ssi.issuer_service.imports.courses import MAX_COURSES, Course, read_credits, sums
from ssi.issuer_service.imports.imported import ImportedPerson, Note, Place, as_table

MAX_BYTES = 8 * 1024 * 1024
_NAMESPACE = "https://github.com/emrex-eu/elmo-schemas/tree/v1"
_E = f"{{{_NAMESPACE}}}"


def read_elmo(raw: bytes, grades: Mapping[str, str], *, identifier_type: str | None = None) -> TableFile:
    """The learner of a document as a table of one row.

    `grades` gives for each label its place on the scale from 0, the lowest that passes, to 100, the best.
    Without an `identifier_type` the first identifier of the learner is her number.

    Raises:
        TableRefusedError: too long, not well-formed, with a document type or an entity, of another namespace,
            or without a learner's number.
    """
    root = _parsed(raw)
    external_id = _external_id(root, identifier_type)
    notes: list[Note] = []
    courses = list(_courses(root, grades, notes))
    values = _level_and_field(root, notes) | sums(courses)
    return as_table([ImportedPerson(external_id, values)], notes, source="ELMO")


def _parsed(raw: bytes) -> etree._Element:
    if len(raw) > MAX_BYTES:
        raise TableRefusedError(f"the ELMO document has more than {MAX_BYTES // 2**20} MiB: split it")
    # A document type is the door to entities and to other files. UTF-8 is enforced below, so these bytes
    # cannot hide in another encoding.
    if b"<!DOCTYPE" in raw or b"<!ENTITY" in raw or b"\x00" in raw:
        raise TableRefusedError("the ELMO document must be UTF-8 and have no document type: leave it out")
    parser = etree.XMLParser(
        encoding="utf-8",
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(raw, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise TableRefusedError("the ELMO document is not well-formed XML: export it again") from error
    if root.tag != f"{_E}elmo":
        raise TableRefusedError(f"expected an element elmo of the namespace {_NAMESPACE}")
    return root


def _external_id(root: etree._Element, identifier_type: str | None) -> str:
    for identifier in root.iterfind(f"{_E}learner/{_E}identifier"):
        if identifier_type in (None, identifier.get("type")) and identifier.text:
            return str(identifier.text).strip()
    wanted = f" of the type {identifier_type!r}" if identifier_type else ""
    raise TableRefusedError(f"the learner has no identifier{wanted}: add one")


def _courses(root: etree._Element, grades: Mapping[str, str], notes: list[Note]) -> Iterator[Course]:
    found = 0
    for specification in _specifications(root):
        instance = specification.find(f"{_E}specifies/{_E}learningOpportunityInstance")
        if instance is None or not _is_course(specification):
            continue
        found += 1
        if found > MAX_COURSES:
            raise TableRefusedError(f"the ELMO document has more than {MAX_COURSES} courses: split it")
        course = _course(specification, instance, grades, Place(f"course {found}", notes))
        if course is not None:
            yield course


def _specifications(root: etree._Element) -> Iterator[etree._Element]:
    """All learning opportunities but those that lie below a course."""
    waiting = root.findall(f"{_E}report/{_E}learningOpportunitySpecification")[::-1]
    while waiting:
        specification = waiting.pop()
        yield specification
        if not _is_course(specification):
            parts = specification.findall(f"{_E}hasPart/{_E}learningOpportunitySpecification")
            waiting.extend(parts[::-1])


def _is_course(specification: etree._Element) -> bool:
    kind = _text(specification, "type")
    if kind:
        return kind == "Course"
    below = specification.iterfind(f".//{_E}learningOpportunitySpecification")
    credit = specification.find(f"{_E}specifies/{_E}learningOpportunityInstance/{_E}credit")
    return credit is not None and not any(_text(part, "type") == "Course" for part in below)


def _course(
    specification: etree._Element, instance: etree._Element, grades: Mapping[str, str], place: Place
) -> Course | None:
    status = _text(instance, "status")
    if status == "in-progress":
        return None
    if status not in {"passed", "failed"}:
        place.leave_out("left out: its status is neither passed nor failed")
        return None
    credit = _credits(instance, place)
    label = _text(instance, "resultLabel")
    grade = None
    if label and status == "passed":
        try:
            grade = Decimal(grades[label])
        except (KeyError, InvalidOperation):
            place.leave_out("its grade is left out: the template's table of grades does not name it")
    return Course(status == "passed", credit, grade, _text(specification, "iscedCode"))


def _credits(instance: etree._Element, place: Place) -> Decimal:
    for credit in instance.iterfind(f"{_E}credit"):
        if _text(credit, "scheme").lower() == "ects":
            value = read_credits(_text(credit, "value"))
            if value is not None:
                return value
            break
    place.leave_out("it counts without credits: give them as ECTS")
    return Decimal(0)


def _level_and_field(root: etree._Element, notes: list[Note]) -> dict[str, str]:
    values = {}
    levels = {
        _text(level, "value")
        for level in root.iter(f"{_E}level")
        if _text(level, "type") == "EQF" and _text(level, "value") in {"2", "3", "4", "5", "6", "7", "8"}
    }
    if levels:
        values["eqf_level"] = max(levels)
    else:
        notes.append(Note("level", "no level of the type EQF is given: set a default in the template"))
    for specification in root.iterfind(f"{_E}report/{_E}learningOpportunitySpecification"):
        isced = _text(specification, "iscedCode")
        if _text(specification, "type") == "Degree Programme" and isced[:2].isdecimal():
            values["field_of_study"] = isced[:2]
            break
    return values


def _text(element: etree._Element, name: str) -> str:
    return (element.findtext(f"{_E}{name}") or "").strip()
