"""A record on its way into the wallet: what the link promises, and later what came, before it is kept."""

from dataclasses import dataclass, field, replace

from crypto.encoding import Json
from crypto.reading import Fields
from crypto.signing import SigningKey
from wallet.domain.credential import MAX_COMPACT, HeldCredential

MAX_LINK = 20_000


@dataclass(frozen=True)
class Collected:
    """An unverified credential and the key it should be bound to."""

    unverified_compact: str = field(repr=False)
    holder_key: SigningKey = field(repr=False)

    def to_document(self) -> dict[str, Json]:
        """Both as a document to be sealed."""
        return {"compact": self.unverified_compact, "holder_key": self.holder_key.to_pem().decode()}

    @classmethod
    def from_fields(cls, fields: Fields) -> "Collected":
        """Read what `to_document` wrote.

        Raises:
            MalformedError: it has another form.
        """
        key = SigningKey.from_pem(fields.text("holder_key").encode())
        collected = cls(fields.text("compact", max_length=MAX_COMPACT), key)
        fields.done()
        return collected


@dataclass(frozen=True)
class Arrival:
    """What is known about a pasted link.

    `collected` is the credential as the issuer gave it, with its key, before anything was checked: the link
    is used up then, so it is kept until the checks can be made.

    `issuer_name` is the name in the trust registry, None for an address that belongs to no verified issuer:
    then nothing was asked of it. `kind` is the data set where the issuer named one that is known here.
    `held` is the fetched and verified credential that waits for the person's decision.
    """

    row_id: str
    link: str = field(repr=False)
    issuer_name: str | None = None
    issuer_id: str | None = None
    address: str = ""
    kind: str | None = None
    needs_code: bool = False
    code_hint: str | None = None
    collected: Collected | None = None
    held: HeldCredential | None = None
    revision: int = 0

    @property
    def is_verified(self) -> bool:
        """Whether the link leads to a verified issuer."""
        return self.issuer_id is not None

    def fetched(self, held: HeldCredential) -> "Arrival":
        """After the credential was fetched and verified."""
        return replace(self, collected=None, held=held)

    def to_document(self) -> dict[str, Json]:
        """The arrival as a document to be sealed."""
        held = self.held
        return {
            "link": self.link,
            "issuer_name": self.issuer_name,
            "issuer_id": self.issuer_id,
            "address": self.address,
            "kind": self.kind,
            "needs_code": self.needs_code,
            "code_hint": self.code_hint,
            "collected": self.collected.to_document() if self.collected else None,
            "held": None if held is None else {"row_id": held.row_id, "credential": held.to_document()},
        }

    @classmethod
    def from_document(cls, document: object, row_id: str, revision: int) -> "Arrival":
        """Read what `to_document` wrote.

        Raises:
            MalformedError: it has another form.
        """
        fields = Fields.of(document, "arrival")
        arrival = cls(
            row_id=row_id,
            link=fields.text("link", max_length=MAX_LINK),
            issuer_name=_optional(fields, "issuer_name"),
            issuer_id=_optional(fields, "issuer_id"),
            address=fields.text("address"),
            kind=_optional(fields, "kind"),
            needs_code=fields.boolean("needs_code"),
            code_hint=_optional(fields, "code_hint"),
            collected=Collected.from_fields(fields.section("collected")) if fields.has("collected") else None,
            held=_held(fields.section("held")) if fields.has("held") else None,
            revision=revision,
        )
        fields.done()
        return arrival


def _optional(fields: Fields, name: str) -> str | None:
    return fields.text(name) if fields.has(name) else None


def _held(fields: Fields) -> HeldCredential:
    held = HeldCredential.from_document(fields.any("credential"), fields.text("row_id"), 0)
    fields.done()
    return held
