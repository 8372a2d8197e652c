"""A copy of a credential that is there to be shown, bound to a holder key of its own.

Two verifiers who compare what they saw can recognise the same credential by its signature and its holder key.
An issuer that gives several copies, each for another key, lets the wallet show each of them once, so that
comparing says nothing (OpenID4VCI 1.0 §14.2). When all were used, one of them comes again, and whoever
asks for it is told.

Limit. Copies are alike in what they say: values that are rare tell people apart without any key.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from crypto.encoding import Json
from crypto.reading import Fields, utc_text
from crypto.signing import SigningKey
from wallet.domain.credential import MAX_COMPACT

MOST_USES = 1_000_000


@dataclass(frozen=True)
class ShowingCopy:
    """One copy as the wallet keeps it: the SD-JWT with every disclosure, and the key it is bound to.

    `credential_id` is the row name of the credential that it is a copy of (`HeldCredential` or
    `ShownCredential`). `uses` counts how often it was handed out to be shown.
    """

    row_id: str
    credential_id: str
    token: str = field(repr=False)
    holder_key: SigningKey = field(repr=False)
    expires_at: datetime | None = None
    uses: int = 0
    used_at: datetime | None = None
    revision: int = 0

    def holds_at(self, moment: datetime) -> bool:
        """Whether its time is not over; the last second is excluded."""
        return self.expires_at is None or moment < self.expires_at

    def used(self, now: datetime) -> "ShowingCopy":
        """The copy after it was handed out once more."""
        return replace(self, uses=self.uses + 1, used_at=now)

    def to_document(self) -> dict[str, Json]:
        """The copy as a document to be sealed."""
        return {
            "credential_id": self.credential_id,
            "token": self.token,
            "holder_key": self.holder_key.to_pem().decode(),
            "expires_at": None if self.expires_at is None else utc_text(self.expires_at),
            "uses": self.uses,
            "used_at": None if self.used_at is None else utc_text(self.used_at),
        }

    @classmethod
    def from_document(cls, document: object, row_id: str, revision: int) -> "ShowingCopy":
        """Read what `to_document` wrote.

        Raises:
            MalformedError: it has another form.
        """
        fields = Fields.of(document, "copy")
        copy = cls(
            row_id=row_id,
            credential_id=fields.text("credential_id"),
            token=fields.text("token", max_length=MAX_COMPACT),
            holder_key=SigningKey.from_pem(fields.text("holder_key").encode()),
            expires_at=fields.moment("expires_at") if fields.has("expires_at") else None,
            uses=fields.integer("uses", least=0, most=MOST_USES),
            used_at=fields.moment("used_at") if fields.has("used_at") else None,
            revision=revision,
        )
        fields.done()
        return copy


@dataclass(frozen=True)
class Copy:
    """A copy that was handed out to be shown now.

    `reused` says that it was handed out before: verifiers that saw it then can recognise it.
    """

    token: str = field(repr=False)
    holder_key: SigningKey = field(repr=False)
    reused: bool


_NEVER = datetime.min.replace(tzinfo=UTC)


def least_used(copies: Iterable[ShowingCopy], *, now: datetime) -> ShowingCopy | None:
    """The copy to show next: the least used that still holds, of those the one used longest ago; or none."""
    usable = [copy for copy in copies if copy.holds_at(now)]
    return min(usable, key=lambda copy: (copy.uses, copy.used_at or _NEVER, copy.row_id), default=None)
