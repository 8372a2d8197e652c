"""What a person said about pausing an agreement: when, and who has heard her latest word."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from consent.pause import MAX_STATEMENT, MOST_SEQUENCE
from crypto.encoding import Json
from crypto.reading import Fields, utc_text

MOST_CHANGES = 200
"""How many of the latest changes are kept to be shown."""


@dataclass(frozen=True)
class PauseChange:
    """From a moment on it was paused, or not any more."""

    paused: bool
    at: datetime

    def to_document(self) -> dict[str, Json]:
        """The change as a document to be sealed."""
        return {"paused": self.paused, "at": utc_text(self.at)}

    @classmethod
    def from_fields(cls, fields: Fields) -> "PauseChange":
        """Read what `to_document` wrote.

        Raises:
            MalformedError: it has another form.
        """
        change = cls(fields.boolean("paused"), fields.moment("at"))
        fields.done()
        return change


def paused_by(changes: Sequence[PauseChange]) -> bool:
    """Whether the latest change is a pause."""
    return bool(changes) and changes[-1].paused


def with_change(changes: Sequence[PauseChange], change: PauseChange) -> tuple[PauseChange, ...]:
    """The changes with one more, the oldest forgotten first."""
    return (*changes, change)[-MOST_CHANGES:]


@dataclass(frozen=True)
class Pausing:
    """The latest signed word, on its way to the marketplace and the nodes, and all changes, oldest first."""

    signed: str = field(repr=False)
    sequence: int
    changes: tuple[PauseChange, ...]
    marketplace_told: bool = False
    nodes_told: tuple[str, ...] = ()

    @property
    def paused(self) -> bool:
        """What the latest word says."""
        return paused_by(self.changes)

    def told_marketplace(self) -> "Pausing":
        """After the marketplace heard it."""
        return replace(self, marketplace_told=True)

    def told_node(self, node_id: str) -> "Pausing":
        """After a node heard it."""
        return replace(self, nodes_told=(*self.nodes_told, node_id))

    def to_document(self) -> dict[str, Json]:
        """The word and its way as a document to be sealed."""
        return {
            "signed": self.signed,
            "sequence": self.sequence,
            "changes": [each.to_document() for each in self.changes],
            "marketplace_told": self.marketplace_told,
            "nodes_told": list(self.nodes_told),
        }

    @classmethod
    def from_fields(cls, fields: Fields) -> "Pausing":
        """Read what `to_document` wrote.

        Raises:
            MalformedError: it has another form.
        """
        pausing = cls(
            fields.text("signed", max_length=MAX_STATEMENT),
            fields.integer("sequence", least=1, most=MOST_SEQUENCE),
            read_changes(fields, "changes"),
            fields.boolean("marketplace_told"),
            fields.texts("nodes_told"),
        )
        fields.done()
        return pausing


def read_changes(fields: Fields, name: str) -> tuple[PauseChange, ...]:
    """Changes, oldest first; none where a document of before has no such member.

    Raises:
        MalformedError: they have another form.
    """
    if not fields.has(name):
        return ()
    return tuple(PauseChange.from_fields(each) for each in fields.objects(name, most=MOST_CHANGES))
