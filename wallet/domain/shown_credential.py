"""A credential that can be shown and cannot be computed with: of any type, from any issuer.

Computations take records of known data sets from issuers of the trust registry, with a commitment. Whatever
else a person collects is kept as this: what it says, who says so, and how far that can be believed. The
tokens themselves are its `ShowingCopy` rows, at least one.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import cast

from crypto.encoding import Json
from crypto.errors import MalformedError
from crypto.reading import Fields, utc_text
from ssi.status_list import MAX_ENTRIES, StatusReference
from wallet.domain.credential import Standing


@dataclass(frozen=True)
class ShownCredential:
    """One verified credential of another kind.

    `listed` says that the trust registry names its issuer; otherwise `issuer_id` is only proven to be whoever
    holds the key behind that address or DID. `origin` is the address that it was collected from. `claims`
    are what it says, without the members that are about the token itself.
    """

    row_id: str
    issuer_id: str
    issuer_name: str
    origin: str
    listed: bool
    vct: str
    title: str
    claims: Mapping[str, Json] = field(repr=False, hash=False)
    received_at: datetime
    issued_at: datetime | None = None
    expires_at: datetime | None = None
    status: StatusReference | None = field(default=None, repr=False)
    standing: Standing = Standing.VALID
    checked_at: datetime | None = None
    revision: int = 0

    def holds_at(self, moment: datetime) -> bool:
        """Whether it is neither over nor taken back nor on hold, as far as was last seen."""
        return self.standing is Standing.VALID and (self.expires_at is None or moment < self.expires_at)

    def with_standing(self, standing: Standing, checked_at: datetime) -> "ShownCredential":
        """The credential after another look at its status list."""
        return replace(self, standing=standing, checked_at=checked_at)

    def to_document(self) -> dict[str, Json]:
        """The credential as a document to be sealed."""
        return {
            "issuer_id": self.issuer_id,
            "issuer_name": self.issuer_name,
            "origin": self.origin,
            "listed": self.listed,
            "vct": self.vct,
            "title": self.title,
            "claims": dict(self.claims),
            "received_at": utc_text(self.received_at),
            "issued_at": _text(self.issued_at),
            "expires_at": _text(self.expires_at),
            "status": None if self.status is None else {"uri": self.status.uri, "index": self.status.index},
            "standing": self.standing.value,
            "checked_at": _text(self.checked_at),
        }

    @classmethod
    def from_document(cls, document: object, row_id: str, revision: int) -> "ShownCredential":
        """Read what `to_document` wrote.

        Raises:
            MalformedError: it has another form.
        """
        fields = Fields.of(document, "shown credential")
        shown = cls(
            row_id=row_id,
            issuer_id=fields.text("issuer_id"),
            issuer_name=fields.text("issuer_name"),
            origin=fields.text("origin"),
            listed=fields.boolean("listed"),
            vct=fields.text("vct"),
            title=fields.text("title"),
            claims=_claims(fields.any("claims")),
            received_at=fields.moment("received_at"),
            issued_at=_moment(fields, "issued_at"),
            expires_at=_moment(fields, "expires_at"),
            status=_status(fields.section("status")) if fields.has("status") else None,
            standing=fields.choice("standing", Standing),
            checked_at=_moment(fields, "checked_at"),
            revision=revision,
        )
        fields.done()
        return shown


def _text(moment: datetime | None) -> str | None:
    return None if moment is None else utc_text(moment)


def _moment(fields: Fields, name: str) -> datetime | None:
    return fields.moment(name) if fields.has(name) else None


def _claims(document: object) -> Mapping[str, Json]:
    if not isinstance(document, Mapping):
        raise MalformedError("shown credential.claims: expected an object")
    return cast("Mapping[str, Json]", document)


def _status(fields: Fields) -> StatusReference:
    found = StatusReference(fields.text("uri"), fields.integer("index", least=0, most=MAX_ENTRIES))
    fields.done()
    return found
