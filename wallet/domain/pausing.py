"""What a person said about pausing an agreement: when, and who has heard her latest word."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from consent.pause import MAX_STATEMENT, MOST_SEQUENCE
from consent.pause_receipt import MAX_RECEIPT
from crypto.encoding import Json
from crypto.errors import MalformedError
from crypto.reading import Fields, utc_text

MOST_CHANGES = 200
"""How many of the latest changes are kept to be shown."""


MOST_EARLIER = 30
"""How many receipts for words that were overtaken are kept."""


@dataclass(frozen=True)
class PauseProof:
    """A node's signed word that it knows of a pause, or of going on, verified under its key."""

    receipt: str = field(repr=False)
    noted_at: datetime


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
    """The latest signed word, on its way to the marketplace and the nodes, and all changes, oldest first.

    `proofs` has the nodes that proved that they know it; any other is told again. `earlier` are receipts for
    words before it, which show what a node knew at what time.
    """

    signed: str = field(repr=False)
    sequence: int
    changes: tuple[PauseChange, ...]
    marketplace_told: bool = False
    proofs: Mapping[str, PauseProof] = field(default_factory=dict, hash=False)
    earlier: tuple[str, ...] = field(default=(), repr=False)

    @property
    def nodes_told(self) -> tuple[str, ...]:
        """The nodes that proved that they know the latest word."""
        return tuple(self.proofs)

    @property
    def so_far(self) -> tuple[str, ...]:
        """The receipts that are kept when another word follows."""
        return (*self.earlier, *(each.receipt for each in self.proofs.values()))[-MOST_EARLIER:]

    @property
    def paused(self) -> bool:
        """What the latest word says."""
        return paused_by(self.changes)

    def told_marketplace(self) -> "Pausing":
        """After the marketplace heard it."""
        return replace(self, marketplace_told=True)

    def confirmed(self, node_id: str, proof: PauseProof) -> "Pausing":
        """After a node proved that it knows it; the first proof stays."""
        return replace(self, proofs={**self.proofs, node_id: self.proofs.get(node_id, proof)})

    def to_document(self) -> dict[str, Json]:
        """The word and its way as a document to be sealed."""
        return {
            "signed": self.signed,
            "sequence": self.sequence,
            "changes": [each.to_document() for each in self.changes],
            "marketplace_told": self.marketplace_told,
            "proofs": {
                node: {"receipt": each.receipt, "noted_at": utc_text(each.noted_at)}
                for node, each in self.proofs.items()
            },
            "earlier": list(self.earlier),
        }

    @classmethod
    def from_fields(cls, fields: Fields) -> "Pausing":
        """Read what `to_document` wrote; who was told without giving a proof is told again.

        Raises:
            MalformedError: it has another form.
        """
        _ = fields.has("nodes_told")
        pausing = cls(
            fields.text("signed", max_length=MAX_STATEMENT),
            fields.integer("sequence", least=1, most=MOST_SEQUENCE),
            read_changes(fields, "changes"),
            fields.boolean("marketplace_told"),
            _read_proofs(fields) if fields.has("proofs") else {},
            fields.texts("earlier", most=MOST_EARLIER, max_length=MAX_RECEIPT)
            if fields.has("earlier")
            else (),
        )
        fields.done()
        return pausing


def _read_proofs(fields: Fields) -> dict[str, PauseProof]:
    section, nodes = fields.section("proofs"), fields.any("proofs")
    if not isinstance(nodes, Mapping):
        raise MalformedError(f"{fields.where}.proofs: expected an object")
    return {node: _read_proof(section.section(node)) for node in nodes}


def _read_proof(fields: Fields) -> PauseProof:
    proof = PauseProof(fields.text("receipt", max_length=MAX_RECEIPT), fields.moment("noted_at"))
    fields.done()
    return proof


def read_changes(fields: Fields, name: str) -> tuple[PauseChange, ...]:
    """Changes, oldest first; none where a document of before has no such member.

    Raises:
        MalformedError: they have another form.
    """
    if not fields.has(name):
        return ()
    return tuple(PauseChange.from_fields(each) for each in fields.objects(name, most=MOST_CHANGES))
