"""An offer that a person has begun: which record, what she chose so far, how far she came."""

from dataclasses import dataclass, replace

from crypto.encoding import Json
from crypto.reading import Fields
from wallet.domain.choices import PolicyChoices
from wallet.domain.choices_document import choices_document, read_choices

STEPS = ("data", "who", "protection", "compensation", "review")


@dataclass(frozen=True)
class OfferDraft:
    """The state of the wizard. `done` counts the steps that were confirmed; the next one is open."""

    row_id: str
    credential_id: str
    choices: PolicyChoices
    done: int = 0
    revision: int = 0

    def confirmed(self, step: str, choices: PolicyChoices) -> "OfferDraft":
        """After a step was confirmed with these choices."""
        return replace(self, choices=choices, done=max(self.done, STEPS.index(step) + 1))

    def is_open(self, step: str) -> bool:
        """Whether a step can be shown: every step before it was confirmed."""
        return STEPS.index(step) <= self.done

    @property
    def next_step(self) -> str:
        """The first step that was not confirmed."""
        return STEPS[min(self.done, len(STEPS) - 1)]

    def to_document(self) -> dict[str, Json]:
        """The draft as a document to be sealed."""
        return {
            "credential_id": self.credential_id,
            "choices": choices_document(self.choices),
            "done": self.done,
        }

    @classmethod
    def from_document(cls, document: object, row_id: str, revision: int) -> "OfferDraft":
        """Read what `to_document` wrote.

        Raises:
            MalformedError: it has another form.
        """
        fields = Fields.of(document, "offer draft")
        draft = cls(
            row_id=row_id,
            credential_id=fields.text("credential_id"),
            choices=read_choices(fields.section("choices")),
            done=fields.integer("done", least=0, most=len(STEPS)),
            revision=revision,
        )
        fields.done()
        return draft
