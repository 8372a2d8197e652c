"""What does a link that adds a record say, and in which words is a person told that it says nothing usable?

Links and offers are read by `ssi.http.offer_link`, whose values these are; here its errors get the words of
the wallet.
"""

from ssi.http import offer_link
from ssi.http.errors import (
    ForeignOfferError,
    MalformedOfferError,
    NotAnOfferLinkError,
    OfferError,
    TransactionCodeError,
    UnknownGrantError,
    UsedOfferError,
)
from ssi.http.offer_link import PRE_AUTHORIZED, SCHEME, CredentialOffer, OfferLink, issuer_behind
from wallet.errors import CodeNeededError, LinkError

__all__ = [
    "PRE_AUTHORIZED",
    "CredentialOffer",
    "OfferLink",
    "issuer_behind",
    "parse_link",
    "read_offer",
    "told",
]

_WORDS: dict[type[OfferError], str] = {
    NotAnOfferLinkError: (
        "This is not a link that adds a record. Copy the whole link you were given;"
        f" it starts with {SCHEME}://"
    ),
    UnknownGrantError: "This link asks for a sign-in at the issuer, which this wallet does not know yet.",
    ForeignOfferError: "This link points to another issuer than the one it came from.",
    UsedOfferError: "This link was used already or has run out. Ask the issuer for a new one.",
    TransactionCodeError: "The issuer did not accept the code. After three wrong codes the link is locked.",
}


def parse_link(text: str) -> OfferLink:
    """Read a pasted link.

    Raises:
        LinkError: it is something else; the message says what a link looks like.
    """
    try:
        return offer_link.parse_link(text)
    except OfferError as error:
        raise told(error) from error


def read_offer(document: object) -> CredentialOffer:
    """Read a credential offer.

    Raises:
        LinkError: it is malformed, or offers only ways to get a record that this wallet does not know.
    """
    try:
        return offer_link.read_offer(document)
    except OfferError as error:
        raise told(error) from error


def told(error: OfferError) -> LinkError | CodeNeededError:
    """Why an offered record was not collected, in words for the person."""
    if isinstance(error, MalformedOfferError):
        return LinkError(f"The link leads to an offer that cannot be read: {error}")
    words = _WORDS[type(error)]
    return CodeNeededError(words) if isinstance(error, TransactionCodeError) else LinkError(words)
