"""Questions about two records of one person: who is reached, what it costs, what each record earns."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consent.joining import Joining
from consent.policy import Refusal
from consent.prohibition import Constraint, Operand, Operator, Prohibition
from consent.query import Condition, Query, Statistic
from consent.record import sign_withdrawal
from consent.vocabulary import Purpose, RecipientKind, StatisticKind
from marketplace.domain.chart import PLATFORM_FEE, buyer_available, escrow, node_fee, subject_earned
from marketplace.domain.job import JobState
from marketplace.domain.matching import Asker, match
from marketplace.domain.rows import rows_of
from marketplace.domain.split import Price, price_of
from marketplace.errors import TooFewPeopleError
from tests.marketplace.builders import NODE_IDS, an_offer, consent_id
from tests.marketplace.market import ENOUGH_CENTS
from tests.marketplace.mpc_node.pairs import JOINED, contribution_of, pairs
from tests.marketplace.mpc_node.parties import NAMES, NOW

ASKER = Asker("urn:argonauta:organisation:1", RecipientKind.UNIVERSITY)
QUERY = Query(
    data_set="exam/1",
    purpose=Purpose.ACADEMIC_RESEARCH,
    statistics=(Statistic(StatisticKind.MEAN, "exam_score"), Statistic(StatisticKind.MEAN, "health/1#age")),
    floor=10,
    epsilon=Decimal("0.5"),
    join="health/1",
)


def handle(person: int) -> str:
    return f"handle of {person}"


def exam(person: int, *, joins: bool = True, **policy):
    allowed = frozenset({Joining("health/1", handle(person))}) if joins else frozenset()
    return an_offer(person, joins=allowed, **policy)


def check(person: int, *, joins: bool = True, **policy):
    allowed = frozenset({Joining("exam/1", handle(person))}) if joins else frozenset()
    offer = an_offer(
        1000 + person, data_set="health/1", attributes=frozenset({"age", "age_band"}), joins=allowed, **policy
    )
    return replace(offer, public={"age_band": "adult" if person % 2 else "senior"})


def both(*people: int, **policy):
    return [offer for person in people for offer in (exam(person, **policy), check(person, **policy))]


# Whom a query reaches


def test_both_offers_of_one_person_are_found_by_their_handle():
    found = match(both(*range(1, 13)), QUERY, ASKER, now=NOW)

    assert [tuple(offer.consent_id for offer in row.offers) for row in found.rows] == [
        (consent_id(person), consent_id(1000 + person)) for person in range(1, 13)
    ]
    assert (found.people, len(found.offers), found.node_ids) == (12, 24, NODE_IDS)


def test_a_person_without_the_other_record_is_not_reached():
    found = match([*both(*range(1, 13)), exam(13), check(14)], QUERY, ASKER, now=NOW)

    assert found.people == 12


def test_who_allows_no_join_is_left_out_with_that_reason():
    found = match([*both(*range(1, 13)), exam(13, joins=False), check(13)], QUERY, ASKER, now=NOW)

    assert found.people == 12
    assert found.main_refusal is Refusal.JOIN_NOT_ALLOWED


def test_who_allows_it_on_one_side_only_is_not_reached():
    found = match([*both(*range(1, 13)), exam(13), check(13, joins=False)], QUERY, ASKER, now=NOW)

    assert found.people == 12


def test_the_policy_of_either_record_can_refuse():
    crowd = [*both(*range(1, 13)), exam(13)]
    refusing = replace(
        check(13), policy=replace(check(13).policy, purposes=frozenset({Purpose.PUBLIC_BENEFIT}))
    )

    found = match([*crowd, refusing], QUERY, ASKER, now=NOW)

    assert found.people == 12
    assert found.refusals[Refusal.PURPOSE_NOT_ALLOWED] == 1


def test_records_that_rest_with_different_nodes_cannot_be_joined():
    elsewhere = check(13, node_ids=("node-a", "node-c", "node-b"))

    found = match([*both(*range(1, 13)), exam(13), elsewhere], QUERY, ASKER, now=NOW)

    assert found.people == 12
    assert found.refusals[Refusal.OTHER_NODES] == 1


def test_either_policy_can_forbid_so_small_a_crowd():
    bound = Constraint(Operand.CROWD, Operator.LESS, Decimal(14))
    careful = [exam(13), check(13, prohibitions=frozenset({Prohibition(frozenset({bound}))}))]

    found = match([*both(*range(1, 13)), *careful], QUERY, ASKER, now=NOW)

    assert found.people == 12
    assert found.refusals[Refusal.PROHIBITED] == 1


def test_the_larger_crowd_that_either_policy_asks_for_must_be_there():
    careful = [exam(13), check(13, crowd_floor=14)]

    found = match([*both(*range(1, 13)), *careful], QUERY, ASKER, now=NOW)

    assert found.people == 12
    assert found.refusals[Refusal.CROWD_TOO_SMALL] == 1


def test_a_public_condition_on_the_second_record_chooses_people():
    adults = replace(QUERY, where=(Condition("health/1#age_band", "adult"),))

    assert match(both(*range(1, 25)), adults, ASKER, now=NOW).people == 12


def test_a_wallet_with_two_records_of_one_kind_is_one_person_and_the_latest_counts():
    again = replace(exam(30, joins=False), policy=exam(5).policy, received_at=NOW + timedelta(minutes=1))

    found = match([*both(*range(1, 13)), again], QUERY, ASKER, now=NOW + timedelta(hours=1))

    assert found.people == 12
    assert consent_id(30) in {offer.consent_id for offer in found.offers}
    assert consent_id(5) not in {offer.consent_id for offer in found.offers}


def test_the_same_offers_answer_questions_about_one_record_alone():
    alone = replace(QUERY, join=None, statistics=QUERY.statistics[:1])

    rows = rows_of([offer for offer in both(*range(1, 13)) if offer.policy.data_set == "exam/1"], alone)

    assert [row.name for row in rows] == [consent_id(person) for person in range(1, 13)]


# What it costs


@given(people=st.integers(0, 5000), cents=st.integers(0, 10_000))
def test_every_cent_of_a_joined_price_goes_somewhere(people, cents):
    price = price_of(people, cents, NODE_IDS, records=2)

    fees = sum(price.node_fees_cents) + price.platform_fee_cents
    assert price.people_total_cents == 2 * people * cents
    assert price.gross_cents == price.people_total_cents + fees
    assert price.gross_cents == price_of(2 * people, cents, NODE_IDS).gross_cents
    assert Price.from_json(price.to_json()) == price


def test_a_price_about_one_record_is_written_as_before():
    assert "records" not in price_of(12, 50, NODE_IDS).to_json()


# From the order to the payment


@pytest.fixture
def stocked(market):
    crowd = pairs(12)
    halves = [half for each in crowd for half in (each.left, each.right)]
    market.nodes.people |= {half.consent_id: half for half in halves}
    for half in halves:
        market.services.accept_offer(contribution_of(half).to_json())
    market.forward()
    return market, crowd


def test_a_joined_answer_is_ordered_computed_and_paid_to_the_cent(stocked):
    market, crowd = stocked
    account = market.buyer()
    quote = market.services.make_quote(account.account_id, JOINED)
    placed = market.order(account, JOINED)
    market.drive()
    settled = market.services.confirm_result(account.account_id, placed.order_id)

    assert quote.price == placed.price == price_of(12, 100, NAMES, records=2)
    assert quote.people.least <= 12
    assert settled.state is JobState.SETTLED
    assert (settled.admitted, settled.charged_cents, settled.returned_cents) == (
        12,
        placed.price.gross_cents,
        0,
    )
    for each in crowd:
        assert market.balance(subject_earned(each.left.consent_id)) == 100
        assert market.balance(subject_earned(each.right.consent_id)) == 100
    paid = 24 * 100 + sum(market.balance(node_fee(node)) for node in NAMES) + market.balance(PLATFORM_FEE)
    assert paid == placed.price.gross_cents
    assert market.balance(escrow(placed.order_id)) == 0
    assert market.balance(buyer_available(account.account_id)) == ENOUGH_CENTS - placed.price.gross_cents
    assert market.services.trial_balance().total_cents == 0


def test_who_is_left_out_with_one_record_is_not_paid_for_the_other(stocked):
    market, crowd = stocked
    account = market.buyer()
    market.nodes.leave_out = {crowd[3].right.consent_id: "credential_revoked"}
    placed = market.order(account, replace(JOINED, floor=11))
    market.drive()
    settled = market.services.confirm_result(account.account_id, placed.order_id)

    assert (settled.admitted, settled.charged_cents) == (11, price_of(11, 100, NAMES, records=2).gross_cents)
    assert settled.returned_cents == placed.price.gross_cents - settled.charged_cents
    for half in (crowd[3].left, crowd[3].right):
        assert market.balance(subject_earned(half.consent_id)) == 0
        with market.store.reading() as books:
            (part,) = [
                part for part in books.orders.parts(placed.job_id) if part.consent_id == half.consent_id
            ]
        assert part.reason == "credential_revoked"


def test_both_records_show_the_use_with_its_words_and_its_pay(stocked):
    market, crowd = stocked
    account = market.buyer()
    placed = market.order(account, JOINED)
    market.drive()
    market.services.confirm_result(account.account_id, placed.order_id)

    for half in (crowd[0].left, crowd[0].right):
        (use,) = market.services.read_history(half.consent_id, half.holder.public)["uses"]
        assert use["amount_cents"] == 100
        assert use["query"]["join"] == "health/1"
        assert "Age (Health check)".lower() in use["sentence"].lower()


def test_one_record_withdrawn_before_the_attempt_leaves_the_pair_out_of_the_manifest(stocked):
    market, crowd = stocked
    account = market.buyer()
    placed = market.order(account, replace(JOINED, floor=11))
    half = crowd[5].right
    market.services.withdraw_offer(sign_withdrawal(half.consent_id, NOW, half.holder))
    market.drive()

    manifest = market.nodes.jobs["node-a", placed.job_id]
    assert len(manifest.contributions) == 11
    assert crowd[5].left.consent_id not in manifest.consents
    assert set(manifest.rows) == {each.row for each in crowd if each is not crowd[5]}
    assert market.services.confirm_result(account.account_id, placed.order_id).admitted == 11


def test_too_few_people_with_both_records_are_not_asked(stocked):
    market, _ = stocked
    account = market.buyer()

    with pytest.raises(TooFewPeopleError):
        market.services.make_quote(account.account_id, replace(JOINED, floor=13))


def test_a_budget_is_spent_of_both_records(stocked):
    market, crowd = stocked
    account = market.buyer()
    noisy = replace(JOINED, epsilon=Decimal("0.5"))
    market.order(account, noisy)

    with market.store.reading() as books:
        offers = books.offers.many([crowd[0].left.consent_id, crowd[0].right.consent_id])
    assert [offer.epsilon_spent for offer in offers.values()] == [Decimal("0.5")] * 2


def test_matching_does_not_depend_on_the_order_of_the_offers():
    offers = both(*range(1, 13))

    forwards, backwards = (match(each, QUERY, ASKER, now=NOW) for each in (offers, offers[::-1]))

    assert forwards.rows == backwards.rows
    assert forwards.refusals == backwards.refusals == Counter({Refusal.CROWD_TOO_SMALL: 0})
