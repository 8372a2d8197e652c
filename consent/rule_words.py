"""The words about each rule of a policy, one table for each language; see `consent.words`.

Each table says the same things: what a rule is about, and what stands where a side has no words of its own.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from consent.errors import TermsError


@dataclass(frozen=True)
class RuleTable:
    """Everything that differs between languages; `titles` are by operand and operator, or by operand."""

    titles: Mapping[str, str]
    sides: Mapping[str, str]
    yes: str
    no: str


ENGLISH = RuleTable(
    titles={
        "dateTime gteq": "Since when it holds",
        "dateTime lt": "Until when it holds",
        "mk:withdrawn": "Ended by you",
        "mk:paused": "Paused by you",
        "prohibition": "What you forbid",
        "target": "Which record",
        "mk:join": "Other records beside it",
        "mk:attribute": "Which parts of the record",
        "mk:filter": "What people are chosen or grouped by",
        "purpose": "What for",
        "mk:recipientKind": "What kind of organisation",
        "mk:recipient": "Organisations that you left out",
        "mk:recipientCountry": "In which country",
        "mk:statistic": "What is computed",
        "mk:exact": "Whether answers may be exact",
        "mk:publication": "Whether everybody may see answers",
        "mk:engine": "Way of computing",
        "mk:verifiedOnly": "Whether the calculation is checked",
        "mk:crowd": "How many people you hide among",
        "mk:queryFloor": "How many people the question asks for",
        "mk:epsilonPerQuery": "Limit for one answer",
        "mk:epsilonTotal": "Limit for all answers together",
        "mk:runs": "How often",
        "mk:compensationCents": "Compensation",
        "mk:nodes": "Computing partners",
    },
    sides={
        "any": "any",
        "nothing": "nothing",
        "exact": "an exact answer",
        "gteq": "at least {side}",
        "lteq": "at most {side}",
        "lt": "before {side}",
        "since": "from {side}",
        "in": "in {side}",
        "isNoneOf": "none of {side}",
    },
    yes="yes",
    no="no",
)

GERMAN = RuleTable(
    titles={
        "dateTime gteq": "Seit wann sie gilt",
        "dateTime lt": "Bis wann sie gilt",
        "mk:withdrawn": "Von Ihnen beendet",
        "mk:paused": "Von Ihnen angehalten",
        "prohibition": "Was Sie verbieten",
        "target": "Welcher Nachweis",
        "mk:join": "Andere Nachweise daneben",
        "mk:attribute": "Welche Teile des Nachweises",
        "mk:filter": "Wonach Personen ausgewählt oder in Gruppen geteilt werden",
        "purpose": "Wofür",
        "mk:recipientKind": "Welche Art von Organisation",
        "mk:recipient": "Organisationen, die Sie ausgenommen haben",
        "mk:recipientCountry": "In welchem Land",
        "mk:statistic": "Was berechnet wird",
        "mk:exact": "Ob Antworten genau sein dürfen",
        "mk:publication": "Ob alle die Antworten sehen dürfen",
        "mk:engine": "Art des Rechnens",
        "mk:verifiedOnly": "Ob nachgerechnet wird",
        "mk:crowd": "Unter wie vielen Personen Sie sind",
        "mk:queryFloor": "Wie viele Personen die Frage verlangt",
        "mk:epsilonPerQuery": "Grenze für eine Antwort",
        "mk:epsilonTotal": "Grenze für alle Antworten zusammen",
        "mk:runs": "Wie oft",
        "mk:compensationCents": "Vergütung",
        "mk:nodes": "Rechenpartner",
    },
    sides={
        "any": "beliebig",
        "nothing": "nichts",
        "exact": "eine genaue Antwort",
        "gteq": "mindestens {side}",
        "lteq": "höchstens {side}",
        "lt": "vor dem {side}",
        "since": "ab dem {side}",
        "in": "in {side}",
        "isNoneOf": "keine von {side}",
    },
    yes="ja",
    no="nein",
)

_LANGUAGES: Mapping[str, RuleTable] = {"en": ENGLISH, "de": GERMAN}


def rule_table_of(language: str) -> RuleTable:
    """The words of a language, by its code: "en" or "de".

    Raises:
        TermsError: there are no sentences in this language.
    """
    try:
        return _LANGUAGES[language]
    except KeyError as error:
        raise TermsError(f"no words about rules in language {language[:20]!r}") from error
