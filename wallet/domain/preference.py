"""How a person wants her wallet to be: in which language it speaks."""

from dataclasses import dataclass

from crypto.encoding import Json
from crypto.reading import Fields


@dataclass(frozen=True)
class Preference:
    """What a person chose for the screens of her wallet.

    `row_id` is the name of the wallet in which it was first made, so two windows cannot make two.
    """

    row_id: str
    language: str
    revision: int = 0

    def to_document(self) -> dict[str, Json]:
        """The choice as a document to be sealed."""
        return {"language": self.language}

    @classmethod
    def from_document(cls, document: object, row_id: str, revision: int) -> "Preference":
        """Read what `to_document` wrote.

        Raises:
            MalformedError: it has another form.
        """
        fields = Fields.of(document, "preference")
        preference = cls(row_id=row_id, language=fields.text("language"), revision=revision)
        fields.done()
        return preference
