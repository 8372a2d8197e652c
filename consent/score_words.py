"""The words about scores of one person, one table for each language; see `consent.words` for the others."""

from consent.score_terms import ScoreRefusal
from consent.weighed_wording import WeighedWords, words_in

ENGLISH = WeighedWords(
    refusals={
        ScoreRefusal.NOT_YET_VALID: "This consent has not begun yet.",
        ScoreRefusal.EXPIRED: "This consent has run out.",
        ScoreRefusal.WITHDRAWN: "This consent was withdrawn.",
        ScoreRefusal.OTHER_DATA_SET: "This consent is about other data.",
        ScoreRefusal.PURPOSE_NOT_ALLOWED: "The score is wanted for a purpose that is not allowed.",
        ScoreRefusal.RECIPIENT_NOT_ALLOWED: "The organisation that asks is not allowed.",
        ScoreRefusal.COMPENSATION_TOO_LOW: "The compensation is lower than asked for.",
        ScoreRefusal.TOO_LARGE: "The weights are too large; smaller ones may be answered.",
        ScoreRefusal.SINGLE_VALUE: (
            "Together with the scores given before, one number of the record alone could be computed."
        ),
        ScoreRefusal.TOO_MANY_FUNCTIONS: (
            "With one more different score, too much of the record could be computed. A score that was given "
            "before may be asked for again."
        ),
        ScoreRefusal.DOMINATED: (
            "The score would nearly be one number of the record alone; weigh other numbers more."
        ),
        ScoreRefusal.PACKED: (
            "The weights would let single numbers be read off the score; use small weights close to each "
            "other."
        ),
        ScoreRefusal.BUDGET_SPENT: "The limit for what all scores together may tell would be passed.",
        ScoreRefusal.DECLINED: "The person decided against it.",
    },
    sentences={
        "summary": (
            "{recipients} may ask for a score of your record “{data_set}” for {purposes}, until {until}. A "
            "score is a sum of your own numbers, each with a weight."
        ),
        "alone": (
            "A score is about you alone. It is exact, you do not hide in a group, and no random error is "
            "added."
        ),
        "numbers": "These numbers can be weighed: {attributes}. None of them is shown by itself.",
        "asks_first": "You decide on every request yourself.",
        "by_itself": "Your wallet answers by itself what these rules allow.",
        "budget": (
            "All scores of this record together, those of earlier consents included, may tell at most as "
            "much "
            "as {budget} yes-or-no answers about your numbers. All your numbers together are about {all}."
        ),
        "share": "No score is given that is nearly one of your numbers alone, or that reveals one.",
        "compensation": "You receive at least {amount} for each score.",
        "no_compensation": "You give scores without compensation.",
        "limit_known": (
            "Whoever got a score keeps it and can pass it on. Who knows some of your numbers from elsewhere "
            "can "
            "compute more from a score than others."
        ),
        "limit_public": "Not hidden from the marketplace and from those who ask: {attributes}.",
        "stop": (
            "You can stop at any time, as easily as you agreed. No request is answered from then on, and you "
            "keep what you received. Scores that were given cannot be taken back."
        ),
        "term": "{weight} × {attribute}",
        "plus": " + ",
        "minus": " − ",
        "first_minus": "−",
        "asked": "{weights}, between {least} and {most}",
        "nothing_new": "This score follows from those given out before. It tells nothing new about you.",
        "cost": (
            "This score tells at most as much as {cost} yes-or-no answers about your numbers; all of them "
            "together are about {all}. After it, {left} of your limit are left."
        ),
        "explained": (
            "{attribute}: whoever has the score can guess it better than before; about {share} parts in 100 "
            "of "
            "how people differ in it are then explained."
        ),
    },
)

GERMAN = WeighedWords(
    refusals={
        ScoreRefusal.NOT_YET_VALID: "Diese Einwilligung hat noch nicht begonnen.",
        ScoreRefusal.EXPIRED: "Diese Einwilligung ist abgelaufen.",
        ScoreRefusal.WITHDRAWN: "Diese Einwilligung wurde widerrufen.",
        ScoreRefusal.OTHER_DATA_SET: "In dieser Einwilligung geht es um andere Daten.",
        ScoreRefusal.PURPOSE_NOT_ALLOWED: "Die Punktzahl soll einem Zweck dienen, der nicht erlaubt ist.",
        ScoreRefusal.RECIPIENT_NOT_ALLOWED: "Die Organisation, die fragt, ist nicht zugelassen.",
        ScoreRefusal.COMPENSATION_TOO_LOW: "Die Vergütung ist niedriger als verlangt.",
        ScoreRefusal.TOO_LARGE: "Die Gewichte sind zu groß; kleinere können beantwortet werden.",
        ScoreRefusal.SINGLE_VALUE: (
            "Zusammen mit früheren Punktzahlen ließe sich eine einzelne Zahl der Unterlagen ausrechnen."
        ),
        ScoreRefusal.TOO_MANY_FUNCTIONS: (
            "Mit einer weiteren anderen Punktzahl ließe sich zu viel von den Unterlagen ausrechnen. Eine "
            "schon "
            "gegebene Punktzahl kann noch einmal erfragt werden."
        ),
        ScoreRefusal.DOMINATED: (
            "Die Punktzahl wäre fast eine einzelne Zahl der Unterlagen; gewichten Sie andere Zahlen stärker."
        ),
        ScoreRefusal.PACKED: (
            "Mit diesen Gewichten ließen sich einzelne Zahlen aus der Punktzahl ablesen; nehmen Sie kleine "
            "Gewichte, die nahe beieinander liegen."
        ),
        ScoreRefusal.BUDGET_SPENT: (
            "Die Grenze für das, was alle Punktzahlen zusammen verraten dürfen, wäre überschritten."
        ),
        ScoreRefusal.DECLINED: "Die Person hat sich dagegen entschieden.",
    },
    sentences={
        "summary": (
            "{recipients} dürfen für {purposes} nach einer Punktzahl aus Ihren Unterlagen „{data_set}“ "
            "fragen, "
            "bis {until}. Eine Punktzahl ist eine Summe Ihrer eigenen Zahlen, jede mit einem Gewicht."
        ),
        "alone": (
            "Eine Punktzahl handelt von Ihnen allein. Sie ist genau, Sie sind nicht in einer Gruppe "
            "verborgen, "
            "und es kommt kein Zufallsfehler dazu."
        ),
        "numbers": "Gewichtet werden können: {attributes}. Keine dieser Zahlen wird für sich gezeigt.",
        "asks_first": "Sie entscheiden über jede Anfrage selbst.",
        "by_itself": "Ihre Wallet beantwortet von selbst, was diese Regeln erlauben.",
        "budget": (
            "Alle Punktzahlen aus diesen Unterlagen zusammen, auch die aus früheren Einwilligungen, dürfen "
            "höchstens so viel verraten wie {budget} Ja-Nein-Antworten über Ihre Zahlen. Alle Ihre Zahlen "
            "zusammen sind etwa {all}."
        ),
        "share": "Keine Punktzahl wird gegeben, die fast eine Ihrer Zahlen ist oder eine verrät.",
        "compensation": "Sie erhalten für jede Punktzahl mindestens {amount}.",
        "no_compensation": "Sie geben Punktzahlen ohne Vergütung.",
        "limit_known": (
            "Wer eine Punktzahl hat, behält sie und kann sie weitergeben. Wer einige Ihrer Zahlen schon "
            "kennt, "
            "kann aus einer Punktzahl mehr ausrechnen als andere."
        ),
        "limit_public": "Nicht verborgen vor dem Marktplatz und denen, die fragen: {attributes}.",
        "stop": (
            "Sie können jederzeit aufhören, so einfach wie Sie zugestimmt haben. Ab dann wird keine Anfrage "
            "mehr beantwortet, und Sie behalten, was Sie erhalten haben. Gegebene Punktzahlen lassen sich "
            "nicht "
            "zurückholen."
        ),
        "term": "{weight} × {attribute}",
        "plus": " + ",
        "minus": " − ",
        "first_minus": "−",
        "asked": "{weights}, zwischen {least} und {most}",
        "nothing_new": "Diese Punktzahl folgt aus früher gegebenen. Sie verrät nichts Neues über Sie.",
        "cost": (
            "Diese Punktzahl verrät höchstens so viel wie {cost} Ja-Nein-Antworten über Ihre Zahlen; alle "
            "zusammen sind etwa {all}. Danach sind von Ihrer Grenze noch {left} übrig."
        ),
        "explained": (
            "{attribute}: wer die Punktzahl hat, kann diese Zahl besser raten als vorher; etwa {share} Teile "
            "von 100 der Unterschiede zwischen Menschen sind dann erklärt."
        ),
    },
)

_LANGUAGES = {"en": ENGLISH, "de": GERMAN}


def score_words_of(language: str) -> WeighedWords[ScoreRefusal]:
    """The words of a language.

    Raises:
        TermsError: there are none in this language.
    """
    return words_in(_LANGUAGES, language)
