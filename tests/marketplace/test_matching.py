"""Whom a query reaches: everybody's own conditions, and those that concern all of them together."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consent.policy import Refusal
from consent.query import Condition
from consent.vocabulary import Purpose, RecipientKind, StatisticKind
from marketplace.domain.matching import Asker, match
from marketplace.domain.offer import NodeAnswer, OfferState, state_after
from tests.marketplace.builders import MEAN_SCORE, NODE_IDS, an_offer, consent_id
from tests.marketplace.mpc_node.parties import NOW

ASKER = Asker("urn:argonauta:organisation:1", RecipientKind.UNIVERSITY)


def offers(*numbers: int, **policy):
    return [an_offer(number, **policy) for number in numbers]


def test_everybody_who_permits_the_query_is_reached_in_the_order_of_consents():
    found = match(offers(*range(12, 0, -1)), MEAN_SCORE, ASKER, now=NOW)

    assert [offer.consent_id for offer in found.offers] == [consent_id(number) for number in range(1, 13)]
    assert (found.people, found.node_ids, found.compensation_cents) == (12, NODE_IDS, 50)


@pytest.mark.parametrize(
    ("terms", "refusal"),
    [
        ({"purposes": frozenset({Purpose.PUBLIC_BENEFIT})}, Refusal.PURPOSE_NOT_ALLOWED),
        ({"recipient_kinds": frozenset({RecipientKind.COMPANY})}, Refusal.RECIPIENT_NOT_ALLOWED),
        ({"excluded_recipients": frozenset({ASKER.buyer_id})}, Refusal.RECIPIENT_NOT_ALLOWED),
        ({"statistics": frozenset({StatisticKind.COUNT})}, Refusal.STATISTIC_NOT_ALLOWED),
        ({"attributes": frozenset({"sex"})}, Refusal.ATTRIBUTE_NOT_ALLOWED),
        ({"epsilon_per_query": Decimal("0.1")}, Refusal.BUDGET_PER_QUERY),
        ({"valid_until": NOW}, Refusal.EXPIRED),
        ({"given_at": NOW + timedelta(seconds=1)}, Refusal.NOT_YET_VALID),
    ],
)
def test_a_consent_that_does_not_permit_the_query_is_left_out_with_the_reason(terms, refusal):
    found = match([*offers(*range(1, 13)), an_offer(13, **terms)], MEAN_SCORE, ASKER, now=NOW)

    assert found.people == 12
    assert found.main_refusal is refusal


def test_an_exact_query_leaves_out_those_who_asked_for_noise():
    exact = replace(MEAN_SCORE, epsilon=None)

    found = match([*offers(*range(1, 13)), an_offer(13, exact_allowed=False)], exact, ASKER, now=NOW)

    assert found.refusals == Counter({Refusal.EXACT_NOT_ALLOWED: 1, Refusal.CROWD_TOO_SMALL: 0})


def test_a_spent_privacy_budget_leaves_a_person_out():
    spent = replace(an_offer(13), epsilon_spent=Decimal("2.6"))

    found = match([*offers(*range(1, 13)), spent], MEAN_SCORE, ASKER, now=NOW)

    assert found.people == 12
    assert found.refusals[Refusal.BUDGET_SPENT] == 1


def test_one_person_with_two_consents_is_counted_once_by_the_latest():
    again = replace(an_offer(99), person=an_offer(5).person, received_at=NOW + timedelta(minutes=1))

    found = match([again, *offers(*range(1, 13))], MEAN_SCORE, ASKER, now=NOW + timedelta(hours=1))

    named = {offer.consent_id for offer in found.offers}
    assert found.people == 12
    assert consent_id(99) in named
    assert consent_id(5) not in named


def test_those_who_ask_for_a_larger_crowd_leave_it_until_everybody_left_is_content():
    crowd = [*offers(*range(1, 12)), an_offer(12, crowd_floor=12), an_offer(13, crowd_floor=14)]

    found = match(crowd, MEAN_SCORE, ASKER, now=NOW)

    assert found.people == 12
    assert found.refusals[Refusal.CROWD_TOO_SMALL] == 1


def test_nobody_is_reached_below_the_floor_of_the_query():
    found = match(offers(*range(1, 10)), MEAN_SCORE, ASKER, now=NOW)

    assert (found.people, found.compensation_cents) == (0, 0)


def test_everybody_gets_what_the_most_modest_do_not_ask_for():
    crowd = [*offers(*range(1, 13)), an_offer(13, compensation_cents=80)]

    assert match(crowd, MEAN_SCORE, ASKER, now=NOW).compensation_cents == 80


def test_conditions_select_by_public_attributes_only_those_who_showed_them():
    query = replace(MEAN_SCORE, where=(Condition("school_type", "girls"),))
    silent = replace(an_offer(41), public={})

    found = match([*offers(*range(1, 31)), silent], query, ASKER, now=NOW)

    assert {offer.public["school_type"] for offer in found.offers} == {"girls"}
    assert found.people == 15


def test_the_largest_crowd_that_chose_the_same_nodes_is_taken():
    others = offers(*range(101, 112), node_ids=("node-a", "node-b", "node-d"))

    found = match([*offers(*range(1, 14)), *others], MEAN_SCORE, ASKER, now=NOW)

    assert (found.people, found.node_ids) == (13, NODE_IDS)


@given(st.lists(st.integers(10, 30), max_size=30))
def test_every_member_of_a_crowd_finds_it_large_enough(floors):
    crowd = [an_offer(number, crowd_floor=floor) for number, floor in enumerate(floors, start=1)]

    found = match(crowd, MEAN_SCORE, ASKER, now=NOW)

    assert all(offer.policy.crowd_floor <= found.people for offer in found.offers)
    assert found.people == 0 or found.people >= MEAN_SCORE.floor


@pytest.mark.parametrize(
    ("answers", "state"),
    [
        (("accepted", "accepted", "accepted"), OfferState.ACTIVE),
        (("accepted", "waiting", "accepted"), OfferState.WAITING),
        (("accepted", "refused", "waiting"), OfferState.REFUSED),
    ],
)
def test_an_offer_is_active_only_with_the_word_of_all_three_nodes(answers, state):
    assert state_after({str(place): NodeAnswer(each) for place, each in enumerate(answers)}) is state
