"""Terms are decided about once for all who say the same, and nobody by what is not hers any more."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consent.decision import decide
from consent.policy import MOST_COMPENSATION_CENTS, Policy, Refusal, Refused, Use
from consent.prohibition import Operand, never
from consent.vocabulary import Purpose, RecipientKind
from marketplace.domain.matching import Asker, match
from marketplace.domain.offer import Offer
from marketplace.domain.remaining import WHATEVER
from tests.marketplace.builders import MEAN_SCORE, a_policy, an_offer
from tests.marketplace.mpc_node.parties import NOW

ASKER = Asker("urn:argonauta:organisation:1", RecipientKind.UNIVERSITY, "AT")
TERMS = a_policy(runs=3)
CROWD = range(1, 31)


def of_kin(number: int, terms: Policy = TERMS, **changed: Any) -> Offer:
    """Somebody whose policy is read by terms that others have as well, as the books read it."""
    return replace(an_offer(number), policy=terms.dated(terms.given_at, terms.valid_until), **changed)


def crowd() -> list[Offer]:
    return [of_kin(number) for number in CROWD]


def refused(*others: Offer, query=MEAN_SCORE, asker=ASKER, now=NOW) -> list[Refusal]:
    """Why those who come after a crowd that permits it are left out."""
    found = match([*crowd(), *others], query, asker, now=now)
    return [reason for reason, count in found.refusals.items() for _ in range(count)]


def test_policies_of_one_kin_differ_in_nothing_but_their_times():
    dated = TERMS.dated(NOW, NOW + timedelta(days=3))

    assert dated.kin is TERMS.kin
    assert replace(dated, given_at=TERMS.given_at, valid_until=TERMS.valid_until) == TERMS


@pytest.mark.parametrize(
    "changed",
    [
        {"purposes": frozenset({Purpose.PUBLIC_BENEFIT})},
        {"prohibitions": frozenset({never(Operand.COUNTRY, "EU")})},
        {"runs": 1},
        {"given_at": NOW - timedelta(days=9)},
    ],
)
def test_a_policy_that_was_changed_is_of_no_kin_of_the_one_before(changed):
    assert replace(TERMS.dated(NOW, NOW + timedelta(days=3)), **changed).kin is not TERMS.kin


def test_whoever_changed_her_policy_is_decided_about_by_the_new_one():
    narrower = replace(TERMS, purposes=frozenset({Purpose.PUBLIC_BENEFIT}))

    assert refused(of_kin(40, narrower)) == [Refusal.PURPOSE_NOT_ALLOWED]


def test_a_prohibition_of_one_person_counts_although_all_others_say_the_same():
    forbids = replace(TERMS, prohibitions=frozenset({never(Operand.COUNTRY, "EU")}))

    assert refused(of_kin(40, forbids)) == [Refusal.PROHIBITED]


def test_a_policy_of_the_same_terms_that_ran_out_permits_nothing():
    late = replace(an_offer(40), policy=TERMS.dated(NOW - timedelta(days=2), NOW))
    early = replace(an_offer(41), policy=TERMS.dated(NOW + timedelta(seconds=1), NOW + timedelta(days=2)))

    assert refused(late, early) == [Refusal.EXPIRED, Refusal.NOT_YET_VALID]


def test_the_same_crowd_is_asked_again_at_another_moment():
    people = crowd()

    assert match(people, MEAN_SCORE, ASKER, now=NOW).people == len(CROWD)
    assert match(people, MEAN_SCORE, ASKER, now=TERMS.valid_until).people == 0


def test_the_same_crowd_is_asked_again_for_another_buyer():
    people = crowd()

    assert match(people, MEAN_SCORE, ASKER, now=NOW).people == len(CROWD)
    company = replace(ASKER, kind=RecipientKind.COMPANY)
    assert match(people, MEAN_SCORE, company, now=NOW).people == 0


def test_the_same_crowd_is_asked_again_for_another_query():
    people = crowd()

    assert match(people, MEAN_SCORE, ASKER, now=NOW).people == len(CROWD)
    costly = replace(MEAN_SCORE, epsilon=TERMS.epsilon_per_query + 1)
    assert match(people, costly, ASKER, now=NOW).people == 0


def test_what_one_person_has_spent_is_not_what_her_kin_have_spent():
    assert refused(of_kin(40, epsilon_spent=TERMS.epsilon_total)) == [Refusal.BUDGET_SPENT]
    assert refused(of_kin(41, runs_spent=3)) == [Refusal.RUNS_SPENT]


def test_a_balance_below_nothing_is_refused_although_all_others_may():
    assert refused(of_kin(40, epsilon_spent=Decimal("-0.1"))) == [Refusal.BUDGET_SPENT]


@given(
    st.sampled_from([TERMS, replace(TERMS, runs=1), replace(TERMS, epsilon_total=Decimal(1))]),
    st.integers(-2, 2),
    st.integers(-2, 2),
    st.sampled_from([Decimal(0), Decimal("0.6"), Decimal(5)]),
    st.integers(0, 3),
)
def test_everybody_is_decided_about_as_if_alone(terms, begins, lasts, spent, runs):
    given_at = NOW + timedelta(seconds=begins)
    policy = terms.dated(given_at, given_at + timedelta(seconds=3 + lasts))
    one = replace(an_offer(40), policy=policy, epsilon_spent=spent, runs_spent=runs)
    use = Use(
        query=MEAN_SCORE, buyer_id=ASKER.buyer_id, buyer_kind=ASKER.kind, cohort_size=WHATEVER,
        epsilon_spent=spent, compensation_cents=MOST_COMPENSATION_CENTS, node_ids=policy.node_ids,
        buyer_country=ASKER.country, runs=runs,
    )  # fmt: skip
    alone = decide(policy, use, now=NOW)

    assert refused(one) == ([alone.reason] if isinstance(alone, Refused) else [])
