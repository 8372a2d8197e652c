"""What does a link that adds a record say? Credential offers of OpenID4VCI 1.0, §4.1.

A link names where the offer lies (`credential_offer_uri`) or carries it (`credential_offer`). Nothing in it
is believed: the wallet talks only to addresses that belong to an issuer of the trust registry, so that a link
cannot make it ask anything of anybody else.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlsplit

from crypto.encoding import Json, parse_json
from crypto.errors import MalformedError
from crypto.reading import Fields
from ssi.trust import TrustRegistry
from ssi.trust_entries import IssuerEntry
from wallet.errors import LinkError

SCHEME = "openid-credential-offer"
PRE_AUTHORIZED = "urn:ietf:params:oauth:grant-type:pre-authorized_code"
MAX_LINK = 20_000
_NOT_A_LINK = (
    f"This is not a link that adds a record. Copy the whole link you were given; it starts with {SCHEME}://"
)


@dataclass(frozen=True)
class OfferLink:
    """Where an offer lies, or the offer itself; exactly one of the two."""

    address: str | None = field(default=None, repr=False)
    document: Mapping[str, Json] | None = field(default=None, repr=False)


@dataclass(frozen=True)
class CredentialOffer:
    """An issuer offers a credential. The code in it is a secret until it was used."""

    issuer_url: str
    configuration_id: str
    code: str = field(repr=False)
    needs_tx_code: bool
    tx_code_hint: str | None = None


def parse_link(text: str) -> OfferLink:
    """Read a pasted link.

    Raises:
        LinkError: it is something else; the message says what a link looks like.
    """
    pasted = "".join(text.split())  # a link copied from a letter or a terminal comes with line breaks
    try:
        parts = urlsplit(pasted)
        members = parse_qs(parts.query, strict_parsing=True, max_num_fields=10)
    except ValueError as error:
        raise LinkError(_NOT_A_LINK) from error
    if len(pasted) > MAX_LINK or parts.scheme != SCHEME:
        raise LinkError(_NOT_A_LINK)
    match members:
        case {"credential_offer_uri": [address], **rest} if not rest:
            return OfferLink(address=address)
        case {"credential_offer": [document], **rest} if not rest:
            return OfferLink(document=_object(document))
    raise LinkError(_NOT_A_LINK)


def read_offer(document: object) -> CredentialOffer:
    """Read a credential offer (OpenID4VCI 1.0 §4.1.1); extensions of it are ignored as the standard asks.

    Raises:
        LinkError: it is malformed, or offers only ways to get a record that this wallet does not know.
    """
    try:
        fields = Fields.of(document, "offer")
        configurations = fields.texts("credential_configuration_ids", least=1)
        grants = fields.section("grants")
        if not grants.has(PRE_AUTHORIZED):
            raise LinkError(
                "This link asks for a sign-in at the issuer, which this wallet does not know yet."
            )
        grant = grants.section(PRE_AUTHORIZED)
        tx_code = grant.section("tx_code") if grant.has("tx_code") else None
        hint = None
        if tx_code is not None and tx_code.has("description"):
            hint = tx_code.text("description", max_length=300)
        return CredentialOffer(
            issuer_url=fields.text("credential_issuer", max_length=500),
            configuration_id=configurations[0],
            code=grant.text("pre-authorized_code", max_length=2000),
            needs_tx_code=tx_code is not None,
            tx_code_hint=hint,
        )
    except MalformedError as error:
        raise LinkError(f"The link leads to an offer that cannot be read: {error}") from error


def issuer_behind(address: str, registry: TrustRegistry) -> IssuerEntry | None:
    """The trusted issuer that an address belongs to, None if it is nobody's.

    An issuer's addresses are those of the origin (RFC 6454) of its status lists, which the trust authority
    signed. Where several issuers share an origin, the one with the longest common path is meant.
    """
    candidates = [entry for entry in registry.issuers if same_origin(entry.status_uri_prefix, address)]
    path = address.rstrip("/") + "/"
    within = [entry for entry in candidates if entry.status_uri_prefix.startswith(path)]
    return next(iter(within or candidates), None)


def same_origin(one: str, other: str) -> bool:
    """Whether two addresses have the same scheme, host and port."""
    first, second = _origin(one), _origin(other)
    return first is not None and first == second


def _origin(address: str) -> tuple[str, str, int | None] | None:
    try:
        parts = urlsplit(address)
        port = parts.port or {"https": 443, "http": 80}.get(parts.scheme)
    except ValueError:
        return None
    if parts.scheme not in {"https", "http"} or not parts.hostname or parts.username is not None:
        return None
    return parts.scheme, parts.hostname, port


def _object(text: str) -> Mapping[str, Json]:
    try:
        document = parse_json(text)
    except MalformedError as error:
        raise LinkError(_NOT_A_LINK) from error
    if not isinstance(document, Mapping):
        raise LinkError(_NOT_A_LINK)
    return document
