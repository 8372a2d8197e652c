"""A record on its way into the wallet: what the link promises, and later what came, before it is kept."""

from dataclasses import asdict, dataclass, field, replace
from typing import cast

from crypto.encoding import Json
from crypto.reading import Fields
from crypto.signing import SigningKey
from wallet.domain.collecting import Deferred, Delivered, Grant, Plan, SignIn, keys_document, read_keys
from wallet.domain.credential import MAX_COMPACT, HeldCredential
from wallet.domain.offer_link import CredentialOffer
from wallet.domain.showing_copy import ShowingCopy
from wallet.domain.shown_credential import ShownCredential

MAX_LINK = 20_000
_MAX_COPIES = 100


@dataclass(frozen=True)
class Accepted:
    """What passed the verification and waits for the person's decision.

    A `HeldCredential` can be computed with and shown, a `ShownCredential` only shown. `copies` are there to
    be shown: further ones of a record, all of what can only be shown.
    """

    credential: HeldCredential | ShownCredential
    copies: tuple[ShowingCopy, ...] = ()

    def to_document(self) -> dict[str, Json]:
        """All of it as a document to be sealed."""
        return {
            "counted": isinstance(self.credential, HeldCredential),
            "credential": _named(self.credential),
            "copies": [_named(copy) for copy in self.copies],
        }

    @classmethod
    def from_fields(cls, fields: Fields) -> "Accepted":
        """Read what `to_document` wrote.

        Raises:
            MalformedError: it has another form.
        """
        accepted = cls(
            credential=(_record if fields.boolean("counted") else _shown)(fields.section("credential")),
            copies=tuple(_copy(copy) for copy in fields.objects("copies", most=_MAX_COPIES)),
        )
        fields.done()
        return accepted


@dataclass(frozen=True)
class Arrival:
    """What is known about a pasted link.

    `issuer_id` and `issuer_name` are those of the trust registry, None for an address that belongs to no
    verified issuer: then nothing was asked of it before the person said so. `kind` is the data set where the
    issuer named one that is known here. `plan` is what the issuer says it would hand out.

    What follows comes one after the other: `sign_in`, the request that waits for the browser to come back;
    `grant`, after which the link is used up; `keys` with `deferred`, while the issuer makes the record; then
    `delivered`, kept before it is checked in case a check has to wait; and `accepted`.
    """

    row_id: str
    link: str = field(repr=False)
    issuer_name: str | None = None
    issuer_id: str | None = None
    address: str = ""
    kind: str | None = None
    needs_code: bool = False
    code_hint: str | None = None
    offer: CredentialOffer | None = None
    plan: Plan | None = None
    sign_in: SignIn | None = None
    grant: Grant | None = None
    keys: tuple[SigningKey, ...] = field(default=(), repr=False)
    deferred: Deferred | None = None
    delivered: Delivered | None = None
    accepted: Accepted | None = None
    revision: int = 0

    @property
    def is_verified(self) -> bool:
        """Whether the link leads to a verified issuer."""
        return self.issuer_id is not None

    @property
    def is_being_made(self) -> bool:
        """Whether the issuer makes the record and the wallet comes back for it."""
        return self.deferred is not None and self.delivered is None

    @property
    def held(self) -> HeldCredential | None:
        """The fetched and verified record, if computations may use it."""
        found = self.accepted.credential if self.accepted else None
        return found if isinstance(found, HeldCredential) else None

    def with_delivery(self, delivered: Delivered) -> "Arrival":
        """After the issuer handed it out."""
        return replace(self, delivered=delivered, deferred=None)

    def to_document(self) -> dict[str, Json]:
        """The arrival as a document to be sealed."""
        return {
            "link": self.link,
            "issuer_name": self.issuer_name,
            "issuer_id": self.issuer_id,
            "address": self.address,
            "kind": self.kind,
            "needs_code": self.needs_code,
            "code_hint": self.code_hint,
            "offer": None if self.offer is None else cast("Json", asdict(self.offer)),
            "plan": self.plan.to_document() if self.plan else None,
            "sign_in": self.sign_in.to_document() if self.sign_in else None,
            "grant": self.grant.to_document() if self.grant else None,
            "keys": keys_document(self.keys),
            "deferred": self.deferred.to_document() if self.deferred else None,
            "delivered": self.delivered.to_document() if self.delivered else None,
            "accepted": self.accepted.to_document() if self.accepted else None,
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
            offer=_offer(fields.section("offer")) if fields.has("offer") else None,
            plan=Plan.from_fields(fields.section("plan")) if fields.has("plan") else None,
            sign_in=SignIn.from_fields(fields.section("sign_in")) if fields.has("sign_in") else None,
            grant=Grant.from_fields(fields.section("grant")) if fields.has("grant") else None,
            keys=read_keys(fields, "keys") if fields.has("keys") else (),
            deferred=Deferred.from_fields(fields.section("deferred")) if fields.has("deferred") else None,
            delivered=(
                Delivered.from_fields(fields.section("delivered")) if fields.has("delivered") else None
            ),
            accepted=Accepted.from_fields(fields.section("accepted")) if fields.has("accepted") else None,
            revision=revision,
        )
        return _with_what_was_kept_before(arrival, fields)


def _with_what_was_kept_before(arrival: Arrival, fields: Fields) -> Arrival:
    """Arrivals that a wallet kept before there were copies hold one token or one record in other members."""
    if fields.has("collected"):
        collected = fields.section("collected")
        token = collected.text("compact", max_length=MAX_COMPACT)
        keys = (SigningKey.from_pem(collected.text("holder_key").encode()),)
        arrival = replace(arrival, keys=keys, delivered=Delivered((token,)))
    if fields.has("held"):
        held = fields.section("held")
        record = HeldCredential.from_document(held.any("credential"), held.text("row_id"), 0)
        arrival = replace(arrival, accepted=Accepted(record))
    fields.done()
    return arrival


def _offer(fields: Fields) -> CredentialOffer:
    offer = CredentialOffer(
        issuer_url=fields.text("issuer_url"),
        configuration_id=fields.text("configuration_id"),
        code=_optional(fields, "code"),
        needs_tx_code=fields.boolean("needs_tx_code"),
        tx_code_hint=_optional(fields, "tx_code_hint"),
        signs_in=fields.boolean("signs_in"),
        issuer_state=_optional(fields, "issuer_state"),
        server=_optional(fields, "server"),
    )
    fields.done()
    return offer


def _named(kept: HeldCredential | ShownCredential | ShowingCopy) -> Json:
    return {"row_id": kept.row_id, "document": kept.to_document()}


def _record(fields: Fields) -> HeldCredential:
    return HeldCredential.from_document(fields.any("document"), fields.text("row_id"), 0)


def _shown(fields: Fields) -> ShownCredential:
    return ShownCredential.from_document(fields.any("document"), fields.text("row_id"), 0)


def _copy(fields: Fields) -> ShowingCopy:
    return ShowingCopy.from_document(fields.any("document"), fields.text("row_id"), 0)


def _optional(fields: Fields, name: str) -> str | None:
    return fields.text(name) if fields.has(name) else None
