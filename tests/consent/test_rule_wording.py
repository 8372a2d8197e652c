"""Every rule of a decision is said, kept or not, with what is asked for and what was seen."""

from dataclasses import replace

import pytest

from consent.decision import RULES
from consent.errors import TermsError
from consent.policy import Refusal
from consent.prohibition import Operand, never
from consent.rule_wording import RuleLine, describe_rules
from consent.rule_words import ENGLISH, GERMAN
from consent.trace import Finding, Judged, RuleKind, Trace, trace
from tests.consent.examples import EXAM, NOW, POLICY, QUERY, USE
from tests.consent.test_wording import EVERY_LANGUAGE, SELLING, TECHNOLOGY

NARROW = replace(
    POLICY,
    prohibitions=frozenset({never(Operand.RECIPIENT_KIND, "insurer")}),
    recipient_countries=frozenset({"EU"}),
    filters=frozenset(),
    runs=3,
    excluded_recipients=frozenset({"urn:argonauta:organisation:acme"}),
    verified_only=True,
)


def _lines(language: str = "en", **changes: object) -> dict[str, RuleLine]:
    told = trace(NARROW, replace(USE, **changes), now=NOW)  # type: ignore[arg-type]
    return {each.title: each for each in describe_rules(told, EXAM, language)}


@EVERY_LANGUAGE
def test_every_rule_has_a_line_with_both_sides(language):
    query = replace(QUERY, publication=True)
    told = trace(NARROW, replace(USE, query=query, buyer_country="AT", runs=0), now=NOW)

    lines = describe_rules(told, EXAM, language)

    assert len(lines) == len(told.rules)
    assert {each.operand for each in lines} >= set(RULES)
    assert all(each.title and each.asked for each in lines)
    assert [each.holds for each in lines] == [each.holds for each in told.rules]
    assert {each.operand for each in lines if each.seen is None} == {"prohibition"}


@EVERY_LANGUAGE
def test_no_line_names_a_technology_or_sells(language):
    told = trace(NARROW, replace(USE, query=replace(QUERY, epsilon=None)), now=NOW)

    said = " ".join(f"{each.title} {each.asked} {each.seen}" for each in describe_rules(told, EXAM, language))

    assert not TECHNOLOGY.search(said.replace("node-", ""))  # the ids of partners are names
    assert not SELLING.search(said)


def test_the_sides_are_said_as_people_say_them():
    lines = _lines(buyer_country="AT", runs=0)

    assert (lines["In which country"].asked, lines["In which country"].seen) == (
        "in the European Union",
        "in Austria",
    )
    assert lines["What kind of organisation"].asked == "research institutes or universities"
    assert lines["What is computed"].seen == "counts and averages"
    assert lines["Compensation"].asked == "at least €0.50"
    assert lines["Until when it holds"].asked == "before 1 April 2027"
    assert lines["What people are chosen or grouped by"].asked == "nothing"
    assert lines["Computing partners"].asked == "node-a, node-b and node-c"


def test_the_sides_are_said_in_german():
    lines = _lines("de", buyer_country="AT", runs=0)

    assert lines["In welchem Land"].asked == "in der Europäischen Union"
    assert lines["Wie oft"].asked == "höchstens 3"
    assert lines["Was Sie verbieten"].asked == "Sie verbieten jede Verwendung durch Versicherungen."


def test_what_is_not_known_is_seen_as_nothing_and_broken():
    line = _lines()["In which country"]

    assert (line.seen, line.holds) == (None, False)


def test_an_exact_answer_is_named_where_its_limit_stands():
    line = _lines(query=replace(QUERY, epsilon=None))["Limit for one answer"]

    assert line.seen == "an exact answer"


def test_a_rule_in_words_that_are_not_known_here_keeps_its_place():
    finding = Finding("mk:recipientKind", "isAnyOf", ("bank",), ("bank",), is_satisfied=True)
    unknown = Judged(RuleKind.PROHIBITION, Refusal.PROHIBITED, (finding,))

    (line,) = describe_rules(Trace("digest", NOW, (unknown,)), EXAM, "en")

    assert (line.asked, line.holds) == ("any", False)


def test_both_languages_say_the_same_things():
    assert ENGLISH.titles.keys() == GERMAN.titles.keys()
    assert ENGLISH.sides.keys() == GERMAN.sides.keys()


def test_a_language_without_words_is_refused():
    with pytest.raises(TermsError):
        describe_rules(trace(POLICY, USE, now=NOW), EXAM, "fr")
