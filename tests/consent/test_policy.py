from dataclasses import replace
from datetime import timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from consent.errors import TermsError
from consent.policy import Permitted, Refusal, Refused, Use, decide, largest_crowd
from consent.query import Condition, Statistic
from consent.vocabulary import Engine, Purpose, RecipientKind, StatisticKind
from tests.consent.examples import BUYER_ID, GIVEN, NODES, NOW, POLICY, QUERY, UNTIL, USE, policies, uses


def _asking(**changes):
    return replace(USE, query=replace(QUERY, **changes))


def test_a_use_within_every_rule_is_permitted():
    assert decide(POLICY, USE, now=NOW) == Permitted()


OUTSIDE = {
    "other data": (_asking(data_set="health/1"), Refusal.OTHER_DATA_SET),
    "an attribute that is not allowed": (
        _asking(statistics=(Statistic(StatisticKind.MEAN, "reading_score"),)),
        Refusal.ATTRIBUTE_NOT_ALLOWED,
    ),
    "groups by an attribute that is not allowed": (
        _asking(group_by="intake"),
        Refusal.ATTRIBUTE_NOT_ALLOWED,
    ),
    "a filter by an attribute that is not allowed": (
        _asking(where=(Condition("intake", "top"),)),
        Refusal.ATTRIBUTE_NOT_ALLOWED,
    ),
    "another purpose": (_asking(purpose=Purpose.PERSONNEL_HIRING), Refusal.PURPOSE_NOT_ALLOWED),
    "a broader purpose": (_asking(purpose=Purpose.RESEARCH_AND_DEVELOPMENT), Refusal.PURPOSE_NOT_ALLOWED),
    "another kind of buyer": (
        replace(USE, buyer_kind=RecipientKind.COMPANY),
        Refusal.RECIPIENT_NOT_ALLOWED,
    ),
    "a statistic that is not allowed": (
        _asking(statistics=(Statistic(StatisticKind.HISTOGRAM, "exam_score"),)),
        Refusal.STATISTIC_NOT_ALLOWED,
    ),
    "an exact answer": (_asking(epsilon=None), Refusal.EXACT_NOT_ALLOWED),
    "another engine": (_asking(engine=Engine.PAILLIER), Refusal.ENGINE),
    "a private filter in a crowd that may be too small": (
        _asking(where=(Condition("sex", "female"),), floor=49),
        Refusal.CROWD_TOO_SMALL,
    ),
    "a filter by a range of a crowd that may be too small": (
        _asking(where=(Condition("exam_score", None, Decimal(0), Decimal(1)),), floor=49),
        Refusal.CROWD_TOO_SMALL,
    ),
    "a crowd one too small": (replace(USE, cohort_size=49), Refusal.CROWD_TOO_SMALL),
    "a crowd below the query's own floor": (_asking(floor=301), Refusal.CROWD_TOO_SMALL),
    "groups smaller than the crowd": (_asking(group_by="sex", floor=49), Refusal.CROWD_TOO_SMALL),
    "more than one query may cost": (_asking(epsilon=Decimal("1.01")), Refusal.BUDGET_PER_QUERY),
    "more than is left": (replace(USE, epsilon_spent=Decimal("4.01")), Refusal.BUDGET_SPENT),
    "a negative balance": (replace(USE, epsilon_spent=Decimal(-1)), Refusal.BUDGET_SPENT),
    "a cent too little": (replace(USE, compensation_cents=49), Refusal.COMPENSATION_TOO_LOW),
    "other nodes": (replace(USE, node_ids=("node-a", "node-b", "node-d")), Refusal.OTHER_NODES),
    "the nodes in another order": (
        replace(USE, node_ids=("node-b", "node-a", "node-c")),
        Refusal.OTHER_NODES,
    ),
}


@pytest.mark.parametrize(("use", "reason"), OUTSIDE.values(), ids=OUTSIDE.keys())
def test_a_use_with_this_is_refused_with_its_reason(use, reason):
    decision = decide(POLICY, use, now=NOW)

    assert isinstance(decision, Refused)
    assert decision.reason is reason


def test_an_engine_that_is_left_open_is_the_one_that_answers_everything():
    policy = replace(POLICY, engines=frozenset({Engine.PAILLIER}))

    assert decide(policy, USE, now=NOW) == Refused(Refusal.ENGINE)
    assert decide(policy, _asking(engine=Engine.PAILLIER), now=NOW) == Permitted()


def test_whoever_wants_checked_arithmetic_takes_part_only_then():
    policy = replace(POLICY, verified_only=True)

    assert decide(policy, USE, now=NOW) == Refused(Refusal.NOT_VERIFIED)
    assert decide(policy, _asking(verified=True), now=NOW) == Permitted()
    assert decide(POLICY, _asking(verified=True), now=NOW) == Permitted()


def test_a_public_filter_leaves_the_crowd_as_large_as_it_is():
    use = _asking(where=(Condition("school_type", "girls"),), floor=10)

    assert decide(POLICY, use, now=NOW) == Permitted()


def test_in_a_data_set_that_nobody_knows_every_condition_may_be_private():
    policy = replace(POLICY, data_set="tiny/1")
    use = _asking(data_set="tiny/1", where=(Condition("school_type", "girls"),), floor=10)

    assert decide(policy, use, now=NOW) == Refused(Refusal.CROWD_TOO_SMALL)


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
    use = replace(_asking(epsilon=None), epsilon_spent=Decimal(5))

    assert decide(policy, use, now=NOW) == Permitted()


def test_all_reasons_are_given_in_the_order_of_the_enum():
    use = replace(
        _asking(data_set="health/1", purpose=Purpose.COMMERCIAL_RESEARCH, epsilon=Decimal(9)),
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
    tighter = [
        replace(policy, **{member: frozenset(kept[: max(1, len(kept) - 1)])}),
        replace(policy, crowd_floor=min(10**6, policy.crowd_floor + draw(st.integers(0, 1000)))),
        replace(policy, exact_allowed=False),
        replace(policy, epsilon_per_query=policy.epsilon_per_query / 2),
        replace(policy, epsilon_total=(policy.epsilon_total + policy.epsilon_per_query) / 2),
        replace(policy, compensation_cents=min(10**6, policy.compensation_cents + 1)),
        replace(policy, excluded_recipients=policy.excluded_recipients | {draw(st.sampled_from("abc"))}),
        replace(policy, valid_until=policy.given_at + timedelta(seconds=1)),
    ]
    return draw(st.sampled_from(tighter))


def _fitting(draw, policy):
    """A use that a policy permits, but for what chance excludes."""
    statistics = st.builds(
        Statistic,
        st.sampled_from(sorted(policy.statistics, key=str)),
        st.sampled_from(sorted(policy.attributes)),
    )
    query = replace(
        QUERY,
        purpose=draw(st.sampled_from(sorted(policy.purposes, key=str))),
        statistics=tuple(draw(st.lists(statistics, min_size=1, max_size=3))),
        floor=policy.crowd_floor,
        epsilon=draw(st.sampled_from([None, policy.epsilon_per_query, policy.epsilon_per_query / 2])),
        group_by=draw(st.none() | st.sampled_from(sorted(policy.attributes))),
    )
    return Use(
        query=query,
        buyer_id=draw(st.sampled_from("abc")),
        buyer_kind=draw(st.sampled_from(sorted(policy.recipient_kinds, key=str))),
        cohort_size=policy.crowd_floor + draw(st.integers(0, 10)),
        epsilon_spent=policy.epsilon_total - policy.epsilon_per_query,
        compensation_cents=policy.compensation_cents + draw(st.integers(0, 1)),
        node_ids=policy.node_ids,
    )


@given(st.data())
@settings(max_examples=150)
def test_tightening_a_policy_never_permits_more(data):
    policy = data.draw(policies())
    use = _fitting(data.draw, policy) if data.draw(st.booleans()) else data.draw(uses())
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
    "half a second": {"given_at": GIVEN.replace(microsecond=500_000)},
}


@pytest.mark.parametrize("changes", CONTRADICTIONS.values(), ids=CONTRADICTIONS.keys())
def test_terms_with_this_are_refused(changes):
    with pytest.raises(TermsError):
        replace(POLICY, **changes)


def test_moments_of_another_time_zone_are_the_same_moments():
    there = timezone(timedelta(hours=2))

    assert decide(POLICY, USE, now=NOW.astimezone(there)) == Permitted()


@given(st.lists(st.integers(1, 60), max_size=60))
def test_the_largest_crowd_meets_the_floor_of_all_its_members_and_of_nobody_else(floors):
    crowd = largest_crowd(floors)

    assert crowd == sum(floor <= crowd for floor in floors)
    assert all(size != sum(floor <= size for floor in floors) for size in range(crowd + 1, 61))


def test_one_person_who_asks_for_more_company_can_undo_a_crowd():
    assert largest_crowd([10] * 10) == 10
    assert largest_crowd([10] * 9 + [11]) == 0
