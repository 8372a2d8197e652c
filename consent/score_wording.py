"""How are scores said in plain words? Sentences from the terms and weights that are enforced.

What a person reads before she agrees is made from the terms that her wallet will hold to, and its digest
stands in the consent. "As much as 15 yes-or-no answers" is a charge of 15 bits.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from enum import Enum
from math import ceil
from typing import TypeVar

from consent.query import decimal_text
from consent.record_document import Notice
from consent.score_authority import Foresight, record_bits
from consent.score_function import ScoreFunction, scored_attributes
from consent.score_terms import ScoreRefusal, ScoreTerms
from consent.score_words import score_words_of
from consent.wording import day_text, euros_text
from consent.words import Words, words_of
from ssi.attribute import Attribute
from ssi.dataset import DataSet

E = TypeVar("E", bound=Enum)


@dataclass(frozen=True)
class ScoreTermsWords:
    """Terms in plain words: what they allow and bring, what protects, what cannot be helped, how to stop."""

    language: str
    summary: str
    protection: tuple[str, ...]
    compensation: str
    limits: tuple[str, ...]
    stop: str

    @property
    def text(self) -> str:
        """Everything, a line each, as it is shown and hashed."""
        return "\n".join((self.summary, *self.protection, self.compensation, *self.limits, self.stop))

    @property
    def notice(self) -> Notice:
        """The digest of the text, for the consent."""
        return Notice.of(self.text, self.language)


def describe_terms(terms: ScoreTerms, data_set: DataSet, language: str) -> ScoreTermsWords:
    """Say what terms allow.

    Raises:
        TermsError: there are no sentences in this language, or the data set has no scores.
    """
    say, words = score_words_of(language).sentences, words_of(language)
    public = [each for each in data_set.attributes if each.is_public]
    budget = say["budget"].format(budget=terms.budget_bits, all=ceil(record_bits(data_set)))
    compensation = say["compensation" if terms.compensation_cents else "no_compensation"]
    return ScoreTermsWords(
        language=language,
        summary=say["summary"].format(
            recipients=_capital(_listed(words, _named(words.recipients, terms.recipient_kinds))),
            data_set=data_set.label[language],
            purposes=_listed(words, _named(words.purposes, terms.purposes)),
            until=day_text(terms.valid_until - timedelta(seconds=1), language),
        ),
        protection=(
            say["alone"],
            say["numbers"].format(attributes=_labels(words, scored_attributes(data_set), language)),
            say["asks_first" if terms.asks_first else "by_itself"],
            budget,
            say["share"],
        ),
        compensation=compensation.format(amount=euros_text(terms.compensation_cents, language)),
        limits=(
            say["limit_known"],
            *([say["limit_public"].format(attributes=_labels(words, public, language))] if public else []),
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
            label = _label(words, attribute, language)
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
            attribute=_capital(_label(words, attribute, language)),
            share=ceil(100 * foresight.shares[attribute.name]),
        )
        for attribute in scored_attributes(data_set)
        if attribute.name in foresight.shares
    )
    return (cost, *explained)


def explain_score_refusal(refusal: ScoreRefusal, language: str) -> str:
    """Say why a score is refused."""
    return score_words_of(language).refusals[refusal]


def _named(table: Mapping[E, str], chosen: frozenset[E]) -> list[str]:
    return [word for each, word in table.items() if each in chosen]


def _labels(words: Words, attributes: tuple[Attribute, ...] | list[Attribute], language: str) -> str:
    return _listed(words, [_label(words, each, language) for each in attributes])


def _label(words: Words, attribute: Attribute, language: str) -> str:
    label = attribute.label[language]
    return words.quoted.format(label[:1].lower() + label[1:] if words.lower_labels else label)


def _listed(words: Words, items: list[str]) -> str:
    *first, last = items or [""]
    return f"{', '.join(first)} {words.joiner} {last}" if first else last


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _number(language: str, number: Decimal) -> str:
    return decimal_text(number).replace(".", words_of(language).decimal_point)
