"""A credential as the wallet keeps it: what the issuer signed, and the key it is bound to."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from crypto.encoding import Json
from crypto.errors import MalformedError
from crypto.reading import Fields, utc_text
from crypto.signing import SigningKey
from ssi.status_list import MAX_ENTRIES, StatusReference

MAX_COMPACT = 1_000_000

Claim = int | float | str


class Standing(StrEnum):
    """What the issuer's status list says about a credential."""

    VALID = "valid"
    REVOKED = "revoked"
    SUSPENDED = "suspended"


@dataclass(frozen=True)
class HeldCredential:
    """One verified credential with its own holder key.

    `compact` is the SD-JWT with every disclosure; `handle` is the pairwise name the issuer gave to this
    person for this kind of record; `digest` names the credential in consents. `claims` are the values in
    the form that the data set gives them. Nothing that identifies the person stands in ``repr``.
    """

    row_id: str
    compact: str = field(repr=False)
    holder_key: SigningKey = field(repr=False)
    issuer_id: str
    issuer_name: str
    data_set: str
    handle: str = field(repr=False)
    digest: str = field(repr=False)
    issued_at: datetime
    expires_at: datetime
    claims: Mapping[str, Claim] = field(repr=False, hash=False)
    status: StatusReference = field(repr=False)
    received_at: datetime
    standing: Standing = Standing.VALID
    checked_at: datetime | None = None
    revision: int = 0

    def with_standing(self, standing: Standing, checked_at: datetime) -> "HeldCredential":
        """The credential after another look at its status list."""
        return replace(self, standing=standing, checked_at=checked_at)

    def to_document(self) -> dict[str, Json]:
        """The credential as a document to be sealed."""
        checked = None if self.checked_at is None else utc_text(self.checked_at)
        return {
            "compact": self.compact,
            "holder_key": self.holder_key.to_pem().decode(),
            "issuer_id": self.issuer_id,
            "issuer_name": self.issuer_name,
            "data_set": self.data_set,
            "handle": self.handle,
            "digest": self.digest,
            "issued_at": utc_text(self.issued_at),
            "expires_at": utc_text(self.expires_at),
            "claims": dict(self.claims),
            "status_uri": self.status.uri,
            "status_index": self.status.index,
            "received_at": utc_text(self.received_at),
            "standing": self.standing.value,
            "checked_at": checked,
        }

    @classmethod
    def from_document(cls, document: object, row_id: str, revision: int) -> "HeldCredential":
        """Read what `to_document` wrote.

        Raises:
            MalformedError: it has another form.
        """
        fields = Fields.of(document, "credential")
        held = cls(
            row_id=row_id,
            compact=fields.text("compact", max_length=MAX_COMPACT),
            holder_key=SigningKey.from_pem(fields.text("holder_key").encode()),
            issuer_id=fields.text("issuer_id"),
            issuer_name=fields.text("issuer_name"),
            data_set=fields.text("data_set"),
            handle=fields.text("handle"),
            digest=fields.text("digest"),
            issued_at=fields.moment("issued_at"),
            expires_at=fields.moment("expires_at"),
            claims=_claims(fields.any("claims")),
            status=StatusReference(
                fields.text("status_uri"), fields.integer("status_index", least=0, most=MAX_ENTRIES)
            ),
            received_at=fields.moment("received_at"),
            standing=fields.choice("standing", Standing),
            checked_at=fields.moment("checked_at") if fields.has("checked_at") else None,
            revision=revision,
        )
        fields.done()
        return held


def _claims(document: object) -> dict[str, Claim]:
    if not isinstance(document, Mapping):
        raise MalformedError("credential.claims: expected an object")
    claims: dict[str, Claim] = {}
    for name, value in document.items():
        if isinstance(value, bool) or not isinstance(value, int | float | str):
            raise MalformedError("credential.claims: expected numbers and texts")
        claims[name] = value
    return claims
