"""The words with which a person is asked what she forbids and bounds, in English and German.

One table for each language, with the same keys; see `wallet.domain.showing_words`.
"""

from typing import Final

from wallet.domain.showing_words import Words

ENGLISH: Final = Words(
    "en",
    {
        "never": "Never, whatever else I allow",
        "never_kinds": "Which organisations never?",
        "never_kind": "Never {kind}",
        "never_kinds_help": (
            "Optional. Whoever is not ticked above may not ask anyway. What you tick here is also written "
            "into your agreement as forbidden."
        ),
        "never_purposes": "What for never?",
        "never_purpose": "Never for {purpose}",
        "never_purposes_help": (
            "Optional. Whoever asks for research of any kind may mean the kind that you forbid, and is "
            "refused too."
        ),
        "where": "Only organisations in which countries?",
        "where_help": (
            "If you limit this, an organisation whose proof does not say in which country it is may not ask."
        ),
        "anywhere": "Anywhere",
        "eea": "The European Union and the rest of the European Economic Area",
        "eea_help": "The European Economic Area is the European Union, Iceland, Liechtenstein and Norway.",
        "chosen": "Only the countries that I tick",
        "countries": "Countries",
        "country": "{place}",
        "runs": "For how many computations at most?",
        "runs_unit": "computations",
        "runs_help": "Leave it empty for any number, within the limit for all answers together.",
        "public_filters_only": "Do not choose or group people by the hidden parts of my record",
        "public_filters_only_help": (
            "You then take part in no question that looks only at people with a certain hidden value, or "
            "that splits people by one. Fewer questions will reach you."
        ),
    },
)

GERMAN: Final = Words(
    "de",
    {
        "never": "Niemals, was auch immer ich sonst erlaube",
        "never_kinds": "Welche Organisationen niemals?",
        "never_kind": "Niemals {kind}",
        "never_kinds_help": (
            "Freiwillig. Wer oben nicht angekreuzt ist, darf ohnehin nicht fragen. Was Sie hier ankreuzen, "
            "steht außerdem als verboten in Ihrer Vereinbarung."
        ),
        "never_purposes": "Wofür niemals?",
        "never_purpose": "Niemals für {purpose}",
        "never_purposes_help": (
            "Freiwillig. Wer für Forschung jeder Art fragt, kann die Art meinen, die Sie verbieten, und wird "
            "auch abgewiesen."
        ),
        "where": "Nur Organisationen in welchen Ländern?",
        "where_help": (
            "Wenn Sie das begrenzen, darf eine Organisation nicht fragen, deren Nachweis nicht sagt, in "
            "welchem Land sie ist."
        ),
        "anywhere": "Überall",
        "eea": "In der Europäischen Union und im übrigen Europäischen Wirtschaftsraum",
        "eea_help": (
            "Der Europäische Wirtschaftsraum ist die Europäische Union mit Island, Liechtenstein und "
            "Norwegen."
        ),
        "chosen": "Nur in Ländern, die ich ankreuze",
        "countries": "Länder",
        "country": "In {place}",
        "runs": "Für wie viele Berechnungen höchstens?",
        "runs_unit": "Berechnungen",
        "runs_help": "Leer lassen für beliebig viele, innerhalb der Grenze für alle Antworten zusammen.",
        "public_filters_only": (
            "Personen nicht nach den verborgenen Teilen meines Nachweises auswählen oder in Gruppen teilen"
        ),
        "public_filters_only_help": (
            "Sie nehmen dann an keiner Frage teil, die nur Personen mit einem bestimmten verborgenen Wert "
            "ansieht oder Personen danach teilt. Es erreichen Sie weniger Fragen."
        ),
    },
)

LANGUAGES: Final = {"en": ENGLISH, "de": GERMAN}
