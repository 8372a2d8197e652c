"""The words of the screens on which a person shows something, in English; `showing_words_german` is German.

One table for each language, with the same keys; `{…}` are filled in by `say`. Words are those of everyday
language, and each failure says what happened, that nothing was lost, and what can be done.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final


@dataclass(frozen=True)
class Words:
    """The table of one language, by its two letters."""

    language: str
    table: Mapping[str, str] = field(repr=False, hash=False)

    def __getitem__(self, key: str) -> str:
        return self.table[key]

    def __contains__(self, key: str) -> bool:
        return key in self.table

    def say(self, key: str, **values: object) -> str:
        """A sentence with its gaps filled in."""
        return self.table[key].format(**values)

    def first(self, *keys: str) -> str:
        """The first of these that the table has; the last one is always there."""
        return next((self.table[key] for key in keys if key in self.table), self.table[keys[-1]])


ENGLISH: Final = Words(
    "en",
    {
        "yes": "Yes",
        "no": "No",
        "empty": "nothing",
        "cut": "{text} … ({length} characters in all)",
        # Beginning
        "title": "Show a record",
        "lead": (
            "Somebody wants to see something from your wallet? Nothing is shown before you have said yes."
        ),
        "link": "The link or code",
        "link_help": (
            "Scan the code with your phone’s camera and copy the link that it shows. It begins with "
            "openid4vp://"
        ),
        "look": "Look at the request",
        "history": "What you have shown",
        "waiting": "Waiting for you",
        "back": "Show a record",
        # The request
        "asks": "{name} asks to see something",
        "asks_lead": "Nothing has been shown yet. You see here what would be shown, word for word.",
        "who": "Who asks",
        "known_registered": "On the list of verified organisations",
        "known_certified": "Confirmed by a known authority",
        "known_named": "Not on the list of verified organisations",
        "known_unsigned": "Nobody knows who this is",
        "about_registered": "Your wallet has checked that the request comes from this organisation.",
        "about_certified": (
            "An authority that your wallet knows confirms that the request comes from {name}. It is not "
            "on the list of verified organisations."
        ),
        "about_named": (
            "All that is certain is that your answer goes to {host} and to nobody else. No organisation "
            "that your wallet knows says who that is. Share only if you know it and expected this."
        ),
        "about_unsigned": (
            "The request is not signed. This happens while somebody tries a system out, and never in "
            "earnest. Share only what was made up."
        ),
        "goes_to": "Your answer goes to",
        "calls_itself": "It calls itself",
        "travels": "On the way it is",
        "travels_encrypted": "encrypted so that only whoever asks can read it",
        "travels_open": "protected by the connection to {host}",
        "why": "Why",
        "why_none": "The request gives no reason. Ask for one if it is not plain to you.",
        "until": "You can answer until {moment}.",
        "opened_before": (
            "You have opened this request before. It is the same one, and it can be answered once."
        ),
        "transaction": "You also agree to this",
        "transaction_lead": "It is signed together with what you show, and cannot be taken back.",
        "transaction_payment": "A payment",
        "transaction_agreement": "An agreement",
        "member_amount": "Amount",
        "member_currency": "Currency",
        "member_payee": "Goes to",
        "member_reference": "Reference",
        "member_text": "Text",
        "claim_sub": "Number or name of whoever it is about",
        "claim_jti": "Number of this record",
        "what": "What would be shown",
        "choose_set": "Which of these do you want to show?",
        "gives_reason": "{name} gives this reason: “{purpose}”",
        "choose_one": "Choose what to show",
        "choose_many": "Choose one or more",
        "leave_out": "Nothing of this",
        "if_chosen": "It is shown only if you choose it above.",
        "optional": "You do not have to show this.",
        "alternative": "Way {number}",
        "from_issuer": "signed by {issuer}",
        "nothing_asked": "Nothing of what it says, only that you have it.",
        "always": "shown whenever this record is shown",
        "yes_or_no": "only this yes or no, and nothing that it was worked out from",
        "what_not": "Everything else in your wallet stays hidden.",
        "learns": "What can be recognised",
        "learns_envelope": (
            "Every record also shows who signed it and when, until when it is valid, a place to look up "
            "whether it still counts, and a number by which it can be recognised."
        ),
        "learns_fresh": (
            "{title}: a fresh copy, shown to nobody before. It has numbers of its own, so nobody can "
            "tell by them that you showed this record elsewhere."
        ),
        "learns_reused": (
            "{title}: too few copies are left that nobody has seen. Who saw the one that is shown can tell "
            "that it is the same one. Ask {issuer} for new copies."
        ),
        "learns_own": (
            "{title}: your wallet has no copies of it. Everybody you show it to, and the marketplace if "
            "you share it there, can tell that it is the same record."
        ),
        "learns_values": (
            "What you show stays known: nobody can be made to forget it. Rare values can give away who "
            "you are even without a name."
        ),
        "share": "Share",
        "dont_share": "Don’t share",
        "decline_hint": (
            "If you don’t share, whoever asks learns that you said no, and nothing else: not even "
            "whether you have what was asked for."
        ),
        "missing": "Your wallet has nothing that fits",
        "missing_text": "It would have to be: {kinds}. Whoever asks is not told that you don’t have it.",
        "missing_lead": "Nothing has been shown, and nothing can be.",
        "any_kind": "a record of the kind “{kind}”",
        "look_again": "Please look at one thing again",
        "choose_missing": "Choose here what you want to show.",
        "choose_confirm": "With this choice nothing would confirm what you agree to. Choose another record.",
        "choose_changed": (
            "Something here has changed since you opened the page, so nothing was shown. Read it again, and "
            "decide then."
        ),
        "choose_less": "This is more than can be shown at once, so nothing was shown. Choose less of it.",
        "details": "For experts",
        "identifier": "Identifier",
        # The outcome
        "shown_title": "Shown to {name}",
        "shown_text": "It was accepted. Whoever asked can go on now.",
        "onward": "Go on at {host}",
        "declined_title": "You shared nothing",
        "declined_text": "{name} was told that you said no, and nothing else.",
        "declined_untold": ("{name} could not be told for certain. Nothing of your wallet was shown."),
        "refused_title": "{name} did not accept it",
        "unsent_title": "It is not certain that your answer arrived",
        "unsent_text": (
            "{name} could not be reached, or could not check your answer just now. Your wallet has kept "
            "the answer. It can be sent again as it is; nothing new is shown."
        ),
        "unsent_over": (
            "{name} could not be reached, or could not check your answer then. Your wallet has not kept the "
            "answer for any longer, and does not send it again."
        ),
        "give_up": "Don’t send it again",
        "send_again": "Send it again",
        "over_title": "This request has run out",
        "over_text": "Nothing was shown. Start again where you were asked.",
        "home": "Back to my wallet",
        "already": "You have answered this request already. A request can be answered once.",
        "reason_code": "The reason in the asker’s own word: {reason}",
        "reason_revoked": "The issuer has taken the record back. Ask the issuer why; you need a new one.",
        "reason_suspended": (
            "The issuer has put the record on hold. Ask the issuer why; it may count again later."
        ),
        "reason_expired": "The record has expired. Ask its issuer for a new one.",
        "reason_not_yet_valid": "The record does not count yet. Wait until it does, then start again.",
        "reason_untrusted_issuer": "The issuer of the record does not count there. Ask which issuers do.",
        "reason_status_unavailable": (
            "The issuer could not be asked whether the record still counts. Send it again in a few minutes."
        ),
        "reason_session_expired": "The answer came too late. Start again where you were asked.",
        "reason_session_used": (
            "The request was answered already, perhaps from another device. Start again where you were asked."
        ),
        "reason_query_not_satisfied": (
            "Something that was asked for was not in the answer. Start again, and choose differently."
        ),
        "reason_bound_in_future": "Your wallet’s clock is ahead. Have it set, then start again.",
        "reason_bound_too_long_ago": (
            "Too much time went by before the answer arrived. Start again where you were asked."
        ),
        "reason_wrong_transaction_data": (
            "What you agreed to did not arrive as it was meant. Start again where you were asked."
        ),
        "reason_other": (
            "The answer could not be checked there. Nothing is lost. Start again where you were asked; "
            "if it happens again, tell them."
        ),
        # Refused requests
        "doubt_title": "This request was not opened",
        "doubt_told": "Nothing of your wallet was shown, and whoever sent it was told nothing.",
        "doubt_not_a_link": (
            "This is not a link to a request. Copy the whole link that you were given, or scan the code "
            "again."
        ),
        "doubt_not_fetched": (
            "The request could not be fetched from where the link leads. Try again in a moment, or start "
            "again where you were asked."
        ),
        "doubt_not_proved": (
            "Whoever sent the request could not prove to be who it says. It may have been tampered with "
            "on the way. Start again where you were asked, and only if you trust that place."
        ),
        "doubt_unsigned": "The request is not signed, so nobody can tell who asks. Ask for a signed one.",
        "doubt_malformed": (
            "The request does not have the agreed form, or was meant for somebody else. Those who ask "
            "must mend it; tell them what stands below."
        ),
        "doubt_over": "The request has run out. Start again where you were asked.",
        "doubt_unknown_kind": "The request asks for records of a form that this wallet does not keep.",
        "doubt_unknown_transaction": (
            "The request wants you to agree to something that this wallet cannot put into words. You "
            "should not agree to what you cannot read."
        ),
        "doubt_too_much": (
            "The request asks for so much at once that nobody could read what would be shown. Whoever asks "
            "has to ask for less."
        ),
        "doubt_answered": "You have answered this request already. A request can be answered once.",
        # History
        "history_lead": (
            "Every request that you answered: who asked, when, and which parts of your records by their "
            "names. What they said is not kept here."
        ),
        "history_empty": "You have shown nothing to anybody",
        "history_empty_text": "Each time you share something, or decline to, it will stand here.",
        "state_waiting": "Not answered",
        "state_unsent": "Not certain",
        "state_shown": "Shown",
        "state_declined": "You declined",
        "state_refused": "Not accepted",
        "traces_fresh": "a copy shown once",
        "traces_reused": "a copy shown before",
        "traces_own": "the record itself",
        "only_that_held": "only that you have it",
    },
)
