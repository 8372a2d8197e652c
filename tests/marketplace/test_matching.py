"""Whom a query reaches: everybody's own conditions, and those that concern all of them together."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from time import thread_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consent.decision import decide
from consent.policy import Permitted, Refusal, Use
from consent.prohibition import Constraint, Operand, Operator, Prohibition, never
from consent.query import Condition
from consent.vocabulary import Purpose, RecipientKind, StatisticKind
from marketplace.domain.matching import Asker, match
from marketplace.domain.offer import NodeAnswer, OfferState, state_after
from marketplace.domain.remaining import WHATEVER, Bound, leaving
from tests.marketplace.builders import MEAN_SCORE, NODE_IDS, an_offer, consent_id
from tests.marketplace.mpc_node.parties import NOW

ASKER = Asker("urn:argonauta:organisation:1", RecipientKind.UNIVERSITY, "AT")


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
        ({"recipient_countries": frozenset({"DE"})}, Refusal.COUNTRY_NOT_ALLOWED),
        ({"prohibitions": frozenset({never(Operand.COUNTRY, "EU")})}, Refusal.PROHIBITED),
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


def test_whoever_was_computed_on_as_often_as_she_allows_is_left_out():
    spent = replace(an_offer(13, runs=2), runs_spent=2)
    once_more = replace(an_offer(14, runs=2), runs_spent=1)

    found = match([*offers(*range(1, 13)), spent, once_more], MEAN_SCORE, ASKER, now=NOW)

    assert found.people == 13
    assert found.refusals[Refusal.RUNS_SPENT] == 1


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


def less(**bounds):
    """What forbids a smaller crowd, a smaller compensation, or both together."""
    return Prohibition(
        frozenset(Constraint(Operand[name], Operator.LESS, Decimal(bound)) for name, bound in bounds.items())
    )


def asked_of(found, query=MEAN_SCORE):
    """The use as the nodes ask for it."""
    return Use(
        query=query,
        buyer_id=ASKER.buyer_id,
        buyer_kind=ASKER.kind,
        cohort_size=found.people,
        epsilon_spent=Decimal(0),
        compensation_cents=found.compensation_cents,
        node_ids=NODE_IDS,
        buyer_country=ASKER.country,
        runs=0,
    )


def test_one_person_who_asks_for_more_company_can_undo_a_crowd():
    nine = offers(*range(1, 10))

    assert match([*nine, an_offer(10)], MEAN_SCORE, ASKER, now=NOW).people == 10
    assert match([*nine, an_offer(10, crowd_floor=11)], MEAN_SCORE, ASKER, now=NOW).people == 0


@pytest.mark.parametrize(
    "forbidden",
    [less(CROWD=14), less(COMPENSATION=51), less(CROWD=14, COMPENSATION=51)],
    ids=["crowd", "amount", "both"],
)
def test_whoever_forbids_so_small_a_crowd_or_compensation_is_not_reached(forbidden):
    careful = an_offer(13, prohibitions=frozenset({forbidden}))

    found = match([*offers(*range(1, 13)), careful], MEAN_SCORE, ASKER, now=NOW)

    assert found.people == 12
    assert found.refusals == Counter({Refusal.PROHIBITED: 1})


@pytest.mark.parametrize(
    "forbidden",
    [less(CROWD=13), less(COMPENSATION=50), less(CROWD=14, COMPENSATION=50), less(CROWD=13, COMPENSATION=51)],
    ids=["crowd", "amount", "crowd met, amount not", "amount met, crowd not"],
)
def test_whoever_forbids_a_smaller_crowd_or_compensation_than_there_is_takes_part(forbidden):
    careful = an_offer(13, prohibitions=frozenset({forbidden}))

    assert match([*offers(*range(1, 13)), careful], MEAN_SCORE, ASKER, now=NOW).people == 13


def test_a_crowd_forbidden_to_somebody_else_alone_does_not_matter():
    crowd = less(CROWD=1000).constraints
    insurers = never(Operand.RECIPIENT_KIND, "insurer").constraints
    careful = an_offer(13, prohibitions=frozenset({Prohibition(crowd | insurers)}))

    assert match([*offers(*range(1, 13)), careful], MEAN_SCORE, ASKER, now=NOW).people == 13


def test_when_the_dearest_leave_those_leave_who_forbid_to_be_paid_less():
    dearest = an_offer(13, compensation_cents=80, crowd_floor=50)
    careful = an_offer(14, prohibitions=frozenset({less(COMPENSATION=80)}))

    found = match([*offers(*range(1, 13)), dearest, careful], MEAN_SCORE, ASKER, now=NOW)

    assert (found.people, found.compensation_cents) == (12, 50)
    assert found.refusals == Counter({Refusal.CROWD_TOO_SMALL: 1, Refusal.PROHIBITED: 1})


def test_in_an_answer_by_groups_whoever_forbids_a_crowd_above_its_floor_is_not_reached():
    query = replace(MEAN_SCORE, group_by="school_type", floor=12)
    careful = an_offer(13, prohibitions=frozenset({less(CROWD=13)}))

    found = match([*offers(*range(1, 13)), careful], query, ASKER, now=NOW)

    # In a group nobody is hidden among more than the floor of the query, however many take part.
    assert (found.people, found.refusals[Refusal.PROHIBITED]) == (12, 1)


_BOUNDS = st.integers(8, 32)
_CENTS = st.integers(40, 60)
_FORBIDDEN = (
    st.builds(lambda crowd: less(CROWD=crowd), _BOUNDS)
    | st.builds(lambda cents: less(COMPENSATION=cents), _CENTS)
    | st.builds(lambda crowd, cents: less(CROWD=crowd, COMPENSATION=cents), _BOUNDS, _CENTS)
)
_TERMS = st.fixed_dictionaries(
    {
        "crowd_floor": st.integers(10, 30),
        "compensation_cents": _CENTS,
        "prohibitions": st.frozensets(_FORBIDDEN, max_size=2),
    }
)


@given(st.lists(_TERMS, min_size=10, max_size=30))
def test_everybody_reached_permits_the_use_as_nodes_ask_for_it_and_no_larger_crowd_does(terms):
    crowd = [an_offer(number, **each) for number, each in enumerate(terms, start=1)]

    found = match(crowd, MEAN_SCORE, ASKER, now=NOW)

    def permits(offer, size, cents):
        use = replace(asked_of(found), cohort_size=size, compensation_cents=cents)
        return decide(offer.policy, use, now=NOW) == Permitted()

    assert all(permits(offer, found.people, found.compensation_cents) for offer in found.offers)
    # Asked again and again, as somebody would without thinking, nobody more remains.
    asked, before = crowd, None
    while asked != before:
        cents = max((offer.policy.compensation_cents for offer in asked), default=0)
        before, asked = asked, [offer for offer in asked if permits(offer, len(asked), cents)]
    expected = asked if len(asked) >= MEAN_SCORE.floor else []
    assert [offer.consent_id for offer in found.offers] == [offer.consent_id for offer in expected]


def test_people_who_leave_one_because_of_the_other_do_not_keep_a_buyer_waiting():
    each = 20_000
    bounds = [Bound(place, WHATEVER, place + 1, Refusal.PROHIBITED) for place in range(each)]

    started = thread_time()
    left = leaving(bounds, list(range(each)))

    assert len(left) == each
    assert thread_time() - started < 5  # looking at everybody again for each takes far longer


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
