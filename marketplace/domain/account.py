"""Who may order or operate? Accounts, the organisation behind a buyer, and API keys."""

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from consent.vocabulary import RecipientKind
from crypto.encoding import Json, b64url_encode, sha256
from crypto.reading import Fields
from crypto.sealing import Argon2Cost
from marketplace.domain.scope import ALL_SCOPES, Scope

API_KEY_PREFIX = "argonauta_"
API_KEY_BYTES = 32
MIN_PASSWORD, MAX_PASSWORD = 10, 500
MAX_EMAIL = 254


class AccountKind(StrEnum):
    """What an account is for."""

    BUYER = "buyer"
    OPERATOR = "operator"


@dataclass(frozen=True)
class Buyer:
    """Who asks, as everybody concerned may know it: the organisation's handle, name, kind and country."""

    subject: str
    name: str
    kind: RecipientKind
    country: str

    def to_json(self) -> dict[str, Json]:
        """The buyer as a document."""
        return {
            "id": self.subject,
            "name": self.name,
            "kind": self.kind.value,
            "country": self.country,
        }

    @classmethod
    def from_json(cls, document: object) -> "Buyer":
        """Read what `to_json` wrote.

        Raises:
            MalformedError: it is not a buyer.
        """
        fields = Fields.of(document, "buyer")
        return cls(
            subject=fields.text("id"),
            name=fields.text("name"),
            kind=fields.choice("kind", RecipientKind),
            country=fields.text("country"),
        )


@dataclass(frozen=True)
class Organisation:
    """The organisation that a buyer's credential names, and the mandate under which it orders.

    `subject` is the credential's handle of the organisation. `valid_until` is the end of the credential,
    `mandate_valid_until` the end of the mandate.
    """

    subject: str
    name: str
    kind: RecipientKind
    country: str
    credential: str = field(repr=False)
    mandate: str = field(repr=False)
    valid_until: datetime
    mandate_valid_until: datetime
    registered_at: datetime

    @property
    def buyer(self) -> Buyer:
        """Who asks."""
        return Buyer(self.subject, self.name, self.kind, self.country)

    def is_valid(self, now: datetime) -> bool:
        """Whether credential and mandate hold at a moment; the last second is excluded."""
        return now < min(self.valid_until, self.mandate_valid_until)


@dataclass(frozen=True)
class Account:
    """An organisation that buys, or one operator; who signs in for it is a `Member`."""

    account_id: str
    kind: AccountKind
    created_at: datetime
    organisation: Organisation | None = None


@dataclass(frozen=True)
class StoredPassword:
    """What is kept of a password: the salt, the cost at which it was stretched, and the outcome."""

    salt: bytes = field(repr=False)
    cost: Argon2Cost
    stretched: bytes = field(repr=False)


@dataclass(frozen=True)
class ApiKey:
    """What is kept of an API key; the secret itself is shown once.

    Of its use only the last day is kept: enough to find keys that nobody needs, too little for a diary.
    `made_by` is the member who made it; None for a key that was made by a command on the machine.
    """

    key_id: str
    account_id: str
    label: str
    created_at: datetime
    revoked_at: datetime | None = None
    scopes: frozenset[Scope] = ALL_SCOPES
    last_used_on: date | None = None
    made_by: str | None = None


@dataclass(frozen=True)
class NewApiKey:
    """A fresh API key with its secret, for its one showing."""

    key_id: str
    label: str
    secret: str = field(repr=False)


def secret_digest(secret: str) -> str:
    """How an API key is looked up. It has 256 random bits, so a fast hash gives nothing away."""
    return b64url_encode(sha256(secret.encode("utf-8", "replace")))


def normal_email(email: str) -> str:
    """An e-mail address in the one spelling under which a member is found."""
    return email.strip().casefold()
