"""What is said to a person and an operator about a request that asks for more than its purpose needs.

One sentence names what is too much, one the smaller request that would do. Both languages say the same.
"""

from collections.abc import Mapping

from consent.errors import TermsError
from consent.joining import asked_about
from consent.over_asking import Surplus, SurplusKind
from consent.phrasing import label_of, listed, lowered
from consent.query import decimal_text
from consent.vocabulary import Purpose
from consent.word_table import Words
from consent.wording import describe_query, purpose_text
from consent.words import words_of
from ssi.dataset import DataSet

_ENGLISH: Mapping[SurplusKind, str] = {
    SurplusKind.HEALTH: "This asks about health data, which are not needed for {purpose}: {what}.",
    SurplusKind.ATTRIBUTES: "This asks about more than is needed for {purpose}: {what}.",
    SurplusKind.IDLE_CONDITION: "This asks for something that everybody meets: {what}.",
    SurplusKind.IMPLIED_STATISTIC: "This asks twice for what is known from another answer about {what}.",
    SurplusKind.EXACTNESS: "This asks for an exact answer, which is not needed for {purpose}.",
    SurplusKind.PRECISION: (
        "This asks for an answer that is more precise than needed for {purpose}. It takes {what} of the limit"
        " for all answers; {enough} would be enough."
    ),
}
_GERMAN: Mapping[SurplusKind, str] = {
    SurplusKind.HEALTH: (
        "Hier wird nach Gesundheitsdaten gefragt, die für {purpose} nicht nötig sind: {what}."
    ),
    SurplusKind.ATTRIBUTES: "Hier wird nach mehr gefragt, als für {purpose} nötig ist: {what}.",
    SurplusKind.IDLE_CONDITION: "Hier wird etwas verlangt, das alle erfüllen: {what}.",
    SurplusKind.IMPLIED_STATISTIC: (
        "Hier wird doppelt gefragt, was aus einer anderen Antwort schon folgt, zu {what}."
    ),
    SurplusKind.EXACTNESS: "Hier wird eine genaue Antwort verlangt, die für {purpose} nicht nötig ist.",
    SurplusKind.PRECISION: (
        "Hier wird eine Antwort verlangt, die genauer ist, als für {purpose} nötig. Sie braucht {what} von"
        " der Grenze für alle Antworten; {enough} würden reichen."
    ),
}
_SENTENCES = {"en": _ENGLISH, "de": _GERMAN}
_ENOUGH = {"en": "This would be enough: {smaller}.", "de": "Das würde reichen: {smaller}."}


def describe_surplus(surplus: Surplus, purpose: Purpose, described: DataSet, language: str) -> str:
    """Say one flag; `described` is the data set that was asked about (`consent.joining.asked_about`).

    Raises:
        TermsError: there are no sentences in this language.
        DataSetError: the flag names an attribute that the data set does not have.
    """
    words, smaller = words_of(language), surplus.smaller
    enough = "" if smaller.epsilon is None else _number(words, decimal_text(smaller.epsilon))
    what = _what(surplus, described, words, language)
    sentence = surplus_sentence(surplus.kind, purpose, what, language, enough=enough)
    would_do = describe_query(smaller, asked_about(smaller), language)
    return f"{sentence} {_ENOUGH[language].format(smaller=would_do)}"


def surplus_sentence(
    kind: SurplusKind, purpose: Purpose, what: str, language: str, *, enough: str = ""
) -> str:
    """What is too much for a purpose, in one sentence or two; `what` and `enough` are in words already.

    Raises:
        TermsError: there are no sentences in this language.
    """
    if language not in _SENTENCES:
        raise TermsError(f"no sentences about requests in language {language[:20]!r}")
    return _SENTENCES[language][kind].format(
        purpose=purpose_text(purpose, language), what=what, enough=enough
    )


def _what(surplus: Surplus, described: DataSet, words: Words, language: str) -> str:
    if surplus.kind is SurplusKind.PRECISION:
        return _number(words, surplus.what[0])
    return listed(words, [_label(each, described, words, language) for each in surplus.what])


def _label(name: str, described: DataSet, words: Words, language: str) -> str:
    series = described.series.get(name)
    if series is not None:
        return lowered(words, series.label[language])
    return label_of(words, described.attribute(name), language)


def _number(words: Words, text: str) -> str:
    return text.replace(".", words.decimal_point)
