"""How a person wants her wallet to be: in which language it speaks, and what she always says no to."""

from dataclasses import dataclass, field

from crypto.encoding import Json
from crypto.reading import Fields
from wallet.domain.objection import MOST_SAID, Objection, Objections


@dataclass(frozen=True)
class Preference:
    """What a person chose for her wallet; no language is one that her browser prefers.

    `row_id` is the name of the wallet in which it was first made, so two windows cannot make two.
    """

    row_id: str
    language: str | None
    objections: Objections = field(default_factory=Objections)
    revision: int = 0

    def to_document(self) -> dict[str, Json]:
        """The choice as a document to be sealed."""
        return {
            "language": self.language,
            "objections": [each.to_document() for each in self.objections.said],
        }

    @classmethod
    def from_document(cls, document: object, row_id: str, revision: int) -> "Preference":
        """Read what `to_document` wrote.

        Raises:
            MalformedError: it has another form.
        """
        fields = Fields.of(document, "preference")
        said = fields.objects("objections", most=MOST_SAID) if fields.has("objections") else ()
        preference = cls(
            row_id=row_id,
            language=fields.text("language") if fields.has("language") else None,
            objections=Objections(tuple(map(Objection.from_fields, said))),
            revision=revision,
        )
        fields.done()
        return preference
