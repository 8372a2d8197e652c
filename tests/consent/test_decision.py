"""What is forbidden wins, what is not known satisfies nothing, and a plain second evaluator agrees."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from consent.decision import RULES, decide, facts_of
from consent.odrl import to_offer
from consent.policy import Permitted, Refusal, Refused
from consent.prohibition import Operand, Operator, Prohibition, never
from consent.query import Condition, Statistic
from consent.vocabulary import Engine, RecipientKind, StatisticKind
from tests.consent import oracle
from tests.consent.cases import FORBIDDEN, HERE, LEFT_ALONE, NARROWED, asking, bounded, forbidding
from tests.consent.examples import (
    BUYER_ID,
    CONSENT_ID,
    NOW,
    POLICY,
    QUERY,
    USE,
    constraints,
    fitting,
    loose,
    policies,
    prohibitions,
    uses,
)


@given(st.data())
@settings(max_examples=120)
def test_a_plain_reading_of_the_document_decides_the_same(data):
    policy = data.draw(policies())
    use = fitting(data.draw, policy) if data.draw(st.booleans()) else data.draw(uses())
    now = policy.given_at + timedelta(seconds=data.draw(st.integers(-2, 2)))

    permitted = decide(policy, use, now=now) == Permitted()

    assert permitted is oracle.permits(loose(to_offer(policy, CONSENT_ID)), use, now)
    event(f"permitted {permitted}, something forbidden {bool(policy.prohibitions)}")


@given(st.data())
@settings(max_examples=60)
def test_forbidding_one_thing_more_never_permits_more(data):
    policy = data.draw(policies())
    use = fitting(data.draw, policy)
    more = replace(policy, prohibitions=policy.prohibitions | {data.draw(prohibitions(policy.attributes))})
    now = policy.given_at

    before, after = decide(policy, use, now=now), decide(more, use, now=now)

    assert isinstance(before, Permitted) or isinstance(after, Refused)
    if isinstance(before, Refused) and isinstance(after, Refused):
        assert {before.reason, *before.others} <= {after.reason, *after.others}


@given(st.data())
@settings(max_examples=60)
def test_a_prohibition_refuses_exactly_what_all_its_constraints_meet(data):
    names = POLICY.attributes
    forbidden = data.draw(prohibitions(names))
    use = data.draw(uses())
    policy = forbidding(forbidden)

    decision = decide(policy, use, now=NOW)

    met = all(each.is_met(facts_of(policy, use)) for each in forbidden.constraints)
    prohibited = isinstance(decision, Refused) and decision.reason is Refusal.PROHIBITED
    assert prohibited is met


@given(st.data(), st.sampled_from(Operand))
@settings(max_examples=60)
def test_a_constraint_more_makes_a_prohibition_apply_to_less(data, operand):
    wide = data.draw(prohibitions(POLICY.attributes))
    others = frozenset(each for each in wide.constraints if each.operand is not operand)
    narrow = Prohibition(others | {data.draw(constraints(operand, POLICY.attributes))})
    use = data.draw(uses())
    facts = facts_of(POLICY, use)

    assert not narrow.applies(facts) or not others or Prohibition(others).applies(facts)


@pytest.mark.parametrize(("forbidden", "use"), FORBIDDEN.values(), ids=FORBIDDEN.keys())
def test_whoever_forbids_this_refuses_it_first_of_all(forbidden, use):
    decision = decide(forbidding(forbidden), use, now=NOW)

    assert isinstance(decision, Refused)
    assert decision.reason is Refusal.PROHIBITED
    assert Refusal.PROHIBITED not in decision.others


@pytest.mark.parametrize(("forbidden", "use"), LEFT_ALONE.values(), ids=LEFT_ALONE.keys())
def test_whoever_forbids_this_still_permits_what_is_something_else(forbidden, use):
    assert decide(forbidding(forbidden), use, now=NOW) == Permitted()


def test_a_combination_is_forbidden_only_as_a_whole():
    exact_for_institutes = Prohibition(
        never(Operand.RECIPIENT_KIND, "research_institute").constraints
        | never(Operand.EXACT, "true", operator=Operator.EQUAL).constraints
    )
    policy = forbidding(exact_for_institutes, exact_allowed=True)
    institute = replace(asking(epsilon=None), buyer_kind=RecipientKind.RESEARCH_INSTITUTE)

    assert decide(policy, institute, now=NOW) == Refused(Refusal.PROHIBITED)
    assert decide(policy, replace(institute, buyer_kind=RecipientKind.UNIVERSITY), now=NOW) == Permitted()
    assert decide(policy, replace(institute, query=QUERY), now=NOW) == Permitted()


@pytest.mark.parametrize(("changes", "use", "reason"), NARROWED.values(), ids=NARROWED.keys())
def test_what_is_narrowed_decides_about_this(changes, use, reason):
    decision = decide(replace(POLICY, **changes), use, now=NOW)

    assert decision == (Permitted() if reason is None else Refused(reason))


@pytest.mark.parametrize("country", [None, "UK", "at", "", "CH"])
def test_a_country_that_is_not_known_to_be_allowed_is_refused(country):
    policy = replace(POLICY, recipient_countries=frozenset({"EU"}))

    decision = decide(policy, replace(HERE, buyer_country=country), now=NOW)

    assert decision == Refused(Refusal.COUNTRY_NOT_ALLOWED)


@pytest.mark.parametrize("places", [{"EU"}, {"EEA"}, {"AT"}, {"CH", "AT"}])
def test_a_country_is_allowed_by_its_code_or_by_its_region(places):
    assert decide(replace(POLICY, recipient_countries=frozenset(places)), HERE, now=NOW) == Permitted()


def test_runs_are_counted_to_the_last_and_not_beyond():
    policy = replace(POLICY, runs=3)

    assert decide(policy, replace(HERE, runs=2), now=NOW) == Permitted()
    for runs in (3, 4, None, -1):
        assert decide(policy, replace(HERE, runs=runs), now=NOW) == Refused(Refusal.RUNS_SPENT)


def test_people_are_chosen_and_grouped_only_by_what_is_allowed_for_that():
    policy = replace(POLICY, filters=frozenset({"school_type"}))
    chosen = asking(where=(Condition("school_type", "girls"),))

    assert decide(policy, chosen, now=NOW) == Permitted()
    assert decide(policy, asking(group_by="sex"), now=NOW) == Refused(Refusal.FILTER_NOT_ALLOWED)
    assert decide(replace(policy, filters=frozenset()), chosen, now=NOW) == Refused(
        Refusal.FILTER_NOT_ALLOWED
    )


def test_an_attribute_may_be_computed_on_though_nobody_is_chosen_by_it():
    policy = replace(POLICY, filters=frozenset())

    assert decide(policy, HERE, now=NOW) == Permitted()


def test_a_policy_that_says_nothing_of_it_needs_neither_country_nor_runs():
    assert decide(POLICY, replace(USE, buyer_country=None, runs=None), now=NOW) == Permitted()


def test_what_is_forbidden_in_a_crowd_too_small_is_judged_by_the_group_somebody_hides_in():
    by_universities = never(Operand.RECIPIENT_KIND, "university").constraints
    policy = forbidding(
        Prohibition(by_universities | bounded(Operand.CROWD, Operator.LESS, "100").constraints)
    )

    assert decide(policy, HERE, now=NOW) == Permitted()
    assert decide(policy, asking(group_by="school_type"), now=NOW) == Refused(Refusal.PROHIBITED)


def test_an_exact_answer_tells_more_than_any_bound_on_one_answer():
    policy = forbidding(bounded(Operand.EPSILON, Operator.GREATER, "5"), exact_allowed=True)

    assert decide(policy, asking(epsilon=None), now=NOW) == Refused(Refusal.PROHIBITED)
    assert decide(policy, HERE, now=NOW) == Permitted()


def test_rules_stand_in_the_order_of_their_reasons():
    order = list(Refusal)

    places = [order.index(rule.refusal) for rule in RULES.values()]

    assert places == sorted(places)


def test_a_broken_rule_of_two_constraints_is_one_reason():
    policy = replace(POLICY, excluded_recipients=frozenset({BUYER_ID}))
    use = replace(HERE, buyer_kind=RecipientKind.INSURER)

    assert decide(policy, use, now=NOW) == Refused(Refusal.RECIPIENT_NOT_ALLOWED)


def test_a_joined_record_is_chosen_only_by_what_its_own_consent_allows():
    policy = replace(POLICY, filters=frozenset())
    other = Statistic(StatisticKind.MEAN, "health/1#age")
    asked = asking(
        join="health/1", statistics=(other,), where=(Condition("health/1#sex", "female"),), engine=Engine.MPC
    )

    decision = decide(policy, asked, now=NOW)

    assert isinstance(decision, Refused)
    assert Refusal.FILTER_NOT_ALLOWED not in (decision.reason, *decision.others)
