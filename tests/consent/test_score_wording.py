from dataclasses import replace

import pytest

from consent.errors import TermsError
from consent.score_authority import Foresight, judge
from consent.score_terms import ScoreRefusal
from consent.score_wording import (
    describe_foresight,
    describe_score,
    describe_terms,
    describe_weights,
    explain_score_refusal,
)
from consent.score_words import ENGLISH, GERMAN
from tests.consent.scores import DOUBLE, EXAM, TERMS, function


@pytest.mark.parametrize(
    ("weights", "english", "german"),
    [
        (DOUBLE, "2 × exam score + 1 × reading score", "2 × „Prüfungsergebnis“ + 1 × „Leseergebnis“"),
        ({"reading_score": -1}, "−1 × reading score", "−1 × „Leseergebnis“"),
        (
            {"school_average": -3, "exam_score": 1},
            "1 × exam score − 3 × school average",
            "1 × „Prüfungsergebnis“ − 3 × „Schuldurchschnitt“",
        ),
    ],
    ids=["sum", "negative", "difference"],
)
def test_weights_are_said_in_words(weights, english, german):
    assert describe_weights(function(weights), "en") == english
    assert describe_weights(function(weights), "de") == german


def test_a_score_is_said_with_its_range():
    assert describe_score(function(DOUBLE), "en") == "2 × exam score + 1 × reading score, between -12 and 12"


def test_terms_are_said_with_what_they_allow_protect_and_cannot_help():
    text = describe_terms(TERMS, EXAM, "en").text

    assert "Companies may ask for a score of your record “Exam results” for hiring staff" in text
    assert "no random error is added" in text
    assert "at least €5.00" in text
    assert "20 yes-or-no answers" in text
    assert "You decide on every request yourself." in text
    assert "by itself" in describe_terms(replace(TERMS, asks_first=False), EXAM, "en").text
    assert "without compensation" in describe_terms(replace(TERMS, compensation_cents=0), EXAM, "en").text


def test_the_notice_is_of_exactly_the_words_that_were_shown():
    words = describe_terms(TERMS, EXAM, "en")

    assert words.notice != describe_terms(replace(TERMS, budget_bits=19), EXAM, "en").notice
    assert words.notice.language == "en"


def test_what_could_be_learnt_is_said_from_what_the_authority_charges():
    judged = judge((), function(DOUBLE), TERMS)
    assert isinstance(judged, Foresight)

    cost, *explained = describe_foresight(judged, EXAM, "en")

    assert "15 yes-or-no answers" in cost
    assert "5 of your limit are left" in cost
    assert [each.split(":")[0] for each in explained] == ["Exam score", "Reading score"]
    assert "80 parts in 100" in explained[0]


def test_a_score_that_follows_from_others_is_said_to_tell_nothing_new():
    judged = judge(((2, 1, 0),), function(DOUBLE), TERMS)
    assert isinstance(judged, Foresight)

    assert describe_foresight(judged, EXAM, "en") == (ENGLISH.sentences["nothing_new"],)


def test_both_languages_say_the_same_things():
    assert set(ENGLISH.sentences) == set(GERMAN.sentences)
    for words in (ENGLISH, GERMAN):
        assert set(words.refusals) == set(ScoreRefusal)
        assert all(explanation.endswith(".") for explanation in words.refusals.values())
    for name, sentence in ENGLISH.sentences.items():
        assert sentence.count("{") == GERMAN.sentences[name].count("{"), name


def test_an_unknown_language_is_refused():
    with pytest.raises(TermsError):
        explain_score_refusal(ScoreRefusal.DECLINED, "fr")
    with pytest.raises(TermsError):
        describe_terms(TERMS, EXAM, "fr")
