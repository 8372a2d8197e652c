"""Letters that a person can send about her data: to correct it, or to delete it.

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
