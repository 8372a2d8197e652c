"""How are scores said in plain words? Sentences from the terms and weights that are enforced.

What a person reads before she agrees is made from the terms that her wallet will hold to, and its digest
stands in the consent. "As much as 15 yes-or-no answers" is a charge of 15 bits.
"""

from decimal import Decimal
from math import ceil

from consent.phrasing import capital, label_of, labels
from consent.query import decimal_text
from consent.score_authority import Foresight, record_bits
from consent.score_function import ScoreFunction, scored_attributes
from consent.score_terms import ScoreRefusal, ScoreTerms
from consent.score_words import score_words_of
from consent.weighed_wording import TermsWords, compensation_of, said_of_terms
from consent.words import words_of
from ssi.dataset import DataSet


def describe_terms(terms: ScoreTerms, data_set: DataSet, language: str) -> TermsWords:
    """Say what terms allow.

    Raises:
        TermsError: there are no sentences in this language, or the data set has no scores.
    """
    say, words = score_words_of(language).sentences, words_of(language)
    said = said_of_terms(terms, data_set, language)
    public = [each for each in data_set.attributes if each.is_public]
    return TermsWords(
        language=language,
        summary=say["summary"].format(**said),
        protection=(
            say["alone"],
            say["numbers"].format(**said),
            say["asks_first" if terms.asks_first else "by_itself"],
            say["budget"].format(budget=terms.budget_bits, all=ceil(record_bits(data_set))),
            say["share"],
        ),
        compensation=compensation_of(terms, say, said),
        limits=(
            say["limit_known"],
            *([say["limit_public"].format(attributes=labels(words, public, language))] if public else []),
        ),
        stop=say["stop"],
    )


def describe_weights(function: ScoreFunction, language: str) -> str:
    """Say a score: "2 × exam score + 1 × reading score"."""
    say, words = score_words_of(language).sentences, words_of(language)
    text = ""
    for attribute in scored_attributes(function.data_set):
        weight = function.weights.get(attribute.name, 0)
        if weight:
            sign = say["minus" if weight < 0 else "plus"] if text else say["first_minus"] * (weight < 0)
            label = label_of(words, attribute, language)
            text += sign + say["term"].format(weight=abs(weight), attribute=label)
    return text


def describe_score(function: ScoreFunction, language: str) -> str:
    """Say a score with its range: "1 × exam score + 1 × reading score, between -8 and 8"."""
    least, most = (_number(language, end) for end in (function.least, function.most))
    say = score_words_of(language).sentences["asked"]
    return say.format(weights=describe_weights(function, language), least=least, most=most)


def describe_foresight(foresight: Foresight, data_set: DataSet, language: str) -> tuple[str, ...]:
    """Say what whoever asks could learn from a score, a sentence each."""
    say, words = score_words_of(language).sentences, words_of(language)
    if foresight.is_known_already:
        return (say["nothing_new"],)
    cost = say["cost"].format(
        cost=ceil(foresight.cost_bits), all=ceil(foresight.record_bits), left=int(foresight.left_bits)
    )
    explained = tuple(
        say["explained"].format(
            attribute=capital(label_of(words, attribute, language)),
            share=ceil(100 * foresight.shares[attribute.name]),
        )
        for attribute in scored_attributes(data_set)
        if attribute.name in foresight.shares
    )
    return (cost, *explained)


def explain_score_refusal(refusal: ScoreRefusal, language: str) -> str:
    """Say why a score is refused."""
    return score_words_of(language).refusals[refusal]


def _number(language: str, number: Decimal) -> str:
    return decimal_text(number).replace(".", words_of(language).decimal_point)
