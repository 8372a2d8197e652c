"""The words of plain sentences in German; see `words`."""

from consent.estimate import Withheld
from consent.policy import Refusal
from consent.vocabulary import ConsentStatus, Purpose, RecipientKind, StatisticGroup, StatisticKind
from consent.word_table import Words

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
        Refusal.PAUSED: "Diese Einwilligung ruht zurzeit.",
        Refusal.PROHIBITED: "Die Frage ist von einer Art, die verboten wurde.",
        Refusal.OTHER_DATA_SET: "Diese Einwilligung betrifft andere Daten.",
        Refusal.JOIN_NOT_ALLOWED: (
            "Die Daten würden mit anderen Daten zusammengeführt, was nicht erlaubt ist."
        ),
        Refusal.ATTRIBUTE_NOT_ALLOWED: "Die Frage betrifft einen Teil der Daten, der nicht erlaubt ist.",
        Refusal.FILTER_NOT_ALLOWED: "Personen würden nach etwas ausgewählt, das nicht erlaubt ist.",
        Refusal.PURPOSE_NOT_ALLOWED: "Die Frage hat einen Zweck, der nicht erlaubt ist.",
        Refusal.RECIPIENT_NOT_ALLOWED: "Die Organisation, die fragt, ist nicht erlaubt.",
        Refusal.COUNTRY_NOT_ALLOWED: "Die Organisation, die fragt, ist in einem Land, das nicht erlaubt ist.",
        Refusal.STATISTIC_NOT_ALLOWED: "Die Frage verlangt eine Art von Antwort, die nicht erlaubt ist.",
        Refusal.EXACT_NOT_ALLOWED: "Genaue Antworten sind nicht erlaubt.",
        Refusal.PUBLICATION_NOT_ALLOWED: "Die Antwort würde allen gezeigt, und das ist nicht erlaubt.",
        Refusal.ENGINE: "Die Antwort würde auf eine Weise berechnet, die nicht erlaubt ist.",
        Refusal.NOT_VERIFIED: "Die Partner würden einander nicht nachrechnen, was aber verlangt ist.",
        Refusal.CROWD_TOO_SMALL: "Die Gruppe ist kleiner als erlaubt.",
        Refusal.BUDGET_PER_QUERY: "Die Antwort würde mehr verraten, als eine Antwort verraten darf.",
        Refusal.BUDGET_SPENT: "Die Grenze für alle Antworten zusammen ist erreicht.",
        Refusal.RUNS_SPENT: "Die Daten wurden so oft verwendet wie erlaubt.",
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
        "other_data": "„{label}“",
        "joins": (
            " Es darf mit Ihren Daten {others} zusammengeführt und gemeinsam ausgewertet werden, wenn Sie das"
            " bei beiden erlauben."
        ),
        "compensation": "Sie erhalten jedes Mal mindestens {amount}.",
        "no_compensation": "Sie nehmen ohne Entschädigung teil.",
        "altruism": (
            "Sie geben das als Datenaltruismus für das Gemeinwohl: Sie erhalten dafür nichts, auch wo andere"
            " entschädigt werden."
        ),
        "excluded": "Sie haben ausgeschlossen: {organisations}.",
        "noise": "Zu jeder Antwort kommt ein Zufallsfehler, damit eine Person sie kaum ändert.",
        "exact": (
            "Manche Antworten dürfen genau sein, ohne Zufallsfehler. Für diese gelten die nächsten Zahlen"
            " nicht."
        ),
        "publication": (
            "Anzahlen und Verteilungen, an denen Sie beteiligt sind, dürfen auch allen im öffentlichen"
            " Katalog des Marktplatzes gezeigt werden, immer mit Zufallsfehler. Was andere dort gesehen"
            " haben, lässt sich nicht zurückholen."
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
        "limit_all_partners": (
            "Nur alle drei dieser Partner zusammen könnten Ihre Daten lesen, wenn sie ihre Regeln brechen."
            " Für Antworten, die Zahlen miteinander malnehmen, etwa wie zwei zusammenhängen, verteilt ein"
            " Vierter Zufallszahlen, ohne Daten zu sehen. Zusammen mit einem beliebigen der drei könnte er"
            " lesen, was malgenommen wurde."
        ),
        "limit_public": (
            "Nicht verborgen vor dem Marktplatz und diesen Partnern: {attributes}. Sie sehen es neben einer"
            " Nummer, die für Sie steht, nicht neben Ihrem Namen."
        ),
        "limit_joins": (
            "Wo Ihre Daten mit anderen Daten von Ihnen zusammengeführt werden, sehen der Marktplatz und diese"
            " Partner, dass beide zu einer Person gehören. Zu wem, sehen sie nicht."
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
        "readings": "Anzahl der Messungen von {attribute}",
        "in_windows": " ({windows})",
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
        "query_published": ", für alle sichtbar",
    },
)
