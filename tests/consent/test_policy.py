from dataclasses import replace
from datetime import timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from consent.decision import decide
from consent.errors import TermsError
from consent.policy import Permitted, Refusal, Refused
from consent.prohibition import Operand, never
from consent.query import Condition
from consent.vocabulary import Engine, Purpose
from tests.consent.cases import OUTSIDE, asking
from tests.consent.examples import (
    BUYER_ID,
    GIVEN,
    NODES,
    NOW,
    PLACES,
    POLICY,
    UNTIL,
    USE,
    fitting,
    policies,
    prohibitions,
    uses,
)


def test_a_use_within_every_rule_is_permitted():
    assert decide(POLICY, USE, now=NOW) == Permitted()


@pytest.mark.parametrize(("use", "reason"), OUTSIDE.values(), ids=OUTSIDE.keys())
def test_a_use_with_this_is_refused_with_its_reason(use, reason):
    decision = decide(POLICY, use, now=NOW)

    assert isinstance(decision, Refused)
    assert decision.reason is reason


def test_an_engine_that_is_left_open_is_the_one_that_answers_everything():
    policy = replace(POLICY, engines=frozenset({Engine.PAILLIER}))

    assert decide(policy, USE, now=NOW) == Refused(Refusal.ENGINE)
    assert decide(policy, asking(engine=Engine.PAILLIER), now=NOW) == Permitted()


def test_whoever_wants_checked_arithmetic_takes_part_only_then():
    policy = replace(POLICY, verified_only=True)

    assert decide(policy, USE, now=NOW) == Refused(Refusal.NOT_VERIFIED)
    assert decide(policy, asking(verified=True), now=NOW) == Permitted()
    assert decide(POLICY, asking(verified=True), now=NOW) == Permitted()


def test_a_public_filter_leaves_the_crowd_as_large_as_it_is():
    use = asking(where=(Condition("school_type", "girls"),), floor=10)

    assert decide(POLICY, use, now=NOW) == Permitted()


def test_in_a_data_set_that_nobody_knows_every_condition_may_be_private():
    policy = replace(POLICY, data_set="tiny/1")
    use = asking(data_set="tiny/1", where=(Condition("school_type", "girls"),), floor=10)

    assert decide(policy, use, now=NOW) == Refused(Refusal.CROWD_TOO_SMALL)


@pytest.mark.parametrize("other", [Engine.MPC, Engine.PAILLIER, Engine.FUNCTIONAL])
def test_a_way_of_computing_that_takes_all_nodes_to_collude_stands_beside_no_weaker_one(other):
    with pytest.raises(TermsError, match="stands alone"):
        replace(POLICY, engines=frozenset({Engine.ADDITIVE, other}))


def test_who_allows_only_the_additive_engine_takes_part_by_no_other():
    policy = replace(POLICY, engines=frozenset({Engine.ADDITIVE}))

    assert decide(policy, USE, now=NOW) == Refused(Refusal.ENGINE)
    assert decide(policy, asking(engine=Engine.ADDITIVE), now=NOW) == Permitted()


@pytest.mark.parametrize("engines", [frozenset(), frozenset({Engine.AUTO, Engine.MPC})])
def test_a_policy_names_its_engines(engines):
    with pytest.raises(TermsError, match="engine"):
        replace(POLICY, engines=engines)


def test_a_recipient_excluded_by_name_is_refused():
    policy = replace(POLICY, excluded_recipients=frozenset({BUYER_ID}))

    assert decide(policy, USE, now=NOW) == Refused(Refusal.RECIPIENT_NOT_ALLOWED)


def test_a_narrower_purpose_is_permitted():
    policy = replace(POLICY, purposes=frozenset({Purpose.RESEARCH_AND_DEVELOPMENT}))

    assert decide(policy, USE, now=NOW) == Permitted()


def test_a_policy_holds_from_its_first_second_and_not_in_its_last():
    second = timedelta(seconds=1)

    assert decide(POLICY, USE, now=GIVEN - second) == Refused(Refusal.NOT_YET_VALID)
    assert decide(POLICY, USE, now=GIVEN) == Permitted()
    assert decide(POLICY, USE, now=UNTIL - second) == Permitted()
    assert decide(POLICY, USE, now=UNTIL) == Refused(Refusal.EXPIRED)
    assert POLICY.covers(GIVEN)
    assert not POLICY.covers(UNTIL)


def test_nothing_is_permitted_once_a_withdrawal_is_known_even_one_dated_later():
    decision = decide(POLICY, USE, now=NOW, withdrawn_at=NOW + timedelta(days=1))

    assert decision == Refused(Refusal.WITHDRAWN)


def test_a_budget_can_be_spent_to_the_last():
    assert decide(POLICY, replace(USE, epsilon_spent=Decimal(4)), now=NOW) == Permitted()


def test_an_exact_answer_costs_no_budget_where_it_is_allowed():
    policy = replace(POLICY, exact_allowed=True)
    use = replace(asking(epsilon=None), epsilon_spent=Decimal(5))

    assert decide(policy, use, now=NOW) == Permitted()


def test_all_reasons_are_given_in_the_order_of_the_enum():
    use = replace(
        asking(data_set="health/1", purpose=Purpose.COMMERCIAL_RESEARCH, epsilon=Decimal(9)),
        cohort_size=1,
        node_ids=(),
    )
    decision = decide(POLICY, use, now=UNTIL, withdrawn_at=NOW)

    assert isinstance(decision, Refused)
    reasons = [decision.reason, *decision.others]
    assert reasons == [reason for reason in Refusal if reason in reasons]
    assert reasons[:3] == [Refusal.EXPIRED, Refusal.WITHDRAWN, Refusal.OTHER_DATA_SET]


def _tightened(draw, policy):
    """The policy with one member made stricter."""
    member = draw(st.sampled_from(["attributes", "purposes", "recipient_kinds", "statistics"]))
    kept = sorted(getattr(policy, member), key=str)
    fewer = frozenset(kept[: max(1, len(kept) - 1)])
    named = {name for each in policy.prohibitions for name in each.terms(Operand.ATTRIBUTE)}
    named |= {name for each in policy.prohibitions for name in each.terms(Operand.FILTER)}
    if member == "attributes" and not named | (policy.filters or frozenset()) <= fewer:
        fewer = policy.attributes
    allowed_filters = policy.attributes if policy.filters is None else policy.filters
    places = policy.recipient_countries or frozenset(PLACES)
    tighter = [
        replace(policy, **{member: fewer}),
        replace(policy, prohibitions=policy.prohibitions | {draw(prohibitions(policy.attributes))}),
        replace(policy, filters=draw(st.frozensets(st.sampled_from(sorted(allowed_filters)))))
        if allowed_filters
        else policy,
        replace(policy, recipient_countries=frozenset({draw(st.sampled_from(sorted(places)))})),
        replace(policy, runs=draw(st.integers(1, policy.runs or 10))),
        replace(policy, crowd_floor=min(10**6, policy.crowd_floor + draw(st.integers(0, 1000)))),
        replace(policy, exact_allowed=False),
        replace(policy, epsilon_per_query=policy.epsilon_per_query / 2),
        replace(policy, epsilon_total=(policy.epsilon_total + policy.epsilon_per_query) / 2),
        policy
        if policy.altruism
        else replace(policy, compensation_cents=min(10**6, policy.compensation_cents + 1)),
        replace(policy, excluded_recipients=policy.excluded_recipients | {draw(st.sampled_from("abc"))}),
        replace(policy, valid_until=policy.given_at + timedelta(seconds=1)),
    ]
    return draw(st.sampled_from(tighter))


@given(st.data())
@settings(max_examples=150)
def test_tightening_a_policy_never_permits_more(data):
    policy = data.draw(policies())
    use = fitting(data.draw, policy) if data.draw(st.booleans()) else data.draw(uses())
    tighter = _tightened(data.draw, policy)
    now = policy.given_at + timedelta(seconds=data.draw(st.integers(-2, 2)))

    permitted_before = decide(policy, use, now=now) == Permitted()
    permitted_after = decide(tighter, use, now=now) == Permitted()

    assert permitted_before or not permitted_after
    event(f"before {permitted_before}, after {permitted_after}")


@given(policies(), uses(), st.integers(-(10**8), 10**8))
@settings(max_examples=50)
def test_every_use_gets_a_decision_whatever_it_is(policy, use, seconds):
    decision = decide(policy, use, now=NOW + timedelta(seconds=seconds))

    assert isinstance(decision, Permitted | Refused)


CONTRADICTIONS = {
    "no attribute": {"attributes": frozenset()},
    "no purpose": {"purposes": frozenset()},
    "no recipient": {"recipient_kinds": frozenset()},
    "no statistic": {"statistics": frozenset()},
    "a crowd of nine": {"crowd_floor": 9},
    "a crowd of everybody": {"crowd_floor": 10**6 + 1},
    "no budget": {"epsilon_per_query": Decimal(0)},
    "a query that costs more than all": {"epsilon_per_query": Decimal(6)},
    "a budget without end": {"epsilon_total": Decimal("Infinity")},
    "a budget that is no number": {"epsilon_per_query": Decimal("NaN")},
    "a budget beyond reason": {"epsilon_total": Decimal(1001)},
    "a negative compensation": {"compensation_cents": -1},
    "a compensation beyond reason": {"compensation_cents": 10**6 + 1},
    "two nodes": {"node_ids": NODES[:2]},
    "a node twice": {"node_ids": ("node-a", "node-a", "node-b")},
    "an end before its beginning": {"valid_until": GIVEN},
    "a moment without time zone": {"given_at": GIVEN.replace(tzinfo=None)},
    "people chosen by what is not allowed": {"filters": frozenset({"intake"})},
    "a country that there is not": {"recipient_countries": frozenset({"UK"})},
    "no runs": {"runs": 0},
    "runs beyond reason": {"runs": 10_001},
    "something forbidden with what is not allowed": {
        "prohibitions": frozenset({never(Operand.ATTRIBUTE, "intake")})
    },
    "a choice forbidden that is not allowed": {"prohibitions": frozenset({never(Operand.FILTER, "intake")})},
    "too much forbidden": {
        "prohibitions": frozenset(never(Operand.RECIPIENT, str(number)) for number in range(17))
    },
    "half a second": {"given_at": GIVEN.replace(microsecond=500_000)},
}


@pytest.mark.parametrize("changes", CONTRADICTIONS.values(), ids=CONTRADICTIONS.keys())
def test_terms_with_this_are_refused(changes):
    with pytest.raises(TermsError):
        replace(POLICY, **changes)


def test_moments_of_another_time_zone_are_the_same_moments():
    there = timezone(timedelta(hours=2))

    assert decide(POLICY, USE, now=NOW.astimezone(there)) == Permitted()
