"""The words of plain sentences, one table for each language.

Each table says the same things. Words are those of everyday language: no name of a technology, no sentence
that needs a second reading. `{…}` are filled in by `wording`.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from consent.errors import TermsError
from consent.estimate import Withheld
from consent.policy import Refusal
from consent.vocabulary import ConsentStatus, Purpose, RecipientKind, StatisticGroup, StatisticKind


@dataclass(frozen=True)
class Words:
    """Everything that differs between languages."""

    joiner: str
    quoted: str
    months: tuple[str, ...]
    date: str
    thousands: str
    decimal_point: str
    euros: str
    lower_labels: bool
    recipients: Mapping[RecipientKind, str]
    purposes: Mapping[Purpose, str]
    statistics: Mapping[StatisticKind, str]
    groups: Mapping[StatisticGroup, str]
    computed: Mapping[StatisticKind, str]
    refusals: Mapping[Refusal, str]
    withheld: Mapping[Withheld, str]
    statuses: Mapping[ConsentStatus, str]
    sentences: Mapping[str, str]


ENGLISH = Words(
    joiner="and",
    quoted="{}",
    months=(
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ),
    date="{day} {month} {year}",
    thousands=",",
    decimal_point=".",
    euros="€{}",
    lower_labels=True,
    recipients={
        RecipientKind.UNIVERSITY: "universities",
        RecipientKind.HOSPITAL: "hospitals",
        RecipientKind.RESEARCH_INSTITUTE: "research institutes",
        RecipientKind.PUBLIC_BODY: "public bodies",
        RecipientKind.COMPANY: "companies",
        RecipientKind.INSURER: "insurers",
    },
    purposes={
        Purpose.RESEARCH_AND_DEVELOPMENT: "research and development of any kind",
        Purpose.ACADEMIC_RESEARCH: "academic research",
        Purpose.SCIENTIFIC_RESEARCH: "scientific research",
        Purpose.NON_COMMERCIAL_RESEARCH: "non-commercial research",
        Purpose.COMMERCIAL_RESEARCH: "commercial research",
        Purpose.PERSONNEL_HIRING: "hiring staff",
        Purpose.SERVICE_OPTIMISATION: "improving services",
        Purpose.PUBLIC_BENEFIT: "the public benefit",
    },
    statistics={
        StatisticKind.COUNT: "counts",
        StatisticKind.SUM: "sums",
        StatisticKind.MEAN: "averages",
        StatisticKind.VARIANCE: "variances",
        StatisticKind.STANDARD_DEVIATION: "spreads around the average",
        StatisticKind.HISTOGRAM: "distributions",
        StatisticKind.MINIMUM: "smallest values",
        StatisticKind.MAXIMUM: "largest values",
        StatisticKind.MEDIAN: "middle values",
        StatisticKind.QUANTILES: "values below which a given part of the people lies",
        StatisticKind.TOP_CATEGORIES: "most frequent answers",
        StatisticKind.COVARIANCE: "how two numbers vary together",
        StatisticKind.CORRELATION: "how closely two numbers go together",
        StatisticKind.LINEAR_REGRESSION: "how much one number changes with others",
        StatisticKind.LOGISTIC_REGRESSION: "how a yes or no depends on numbers",
        StatisticKind.K_MEANS: "averages of groups of similar people",
    },
    groups={
        StatisticGroup.AMOUNTS: "counts, averages and distributions",
        StatisticGroup.RANGES: "smallest, middle and largest values",
        StatisticGroup.RELATIONS: "relations between numbers",
        StatisticGroup.GROUPS: "groups and most frequent answers",
    },
    computed={
        StatisticKind.COUNT: "number of people",
        StatisticKind.SUM: "sum of {attribute}",
        StatisticKind.MEAN: "average {attribute}",
        StatisticKind.VARIANCE: "variance of {attribute}",
        StatisticKind.STANDARD_DEVIATION: "spread of {attribute}",
        StatisticKind.HISTOGRAM: "distribution of {attribute}",
        StatisticKind.MINIMUM: "smallest {attribute}",
        StatisticKind.MAXIMUM: "largest {attribute}",
        StatisticKind.MEDIAN: "middle value of {attribute}",
        StatisticKind.QUANTILES: "values of {attribute} below which {fractions} of the people lie",
        StatisticKind.TOP_CATEGORIES: "the {count} most frequent answers to {attribute}",
        StatisticKind.COVARIANCE: "how {attribute} varies together with {others}",
        StatisticKind.CORRELATION: "how closely {attribute} goes together with {others}",
        StatisticKind.LINEAR_REGRESSION: "how much {attribute} changes with {others}",
        StatisticKind.LOGISTIC_REGRESSION: "how {attribute} depends on {others}",
        StatisticKind.K_MEANS: "{count} groups of people who are alike in {everything}",
    },
    refusals={
        Refusal.NOT_YET_VALID: "This consent has not begun yet.",
        Refusal.EXPIRED: "This consent has run out.",
        Refusal.WITHDRAWN: "This consent was withdrawn.",
        Refusal.OTHER_DATA_SET: "This consent is about other data.",
        Refusal.ATTRIBUTE_NOT_ALLOWED: "The question is about a part of the data that is not allowed.",
        Refusal.PURPOSE_NOT_ALLOWED: "The question has a purpose that is not allowed.",
        Refusal.RECIPIENT_NOT_ALLOWED: "The organisation that asks is not allowed.",
        Refusal.STATISTIC_NOT_ALLOWED: "The question asks for a kind of answer that is not allowed.",
        Refusal.EXACT_NOT_ALLOWED: "Exact answers are not allowed.",
        Refusal.ENGINE: "The answer would be computed in a way that is not allowed.",
        Refusal.NOT_VERIFIED: "The partners would not check each other's calculation, which is asked for.",
        Refusal.CROWD_TOO_SMALL: "The group of people is smaller than allowed.",
        Refusal.BUDGET_PER_QUERY: "The answer would tell more than one answer is allowed to tell.",
        Refusal.BUDGET_SPENT: "The limit for all answers together is reached.",
        Refusal.COMPENSATION_TOO_LOW: "The compensation is lower than asked for.",
        Refusal.OTHER_NODES: "The work would be done by partners that were not chosen.",
    },
    withheld={
        Withheld.TOO_FEW_PEOPLE: "Not shown: there are too few people in this group.",
        Withheld.NOISE_TOO_LARGE: "Not shown: the random error is as large as the number itself.",
        Withheld.UNDETERMINED: (
            "Not shown: the numbers do not vary, or say the same, so there is no one answer."
        ),
    },
    statuses={
        ConsentStatus.GIVEN: "active",
        ConsentStatus.WITHDRAWN: "withdrawn",
        ConsentStatus.EXPIRED: "run out",
    },
    sentences={
        "summary": (
            "{recipients} may compute {statistics} from your data “{data_set}” for {purposes}, only in a"
            " group of at least {crowd} people, until {until}."
        ),
        "parts": "This covers: {attributes}.",
        "compensation": "You receive at least {amount} each time.",
        "no_compensation": "You take part without compensation.",
        "excluded": "You have excluded: {organisations}.",
        "noise": "A random error is added to every answer, so that one person hardly changes it.",
        "exact": (
            "Some answers may be exact, without a random error. The next numbers do not hold for those."
        ),
        "odds": (
            "Suppose somebody tries to tell from the answer whether your data was counted or left blank. By"
            " guessing they are right 50 times in 100. With one answer they are right at most {one} times in"
            " 100, with all answers that you allow at most {all} times in 100."
        ),
        "partners": "Your data is split between {nodes}. One of them alone can read nothing.",
        "limit_partners": (
            "Two of these three partners together could read your data if they broke their rules."
        ),
        "limit_public": (
            "Not hidden from the marketplace and these partners: {attributes}. They see it beside a number"
            " that stands for you, not beside your name."
        ),
        "limit_exact": (
            "Exact answers can be compared: two of them about almost the same people can tell something"
            " about one person."
        ),
        "limit_groups": (
            "An answer can still tell something about people like you. That would be so without your"
            " data too."
        ),
        "stop": (
            "You can stop at any time, as easily as you agreed. Nothing new is computed from then on, and you"
            " keep what you received. Answers that were already given cannot be taken back."
        ),
        "by": " by {attribute}",
        "only": ", only {attribute}: {category}",
        "only_range": ", only {attribute}: {least} to {most}",
        "checked": ", with the calculation checked",
        "verified_only": "The partners have to check each other's calculation before an answer leaves them.",
        "encrypted": (
            "Your values may also be added up while they are encrypted. Any two of the partners together"
            " could open them."
        ),
        "over": ", over at least {crowd} people",
        "query_noise": ", with a random error",
        "query_exact": ", exact",
    },
)

GERMAN = Words(
    joiner="und",
    quoted="„{}“",
    months=(
        "Januar",
        "Februar",
        "März",
        "April",
        "Mai",
        "Juni",
        "Juli",
        "August",
        "September",
        "Oktober",
        "November",
        "Dezember",
    ),
    date="{day}. {month} {year}",
    thousands=".",
    decimal_point=",",
    euros="{} €",
    lower_labels=False,
    recipients={
        RecipientKind.UNIVERSITY: "Universitäten",
        RecipientKind.HOSPITAL: "Krankenhäuser",
        RecipientKind.RESEARCH_INSTITUTE: "Forschungsinstitute",
        RecipientKind.PUBLIC_BODY: "Behörden",
        RecipientKind.COMPANY: "Unternehmen",
        RecipientKind.INSURER: "Versicherungen",
    },
    purposes={
        Purpose.RESEARCH_AND_DEVELOPMENT: "Forschung und Entwicklung jeder Art",
        Purpose.ACADEMIC_RESEARCH: "akademische Forschung",
        Purpose.SCIENTIFIC_RESEARCH: "wissenschaftliche Forschung",
        Purpose.NON_COMMERCIAL_RESEARCH: "nicht kommerzielle Forschung",
        Purpose.COMMERCIAL_RESEARCH: "kommerzielle Forschung",
        Purpose.PERSONNEL_HIRING: "die Auswahl von Personal",
        Purpose.SERVICE_OPTIMISATION: "die Verbesserung von Diensten",
        Purpose.PUBLIC_BENEFIT: "das Gemeinwohl",
    },
    statistics={
        StatisticKind.COUNT: "Anzahlen",
        StatisticKind.SUM: "Summen",
        StatisticKind.MEAN: "Durchschnitte",
        StatisticKind.VARIANCE: "Varianzen",
        StatisticKind.STANDARD_DEVIATION: "Streuungen um den Durchschnitt",
        StatisticKind.HISTOGRAM: "Verteilungen",
        StatisticKind.MINIMUM: "kleinste Werte",
        StatisticKind.MAXIMUM: "größte Werte",
        StatisticKind.MEDIAN: "mittlere Werte",
        StatisticKind.QUANTILES: "Werte, unter denen ein bestimmter Teil der Personen liegt",
        StatisticKind.TOP_CATEGORIES: "häufigste Antworten",
        StatisticKind.COVARIANCE: "wie zwei Zahlen gemeinsam schwanken",
        StatisticKind.CORRELATION: "wie eng zwei Zahlen zusammenhängen",
        StatisticKind.LINEAR_REGRESSION: "wie sich eine Zahl mit anderen ändert",
        StatisticKind.LOGISTIC_REGRESSION: "wie ein Ja oder Nein von Zahlen abhängt",
        StatisticKind.K_MEANS: "Durchschnitte von Gruppen ähnlicher Personen",
    },
    groups={
        StatisticGroup.AMOUNTS: "Anzahlen, Durchschnitte und Verteilungen",
        StatisticGroup.RANGES: "kleinste, mittlere und größte Werte",
        StatisticGroup.RELATIONS: "Zusammenhänge zwischen Zahlen",
        StatisticGroup.GROUPS: "Gruppen und häufigste Antworten",
    },
    computed={
        StatisticKind.COUNT: "Anzahl der Personen",
        StatisticKind.SUM: "Summe von {attribute}",
        StatisticKind.MEAN: "Durchschnitt von {attribute}",
        StatisticKind.VARIANCE: "Varianz von {attribute}",
        StatisticKind.STANDARD_DEVIATION: "Streuung von {attribute}",
        StatisticKind.HISTOGRAM: "Verteilung von {attribute}",
        StatisticKind.MINIMUM: "kleinster Wert von {attribute}",
        StatisticKind.MAXIMUM: "größter Wert von {attribute}",
        StatisticKind.MEDIAN: "mittlerer Wert von {attribute}",
        StatisticKind.QUANTILES: "Werte von {attribute}, unter denen {fractions} der Personen liegen",
        StatisticKind.TOP_CATEGORIES: "die {count} häufigsten Antworten zu {attribute}",
        StatisticKind.COVARIANCE: "wie {attribute} und {others} gemeinsam schwanken",
        StatisticKind.CORRELATION: "wie eng {attribute} mit {others} zusammenhängt",
        StatisticKind.LINEAR_REGRESSION: "wie sich {attribute} mit {others} ändert",
        StatisticKind.LOGISTIC_REGRESSION: "wie {attribute} von {others} abhängt",
        StatisticKind.K_MEANS: "{count} Gruppen von Personen, die einander in {everything} ähneln",
    },
    refusals={
        Refusal.NOT_YET_VALID: "Diese Einwilligung gilt noch nicht.",
        Refusal.EXPIRED: "Diese Einwilligung ist abgelaufen.",
        Refusal.WITHDRAWN: "Diese Einwilligung wurde widerrufen.",
        Refusal.OTHER_DATA_SET: "Diese Einwilligung betrifft andere Daten.",
        Refusal.ATTRIBUTE_NOT_ALLOWED: "Die Frage betrifft einen Teil der Daten, der nicht erlaubt ist.",
        Refusal.PURPOSE_NOT_ALLOWED: "Die Frage hat einen Zweck, der nicht erlaubt ist.",
        Refusal.RECIPIENT_NOT_ALLOWED: "Die Organisation, die fragt, ist nicht erlaubt.",
        Refusal.STATISTIC_NOT_ALLOWED: "Die Frage verlangt eine Art von Antwort, die nicht erlaubt ist.",
        Refusal.EXACT_NOT_ALLOWED: "Genaue Antworten sind nicht erlaubt.",
        Refusal.ENGINE: "Die Antwort würde auf eine Weise berechnet, die nicht erlaubt ist.",
        Refusal.NOT_VERIFIED: "Die Partner würden einander nicht nachrechnen, was aber verlangt ist.",
        Refusal.CROWD_TOO_SMALL: "Die Gruppe ist kleiner als erlaubt.",
        Refusal.BUDGET_PER_QUERY: "Die Antwort würde mehr verraten, als eine Antwort verraten darf.",
        Refusal.BUDGET_SPENT: "Die Grenze für alle Antworten zusammen ist erreicht.",
        Refusal.COMPENSATION_TOO_LOW: "Die Entschädigung ist niedriger als verlangt.",
        Refusal.OTHER_NODES: "Die Arbeit würden Partner tun, die nicht gewählt wurden.",
    },
    withheld={
        Withheld.TOO_FEW_PEOPLE: "Nicht gezeigt: In dieser Gruppe sind zu wenige Personen.",
        Withheld.NOISE_TOO_LARGE: "Nicht gezeigt: Der Zufallsfehler ist so groß wie die Zahl selbst.",
        Withheld.UNDETERMINED: (
            "Nicht gezeigt: Die Zahlen ändern sich nicht oder sagen dasselbe, daher gibt es keine eindeutige"
            " Antwort."
        ),
    },
    statuses={
        ConsentStatus.GIVEN: "aktiv",
        ConsentStatus.WITHDRAWN: "widerrufen",
        ConsentStatus.EXPIRED: "abgelaufen",
    },
    sentences={
        "summary": (
            "{recipients} dürfen {statistics} aus Ihren Daten „{data_set}“ berechnen, für {purposes}, nur in"
            " einer Gruppe von mindestens {crowd} Personen, bis {until}."
        ),
        "parts": "Das umfasst: {attributes}.",
        "compensation": "Sie erhalten jedes Mal mindestens {amount}.",
        "no_compensation": "Sie nehmen ohne Entschädigung teil.",
        "excluded": "Sie haben ausgeschlossen: {organisations}.",
        "noise": "Zu jeder Antwort kommt ein Zufallsfehler, damit eine Person sie kaum ändert.",
        "exact": (
            "Manche Antworten dürfen genau sein, ohne Zufallsfehler. Für diese gelten die nächsten Zahlen"
            " nicht."
        ),
        "odds": (
            "Angenommen, jemand will aus der Antwort erkennen, ob Ihre Daten gezählt oder leer gelassen"
            " wurden. Durch Raten liegt er in 50 von 100 Fällen richtig. Mit einer Antwort liegt er in"
            " höchstens {one} von 100 Fällen richtig, mit allen Antworten, die Sie erlauben, in höchstens"
            " {all} von 100."
        ),
        "partners": "Ihre Daten werden auf {nodes} aufgeteilt. Einer allein kann nichts lesen.",
        "limit_partners": (
            "Zwei dieser drei Partner zusammen könnten Ihre Daten lesen, wenn sie ihre Regeln brechen."
        ),
        "limit_public": (
            "Nicht verborgen vor dem Marktplatz und diesen Partnern: {attributes}. Sie sehen es neben einer"
            " Nummer, die für Sie steht, nicht neben Ihrem Namen."
        ),
        "limit_exact": (
            "Genaue Antworten lassen sich vergleichen: Zwei über fast dieselben Personen können etwas über"
            " eine einzelne Person verraten."
        ),
        "limit_groups": (
            "Eine Antwort kann etwas über Menschen wie Sie verraten. Das wäre auch ohne Ihre Daten so."
        ),
        "stop": (
            "Sie können jederzeit aufhören, so einfach, wie Sie zugestimmt haben. Ab dann wird nichts Neues"
            " berechnet, und Sie behalten, was Sie erhalten haben. Schon gegebene Antworten lassen sich nicht"
            " zurückholen."
        ),
        "by": " nach {attribute}",
        "only": ", nur {attribute}: {category}",
        "only_range": ", nur {attribute}: {least} bis {most}",
        "checked": ", mit Nachrechnen",
        "verified_only": "Die Partner müssen einander nachrechnen, bevor eine Antwort sie verlässt.",
        "encrypted": (
            "Ihre Werte dürfen auch verschlüsselt zusammengezählt werden. Je zwei der Partner könnten sie"
            " gemeinsam öffnen."
        ),
        "over": ", über mindestens {crowd} Personen",
        "query_noise": ", mit Zufallsfehler",
        "query_exact": ", genau",
    },
)

LANGUAGES: Mapping[str, Words] = {"en": ENGLISH, "de": GERMAN}


def words_of(language: str) -> Words:
    """The words of a language, by its code: "en" or "de".

    Raises:
        TermsError: there are no sentences in this language.
    """
    try:
        return LANGUAGES[language]
    except KeyError as error:
        raise TermsError(f"no sentences in language {language[:20]!r}, only in {list(LANGUAGES)}") from error
