"""The words about what a policy narrows or forbids, one table for each language; see `consent.words`.

Each table says the same things. What is forbidden is one sentence: "You forbid any use" and a phrase for each
constraint, or all of them as a list. Places are named so that they stand after "in", in German in the dative.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from consent.errors import TermsError
from consent.prohibition import Operand, Operator
from consent.vocabulary import Engine


@dataclass(frozen=True)
class BoundaryWords:
    """Everything that differs between languages."""

    either: str
    forbid: str
    forbid_all: str
    phrases: Mapping[tuple[Operand, Operator], str]
    truths: Mapping[tuple[Operand, str], str]
    engines: Mapping[str, str]
    places: Mapping[str, str]
    other_place: str
    sentences: Mapping[str, str]


_ANY, _NONE, _ALL = Operator.IS_ANY_OF, Operator.IS_NONE_OF, Operator.IS_ALL_OF
_LESS, _GREATER = Operator.LESS, Operator.GREATER

ENGLISH = BoundaryWords(
    either="or",
    forbid="You forbid any use{phrase}.",
    forbid_all="You forbid any use of which all of this is true: {phrases}.",
    phrases={
        (Operand.PURPOSE, _ANY): " for {terms}",
        (Operand.PURPOSE, _NONE): " for anything but {terms}",
        (Operand.RECIPIENT_KIND, _ANY): " by {terms}",
        (Operand.RECIPIENT_KIND, _NONE): " by anybody but {terms}",
        (Operand.RECIPIENT, _ANY): " by {terms}",
        (Operand.RECIPIENT, _NONE): " by anybody but {terms}",
        (Operand.COUNTRY, _ANY): " by organisations in {terms}",
        (Operand.COUNTRY, _NONE): " by organisations that are not in {terms}",
        (Operand.ATTRIBUTE, _ANY): " that is about {terms}",
        (Operand.ATTRIBUTE, _ALL): " that is about all of these together: {terms}",
        (Operand.FILTER, _ANY): " that chooses or groups people by {terms}",
        (Operand.FILTER, _ALL): " that chooses or groups people by all of these together: {terms}",
        (Operand.STATISTIC, _ANY): " to compute {terms}",
        (Operand.STATISTIC, _ALL): " to compute all of these together: {terms}",
        (Operand.ENGINE, _ANY): " in which {terms}",
        (Operand.ENGINE, _NONE): " except one in which {terms}",
        (Operand.CROWD, _LESS): " in groups of fewer than {terms} people",
        (Operand.EPSILON, _GREATER): " that takes more than {terms} of the limit for all answers",
        (Operand.COMPENSATION, _LESS): " for less than {terms}",
    },
    truths={
        (Operand.EXACT, "true"): " with exact answers",
        (Operand.EXACT, "false"): " with answers that have a random error",
        (Operand.VERIFIED, "true"): " in which the calculation is checked",
        (Operand.VERIFIED, "false"): " in which the calculation is not checked",
    },
    engines={
        Engine.MPC.value: "partners calculate on split data that two of them could open",
        Engine.ADDITIVE.value: "partners calculate on split data that only all of them could open",
        Engine.PAILLIER.value: "values are added up without being opened",
        Engine.FUNCTIONAL.value: "one sum of hidden values is opened",
    },
    places={
        "EU": "the European Union",
        "EEA": "the European Economic Area",
        "AT": "Austria",
        "BE": "Belgium",
        "BG": "Bulgaria",
        "CH": "Switzerland",
        "CY": "Cyprus",
        "CZ": "Czechia",
        "DE": "Germany",
        "DK": "Denmark",
        "EE": "Estonia",
        "ES": "Spain",
        "FI": "Finland",
        "FR": "France",
        "GB": "the United Kingdom",
        "GR": "Greece",
        "HR": "Croatia",
        "HU": "Hungary",
        "IE": "Ireland",
        "IS": "Iceland",
        "IT": "Italy",
        "LI": "Liechtenstein",
        "LT": "Lithuania",
        "LU": "Luxembourg",
        "LV": "Latvia",
        "MT": "Malta",
        "NL": "the Netherlands",
        "NO": "Norway",
        "PL": "Poland",
        "PT": "Portugal",
        "RO": "Romania",
        "SE": "Sweden",
        "SI": "Slovenia",
        "SK": "Slovakia",
        "US": "the United States",
    },
    other_place="the country with the code {code}",
    sentences={
        "countries": "Only organisations in {places} may ask.",
        "filters": "People may be chosen or grouped by nothing but {attributes}.",
        "no_filters": "People may not be chosen or grouped by anything that your data says.",
        "runs": "Your data may be used at most {runs} times.",
        "one_run": "Your data may be used once.",
        "permitted": "Your data could be used: the question kept to all that you allow.",
        "refused": "Your data was not used.",
        "isAnyOf": "You allow {right}. Asked for: {seen}.",
        "gteq": "You ask for at least {right}. It would be {seen}.",
        "lteq": "You allow at most {right}. It would be {seen}.",
        "unknown": "It is not known, so it counts as not allowed.",
        "nothing": "nothing",
    },
)

GERMAN = BoundaryWords(
    either="oder",
    forbid="Sie verbieten jede Verwendung{phrase}.",
    forbid_all="Sie verbieten jede Verwendung, für die all dies gilt: {phrases}.",
    phrases={
        (Operand.PURPOSE, _ANY): " für {terms}",
        (Operand.PURPOSE, _NONE): " für anderes als {terms}",
        (Operand.RECIPIENT_KIND, _ANY): " durch {terms}",
        (Operand.RECIPIENT_KIND, _NONE): " durch andere als {terms}",
        (Operand.RECIPIENT, _ANY): " durch {terms}",
        (Operand.RECIPIENT, _NONE): " durch andere als {terms}",
        (Operand.COUNTRY, _ANY): " durch Organisationen in {terms}",
        (Operand.COUNTRY, _NONE): " durch Organisationen, die nicht in {terms} sind",
        (Operand.ATTRIBUTE, _ANY): " von {terms}",
        (Operand.ATTRIBUTE, _ALL): " von diesem zusammen: {terms}",
        (Operand.FILTER, _ANY): " mit Auswahl oder Gruppen nach {terms}",
        (Operand.FILTER, _ALL): " mit Auswahl oder Gruppen nach diesem zusammen: {terms}",
        (Operand.STATISTIC, _ANY): " zur Berechnung von: {terms}",
        (Operand.STATISTIC, _ALL): " zur Berechnung von all diesem zusammen: {terms}",
        (Operand.ENGINE, _ANY): ", bei der {terms}",
        (Operand.ENGINE, _NONE): ", außer der, bei der {terms}",
        (Operand.CROWD, _LESS): " in Gruppen von weniger als {terms} Personen",
        (Operand.EPSILON, _GREATER): ", die mehr als {terms} von der Grenze für alle Antworten braucht",
        (Operand.COMPENSATION, _LESS): " für weniger als {terms}",
    },
    truths={
        (Operand.EXACT, "true"): " mit genauen Antworten",
        (Operand.EXACT, "false"): " mit Antworten, die einen Zufallsfehler haben",
        (Operand.VERIFIED, "true"): " mit Nachrechnen",
        (Operand.VERIFIED, "false"): " ohne Nachrechnen",
    },
    engines={
        Engine.MPC.value: "Partner mit geteilten Daten rechnen, die zwei von ihnen öffnen könnten",
        Engine.ADDITIVE.value: "Partner mit geteilten Daten rechnen, die nur alle zusammen öffnen könnten",
        Engine.PAILLIER.value: "Werte zusammengezählt werden, ohne sie zu öffnen",
        Engine.FUNCTIONAL.value: "eine Summe verborgener Werte geöffnet wird",
    },
    places={
        "EU": "der Europäischen Union",
        "EEA": "dem Europäischen Wirtschaftsraum",
        "AT": "Österreich",
        "BE": "Belgien",
        "BG": "Bulgarien",
        "CH": "der Schweiz",
        "CY": "Zypern",
        "CZ": "Tschechien",
        "DE": "Deutschland",
        "DK": "Dänemark",
        "EE": "Estland",
        "ES": "Spanien",
        "FI": "Finnland",
        "FR": "Frankreich",
        "GB": "dem Vereinigten Königreich",
        "GR": "Griechenland",
        "HR": "Kroatien",
        "HU": "Ungarn",
        "IE": "Irland",
        "IS": "Island",
        "IT": "Italien",
        "LI": "Liechtenstein",
        "LT": "Litauen",
        "LU": "Luxemburg",
        "LV": "Lettland",
        "MT": "Malta",
        "NL": "den Niederlanden",
        "NO": "Norwegen",
        "PL": "Polen",
        "PT": "Portugal",
        "RO": "Rumänien",
        "SE": "Schweden",
        "SI": "Slowenien",
        "SK": "der Slowakei",
        "US": "den Vereinigten Staaten",
    },
    other_place="dem Land mit dem Kürzel {code}",
    sentences={
        "countries": "Nur Organisationen in {places} dürfen fragen.",
        "filters": "Personen dürfen nur nach {attributes} ausgewählt oder in Gruppen geteilt werden.",
        "no_filters": (
            "Personen dürfen nach nichts, was Ihre Daten sagen, ausgewählt oder in Gruppen geteilt werden."
        ),
        "runs": "Ihre Daten dürfen höchstens {runs} Mal verwendet werden.",
        "one_run": "Ihre Daten dürfen ein Mal verwendet werden.",
        "permitted": "Ihre Daten durften verwendet werden: Die Frage hielt alles ein, was Sie erlauben.",
        "refused": "Ihre Daten wurden nicht verwendet.",
        "isAnyOf": "Sie erlauben {right}. Verlangt wurde: {seen}.",
        "gteq": "Sie verlangen mindestens {right}. Es wären {seen}.",
        "lteq": "Sie erlauben höchstens {right}. Es wären {seen}.",
        "unknown": "Es ist nicht bekannt und gilt daher als nicht erlaubt.",
        "nothing": "nichts",
    },
)

_LANGUAGES: Mapping[str, BoundaryWords] = {"en": ENGLISH, "de": GERMAN}


def boundary_words_of(language: str) -> BoundaryWords:
    """The words of a language, by its code: "en" or "de".

    Raises:
        TermsError: there are no sentences in this language.
    """
    try:
        return _LANGUAGES[language]
    except KeyError as error:
        raise TermsError(f"no sentences in language {language[:20]!r}, only in {list(_LANGUAGES)}") from error
