"""What came out of a document: rows for people, and notes on what was left out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ssi.issuer_service.domain.table_file import FIRST_ROW, TableFile, TableRow
from ssi.issuer_service.domain.template import EXTERNAL_ID
from ssi.issuer_service.errors import TableRefusedError

MAX_NOTES = 200


@dataclass(frozen=True)
class ImportedPerson:
    """One person's number and values; a value that the document does not tell is not there."""

    external_id: str = field(repr=False)
    values: Mapping[str, str] = field(repr=False, hash=False)


@dataclass(frozen=True)
class Note:
    """What was left out, where it stands, and what to do; no value is repeated."""

    place: str
    problem: str

    def __str__(self) -> str:
        return f"{self.place}: {self.problem}"


@dataclass(frozen=True)
class Place:
    """A place of a document, and the notes to which what is left out there is added."""

    name: str
    notes: list[Note] = field(repr=False)

    def leave_out(self, problem: str) -> None:
        """Tell that something was left out here."""
        self.notes.append(Note(self.name, problem))


def as_table(people: Sequence[ImportedPerson], notes: Sequence[Note], *, source: str) -> TableFile:
    """The table that a document amounts to.

    Raises:
        TableRefusedError: there is nobody in it.
    """
    if not people:
        said = str(notes[0]) if notes else "there is no person in it"
        raise TableRefusedError(f"the {source} document gives no record: {said}")
    names = sorted({name for person in people for name in person.values})
    rows = tuple(
        TableRow(number, (person.external_id, *(person.values.get(name, "") for name in names)))
        for number, person in enumerate(people, start=FIRST_ROW)
    )
    told = tuple(str(note) for note in notes[:MAX_NOTES])
    return TableFile((EXTERNAL_ID, *names), rows, source, "its elements", told)
