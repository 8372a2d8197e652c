"""The words of the screens on which a person collects a record, in English; German ones stand beside them.

Why something failed is said in English by the errors themselves (`collecting_trouble`, `acceptance`).
"""

from typing import Final

from wallet.domain.showing_words import Words

ENGLISH: Final = Words(
    "en",
    {
        # Beginning
        "add": "Add a record",
        "records": "Records",
        "add_lead": (
            "Paste the link that you were given. You see what you would get before anything is fetched."
        ),
        "link": "Link",
        "link_help": (
            "It starts with openid-credential-offer:// Scan a code with your phone’s camera and copy the link"
            " that it shows."
        ),
        "continue": "Continue",
        "where": "Where do I get a link?",
        "where_text": (
            "From the office that knows something about you: your university, school or hospital. You find it"
            " in their portal or in a letter. It works once and only for you, so do not pass it on."
        ),
        "again": "Look at this again",
        # An issuer that nobody listed
        "stranger": "This does not come from a verified issuer",
        "careful": "Be careful with this link",
        "stranger_text": (
            "The address in this link belongs to nobody on the list of verified issuers. Your wallet has"
            " asked"
            " it for nothing, and the link is unused."
        ),
        "address": "Address",
        "stranger_choice": (
            "If you know who gave you the link, your wallet can look there. What it gets can be shown to"
            " others, but not used for computations, since nobody known vouches for who signed it."
        ),
        "visit": "Look at this address",
        "close": "Close",
        # What would be collected
        "plan": "What you would get",
        "plan_lead": "Nothing has been fetched yet, and the link is unused.",
        "from": "From",
        "verified": "Verified issuer",
        "unlisted": "Not from the register",
        "unlisted_text": (
            "It calls itself “{name}”. Nobody on the list of verified issuers has this address. You can show"
            " such a record, and computations will not use it."
        ),
        "says": "It would say",
        "copies": (
            "You get {count} copies, each for a key of its own. Shown one at a time, they cannot be"
            " compared to"
            " recognise you."
        ),
        "one_copy": "You get one copy. Whoever sees it twice can recognise it.",
        "code": "Code",
        "code_help": "You find it in a letter or a message from the issuer, apart from the link.",
        "code_hint": "{name} says about it: “{hint}”",
        "code_why": "{name} sent you a code separately, so that nobody else can use the link.",
        "collect": "Get the record",
        "sign_in": "Sign in at {host}",
        "sign_in_why": (
            "{host} shows you a page of its own and asks whether your wallet may have the record. Then it"
            " sends"
            " you back here."
        ),
        "begun": "You went to the issuer and have not come back with an answer. You can go there again.",
        "cancel": "Cancel",
        # Later
        "made": "Your record is being made",
        "made_text": (
            "{name} has your request and will finish the record later. Your wallet asks again whenever it"
            " checks"
            " for news, from {moment} on. You can close this page."
        ),
        "ask_again": "Ask now",
        "forget": "Forget it",
        "check": "Check once more",
        "agreed": "Not finished yet",
        "agreed_text": (
            "{name} has agreed to hand out the record, and it has not come. The link is used up, but"
            " nothing is"
            " lost: ask for it once more."
        ),
        "came": "Something has come and could not be checked yet",
        "came_text": "It is kept safely and is not among your records before it was checked.",
        # What came
        "preview": "Is this your record?",
        "preview_lead": "Look at it before you keep it. Nobody else sees this page.",
        "checked": (
            "Your wallet has checked that {name} signed exactly this, for you, and has not taken it back."
        ),
        "checked_unlisted": (
            "Your wallet has checked that whoever holds the key of {name} signed exactly this, for you."
            " Who that"
            " is, nobody known vouches for."
        ),
        "only_shown": "Can be shown, cannot be used for computations",
        "not_hidden": "not hidden when shared",
        "keep": "Keep it in my wallet",
        "turn_away": "Do not keep it",
        "kept": "The record is in your wallet. Nobody else can read it there.",
        "nothing_added": "Nothing was added.",
        # Coming back from the issuer
        "failed": "The record was not fetched",
        "start_again": "Start again",
        # A record that can only be shown
        "what": "What it says",
        "who": "Who signed it",
        "kind": "Kind",
        "signed_on": "Signed on",
        "valid_until": "Valid until",
        "no_end": "without end",
        "since": "In your wallet since",
        "state_valid": "Valid",
        "state_expired": "Expired",
        "state_revoked": "Taken back by the issuer",
        "state_suspended": "On hold",
        "left": "{left} of {count} copies were never shown.",
    },
)
