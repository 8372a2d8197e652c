"""How is a decision said in plain words? From its trace, which is what was evaluated and logged.

First whether the data was used, then a sentence or two for each rule that was not kept: why, and where it
can be said without naming a technology, what is allowed and what was asked for.
"""

from collections.abc import Iterator, Mapping
from typing import Final

from consent.boundary_wording import either, number_text, prohibition_sentence, term_text
from consent.boundary_words import boundary_words_of
from consent.odrl_prohibition import plain
from consent.prohibition import NUMBERS, Operand
from consent.rule_wording import forbidden
from consent.shown import Shown
from consent.trace import Finding, Judged, RuleKind, Trace
from consent.wording import explain_refusal
from consent.words import words_of
from ssi.dataset import DataSet

_SPOKEN: Final[Mapping[str, Operand]] = {
    "mk:attribute": Operand.ATTRIBUTE,
    "mk:filter": Operand.FILTER,
    "purpose": Operand.PURPOSE,
    "mk:recipientKind": Operand.RECIPIENT_KIND,
    "mk:recipientCountry": Operand.COUNTRY,
    "mk:statistic": Operand.STATISTIC,
    "mk:crowd": Operand.CROWD,
    "mk:epsilonPerQuery": Operand.EPSILON,
    "mk:epsilonTotal": Operand.EPSILON,
    "mk:runs": Operand.CROWD,
    "mk:compensationCents": Operand.COMPENSATION,
}
"""The constraints of which both sides can be said, and as what."""

_COMPARISONS: Final = frozenset({"isAnyOf", "gteq", "lteq"})
"""The operators that have a sentence of two sides."""


def describe_trace(trace: Trace, data_set: DataSet, language: str) -> tuple[str, ...]:
    """Say what was decided and why, one sentence or two for each rule that was broken.

    Raises:
        TermsError: there are no sentences in this language.
    """
    sentences = boundary_words_of(language).sentences
    if not trace.reasons:
        return (sentences["permitted"],)
    said = dict.fromkeys(_broken(each, data_set, language) for each in trace.broken)
    fullest = (each for each in said if not any(other != each and other.startswith(each) for other in said))
    return (sentences["refused"], *fullest)


def _broken(judged: Judged, data_set: DataSet, language: str) -> str:
    reason = explain_refusal(judged.refusal, language)
    if judged.kind is RuleKind.PROHIBITION:
        return " ".join((reason, *_forbidden(judged, data_set, language)))
    return " ".join((reason, *(_compared(each, data_set, language) for each in _spoken(judged))))


def _spoken(judged: Judged) -> Iterator[Finding]:
    known = (each for each in judged.findings if each.operand in _SPOKEN)
    return (each for each in known if each.operator in _COMPARISONS)


def _forbidden(judged: Judged, data_set: DataSet, language: str) -> Iterator[str]:
    prohibition = forbidden(judged, data_set)
    if prohibition is not None:  # else it was logged with words not known here, and the reason says enough
        yield prohibition_sentence(prohibition, data_set, language)


def _compared(finding: Finding, data_set: DataSet, language: str) -> str:
    operand, say = _SPOKEN[finding.operand], boundary_words_of(language).sentences
    if finding.seen is None:
        return say["unknown"]
    right, seen = (_said(operand, side, data_set, language) for side in (finding.right, finding.seen))
    return say[finding.operator].format(right=right, seen=seen)


def _said(operand: Operand, shown: Shown, data_set: DataSet, language: str) -> str:
    say = boundary_words_of(language)
    texts = (shown,) if isinstance(shown, str) else shown or ()
    if operand in NUMBERS:
        return number_text(operand, texts[0], words_of(language)) if texts else say.sentences["nothing"]
    spoken = [term_text(operand, plain(operand, each), data_set, language) for each in texts]
    return either(spoken, say) if spoken else say.sentences["nothing"]
