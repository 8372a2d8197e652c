"""What does a link say that adds a credential? Credential offers of OpenID4VCI 1.0, §4.1.

A link names where the offer lies (`credential_offer_uri`) or carries it (`credential_offer`). Nothing in it
is believed: whoever follows one asks `issuer_behind` first and talks only to addresses that belong to an
issuer of the trust registry, so that a link cannot make its reader ask anything of anybody else.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from urllib.parse import parse_qs, urlsplit

from crypto.encoding import Json, parse_json
from crypto.errors import MalformedError
from crypto.reading import Fields
from ssi.http.address import same_origin
from ssi.http.errors import MalformedOfferError, NotAnOfferLinkError, UnknownGrantError
from ssi.trust import TrustRegistry
from ssi.trust_entries import IssuerEntry

SCHEME = "openid-credential-offer"
PRE_AUTHORIZED = "urn:ietf:params:oauth:grant-type:pre-authorized_code"
SIGN_IN = "authorization_code"
MAX_LINK = 20_000
_MAX_ISSUER = 500
_MAX_CODE = 2000
_MAX_HINT = 300


@dataclass(frozen=True)
class OfferLink:
    """Where an offer lies, or the offer itself; exactly one of the two."""

    address: str | None = field(default=None, repr=False)
    document: Mapping[str, Json] | None = field(default=None, repr=False)


@dataclass(frozen=True)
class CredentialOffer:
    """An issuer offers a credential. The code in it is a secret until it was used.

    Without a `code` it can be collected by signing in at the issuer only. `signs_in` says that this is a way;
    `issuer_state` then tells the issuer which offer it was, and `server` which of its authorisation servers
    is meant, where it names one.
    """

    issuer_url: str
    configuration_id: str
    code: str | None = field(default=None, repr=False)
    needs_tx_code: bool = False
    tx_code_hint: str | None = None
    signs_in: bool = False
    issuer_state: str | None = field(default=None, repr=False)
    server: str | None = None


def without_breaks(text: str) -> str:
    """A link as it was given out: copied from a letter or a terminal it comes with line breaks."""
    return "".join(text.split())


def parse_link(text: str) -> OfferLink:
    """Read a pasted link.

    Raises:
        NotAnOfferLinkError: it is something else; the message says what a link looks like.
    """
    pasted = without_breaks(text)
    try:
        parts = urlsplit(pasted)
        members = parse_qs(parts.query, strict_parsing=True, max_num_fields=10)
    except ValueError as error:
        raise _not_a_link() from error
    if len(pasted) > MAX_LINK or parts.scheme != SCHEME:
        raise _not_a_link()
    match members:
        case {"credential_offer_uri": [address], **rest} if not rest:
            return OfferLink(address=address)
        case {"credential_offer": [document], **rest} if not rest:
            return OfferLink(document=_object(document))
    raise _not_a_link()


def read_offer(document: object) -> CredentialOffer:
    """Read a credential offer (§4.1.1); extensions of it are ignored as the standard asks.

    Raises:
        MalformedOfferError: a member is missing or not of its form; the message says which.
        UnknownGrantError: it offers only ways to get the credential that are not known here.
    """
    try:
        return _offer(Fields.of(document, "offer"))
    except MalformedError as error:
        raise MalformedOfferError(str(error)) from error


def issuer_behind(address: str, registry: TrustRegistry, *, now: datetime) -> IssuerEntry | None:
    """The trusted issuer that an address belongs to, None if it is nobody's, or of one no longer trusted.

    An issuer's addresses are those of the origin (RFC 6454) of its status lists, which the trust authority
    signed. Where several issuers share an origin, the one with the longest common path is meant.
    """
    candidates = [
        entry
        for entry in registry.issuers
        if entry.holds_at(now) and same_origin(entry.status_uri_prefix, address)
    ]
    path = address.rstrip("/") + "/"
    within = [entry for entry in candidates if entry.status_uri_prefix.startswith(path)]
    return next(iter(within or candidates), None)


def _offer(fields: Fields) -> CredentialOffer:
    configurations = fields.texts("credential_configuration_ids", least=1)
    # §4.1.1: an offer without grants is collected by the ways that the metadata names, which is signing in.
    grants = fields.section("grants") if fields.has("grants") else Fields({SIGN_IN: {}}, "offer.grants")
    if not grants.has(PRE_AUTHORIZED) and not grants.has(SIGN_IN):
        raise UnknownGrantError("the offer can be collected only in ways that are not known here")
    offer = CredentialOffer(
        issuer_url=_plain(fields.text("credential_issuer", max_length=_MAX_ISSUER)),
        configuration_id=configurations[0],
    )
    if grants.has(SIGN_IN):
        grant = grants.section(SIGN_IN)
        state = grant.text("issuer_state", max_length=_MAX_CODE) if grant.has("issuer_state") else None
        offer = replace(offer, signs_in=True, issuer_state=state, server=_server(grant))
    return _with_code(offer, grants.section(PRE_AUTHORIZED)) if grants.has(PRE_AUTHORIZED) else offer


def _plain(address: str) -> str:
    """An address is of printable ASCII (RFC 3986 §2), so that none looks like another's where it is shown."""
    if not address.isascii() or not address.isprintable() or " " in address:
        raise MalformedError("offer.credential_issuer: expected printable ASCII")
    return address


def _with_code(offer: CredentialOffer, grant: Fields) -> CredentialOffer:
    tx_code = grant.section("tx_code") if grant.has("tx_code") else None
    hint = None
    if tx_code is not None and tx_code.has("description"):
        hint = tx_code.text("description", max_length=_MAX_HINT)
    return replace(
        offer,
        code=grant.text("pre-authorized_code", max_length=_MAX_CODE),
        needs_tx_code=tx_code is not None,
        tx_code_hint=hint,
        server=_server(grant) or offer.server,
    )


def _server(grant: Fields) -> str | None:
    return (
        grant.text("authorization_server", max_length=_MAX_ISSUER)
        if grant.has("authorization_server")
        else None
    )


def _object(text: str) -> Mapping[str, Json]:
    try:
        document = parse_json(text)
    except MalformedError as error:
        raise _not_a_link() from error
    if not isinstance(document, Mapping):
        raise _not_a_link()
    return document


def _not_a_link() -> NotAnOfferLinkError:
    return NotAnOfferLinkError(f"expected the whole link that the issuer gave, starting with {SCHEME}://")
