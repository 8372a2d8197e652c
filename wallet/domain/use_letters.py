"""Letters about one use of a person's data or one agreement: delete what is kept of it; look into it.

They are drafts like those of `wallet.domain.letters`, with what the receiver needs to find the case. None
names a value. The articles are those of the GDPR, Regulation (EU) 2016/679.
"""

from dataclasses import dataclass
from datetime import date
from typing import Final

from wallet.domain.authorities import AUTHORITIES
from wallet.domain.letters import Letter


@dataclass(frozen=True)
class Case:
    """What a letter is about: who did what when, under which names others find it."""

    organisation: str
    marketplace: str
    country: str | None
    day: date
    agreement: str
    purpose: str = ""
    use: str | None = None
    log_index: int | None = None


_TO_AUTHORITY: Final = {
    "en": "The data protection authority{place}",
    "de": "Die Datenschutzbehörde{place}",
}
_NAMED: Final = {
    "en": ("Agreement", "Use", "Entry of the public log"),
    "de": ("Vereinbarung", "Nutzung", "Eintrag im öffentlichen Verzeichnis"),
}
_DELETION_OF_USE: Final = {
    "en": Letter(
        "",
        "Deletion of my data",
        "On {day} you received an answer that my data was part of, through the marketplace {marketplace}. "
        "You got "
        "the answer, not my record.\n\n"
        "If you keep anything that relates to me, please delete it, tell those to whom you passed it on, and "
        "confirm both to me (GDPR Articles 17 and 19). If you keep nothing of the kind, please confirm "
        "that.\n\n"
        "{named}\n\nPlease answer within one month (Article 12(3)).\n\n…",
    ),
    "de": Letter(
        "",
        "Löschung meiner Daten",
        "Am {day} haben Sie über den Marktplatz {marketplace} eine Antwort erhalten, in die meine Daten "
        "eingegangen sind. Erhalten haben Sie die Antwort, nicht meinen Nachweis.\n\n"
        "Falls Sie etwas aufbewahren, das sich auf mich bezieht, löschen Sie es bitte, sagen Sie es "
        "allen, an die "
        "Sie es weitergegeben haben, und bestätigen Sie mir beides (Artikel 17 und 19 DSGVO). Falls Sie "
        "nichts "
        "dergleichen aufbewahren, bestätigen Sie mir bitte das.\n\n"
        "{named}\n\nBitte antworten Sie innerhalb eines Monats (Artikel 12 Absatz 3).\n\n…",
    ),
}
_DELETION_OF_AGREEMENT: Final = {
    "en": Letter(
        "",
        "Deletion of my data",
        "On {day} I made the agreement below with you. Please delete what you and your computing partners "
        "keep "
        "of it, as far as no law makes you keep it, and confirm it to me with what was deleted when "
        "(GDPR Articles 17 and 19).\n\n"
        "{named}\n\nPlease answer within one month (Article 12(3)).\n\n…",
    ),
    "de": Letter(
        "",
        "Löschung meiner Daten",
        "Am {day} habe ich mit Ihnen die unten genannte Vereinbarung getroffen. Bitte löschen Sie, was "
        "Sie und "
        "Ihre Rechenpartner davon aufbewahren, soweit Sie kein Gesetz dazu verpflichtet, und bestätigen "
        "Sie mir, "
        "was wann gelöscht wurde (Artikel 17 und 19 DSGVO).\n\n"
        "{named}\n\nBitte antworten Sie innerhalb eines Monats (Artikel 12 Absatz 3).\n\n…",
    ),
}
_REST: Final = {
    "en": "What I think is wrong:\n…\n\nWhat I did before:\n…\n\n{named}\n\n"
    "The signed agreement with all receipts is enclosed; it can be checked by anybody.\n\n"
    "Please look into it and tell me what came of it (Article 77(2)).\n\n…",
    "de": "Was meiner Ansicht nach nicht in Ordnung ist:\n…\n\nWas ich bisher unternommen "
    "habe:\n…\n\n{named}\n\n"
    "Die unterschriebene Vereinbarung mit allen Quittungen liegt bei; jede Stelle kann sie prüfen.\n\n"
    "Bitte gehen Sie dem nach und teilen Sie mir mit, was daraus geworden ist (Artikel 77 Absatz 2).\n\n…",
}
_SUBJECT: Final = {"en": "Complaint under Article 77 of the GDPR", "de": "Beschwerde nach Artikel 77 DSGVO"}
_COMPLAINT_OF_USE: Final = {
    "en": Letter(
        "",
        _SUBJECT["en"],
        "I complain about {organisation}. On {day} my data was used through the marketplace {marketplace}, "
        "for {purpose}.\n\n" + _REST["en"],
    ),
    "de": Letter(
        "",
        _SUBJECT["de"],
        "Ich beschwere mich über {organisation}. Am {day} wurden meine Daten über den Marktplatz "
        "{marketplace} "
        "genutzt, für {purpose}.\n\n" + _REST["de"],
    ),
}
_COMPLAINT_OF_AGREEMENT: Final = {
    "en": Letter(
        "",
        _SUBJECT["en"],
        "I complain about {marketplace}, with which I made the agreement below on {day}.\n\n" + _REST["en"],
    ),
    "de": Letter(
        "",
        _SUBJECT["de"],
        "Ich beschwere mich über {marketplace}, mit dem ich am {day} die unten genannte Vereinbarung "
        "getroffen "
        "habe.\n\n" + _REST["de"],
    ),
}


def deletion_of_use(case: Case, language: str) -> Letter:
    """Asks the organisation that got an answer to delete what it keeps of the person."""
    return _filled(_DELETION_OF_USE, case.organisation, case, language)


def deletion_of_agreement(case: Case, language: str) -> Letter:
    """Asks the marketplace to delete what is kept of an agreement."""
    return _filled(_DELETION_OF_AGREEMENT, case.marketplace, case, language)


def complaint(case: Case, language: str) -> Letter:
    """Reports a use or an agreement to the authority of the country of the organisation, if it is known.

    A person may turn to any authority, such as that of the country where she lives (Article 77(1)).
    """
    known = {each.country: each.address for each in AUTHORITIES}
    address = known.get(case.country or "")
    place = f" ({case.country}, {address})" if address else ""
    drafts = _COMPLAINT_OF_AGREEMENT if case.use is None else _COMPLAINT_OF_USE
    return _filled(drafts, _TO_AUTHORITY[language].format(place=place), case, language)


def _filled(drafts: dict[str, Letter], to: str, case: Case, language: str) -> Letter:
    draft = drafts[language]
    day = case.day
    written = day.strftime("%d.%m.%Y") if language == "de" else f"{day.day} {day.strftime('%B %Y')}"
    values = (case.agreement, case.use, case.log_index)
    named = [
        f"{name}: {value}" for name, value in zip(_NAMED[language], values, strict=True) if value is not None
    ]
    text = draft.text.format(
        day=written,
        organisation=case.organisation,
        marketplace=case.marketplace,
        purpose=case.purpose,
        named="\n".join(named),
    )
    return Letter(to, draft.subject, text)
