"""How is it said what a policy narrows and forbids? One sentence for each, from the policy that is enforced.

Policies that narrow and forbid nothing have no such sentence, so their notice is what it always was.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping

from consent.boundary_words import BoundaryWords, boundary_words_of
from consent.phrasing import euros, label_of, listed, lowered, whole
from consent.policy import Policy
from consent.prohibition import NUMBERS, TRUTHS, Constraint, Operand, Operator, Prohibition
from consent.vocabulary import Purpose, RecipientKind, StatisticKind
from consent.word_table import Words
from consent.words import words_of
from ssi.dataset import DataSet
from ssi.errors import DataSetError

Say = Callable[[str], str]
"""How a term is said."""


def boundary_sentences(policy: Policy, data_set: DataSet, language: str) -> tuple[str, ...]:
    """What a policy narrows beyond what every policy says, and what it forbids.

    Raises:
        TermsError: there are no sentences in this language.
    """
    return (
        *_narrowings(policy, data_set, language),
        *sorted(prohibition_sentence(each, data_set, language) for each in policy.prohibitions),
    )


def prohibition_sentence(prohibition: Prohibition, data_set: DataSet, language: str) -> str:
    """One thing that is forbidden, such as "You forbid any use by insurers."; see `boundary_words`.

    Raises:
        TermsError: there are no sentences in this language.
    """
    say, words = boundary_words_of(language), words_of(language)
    phrases = [_phrase(each, data_set, words, language) for each in prohibition.ordered]
    if len(phrases) == 1:
        return say.forbid.format(phrase=phrases[0])
    return say.forbid_all.format(phrases="; ".join(each.lstrip(" ,") for each in phrases))


def term_text(operand: Operand, text: str, data_set: DataSet, language: str) -> str:
    """A term of an operand in words; one that is not known stands as it is."""
    words, say = words_of(language), boundary_words_of(language)
    tables: Mapping[Operand, Say] = {
        Operand.PURPOSE: lambda each: words.purposes[Purpose(each)],
        Operand.RECIPIENT_KIND: lambda each: words.recipients[RecipientKind(each)],
        Operand.STATISTIC: lambda each: words.statistics[StatisticKind(each)],
        Operand.COUNTRY: lambda each: place_text(each, language),
        Operand.ATTRIBUTE: lambda each: _label(each, data_set, words, language),
        Operand.FILTER: lambda each: _label(each, data_set, words, language),
        Operand.ENGINE: lambda each: say.engines[each],
    }
    try:
        return tables[operand](text) if operand in tables else text
    except (KeyError, ValueError):
        return text


def number_text(operand: Operand, text: str, words: Words) -> str:
    """A number of an operand in words; what is none stands as it is."""
    if operand is Operand.EPSILON or not text.isdecimal():
        return text.replace(".", words.decimal_point)
    return euros(words, int(text)) if operand is Operand.COMPENSATION else whole(words, int(text))


def place_text(code: str, language: str) -> str:
    """A country or region in words, to stand after "in".

    Raises:
        TermsError: there are no sentences in this language.
    """
    say = boundary_words_of(language)
    return say.places.get(code, say.other_place.format(code=code))


def either(items: Iterable[str], say: BoundaryWords) -> str:
    """Items of which any one is meant: "a, b or c"."""
    *first, last = [*items] or [""]
    return f"{', '.join(first)} {say.either} {last}" if first else last


def _narrowings(policy: Policy, data_set: DataSet, language: str) -> Iterator[str]:
    say, words = boundary_words_of(language), words_of(language)
    if policy.recipient_countries:
        places = [place_text(each, language) for each in sorted(policy.recipient_countries)]
        yield say.sentences["countries"].format(places=either(places, say))
    if policy.filters is not None:
        labels = [_label(each, data_set, words, language) for each in sorted(policy.filters)]
        sentence = say.sentences["filters" if labels else "no_filters"]
        yield sentence.format(attributes=either(labels, say))
    if policy.runs is not None:
        yield say.sentences["one_run" if policy.runs == 1 else "runs"].format(runs=policy.runs)


def _phrase(constraint: Constraint, data_set: DataSet, words: Words, language: str) -> str:
    say, operand = boundary_words_of(language), constraint.operand
    if operand in TRUTHS:
        return say.truths[operand, constraint.texts[0]]
    if operand in NUMBERS:
        terms = number_text(operand, constraint.texts[0], words)
    else:
        spoken = [term_text(operand, each, data_set, language) for each in constraint.texts]
        all_of_them = constraint.operator is Operator.IS_ALL_OF
        terms = listed(words, spoken) if all_of_them else either(spoken, say)
    return say.phrases[operand, constraint.operator].format(terms=terms)


def _label(name: str, data_set: DataSet, words: Words, language: str) -> str:
    try:
        return label_of(words, data_set.attribute(name), language)
    except DataSetError:
        return lowered(words, name)
