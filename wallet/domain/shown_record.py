"""What stays of a record that was shown: which it was and which of its claims, by their names only."""

from dataclasses import dataclass
from enum import StrEnum

from crypto.encoding import Json
from crypto.errors import MalformedError
from crypto.reading import Fields
from ssi.disclosures import Path

MOST_NAMES = 10_000


class Traces(StrEnum):
    """What an asker can recognise a shown credential by."""

    FRESH = "fresh"
    REUSED = "reused"
    OWN = "own"


@dataclass(frozen=True)
class ShownRecord:
    """What was shown of one record: its kind, its issuer, where its claims stand, and its traces.

    `data_set` is the reference of the data set that names its claims for people, None for other kinds.
    """

    credential_id: str
    title: str
    issuer_name: str
    claims: tuple[Path, ...]
    traces: Traces
    data_set: str | None = None

    def to_document(self) -> dict[str, Json]:
        """The record as a document to be sealed."""
        return {
            "credential_id": self.credential_id,
            "title": self.title,
            "issuer_name": self.issuer_name,
            "claims": [list(path) for path in self.claims],
            "traces": self.traces.value,
            "data_set": self.data_set,
        }

    @classmethod
    def from_fields(cls, fields: Fields) -> "ShownRecord":
        """Read what `to_document` wrote.

        Raises:
            MalformedError: it has another form.
        """
        shown = cls(
            credential_id=fields.text("credential_id"),
            title=fields.text("title"),
            issuer_name=fields.text("issuer_name"),
            claims=tuple(_path(each) for each in fields.entries("claims", most=MOST_NAMES)),
            traces=fields.choice("traces", Traces),
            data_set=fields.text("data_set") if fields.has("data_set") else None,
        )
        fields.done()
        return shown


def _path(value: Json) -> Path:
    if not isinstance(value, list) or not value or not all(type(step) in {str, int} for step in value):
        raise MalformedError("showing.claims: expected lists of names and positions")
    return tuple(step for step in value if isinstance(step, str | int))
