"""Letters that a person can send about her data: to correct, delete or restrict it, or to object.

They are drafts in her own words and with her own name to be filled in; the wallet sends nothing. The articles
are those of the GDPR, Regulation (EU) 2016/679.
"""

from dataclasses import dataclass
from datetime import date
from typing import Final


@dataclass(frozen=True)
class Letter:
    """A draft: whom it is for, what it is about, and its text."""

    to: str
    subject: str
    text: str


_CORRECTION: Final = {
    "en": Letter(
        "{to}",
        "Correction of my record",
        "On {day} you gave me this record: {what}.\n\n"
        "Something in it is not right. Please correct it (GDPR Article 16) and give me the corrected one:\n\n"
        "What it says: …\nWhat is right: …\n\n"
        "Please answer within one month (Article 12(3)).\n\n…",
    ),
    "de": Letter(
        "{to}",
        "Berichtigung meines Nachweises",
        "Am {day} haben Sie mir diesen Nachweis ausgestellt: {what}.\n\n"
        "Etwas darin stimmt nicht. Bitte berichtigen Sie es (Artikel 16 DSGVO) und stellen Sie mir den "
        "berichtigten Nachweis aus:\n\n"
        "Was dort steht: …\nWas richtig ist: …\n\n"
        "Bitte antworten Sie innerhalb eines Monats (Artikel 12 Absatz 3).\n\n…",
    ),
}
_DELETION: Final = {
    "en": Letter(
        "{to}",
        "Deletion of my data",
        "On {day} I showed you: {what}.\n\n"
        "Please delete what you keep of it, tell those to whom you passed it on, and confirm both to me "
        "(GDPR Articles 17 and 19).\n\n"
        "Please answer within one month (Article 12(3)).\n\n…",
    ),
    "de": Letter(
        "{to}",
        "Löschung meiner Daten",
        "Am {day} habe ich Ihnen gezeigt: {what}.\n\n"
        "Bitte löschen Sie, was Sie davon aufbewahren, sagen Sie es allen, an die Sie es weitergegeben "
        "haben, und bestätigen Sie mir beides (Artikel 17 und 19 DSGVO).\n\n"
        "Bitte antworten Sie innerhalb eines Monats (Artikel 12 Absatz 3).\n\n…",
    ),
}


_RESTRICTION: Final = {
    "en": Letter(
        "{to}",
        "Restriction of the processing of my data",
        "Please restrict the processing of my data until this is settled (GDPR Article 18). You may store it "
        "meanwhile, and do nothing else with it.\n\n"
        "What it is about: …\n"
        "Why (it is not correct; it is not lawful; I need it for a legal claim; I objected): …\n\n"
        "Please tell those to whom you passed it on (Article 19), and tell me before you lift the "
        "restriction (Article 18(3)).\n\n"
        "Please answer within one month (Article 12(3)).\n\n…",
    ),
    "de": Letter(
        "{to}",
        "Einschränkung der Verarbeitung meiner Daten",
        "Bitte schränken Sie die Verarbeitung meiner Daten ein, bis dies geklärt ist (Artikel 18 DSGVO). Sie "
        "dürfen sie in dieser Zeit speichern, aber sonst nichts mit ihnen tun.\n\n"
        "Worum es geht: …\n"
        "Warum (sie stimmen nicht; es ist nicht rechtmäßig; ich brauche sie für einen Rechtsanspruch; ich "
        "habe widersprochen): …\n\n"
        "Bitte sagen Sie es allen, an die Sie die Daten weitergegeben haben (Artikel 19), und sagen Sie mir "
        "Bescheid, bevor Sie die Einschränkung aufheben (Artikel 18 Absatz 3).\n\n"
        "Bitte antworten Sie innerhalb eines Monats (Artikel 12 Absatz 3).\n\n…",
    ),
}
_OBJECTION: Final = {
    "en": Letter(
        "{to}",
        "Objection to the processing of my data",
        "For reasons of my particular situation I object to the processing of my data (GDPR Article 21(1)):"
        "\n\nWhat it is about: …\nWhy: …\n\n"
        "Please stop it, and delete what you keep for it (Article 17(1)(c)), unless you show compelling "
        "grounds. For research and statistics Article 21(6) applies. I object to direct marketing in any "
        "case (Article 21(2)).\n\n"
        "Please answer within one month (Article 12(3)).\n\n…",
    ),
    "de": Letter(
        "{to}",
        "Widerspruch gegen die Verarbeitung meiner Daten",
        "Aus Gründen, die sich aus meiner besonderen Situation ergeben, widerspreche ich der Verarbeitung "
        "meiner Daten (Artikel 21 Absatz 1 DSGVO):\n\nWorum es geht: …\nWarum: …\n\n"
        "Bitte beenden Sie sie und löschen Sie, was Sie dafür aufbewahren (Artikel 17 Absatz 1 Buchstabe c), "
        "es sei denn, Sie weisen zwingende Gründe nach. Für Forschung und Statistik gilt Artikel 21 Absatz "
        "6. Direktwerbung widerspreche ich in jedem Fall (Artikel 21 Absatz 2).\n\n"
        "Bitte antworten Sie innerhalb eines Monats (Artikel 12 Absatz 3).\n\n…",
    ),
}


def restriction(to: str, language: str) -> Letter:
    """Asks somebody to do nothing but store what they have."""
    return _to(_RESTRICTION, to, language)


def objection(to: str, language: str) -> Letter:
    """Objects to what somebody does with the person's data."""
    return _to(_OBJECTION, to, language)


def correction(issuer: str, record: str, issued_on: date, language: str) -> Letter:
    """Asks an issuer to correct a record."""
    return _filled(_CORRECTION, issuer, record, issued_on, language)


def deletion(asker: str, shown: str, shown_on: date, language: str) -> Letter:
    """Asks somebody who was shown something to delete it."""
    return _filled(_DELETION, asker, shown, shown_on, language)


def _filled(drafts: dict[str, Letter], to: str, what: str, day: date, language: str) -> Letter:
    draft = drafts.get(language, drafts["en"])
    written = day.strftime("%d.%m.%Y") if language == "de" else f"{day.day} {day.strftime('%B %Y')}"
    return Letter(to, draft.subject, draft.text.format(day=written, what=what))


def _to(drafts: dict[str, Letter], to: str, language: str) -> Letter:
    draft = drafts.get(language, drafts["en"])
    return Letter(to, draft.subject, draft.text)
