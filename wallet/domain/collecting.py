"""What a wallet keeps while it collects a record: the plan, the sign-in, the right to ask, the wait.

Everything here is a secret of the person or of the exchange. It lies in the wallet sealed like a record, and
is forgotten when the record is kept or turned away.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import cast

from crypto.encoding import Json
from crypto.errors import MalformedError
from crypto.reading import Fields, utc_text
from crypto.signing import SigningKey
from wallet.domain.credential import MAX_COMPACT

MOST_COPIES = 10
SIGN_IN_LIFETIME = timedelta(minutes=30)
MAX_TOKEN = 10_000
Labels = Mapping[str, str]
"""A name in several languages, by language tag."""


class Fate(StrEnum):
    """What became of a delivery, in the words that its issuer is told (OpenID4VCI 1.0 §11.1)."""

    ACCEPTED = "credential_accepted"
    FAILURE = "credential_failure"
    DELETED = "credential_deleted"


@dataclass(frozen=True)
class Plan:
    """What an issuer says it would hand out, before anything is collected. Nothing of it is verified.

    `copies` is how many keys it binds at once, at most `MOST_COPIES`. `signs_in_at` is the origin of the page
    on which a person signs in, empty where that is no way to collect; `by_code` says that the code in the
    link is one.
    """

    title: Labels
    issuer: Labels
    claims: tuple[Labels, ...] = ()
    copies: int = 1
    by_code: bool = True
    signs_in_at: str = ""

    def to_document(self) -> dict[str, Json]:
        """The plan as a document to be sealed."""
        return {
            "title": dict(self.title),
            "issuer": dict(self.issuer),
            "claims": [dict(claim) for claim in self.claims],
            "copies": self.copies,
            "by_code": self.by_code,
            "signs_in_at": self.signs_in_at,
        }

    @classmethod
    def from_fields(cls, fields: Fields) -> "Plan":
        """Read what `to_document` wrote.

        Raises:
            MalformedError: it has another form.
        """
        plan = cls(
            title=_labels(fields.any("title")),
            issuer=_labels(fields.any("issuer")),
            claims=tuple(_labels(claim) for claim in fields.entries("claims")),
            copies=fields.integer("copies", least=1, most=MOST_COPIES),
            by_code=fields.boolean("by_code"),
            signs_in_at=fields.text("signs_in_at") if fields.any("signs_in_at") else "",
        )
        fields.done()
        return plan


@dataclass(frozen=True)
class SignIn:
    """A request that was made at an issuer's server and waits for the browser to come back (RFC 6749 §4.1).

    `state` ties the answer to this wallet and this request, `verifier` is the secret of PKCE (RFC 7636),
    `server` the identifier that the answer must carry as `iss` (RFC 9207).
    """

    state: str = field(repr=False)
    verifier: str = field(repr=False)
    dpop_key: SigningKey = field(repr=False)
    server: str
    redirect_uri: str
    client_id: str
    begun_at: datetime

    def to_document(self) -> dict[str, Json]:
        """The sign-in as a document to be sealed."""
        return {
            "state": self.state,
            "verifier": self.verifier,
            "dpop_key": self.dpop_key.to_pem().decode(),
            "server": self.server,
            "redirect_uri": self.redirect_uri,
            "client_id": self.client_id,
            "begun_at": utc_text(self.begun_at),
        }

    @classmethod
    def from_fields(cls, fields: Fields) -> "SignIn":
        """Read what `to_document` wrote.

        Raises:
            MalformedError: it has another form.
        """
        sign_in = cls(
            state=fields.text("state"),
            verifier=fields.text("verifier"),
            dpop_key=_key(fields, "dpop_key"),
            server=fields.text("server"),
            redirect_uri=fields.text("redirect_uri"),
            client_id=fields.text("client_id"),
            begun_at=fields.moment("begun_at"),
        )
        if fields.has("names_itself"):  # kept while a server did not have to promise its name
            fields.boolean("names_itself")
        fields.done()
        return sign_in


@dataclass(frozen=True)
class Grant:
    """The right to ask an issuer for one record: an access token, and the key it is bound to (RFC 9449).

    `bound` says whether it is bound at all. `identifier` names the record where the issuer gave it a name
    (OpenID4VCI 1.0 §6.2). `client_id` is the name under which the wallet asked, if it had to give one.
    """

    access_token: str = field(repr=False)
    dpop_key: SigningKey = field(repr=False)
    bound: bool
    ends_at: datetime
    refresh_token: str | None = field(default=None, repr=False)
    identifier: str | None = None
    client_id: str | None = None

    def to_document(self) -> dict[str, Json]:
        """The grant as a document to be sealed."""
        return {
            "access_token": self.access_token,
            "dpop_key": self.dpop_key.to_pem().decode(),
            "bound": self.bound,
            "ends_at": utc_text(self.ends_at),
            "refresh_token": self.refresh_token,
            "identifier": self.identifier,
            "client_id": self.client_id,
        }

    @classmethod
    def from_fields(cls, fields: Fields) -> "Grant":
        """Read what `to_document` wrote.

        Raises:
            MalformedError: it has another form.
        """
        grant = cls(
            access_token=fields.text("access_token"),
            dpop_key=_key(fields, "dpop_key"),
            bound=fields.boolean("bound"),
            ends_at=fields.moment("ends_at"),
            refresh_token=_optional(fields, "refresh_token"),
            identifier=_optional(fields, "identifier"),
            client_id=_optional(fields, "client_id"),
        )
        fields.done()
        return grant


@dataclass(frozen=True)
class Deferred:
    """An issuer makes the record later: the name of the exchange, and when it may be asked again (§9)."""

    transaction_id: str = field(repr=False)
    ask_after: datetime

    def to_document(self) -> dict[str, Json]:
        """The wait as a document to be sealed."""
        return {"transaction_id": self.transaction_id, "ask_after": utc_text(self.ask_after)}

    @classmethod
    def from_fields(cls, fields: Fields) -> "Deferred":
        """Read what `to_document` wrote.

        Raises:
            MalformedError: it has another form.
        """
        deferred = cls(fields.text("transaction_id"), fields.moment("ask_after"))
        fields.done()
        return deferred


@dataclass(frozen=True)
class Delivered:
    """What an issuer handed out: unverified tokens, and the name of the delivery for what is told back."""

    unverified_tokens: tuple[str, ...] = field(repr=False)
    notification_id: str | None = field(default=None, repr=False)

    def to_document(self) -> dict[str, Json]:
        """The delivery as a document to be sealed."""
        return {"tokens": list(self.unverified_tokens), "notification_id": self.notification_id}

    @classmethod
    def from_fields(cls, fields: Fields) -> "Delivered":
        """Read what `to_document` wrote.

        Raises:
            MalformedError: it has another form.
        """
        tokens = fields.texts("tokens", least=1, most=MOST_COPIES, max_length=MAX_COMPACT)
        delivered = cls(tokens, _optional(fields, "notification_id"))
        fields.done()
        return delivered


def keys_document(keys: tuple[SigningKey, ...]) -> Json:
    """The holder keys of an exchange as they are sealed."""
    return [key.to_pem().decode() for key in keys]


def read_keys(fields: Fields, name: str) -> tuple[SigningKey, ...]:
    """Read what `keys_document` wrote."""
    return tuple(SigningKey.from_pem(pem.encode()) for pem in fields.texts(name, most=MOST_COPIES))


def _key(fields: Fields, name: str) -> SigningKey:
    return SigningKey.from_pem(fields.text(name).encode())


def _optional(fields: Fields, name: str) -> str | None:
    return fields.text(name) if fields.has(name) else None


def _labels(document: object) -> Labels:
    if not isinstance(document, Mapping) or not all(isinstance(text, str) for text in document.values()):
        raise MalformedError("plan: expected names by language")
    return cast("Labels", document)
