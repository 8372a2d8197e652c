"""What was found in an agreement file, in words."""

from typing import Final

from consent.examination import Examination, Fault, Finding, Part

_PARTS: Final = {
    "en": {
        Part.AGREEMENT: "The agreement",
        Part.WORDS: "The words",
        Part.RECEIPT: "The receipt of the marketplace",
        Part.LOG: "The place in the public log",
        Part.STATUS: "The receipt for status {about}",
        Part.PAUSE: "What was said about pausing",
        Part.WITHDRAWAL: "The end of the agreement",
        Part.DELETION: "Deletion by {about}",
        Part.USE: "Use {about}",
    },
    "de": {
        Part.AGREEMENT: "Die Vereinbarung",
        Part.WORDS: "Der Wortlaut",
        Part.RECEIPT: "Die Quittung des Marktplatzes",
        Part.LOG: "Der Platz im öffentlichen Verzeichnis",
        Part.STATUS: "Die Quittung für Stand {about}",
        Part.PAUSE: "Was über das Pausieren gesagt wurde",
        Part.WITHDRAWAL: "Das Ende der Vereinbarung",
        Part.DELETION: "Löschung durch {about}",
        Part.USE: "Nutzung {about}",
    },
}
_HOLDS: Final = {
    "en": {
        Part.AGREEMENT: "signed by the person whose record it is about, and unchanged since",
        Part.WORDS: "exactly those that she agreed to",
        Part.RECEIPT: "the marketplace signed that it has exactly this agreement",
        Part.LOG: "the agreement stands in the log that nobody can change unnoticed",
        Part.STATUS: "signed by the marketplace, for exactly this agreement and its moments",
        Part.PAUSE: "said by the same person",
        Part.WITHDRAWAL: "the same person ended it",
        Part.DELETION: "signed by this computing partner",
        Part.USE: "receipted by the marketplace, and in the public log",
    },
    "de": {
        Part.AGREEMENT: "von der Person unterschrieben, um deren Nachweis es geht, und seither unverändert",
        Part.WORDS: "genau der, dem sie zugestimmt hat",
        Part.RECEIPT: "der Marktplatz hat unterschrieben, dass er genau diese Vereinbarung hat",
        Part.LOG: "die Vereinbarung steht im Verzeichnis, das niemand unbemerkt ändern kann",
        Part.STATUS: "vom Marktplatz unterschrieben, für genau diese Vereinbarung und ihre Zeitpunkte",
        Part.PAUSE: "von derselben Person gesagt",
        Part.WITHDRAWAL: "dieselbe Person hat sie beendet",
        Part.DELETION: "von diesem Rechenpartner unterschrieben",
        Part.USE: "vom Marktplatz quittiert und im öffentlichen Verzeichnis",
    },
}
_FAULTS: Final = {
    "en": {
        Fault.ABSENT: "missing: taken out, or never there",
        Fault.UNREADABLE: "not readable as what should stand there",
        Fault.SIGNATURE: "changed after it was signed, or signed by somebody else",
        Fault.OTHER: "about something else: another agreement, use, person or marketplace",
        Fault.NOT_LOGGED: "not in the public log where it should stand",
        Fault.STRANGER: "by somebody whom the list of verified organisations does not name",
    },
    "de": {
        Fault.ABSENT: "fehlt: herausgenommen, oder nie dagewesen",
        Fault.UNREADABLE: "lässt sich nicht als das lesen, was da stehen sollte",
        Fault.SIGNATURE: "wurde nach dem Unterschreiben geändert, oder jemand anderes hat unterschrieben",
        Fault.OTHER: "gehört zu etwas anderem: einer anderen Vereinbarung, Nutzung oder Person, einem "
        "anderen Marktplatz",
        Fault.NOT_LOGGED: "steht nicht im öffentlichen Verzeichnis, wo es stehen sollte",
        Fault.STRANGER: "ist von jemandem, den die Liste der geprüften Stellen nicht nennt",
    },
}
LIMIT: Final = {
    "en": "No file can show that nothing was left out of it, such as an end that came later.",
    "de": "Keine Datei kann zeigen, dass nichts aus ihr weggelassen wurde, etwa ein späteres Ende der "
    "Vereinbarung.",
}
_TOTALS: Final = {
    "en": ("Everything in it holds.", "Something in it does not hold."),
    "de": ("Alles darin stimmt.", "Etwas darin stimmt nicht."),
}
MOST_SHOWN: Final = 100
"""Characters of a name out of the file."""


def part_text(finding: Finding, language: str) -> str:
    """What was looked at."""
    return _PARTS[language][finding.part].format(about=finding.about[:MOST_SHOWN])


def finding_text(finding: Finding, language: str) -> str:
    """What was found about it."""
    if finding.fault is None:
        return _HOLDS[language][finding.part]
    return _FAULTS[language][finding.fault]


def total_text(found: Examination, language: str) -> str:
    """All of it in one sentence."""
    holds, fails = _TOTALS[language]
    return holds if found.holds else fails
