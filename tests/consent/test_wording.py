import re
from dataclasses import replace
from decimal import Decimal
from math import sqrt
from statistics import NormalDist

import pytest
from hypothesis import given, settings

from consent.errors import TermsError
from consent.estimate import Withheld
from consent.policy import Refusal
from consent.query import Condition, Statistic
from consent.record_document import Notice
from consent.vocabulary import ConsentStatus, Engine, Purpose, RecipientKind, StatisticGroup, StatisticKind
from consent.wording import (
    day_text,
    describe_policy,
    describe_query,
    euros_text,
    explain_refusal,
    explain_withheld,
    group_text,
    odds_in_hundred,
    policy_sentence,
    purpose_text,
    recipient_text,
    statistic_text,
    status_text,
)
from consent.words import LANGUAGES
from crypto.errors import OutOfRangeError
from crypto.noise import rho_from_epsilon
from tests.consent.examples import BARS, COUNT, EXAM, MEAN, POLICY, QUERY, SPREAD, UNTIL, policies, queries

EVERY_LANGUAGE = pytest.mark.parametrize("language", LANGUAGES)
TECHNOLOGY = re.compile(
    r"\b(mpc|did|vc|epsilon|paillier|differential\w*|crypto\w*|encrypt\w*|verschlüssel\w*|node|nodes|knoten"
    r"|token|hash|signatur\w*|signature\w*|zkp|protocol|protokoll|json|policy|key|schlüssel)\b|ε",
    re.IGNORECASE,
)
SELLING = re.compile(r"\b(sell\w*|sold|verkauf\w*)\b", re.IGNORECASE)


def _everything(language):
    yield describe_policy(POLICY, EXAM, language, partners=("A", "B", "C")).text
    yield describe_policy(replace(POLICY, exact_allowed=True, compensation_cents=0), EXAM, language).text
    yield from (explain_refusal(refusal, language) for refusal in Refusal)
    yield from (explain_withheld(reason, language) for reason in Withheld)
    yield from (purpose_text(purpose, language) for purpose in Purpose)
    yield from (recipient_text(kind, language) for kind in RecipientKind)
    yield from (statistic_text(kind, language) for kind in StatisticKind)
    yield from (status_text(status, language) for status in ConsentStatus)
    yield from (group_text(group, language) for group in StatisticGroup)
    for statistic in (COUNT, MEAN, SPREAD, BARS, *RELATED):
        yield describe_query(replace(QUERY, statistics=(statistic,), verified=True), EXAM, language)


RELATED = (
    Statistic(StatisticKind.SUM, "exam_score"),
    Statistic(StatisticKind.VARIANCE, "exam_score"),
    Statistic(StatisticKind.MINIMUM, "exam_score"),
    Statistic(StatisticKind.MAXIMUM, "exam_score"),
    Statistic(StatisticKind.MEDIAN, "exam_score"),
    Statistic(StatisticKind.QUANTILES, "exam_score", fractions=(Decimal("0.25"), Decimal("0.975"))),
    Statistic(StatisticKind.TOP_CATEGORIES, "intake", count=2),
    Statistic(StatisticKind.COVARIANCE, "exam_score", ("reading_score",)),
    Statistic(StatisticKind.CORRELATION, "exam_score", ("reading_score",)),
    Statistic(StatisticKind.LINEAR_REGRESSION, "exam_score", ("reading_score", "school_average")),
    Statistic(StatisticKind.LOGISTIC_REGRESSION, "sex", ("reading_score",)),
    Statistic(StatisticKind.K_MEANS, "exam_score", ("reading_score",), count=3),
)


def test_a_policy_is_summed_up_in_one_sentence():
    assert describe_policy(POLICY, EXAM, "en").summary == (
        "Universities and research institutes may compute counts and averages from your data “Exam results”"
        " for academic research, only in a group of at least 50 people, until 31 March 2027."
    )


def test_a_policy_is_summed_up_in_german():
    assert policy_sentence(POLICY, EXAM, "de") == (
        "Universitäten und Forschungsinstitute dürfen Anzahlen und Durchschnitte aus Ihren Daten"
        " „Prüfungsergebnisse“ berechnen, für akademische Forschung, nur in einer Gruppe von mindestens 50"
        " Personen, bis 31. März 2027. Sie erhalten jedes Mal mindestens 0,50 €."
    )


def test_the_sentence_says_what_is_paid():
    assert policy_sentence(POLICY, EXAM, "en").endswith(" You receive at least €0.50 each time.")
    unpaid = replace(POLICY, compensation_cents=0)
    assert policy_sentence(unpaid, EXAM, "en").endswith(" You take part without compensation.")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"purposes": frozenset({Purpose.PERSONNEL_HIRING})}, "for hiring staff,"),
        ({"recipient_kinds": frozenset({RecipientKind.INSURER})}, "Insurers may"),
        ({"statistics": frozenset({StatisticKind.HISTOGRAM})}, "compute distributions from"),
        ({"attributes": frozenset({"sex"})}, "This covers: sex."),
        ({"crowd_floor": 1500}, "at least 1,500 people"),
        ({"compensation_cents": 123456}, "€1,234.56"),
        ({"valid_until": UNTIL.replace(hour=12)}, "until 1 April 2027"),
        ({"excluded_recipients": frozenset({"did:web:x.example"})}, "You have excluded: did:web:x.example."),
        ({"exact_allowed": True}, "Some answers may be exact"),
        ({"exact_allowed": True}, "Exact answers can be compared"),
        ({"epsilon_per_query": Decimal(5)}, "With one answer they are right at most 69 times"),
        ({"epsilon_total": Decimal(10)}, "at most 81 times in 100."),
        ({"node_ids": ("alpha", "beta", "gamma")}, "split between alpha, beta and gamma."),
    ],
)
def test_whatever_changes_in_a_policy_changes_its_words(changes, said):
    assert said not in describe_policy(POLICY, EXAM, "en").text
    assert said in describe_policy(replace(POLICY, **changes), EXAM, "en").text


def test_the_words_say_what_is_not_protected():
    limits = " ".join(describe_policy(POLICY, EXAM, "en").limits)

    assert "Two of these three partners together could read your data" in limits
    assert "Not hidden from the marketplace and these partners: type of school." in limits
    assert "people like you" in limits


def test_partners_are_called_by_their_names():
    text = describe_policy(POLICY, EXAM, "en", partners=("City Clinic", "Uni", "Red Cross")).text

    assert "split between City Clinic, Uni and Red Cross." in text
    assert "node-a" not in text


def test_the_notice_is_the_digest_of_exactly_the_text_that_is_shown():
    words = describe_policy(POLICY, EXAM, "de")

    assert words.notice == Notice.of(words.text, "de")


@pytest.mark.parametrize(
    ("query", "text"),
    [
        (
            replace(QUERY, statistics=(MEAN,), group_by="sex"),
            "Average exam score by sex, over at least 50 people, with a random error",
        ),
        (
            replace(QUERY, statistics=(COUNT, BARS), where=(Condition("school_type", "girls"),), floor=1000),
            "Number of people and distribution of exam score, only type of school: girls only, over at least"
            " 1,000 people, with a random error",
        ),
        (
            replace(QUERY, statistics=(SPREAD,), epsilon=None),
            "Spread of exam score, over at least 50 people, exact",
        ),
    ],
)
def test_a_query_is_said_in_one_line(query, text):
    assert describe_query(query, EXAM, "en") == text


@pytest.mark.parametrize(
    ("query", "text"),
    [
        (
            replace(QUERY, statistics=(RELATED[5],), verified=True),
            "Values of exam score below which 25 % and 97.5 % of the people lie, over at least 50 people,"
            " with a random error, with the calculation checked",
        ),
        (
            replace(
                QUERY,
                statistics=(RELATED[9],),
                where=(Condition("reading_score", None, Decimal("-0.5"), Decimal(2)),),
            ),
            "How much exam score changes with reading score and school average, only reading score:"
            " -0.5 to 2, over at least 50 people, with a random error",
        ),
        (
            replace(QUERY, statistics=(RELATED[11],), epsilon=None),
            "3 groups of people who are alike in exam score and reading score, over at least 50 people,"
            " exact",
        ),
    ],
)
def test_relations_and_places_are_said_in_one_line(query, text):
    assert describe_query(query, EXAM, "en") == text


def test_where_all_of_a_group_is_allowed_its_own_word_stands():
    policy = replace(POLICY, statistics=frozenset({*StatisticGroup.RANGES.kinds, StatisticKind.COUNT}))

    assert "may compute counts and smallest, middle and largest values from" in policy_sentence(
        policy, EXAM, "en"
    )


def test_a_policy_that_asks_for_checked_calculations_says_so():
    assert (
        "check each other's calculation"
        in describe_policy(replace(POLICY, verified_only=True), EXAM, "en").text
    )


@pytest.mark.parametrize(("language", "words"), [("en", "while they are encrypted"), ("de", "verschlüsselt")])
def test_that_values_may_be_added_up_encrypted_is_said_where_it_is_allowed(language, words):
    allowed = replace(POLICY, engines=frozenset({Engine.MPC, Engine.PAILLIER}))

    assert words in describe_policy(allowed, EXAM, language).text
    assert words not in describe_policy(POLICY, EXAM, language).text


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", ("Only all three", "any one of the three")),
        ("de", ("Nur alle drei", "einem beliebigen der drei")),
    ],
)
def test_who_must_collude_is_said_of_the_engine_that_is_allowed(language, words):
    all_three = describe_policy(replace(POLICY, engines=frozenset({Engine.ADDITIVE})), EXAM, language).text
    two = describe_policy(POLICY, EXAM, language).text

    assert all(word in all_three for word in words)
    assert not any(word in two for word in words)


def test_a_query_is_said_in_german():
    query = replace(QUERY, statistics=(COUNT, MEAN), group_by="sex")

    assert describe_query(query, EXAM, "de") == (
        "Anzahl der Personen und Durchschnitt von „Prüfungsergebnis“ nach „Geschlecht“, über mindestens 50"
        " Personen, mit Zufallsfehler"
    )


def test_a_category_that_does_not_exist_is_named_as_it_is():
    query = replace(QUERY, where=(Condition("school_type", "boarding"),))

    assert "only type of school: boarding" in describe_query(query, EXAM, "en")


@EVERY_LANGUAGE
def test_no_sentence_names_a_technology(language):
    for text in _everything(language):
        assert not TECHNOLOGY.search(text.replace("node-a, node-b and node-c", "").replace("node-", "")), text


@EVERY_LANGUAGE
def test_nobody_is_said_to_sell_data(language):
    assert not any(SELLING.search(text) for text in _everything(language))


@EVERY_LANGUAGE
def test_sentences_are_short(language):
    for text in _everything(language):
        for sentence in re.split(r"(?<=[.!?])\s", text):
            assert len(sentence.split()) <= 34, sentence


def test_all_languages_say_the_same_things():
    english, german = LANGUAGES["en"], LANGUAGES["de"]

    assert english.sentences.keys() == german.sentences.keys()
    for name, sentence in english.sentences.items():
        fields = set(re.findall(r"{\w+}", sentence))
        assert fields == set(re.findall(r"{\w+}", german.sentences[name])), name


@EVERY_LANGUAGE
def test_there_is_a_word_for_everything(language):
    words = LANGUAGES[language]

    assert set(words.purposes) == set(Purpose)
    assert set(words.recipients) == set(RecipientKind)
    assert set(words.statistics) == set(words.computed) == set(StatisticKind)
    assert set(words.groups) == set(StatisticGroup)
    assert set(words.refusals) == set(Refusal)
    assert set(words.withheld) == set(Withheld)
    assert set(words.statuses) == set(ConsentStatus)


@EVERY_LANGUAGE
@given(policies())
@settings(max_examples=15)
def test_every_policy_can_be_said(language, policy):
    text = describe_policy(policy, EXAM, language).text

    assert "{" not in text
    assert "  " not in text


@EVERY_LANGUAGE
@given(queries())
@settings(max_examples=15)
def test_every_query_can_be_said(language, query):
    assert "{" not in describe_query(query, EXAM, language)


def test_a_language_without_sentences_is_refused():
    with pytest.raises(TermsError, match="fr"):
        describe_policy(POLICY, EXAM, "fr")


@pytest.mark.parametrize(
    ("cents", "english", "german"),
    [
        (0, "€0.00", "0,00 €"),
        (5, "€0.05", "0,05 €"),
        (123456789, "€1,234,567.89", "1.234.567,89 €"),
        (-150, "-€1.50", "-1,50 €"),
    ],
)
def test_money_is_written_as_in_the_country(cents, english, german):
    assert euros_text(cents, "en") == english
    assert euros_text(cents, "de") == german


def test_days_are_written_as_in_the_country():
    assert day_text(UNTIL, "en") == "1 April 2027"
    assert day_text(UNTIL, "de") == "1. April 2027"


def test_odds_grow_with_epsilon_from_guessing_to_certainty():
    odds = [odds_in_hundred(Decimal(each)) for each in ("0.01", "0.5", "1", "2", "5", "10", "1000")]

    assert odds == sorted(odds)
    assert 50 < odds[0] <= 51
    assert odds[-1] == 100


@pytest.mark.parametrize("epsilon", ["0.1", "1", "3", "10"])
def test_odds_never_promise_more_than_the_noise_gives(epsilon):
    rho = float(rho_from_epsilon(Decimal(epsilon)))
    # The best test between N(0, s²) and N(d, s²) with d²/(2s²) = rho is right with probability Φ(d/2s).
    right = NormalDist().cdf(sqrt(2 * rho) / 2)

    assert right <= odds_in_hundred(Decimal(epsilon)) / 100 < right + 0.01


def test_there_are_no_odds_without_a_budget():
    with pytest.raises(OutOfRangeError):
        odds_in_hundred(Decimal(0))
