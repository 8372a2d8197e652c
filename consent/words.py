"""The words of plain sentences, one table for each language; the German one is in `words_german`.

Each table says the same things. Words are those of everyday language: no name of a technology, no sentence
that needs a second reading. `{…}` are filled in by `wording`.
"""

from collections.abc import Mapping

from consent.errors import TermsError
from consent.estimate import Withheld
from consent.policy import Refusal
from consent.vocabulary import ConsentStatus, Purpose, RecipientKind, StatisticGroup, StatisticKind
from consent.word_table import Words
from consent.words_german import GERMAN

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
        Refusal.PAUSED: "This consent is paused.",
        Refusal.PROHIBITED: "The question is of a kind that was forbidden.",
        Refusal.OTHER_DATA_SET: "This consent is about other data.",
        Refusal.JOIN_NOT_ALLOWED: "The data would be put together with other data, which is not allowed.",
        Refusal.ATTRIBUTE_NOT_ALLOWED: "The question is about a part of the data that is not allowed.",
        Refusal.FILTER_NOT_ALLOWED: "People would be chosen by something that is not allowed.",
        Refusal.PURPOSE_NOT_ALLOWED: "The question has a purpose that is not allowed.",
        Refusal.RECIPIENT_NOT_ALLOWED: "The organisation that asks is not allowed.",
        Refusal.COUNTRY_NOT_ALLOWED: "The organisation that asks is in a country that is not allowed.",
        Refusal.STATISTIC_NOT_ALLOWED: "The question asks for a kind of answer that is not allowed.",
        Refusal.EXACT_NOT_ALLOWED: "Exact answers are not allowed.",
        Refusal.PUBLICATION_NOT_ALLOWED: "The answer would be shown to everybody, which is not allowed.",
        Refusal.ENGINE: "The answer would be computed in a way that is not allowed.",
        Refusal.NOT_VERIFIED: "The partners would not check each other's calculation, which is asked for.",
        Refusal.CROWD_TOO_SMALL: "The group of people is smaller than allowed.",
        Refusal.BUDGET_PER_QUERY: "The answer would tell more than one answer is allowed to tell.",
        Refusal.BUDGET_SPENT: "The limit for all answers together is reached.",
        Refusal.RUNS_SPENT: "The data was used as often as allowed.",
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
        "other_data": "“{label}”",
        "joins": (
            " It may be put together with your data {others} and computed on as one, where you allow that for"
            " both."
        ),
        "compensation": "You receive at least {amount} each time.",
        "no_compensation": "You take part without compensation.",
        "altruism": (
            "You give this as data altruism, for the general interest: you receive nothing for it, even where"
            " others are compensated."
        ),
        "excluded": "You have excluded: {organisations}.",
        "noise": "A random error is added to every answer, so that one person hardly changes it.",
        "exact": (
            "Some answers may be exact, without a random error. The next numbers do not hold for those."
        ),
        "publication": (
            "Counts and distributions that you are in may also be shown to everybody in the public catalogue"
            " of the market, always with a random error. What others saw there cannot be called back."
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
        "limit_all_partners": (
            "Only all three of these partners together could read your data if they broke their rules. For"
            " answers that multiply numbers, such as how two of them go together, a fourth party deals out"
            " random numbers without seeing any data. Together with any one of the three it could read what"
            " was multiplied."
        ),
        "limit_public": (
            "Not hidden from the marketplace and these partners: {attributes}. They see it beside a number"
            " that stands for you, not beside your name."
        ),
        "limit_joins": (
            "Where your data is put together with other data of yours, the marketplace and these partners see"
            " that both belong to one person. They do not see to whom."
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
        "readings": "number of readings of {attribute}",
        "in_windows": " ({windows})",
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
        "query_published": ", shown to everybody",
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
