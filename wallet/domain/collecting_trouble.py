"""What can stop a record on its way, in words: the cause, the remedy, and what became of it."""

from typing import Final

from ssi.http.errors import (
    ForeignOfferError,
    MalformedOfferError,
    NotAnOfferLinkError,
    OfferError,
    TransactionCodeError,
    UnknownGrantError,
    UsedOfferError,
)
from wallet.errors import (
    CodeNeededError,
    LinkError,
    PartnerFaultError,
    PartnerRefusedError,
    PartnerUnreachableError,
    Trouble,
    WalletError,
)

_TABLE: Final[dict[Trouble, tuple[type[WalletError], str]]] = {
    Trouble.NOT_A_LINK: (
        LinkError,
        "This is not a link that adds a record. Copy the whole link you were given;"
        " it starts with openid-credential-offer://",
    ),
    Trouble.UNREADABLE_OFFER: (
        LinkError,
        "The link leads to an offer that cannot be read. Nothing was lost; ask the issuer for a new link.",
    ),
    Trouble.FOREIGN_OFFER: (
        LinkError,
        "This link points to another issuer than the one it came from, so nothing was asked of either.",
    ),
    Trouble.UNKNOWN_WAY: (
        LinkError,
        "This link can be used only in a way that this wallet does not know. Ask the issuer for another one.",
    ),
    Trouble.USED_UP: (
        LinkError,
        "This link was used already or has run out. Ask the issuer for a new one.",
    ),
    Trouble.WRONG_CODE: (
        CodeNeededError,
        "The issuer did not accept the code. After three wrong codes the link is locked.",
    ),
    Trouble.CODE_MISSING: (
        CodeNeededError,
        "The issuer sent you a code separately. Type it in to go on.",
    ),
    Trouble.LINK_UNKNOWN: (LinkError, "This record has not been fetched yet."),
    Trouble.INSECURE: (
        LinkError,
        "Your wallet does not ask this address: it is not protected by https, or lies inside a private"
        " network. Nothing was sent. Ask the issuer for a link to its public address.",
    ),
    Trouble.UNKNOWN_ANSWER: (
        LinkError,
        "Your wallet did not ask for this answer, or it was answered already. Nothing was fetched and"
        " nothing was lost. Open the link of the record again and start once more.",
    ),
    Trouble.OTHER_SERVER: (
        PartnerFaultError,
        "The answer came from another server than the one you signed in at, so your wallet did not use it."
        " Nothing was fetched. Start again, and tell the issuer if it happens twice.",
    ),
    Trouble.DECLINED: (
        PartnerRefusedError,
        "You or the issuer stopped it on the issuer's page. Nothing was fetched, and you can start again.",
    ),
    Trouble.SIGN_IN_FAILED: (
        PartnerRefusedError,
        "The issuer does not take the sign-in: it is too old or was used before. Nothing was lost;"
        " start again.",
    ),
    Trouble.HELD_BACK: (
        PartnerRefusedError,
        "The issuer does not hand out this record now. Ask the issuer why; your wallet has kept nothing of"
        " it.",
    ),
    Trouble.BEING_MADE: (
        PartnerUnreachableError,
        "The issuer is still making this record. Nothing is lost: your wallet asks again whenever it checks"
        " for news.",
    ),
    Trouble.LOST_TURN: (
        PartnerRefusedError,
        "The issuer does not know any more that your wallet waits for this record. Ask it for a new link.",
    ),
    Trouble.NOT_LET_IN: (
        PartnerRefusedError,
        "This issuer lets in only wallets that a provider vouches for. Nothing was lost; ask the issuer for"
        " another way.",
    ),
    Trouble.SAID_NO: (
        PartnerRefusedError,
        "The issuer said no. Nothing was lost; ask the issuer, or try a new link.",
    ),
    Trouble.NOT_ENCRYPTED: (
        PartnerFaultError,
        "The issuer sent the record without the encryption that it promises, so your wallet did not keep it."
        " Tell the issuer.",
    ),
    Trouble.METADATA_ALTERED: (
        PartnerFaultError,
        "What the address says about its issuer is not signed by that issuer, so your wallet asked for"
        " nothing. The link is unused. Try again later, and tell the issuer.",
    ),
    Trouble.UNFIT_ANSWER: (
        PartnerFaultError,
        "The issuer gave an answer that cannot be used. Nothing of yours was lost; try again, and tell the"
        " issuer if it stays so.",
    ),
    Trouble.UNREACHABLE: (
        PartnerUnreachableError,
        "The issuer cannot be reached now. Nothing is lost; try again later.",
    ),
}

_OF_OFFERS: Final[dict[type[OfferError], Trouble]] = {
    NotAnOfferLinkError: Trouble.NOT_A_LINK,
    MalformedOfferError: Trouble.UNREADABLE_OFFER,
    UnknownGrantError: Trouble.UNKNOWN_WAY,
    ForeignOfferError: Trouble.FOREIGN_OFFER,
    UsedOfferError: Trouble.USED_UP,
    TransactionCodeError: Trouble.WRONG_CODE,
}


def trouble(kind: Trouble) -> WalletError:
    """The error for a trouble, with its words in English; `trouble` names it for other languages."""
    error_type, words = _TABLE[kind]
    error = error_type(words)
    error.trouble = kind
    return error


def trouble_with(error: OfferError) -> WalletError:
    """The error for what is wrong with a link, an offer or a code."""
    return trouble(_OF_OFFERS[type(error)])
