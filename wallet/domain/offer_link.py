"""What does a link that adds a record say, and in which words is a person told that it says nothing usable?

Links and offers are read by `ssi.http.offer_link`, whose values these are; here its errors get the words of
the wallet.
"""

from urllib.parse import urlencode

from ssi.http import offer_link
from ssi.http.errors import OfferError
from ssi.http.offer_link import (
    PRE_AUTHORIZED,
    SCHEME,
    SIGN_IN,
    CredentialOffer,
    OfferLink,
    issuer_behind,
    without_breaks,
)
from wallet.domain.collecting_trouble import trouble_with

__all__ = [
    "PRE_AUTHORIZED",
    "SIGN_IN",
    "CredentialOffer",
    "OfferLink",
    "issuer_behind",
    "link_of",
    "parse_link",
    "read_offer",
    "without_breaks",
]

_MEMBERS = ("credential_offer_uri", "credential_offer")


def parse_link(text: str) -> OfferLink:
    """Read a pasted link.

    Raises:
        LinkError: it is something else; the message says what a link looks like.
    """
    try:
        return offer_link.parse_link(text)
    except OfferError as error:
        raise trouble_with(error) from error


def read_offer(document: object) -> CredentialOffer:
    """Read a credential offer.

    Raises:
        LinkError: it is malformed, or offers only ways to get a record that this wallet does not know.
    """
    try:
        return offer_link.read_offer(document)
    except OfferError as error:
        raise trouble_with(error) from error


def link_of(parameters: dict[str, str]) -> str:
    """The link that a wallet's own address was called with (OpenID4VCI 1.0 §12.1); empty if with none."""
    stated = {name: parameters[name] for name in _MEMBERS if parameters.get(name)}
    return f"{SCHEME}://?{urlencode(stated)}" if stated else ""
