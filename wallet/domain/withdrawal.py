"""What became of a withdrawal: who was told, and which nodes proved that they deleted."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from crypto.encoding import Json
from crypto.errors import MalformedError
from crypto.reading import Fields, utc_text

MAX_NAME = 500
MOST_RECIPIENTS = 10_000


@dataclass(frozen=True)
class Deletion:
    """A node's signed word that it deleted the shares, verified under its key in the trust registry.

    `credential` says the same as a W3C Verifiable Credential; None where it came by way of the marketplace.
    """

    receipt: str = field(repr=False)
    deleted_at: datetime
    credential: Json = field(default=None, repr=False, hash=False)


@dataclass(frozen=True)
class DeletionAnswer:
    """What a node answers to a withdrawal, unchecked: its receipt, and the same as a credential, if any."""

    receipt: str = field(repr=False)
    credential: Json = field(default=None, repr=False, hash=False)


@dataclass(frozen=True)
class ToldRecipient:
    """Somebody who holds an answer, to whom the marketplace says that it told of the end (GDPR art. 19)."""

    name: str
    job_id: str
    told_at: datetime

    def to_document(self) -> dict[str, Json]:
        """The recipient as a document to be sealed."""
        return {"name": self.name, "job_id": self.job_id, "told_at": utc_text(self.told_at)}

    @classmethod
    def from_fields(cls, fields: Fields) -> "ToldRecipient":
        """Read what `to_document` wrote, or what the marketplace says.

        Raises:
            MalformedError: it has another form.
        """
        told = cls(
            fields.text("name", max_length=MAX_NAME),
            fields.text("job_id", max_length=MAX_NAME),
            fields.moment("told_at"),
        )
        fields.done()
        return told


@dataclass(frozen=True)
class WithdrawalProgress:
    """A signed withdrawal on its way.

    `deletions` has the nodes that proved that they deleted; `without` those that say they never held anything
    and will not use what comes later. Any other node has not answered yet, and is asked again. `recipients`
    is the marketplace's word.
    """

    signed: str = field(repr=False)
    at: datetime
    marketplace_told: bool = False
    deletions: Mapping[str, Deletion] = field(default_factory=dict, hash=False)
    without: tuple[str, ...] = ()
    recipients: tuple[ToldRecipient, ...] = ()

    def told(self) -> "WithdrawalProgress":
        """After the marketplace took note."""
        return replace(self, marketplace_told=True)

    def deleted(self, node_id: str, deletion: Deletion) -> "WithdrawalProgress":
        """After a node proved that it deleted; the first proof stays."""
        return replace(self, deletions={node_id: deletion, **self.deletions})

    def holds_nothing(self, node_id: str) -> "WithdrawalProgress":
        """After a node said that it holds nothing of this consent."""
        return self if node_id in self.without else replace(self, without=(*self.without, node_id))

    def to_document(self) -> dict[str, Json]:
        """The progress as a document to be sealed."""
        return {
            "signed": self.signed,
            "at": utc_text(self.at),
            "marketplace_told": self.marketplace_told,
            "deletions": {
                node: {
                    "receipt": each.receipt,
                    "deleted_at": utc_text(each.deleted_at),
                    **({} if each.credential is None else {"credential": each.credential}),
                }
                for node, each in self.deletions.items()
            },
            "without": list(self.without),
            "recipients": [each.to_document() for each in self.recipients],
        }

    @classmethod
    def from_fields(cls, fields: Fields) -> "WithdrawalProgress":
        """Read what `to_document` wrote.

        Raises:
            MalformedError: it has another form.
        """
        deletions = fields.section("deletions")
        nodes = fields.any("deletions")
        if not isinstance(nodes, Mapping):
            raise MalformedError(f"{fields.where}.deletions: expected an object")
        progress = cls(
            signed=fields.text("signed"),
            at=fields.moment("at"),
            marketplace_told=fields.boolean("marketplace_told"),
            deletions={node: _deletion(deletions.section(node)) for node in nodes},
            without=fields.texts("without"),
            recipients=read_recipients(fields),
        )
        fields.done()
        return progress


def read_recipients(fields: Fields) -> tuple[ToldRecipient, ...]:
    """Who was told, where that is said.

    Raises:
        MalformedError: it has another form.
    """
    said = fields.objects("recipients", most=MOST_RECIPIENTS) if fields.has("recipients") else ()
    return tuple(map(ToldRecipient.from_fields, said))


def _deletion(fields: Fields) -> Deletion:
    credential = fields.any("credential") if fields.has("credential") else None
    deletion = Deletion(fields.text("receipt"), fields.moment("deleted_at"), credential)
    fields.done()
    return deletion
