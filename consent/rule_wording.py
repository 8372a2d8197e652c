"""How is every rule of a decision said, kept or not? One line each, from the trace that was evaluated.

`consent.trace_wording` says why something was refused; here each rule stands with what the person asks for
and what was seen, so that she can follow a decision that was in her favour as well.
"""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from consent.boundary_wording import either, number_text, prohibition_sentence, term_text
from consent.boundary_words import boundary_words_of
from consent.errors import ConsentError
from consent.odrl_prohibition import ACTION, plain, read_prohibitions
from consent.phrasing import listed
from consent.prohibition import NUMBERS, Operand, Prohibition
from consent.rule_words import RuleTable, rule_table_of
from consent.shown import Shown
from consent.trace import Finding, Judged, RuleKind, Trace
from consent.wording import day_text
from consent.words import words_of
from crypto.errors import CryptoError
from crypto.reading import Fields
from ssi.dataset import DataSet, data_set
from ssi.errors import UnknownDataSetError


@dataclass(frozen=True)
class RuleLine:
    """One rule in words: what it is about, what is asked for, what was seen (None: nothing of that kind).

    `operand` names the rule as the policy does (`consent.decision.RULES`), "prohibition" what is forbidden.
    """

    operand: str
    title: str
    asked: str
    seen: str | None
    holds: bool


def describe_rules(trace: Trace, data_set: DataSet, language: str) -> tuple[RuleLine, ...]:
    """Every rule of a trace, in its order.

    Raises:
        TermsError: there are no words in this language.
    """
    table = rule_table_of(language)
    return tuple(line for each in trace.rules if (line := _line(each, data_set, table, language)))


def forbidden(judged: Judged, data_set: DataSet) -> Prohibition | None:
    """What a prohibition of a trace says; None where it has words that are not known here."""
    constraints = [
        {name: value for name, value in each.to_json().items() if name not in {"seen", "satisfied"}}
        for each in judged.findings
    ]
    document = Fields({"action": ACTION, "constraint": list(constraints)}, "prohibition")
    with suppress(CryptoError, ConsentError):
        (prohibition,) = read_prohibitions([document], data_set.ref)
        return prohibition
    return None


def _line(judged: Judged, data_set: DataSet, table: RuleTable, language: str) -> RuleLine | None:
    if judged.kind is RuleKind.PROHIBITION:
        return _prohibition(judged, data_set, table, language)
    (finding,) = judged.findings
    operand = finding.operand
    title = table.titles.get(f"{operand} {finding.operator}") or table.titles.get(operand, operand)
    say = _Sides(finding, data_set, table, language)
    seen = None if finding.seen is None else say.plainly(finding.seen, all_of=True)
    if operand == "mk:epsilonPerQuery" and finding.seen is None:
        seen = table.sides["exact"]
    return RuleLine(operand, title, say.asked(), seen, judged.holds)


def _prohibition(judged: Judged, data_set: DataSet, table: RuleTable, language: str) -> RuleLine:
    said = forbidden(judged, data_set)
    sentence = prohibition_sentence(said, data_set, language) if said else table.sides["any"]
    return RuleLine("prohibition", table.titles["prohibition"], sentence, None, judged.holds)


_SPOKEN: Final[Mapping[str, Operand]] = {
    "mk:attribute": Operand.ATTRIBUTE,
    "mk:filter": Operand.FILTER,
    "purpose": Operand.PURPOSE,
    "mk:recipientKind": Operand.RECIPIENT_KIND,
    "mk:recipientCountry": Operand.COUNTRY,
    "mk:statistic": Operand.STATISTIC,
    "mk:engine": Operand.ENGINE,
    "mk:crowd": Operand.CROWD,
    "mk:queryFloor": Operand.CROWD,
    "mk:epsilonPerQuery": Operand.EPSILON,
    "mk:epsilonTotal": Operand.EPSILON,
    "mk:runs": Operand.CROWD,
    "mk:compensationCents": Operand.COMPENSATION,
}
"""As what the sides of a constraint are said; those of others stand as they are."""

_RECORDS: Final = frozenset({"target", "mk:join"})


@dataclass(frozen=True)
class _Sides:
    """Says the two sides of one finding."""

    finding: Finding
    data_set: DataSet
    table: RuleTable
    language: str

    def asked(self) -> str:
        """What the policy asks for, with the comparison where it is one of order."""
        finding = self.finding
        text = self.plainly(finding.right, all_of=finding.operand == "mk:nodes")
        if finding.operand == "dateTime":
            return self.table.sides["since" if finding.operator == "gteq" else "lt"].format(side=text)
        form = self.table.sides.get(finding.operator)
        return form.format(side=text) if form else text

    def plainly(self, side: Shown, *, all_of: bool) -> str:
        """A side in words; of several terms all are meant, or any one."""
        texts = (side,) if isinstance(side, str) else side or ()
        if not texts:
            return self.table.sides["nothing"]
        operand = _SPOKEN.get(self.finding.operand)
        if operand in NUMBERS:
            return number_text(operand, texts[0], words_of(self.language))
        terms = [self._term(operand, each) for each in texts]
        say = boundary_words_of(self.language)
        said = listed(words_of(self.language), terms) if all_of else either(terms, say)
        return self.table.sides["in"].format(side=said) if operand is Operand.COUNTRY else said

    def _term(self, operand: Operand | None, text: str) -> str:
        if operand is not None:
            return term_text(operand, plain(operand, text), self.data_set, self.language)
        if self.finding.operand in _RECORDS:
            return _label(text, self.language)
        if self.finding.operand == "dateTime":
            return _day(text, self.language)
        return {"true": self.table.yes, "false": self.table.no}.get(text, text)


def _label(ref: str, language: str) -> str:
    try:
        return data_set(ref).label[language]
    except UnknownDataSetError:
        return ref


def _day(text: str, language: str) -> str:
    try:
        return day_text(datetime.fromisoformat(text), language)
    except ValueError:
        return text
