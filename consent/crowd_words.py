"""The words about sums over many wallets, one table for each language; see `consent.words` for the others."""

from consent.crowd_terms import CrowdRefusal
from consent.weighed_wording import WeighedWords, words_in

ENGLISH = WeighedWords(
    refusals={
        CrowdRefusal.NOT_YET_VALID: "This consent has not begun yet.",
        CrowdRefusal.EXPIRED: "This consent has run out.",
        CrowdRefusal.WITHDRAWN: "This consent was withdrawn.",
        CrowdRefusal.OTHER_DATA_SET: "This consent is about other data.",
        CrowdRefusal.PURPOSE_NOT_ALLOWED: "The sum is wanted for a purpose that is not allowed.",
        CrowdRefusal.RECIPIENT_NOT_ALLOWED: "The organisation that asks is not allowed.",
        CrowdRefusal.CROWD_TOO_SMALL: (
            "The sum would be about too few people, or too few could be worked out."
        ),
        CrowdRefusal.BUDGET_PER_SUM: "The random error would be smaller than asked for.",
        CrowdRefusal.COMPENSATION_TOO_LOW: "The compensation is lower than asked for.",
        CrowdRefusal.TOO_LARGE: "The weights are too large; smaller ones may be answered.",
        CrowdRefusal.SINGLE_VALUE: (
            "Together with what was told before, one number of one person could be computed. Ask about "
            "the same people each time."
        ),
        CrowdRefusal.TOO_MANY_FUNCTIONS: "With one more different sum, too much could be computed.",
        CrowdRefusal.DOMINATED: (
            "Together with what was told before, the sum would mostly be about one person. Ask about the "
            "same people each time."
        ),
        CrowdRefusal.PACKED: "The weights would let single numbers be read off.",
        CrowdRefusal.BUDGET_SPENT: "The limit for what all sums together may tell would be passed.",
        CrowdRefusal.ALREADY_TOLD: "The wallet has taken part in this sum already.",
        CrowdRefusal.COHORT_REFUSED: "The list of people does not hold.",
    },
    sentences={
        "summary": (
            "{recipients} may get sums over at least {floor} people, you among them, from your record "
            "“{data_set}” for {purposes}, until {until}."
        ),
        "engine": (
            "The wallets of these people compute a sum among themselves. No computing centre takes part, "
            "and your numbers never leave your wallet uncovered."
        ),
        "numbers": "These numbers can be in a sum, each with a weight: {attributes}.",
        "noise": "Every wallet adds a random error of its own, so that one person hardly changes a sum.",
        "same": "A sum is refused if, with earlier ones, it would give away a few people alone.",
        "honest": (
            "This holds as long as no more than a quarter of the people in a sum tell whoever asks "
            "everything that they know."
        ),
        "compensation": "You receive at least {amount} for each sum.",
        "no_compensation": "You take part without compensation.",
        "by_itself": (
            "Your wallet answers by itself what these rules allow, in four steps, each time that it "
            "checks for news while you are signed in. If it is missing at a step, you may be left out "
            "and are not paid."
        ),
        "limit_seen": (
            "The wallets that you take part with see that a number that stands for you is in the sum, "
            "and who signed your record; not your name and none of your numbers."
        ),
        "limit_spoilt": (
            "A wallet that cheats cannot pretend other numbers than were signed. It can spoil a sum; "
            "then the buyer gets a wrong sum, or none, and sees that. A buyer in league with that wallet "
            "may still get the right one. You are paid either way."
        ),
        "stop": (
            "You can stop at any time, as easily as you agreed. Your wallet takes no further step from "
            "then on, and you keep what you received. Sums that were computed cannot be taken back."
        ),
        "asked": "Sum of {weights}, over {floor} to {people} people",
        "cost": (
            "This sum tells at most as much as {cost} yes-or-no answers about your numbers to somebody "
            "who knows those of all others; all of yours together are about {all}."
        ),
        "method": (
            "A sum over the wallets of {people} people, computed by the wallets themselves. Every number "
            "in it is one that an issuer signed, as the marketplace has checked; a wallet that lies can "
            "shift the sum by no more than its own random error may. Whoever spoils a sum is not found "
            "out by name."
        ),
    },
)

GERMAN = WeighedWords(
    refusals={
        CrowdRefusal.NOT_YET_VALID: "Diese Einwilligung hat noch nicht begonnen.",
        CrowdRefusal.EXPIRED: "Diese Einwilligung ist abgelaufen.",
        CrowdRefusal.WITHDRAWN: "Diese Einwilligung wurde widerrufen.",
        CrowdRefusal.OTHER_DATA_SET: "In dieser Einwilligung geht es um andere Daten.",
        CrowdRefusal.PURPOSE_NOT_ALLOWED: "Die Summe soll einem Zweck dienen, der nicht erlaubt ist.",
        CrowdRefusal.RECIPIENT_NOT_ALLOWED: "Die Organisation, die fragt, ist nicht zugelassen.",
        CrowdRefusal.CROWD_TOO_SMALL: (
            "In der Summe wären zu wenige Menschen, oder zu wenige ließen sich herausrechnen."
        ),
        CrowdRefusal.BUDGET_PER_SUM: "Der Zufallsfehler wäre kleiner als verlangt.",
        CrowdRefusal.COMPENSATION_TOO_LOW: "Die Vergütung ist niedriger als verlangt.",
        CrowdRefusal.TOO_LARGE: "Die Gewichte sind zu groß; kleinere können beantwortet werden.",
        CrowdRefusal.SINGLE_VALUE: (
            "Zusammen mit früheren Antworten ließe sich eine Zahl eines einzelnen Menschen ausrechnen. "
            "Fragen Sie jedes Mal nach denselben Menschen."
        ),
        CrowdRefusal.TOO_MANY_FUNCTIONS: "Mit einer weiteren anderen Summe ließe sich zu viel ausrechnen.",
        CrowdRefusal.DOMINATED: (
            "Zusammen mit früheren Antworten ginge es in der Summe fast nur um einen Menschen. Fragen "
            "Sie jedes Mal nach denselben Menschen."
        ),
        CrowdRefusal.PACKED: "Mit diesen Gewichten ließen sich einzelne Zahlen ablesen.",
        CrowdRefusal.BUDGET_SPENT: (
            "Die Grenze für das, was alle Summen zusammen verraten dürfen, wäre überschritten."
        ),
        CrowdRefusal.ALREADY_TOLD: "Die Wallet hat an dieser Summe schon teilgenommen.",
        CrowdRefusal.COHORT_REFUSED: "Die Liste der Menschen hält der Prüfung nicht stand.",
    },
    sentences={
        "summary": (
            "{recipients} dürfen für {purposes} Summen über mindestens {floor} Menschen, Sie darunter, "
            "aus Ihren Unterlagen „{data_set}“ bekommen, bis {until}."
        ),
        "engine": (
            "Die Wallets dieser Menschen rechnen die Summe unter sich aus. Kein Rechenzentrum ist dabei, "
            "und Ihre Zahlen verlassen Ihre Wallet nie unverdeckt."
        ),
        "numbers": "In einer Summe können stehen, jede mit einem Gewicht: {attributes}.",
        "noise": (
            "Jede Wallet rechnet einen eigenen Zufallsfehler dazu, damit ein Mensch eine Summe kaum ändert."
        ),
        "same": (
            "Eine Summe wird abgelehnt, wenn sie zusammen mit früheren wenige Menschen allein verraten würde."
        ),
        "honest": (
            "Das gilt, solange nicht mehr als ein Viertel der Menschen in einer Summe dem, der fragt, "
            "alles sagt, was es weiß."
        ),
        "compensation": "Sie erhalten für jede Summe mindestens {amount}.",
        "no_compensation": "Sie nehmen ohne Vergütung teil.",
        "by_itself": (
            "Ihre Wallet beantwortet von selbst, was diese Regeln erlauben, in vier Schritten, jedes Mal "
            "wenn sie nach Neuem schaut und Sie angemeldet sind. Fehlt sie bei einem Schritt, so kann es "
            "sein, dass Sie nicht in der Summe sind und nichts erhalten."
        ),
        "limit_seen": (
            "Die Wallets, mit denen Sie rechnen, sehen, dass eine Nummer, die für Sie steht, in der "
            "Summe ist und wer Ihre Unterlagen unterschrieben hat; nicht Ihren Namen und keine Ihrer "
            "Zahlen."
        ),
        "limit_spoilt": (
            "Eine Wallet, die betrügt, kann keine anderen Zahlen vortäuschen, als unterschrieben wurden. "
            "Sie kann eine Summe verderben; dann erhält der Käufer eine falsche oder keine und merkt es. "
            "Ein Käufer, der mit dieser Wallet im Bund ist, kann trotzdem die richtige erhalten. Sie werden "
            "in jedem Fall bezahlt."
        ),
        "stop": (
            "Sie können jederzeit aufhören, so einfach wie Sie zugestimmt haben. Ab dann tut Ihre Wallet "
            "keinen weiteren Schritt, und Sie behalten, was Sie erhalten haben. Errechnete Summen lassen "
            "sich nicht zurückholen."
        ),
        "asked": "Summe aus {weights}, über {floor} bis {people} Menschen",
        "cost": (
            "Diese Summe verrät jemandem, der die Zahlen aller anderen kennt, höchstens so viel wie "
            "{cost} Ja-Nein-Antworten über Ihre Zahlen; alle Ihre zusammen sind etwa {all}."
        ),
        "method": (
            "Eine Summe über die Wallets von {people} Menschen, die diese selbst ausgerechnet haben. "
            "Jede Zahl darin hat ein Aussteller unterschrieben, wie der Marktplatz geprüft hat; eine "
            "Wallet, die lügt, kann die Summe um nicht mehr verschieben als um ihren eigenen "
            "Zufallsfehler. Wer eine Summe verdirbt, wird nicht mit Namen gefunden."
        ),
    },
)

_LANGUAGES = {"en": ENGLISH, "de": GERMAN}


def crowd_words_of(language: str) -> WeighedWords[CrowdRefusal]:
    """The words of a language.

    Raises:
        TermsError: there are none in this language.
    """
    return words_in(_LANGUAGES, language)
