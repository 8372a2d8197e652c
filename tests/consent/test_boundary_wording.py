"""What is narrowed and forbidden is said in sentences, and so is why something was refused."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings

from consent.boundary_wording import boundary_sentences, place_text, prohibition_sentence
from consent.boundary_words import ENGLISH, GERMAN, boundary_words_of
from consent.country import COUNTRIES
from consent.errors import TermsError
from consent.policy import Refusal
from consent.prohibition import OPERATORS, TRUTHS, Constraint, Operand, Operator, Prohibition, never
from consent.trace import Finding, Judged, RuleKind, Trace, trace
from consent.trace_wording import describe_trace
from consent.vocabulary import Engine, Purpose, RecipientKind
from consent.wording import describe_policy, explain_refusal
from tests.consent.examples import EXAM, NOW, POLICY, QUERY, USE, loose, policies
from tests.consent.test_wording import EVERY_LANGUAGE, SELLING, TECHNOLOGY

HERE = replace(USE, buyer_country="AT", runs=0)
OUTSIDE_THE_EU = never(Operand.COUNTRY, "EU", operator=Operator.IS_NONE_OF)
SMALL_AND_CHEAP = Prohibition(
    frozenset(
        {
            Constraint(Operand.RECIPIENT_KIND, Operator.IS_ANY_OF, frozenset({"company"})),
            Constraint(Operand.CROWD, Operator.LESS, Decimal(1000)),
            Constraint(Operand.COMPENSATION, Operator.LESS, Decimal(250)),
        }
    )
)


@pytest.mark.parametrize(
    ("forbidden", "english", "german"),
    [
        (
            never(Operand.RECIPIENT_KIND, "insurer"),
            "You forbid any use by insurers.",
            "Sie verbieten jede Verwendung durch Versicherungen.",
        ),
        (
            OUTSIDE_THE_EU,
            "You forbid any use by organisations that are not in the European Union.",
            "Sie verbieten jede Verwendung durch Organisationen, die nicht in der Europäischen Union sind.",
        ),
        (
            never(Operand.ATTRIBUTE, "sex", "exam_score", operator=Operator.IS_ALL_OF),
            "You forbid any use that is about all of these together: exam score and sex.",
            "Sie verbieten jede Verwendung von diesem zusammen: „Prüfungsergebnis“ und „Geschlecht“.",
        ),
        (
            SMALL_AND_CHEAP,
            "You forbid any use of which all of this is true: by companies; in groups of fewer than 1,000 "
            "people; for less than €2.50.",
            "Sie verbieten jede Verwendung, für die all dies gilt: durch Unternehmen; in Gruppen von weniger "
            "als 1.000 Personen; für weniger als 2,50 €.",
        ),
    ],
)
def test_what_is_forbidden_is_one_sentence(forbidden, english, german):
    assert prohibition_sentence(forbidden, EXAM, "en") == english
    assert prohibition_sentence(forbidden, EXAM, "de") == german


def test_what_is_narrowed_is_said_in_the_notice():
    policy = replace(
        POLICY,
        recipient_countries=frozenset({"EU", "CH"}),
        filters=frozenset({"sex"}),
        runs=3,
        prohibitions=frozenset({OUTSIDE_THE_EU}),
    )

    text = describe_policy(policy, EXAM, "en").text

    for sentence in (
        "Only organisations in Switzerland or the European Union may ask.",
        "People may be chosen or grouped by nothing but sex.",
        "Your data may be used at most 3 times.",
        "You forbid any use by organisations that are not in the European Union.",
    ):
        assert f"\n{sentence}\n" in text


@EVERY_LANGUAGE
def test_a_policy_that_narrows_and_forbids_nothing_has_the_notice_that_it_had(language):
    assert boundary_sentences(POLICY, EXAM, language) == ()


@EVERY_LANGUAGE
def test_policies_that_differ_in_what_they_narrow_differ_in_their_notice(language):
    changes: tuple[dict[str, Any], ...] = (
        {},
        {"runs": 1},
        {"runs": 2},
        {"filters": frozenset()},
        {"filters": frozenset({"sex"})},
        {"recipient_countries": frozenset({"AT"})},
        {"prohibitions": frozenset({OUTSIDE_THE_EU})},
    )

    notices = {describe_policy(replace(POLICY, **each), EXAM, language).notice for each in changes}

    assert len(notices) == len(changes)


@EVERY_LANGUAGE
def test_every_comparison_has_a_phrase(language):
    words = boundary_words_of(language)

    compared = {
        (operand, operator)
        for operand, operators in OPERATORS.items()
        for operator in operators
        if operand not in TRUTHS
    }
    assert words.phrases.keys() == compared
    assert words.truths.keys() == {(operand, truth) for operand in TRUTHS for truth in ("true", "false")}
    assert words.engines.keys() == {each.value for each in Engine if each is not Engine.AUTO}


def test_both_languages_say_the_same_things():
    assert ENGLISH.sentences.keys() == GERMAN.sentences.keys()
    assert ENGLISH.places.keys() == GERMAN.places.keys()
    assert ENGLISH.places.keys() - COUNTRIES == {"EU", "EEA"}


@EVERY_LANGUAGE
def test_a_country_without_a_name_here_is_said_by_its_code(language):
    assert "BR" in place_text("BR", language)


@given(policies())
@settings(max_examples=40)
def test_what_is_forbidden_is_said_without_technology_or_selling(policy):
    for language in ("en", "de"):
        said = boundary_sentences(policy, EXAM, language)
        text = "\n".join((*said, *describe_trace(trace(policy, HERE, now=NOW), EXAM, language)))

        assert not TECHNOLOGY.search(text), text
        assert not SELLING.search(text), text
        assert not any(mark in text for mark in "{}[]")
        assert len(said) >= bool(policy.prohibitions)


def test_a_refusal_says_what_is_allowed_and_what_was_asked_for():
    policy = replace(POLICY, prohibitions=frozenset({never(Operand.RECIPIENT_KIND, "insurer")}), runs=2)
    use = replace(
        HERE,
        buyer_kind=RecipientKind.INSURER,
        query=replace(QUERY, purpose=Purpose.PERSONNEL_HIRING),
        cohort_size=40,
        compensation_cents=10,
        runs=2,
    )
    traced = trace(policy, use, now=NOW)

    assert describe_trace(traced, EXAM, "en") == (
        "Your data was not used.",
        "The question is of a kind that was forbidden. You forbid any use by insurers.",
        "The question has a purpose that is not allowed. You allow academic research. Asked for: hiring "
        "staff.",
        "The organisation that asks is not allowed. You allow research institutes or universities. Asked "
        "for: insurers.",
        "The group of people is smaller than allowed. You ask for at least 50. It would be 40.",
        "The data was used as often as allowed. You allow at most 2. It would be 3.",
        "The compensation is lower than asked for. You ask for at least €0.50. It would be €0.10.",
    )
    assert len(describe_trace(traced, EXAM, "de")) == 7


def test_what_is_not_known_is_said_to_be_not_known():
    policy = replace(POLICY, recipient_countries=frozenset({"AT"}))

    said = describe_trace(trace(policy, replace(HERE, buyer_country=None), now=NOW), EXAM, "en")

    assert said[1].endswith("It is not known, so it counts as not allowed.")


@EVERY_LANGUAGE
def test_a_permitted_use_is_said_in_one_sentence(language):
    assert len(describe_trace(trace(POLICY, HERE, now=NOW), EXAM, language)) == 1


def test_a_trace_with_words_that_nobody_knows_is_still_said():
    policy = replace(POLICY, prohibitions=frozenset({never(Operand.RECIPIENT_KIND, "university")}))
    document = loose(trace(policy, HERE, now=NOW).to_json())
    (forbidden,) = (rule for rule in document["rules"] if rule["rule"] == "prohibition")
    forbidden["constraint"][0].update(rightOperand=["nobody"], seen=["nobody"])

    said = describe_trace(Trace.from_json(document), EXAM, "en")

    assert said == ("Your data was not used.", "The question is of a kind that was forbidden.")


@pytest.mark.parametrize("operator", ["countries", "filters", "runs", "unknown", "isNoneOf"])
def test_what_is_compared_as_nobody_compares_it_is_said_without_its_sides(operator):
    odd = Finding("mk:crowd", operator, "1", "2", is_satisfied=False)
    rule = Judged(RuleKind.PERMISSION, Refusal.CROWD_TOO_SMALL, (odd,))

    said = describe_trace(Trace("digest", NOW, (rule,)), EXAM, "en")

    assert said == ("Your data was not used.", explain_refusal(Refusal.CROWD_TOO_SMALL, "en"))


def test_there_is_no_third_language():
    with pytest.raises(TermsError):
        boundary_sentences(POLICY, EXAM, "fr")
