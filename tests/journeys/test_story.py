"""The whole chain in a town of real processes: issue, hold, offer, ask, compute, pay, account, leave."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import text

from consent.receipt import verify_deletion_receipt
from examples.comparison import Line
from examples.demo import story
from examples.town import Town
from marketplace.domain.chart import buyer_available, escrow, node_fee, subject_earned
from marketplace.domain.ledger import EntryKind, Ledger
from marketplace.domain.offer import OfferState
from marketplace.domain.split import price_of
from marketplace.mpc_node.config import load_settings
from ssi.hosting.database import open_database
from ssi.http.errors import RefusedByPeerError
from tests.journeys.crowds import BY_SCHOOL, BY_SEX, COMPENSATION_CENTS, OF_ALL_WITH_NOISE
from tests.journeys.customers import Customer, Purchase, buy
from tests.journeys.neighbourhood import Neighbourhood
from wallet.domain.credential import Standing
from wallet.domain.held_consent import ConsentState
from wallet.domain.use import Outcome, Proof

pytestmark = [pytest.mark.journey, pytest.mark.database, pytest.mark.timeout(600)]

FARTHEST = 7.0
"""Noise leaves this many standard deviations less than once in 10^11 numbers."""


@pytest.fixture(scope="module")
def noised(neighbourhood: Neighbourhood, institute: Customer) -> Purchase:
    """A noised answer by an attribute that nobody is shown."""
    return buy(neighbourhood, institute, BY_SEX, neighbourhood.people)


def test_an_exact_answer_by_a_public_group_equals_the_answer_in_the_clear(exact: Purchase):
    assert exact.lines
    assert all(line.private is not None and not line.noise_sd for line in exact.lines)
    assert all(line.holds for line in exact.lines), exact.lines


def test_a_public_group_of_too_few_people_is_withheld_and_the_others_are_told(
    neighbourhood: Neighbourhood, exact: Purchase
):
    schools = [str(person.record.values["school_type"]) for person in neighbourhood.people]
    thin = {school for school in schools if schools.count(school) < BY_SCHOOL.floor}

    answer = exact.result.answer

    assert thin
    assert set(answer.withheld_groups) == thin
    assert {row.group for row in answer.rows} == set(schools) - thin


def test_a_noised_answer_by_a_private_group_is_within_its_stated_error(noised: Purchase):
    told = [line for line in noised.lines if line.private is not None]

    assert {line.group for line in told} == {"female", "male"}
    assert all(line.noise_sd for line in told)
    assert all(_distance(line) <= FARTHEST * line.noise_sd for line in told), told
    assert any(_distance(line) > 0 for line in told)


def test_everybody_is_paid_to_the_cent_and_the_books_sum_to_zero(exact: Purchase):
    nodes = exact.result.nodes
    price = price_of(len(exact.people), COMPENSATION_CENTS, nodes)

    changes = exact.settled.since(exact.before)

    assert exact.quote.price_cents == price.gross_cents
    assert changes == {
        exact.customer.purse: -price.gross_cents,
        **{subject_earned(person.consent_id): COMPENSATION_CENTS for person in exact.people},
        **{node_fee(node): cents for node, cents in zip(nodes, price.node_fees_cents, strict=True)},
        "platform:fee": price.platform_fee_cents,
    }
    assert exact.settled.of("escrow") == 0
    assert not exact.settled.held


def test_until_the_buyer_has_opened_the_answer_the_money_waits_in_escrow(exact: Purchase):
    gross = exact.quote.price_cents

    changes = exact.released.since(exact.before)

    assert changes == {exact.customer.purse: -gross, escrow(exact.placed.order_id): gross}


def test_a_wallet_shows_who_asked_what_was_paid_and_the_proof_of_it(
    neighbourhood: Neighbourhood, exact: Purchase
):
    for person in (exact.people[0], exact.people[-1]):
        account = story.look_into_wallet(neighbourhood.wallets, person)

        (use,) = [use for use in account.uses if use.job_id == exact.result.job_id]
        assert (use.outcome, use.amount_cents, use.proof) == (Outcome.PAID, COMPENSATION_CENTS, Proof.CHECKED)
        assert (use.buyer.name, use.purpose) == (exact.customer.name, BY_SCHOOL.purpose)
        assert use.query == BY_SCHOOL
        assert account.all_proven
        assert account.total_cents == neighbourhood.balances().posted[subject_earned(person.consent_id)]


def test_the_same_order_again_is_the_same_order_with_one_hold(neighbourhood: Neighbourhood, exact: Purchase):
    buyer, placed = exact.customer.buyer, exact.placed
    before = neighbourhood.balances()

    again = buyer.order(placed.query, accept_cents=exact.quote.price_cents, order_id=placed.order_id)

    assert again == placed
    assert neighbourhood.balances().is_as(before)
    assert _transfers(neighbourhood, exact).count(EntryKind.HOLD) == 1
    assert _transfers(neighbourhood, exact).count(EntryKind.CHARGE) == 1


def test_another_question_under_the_same_order_id_is_refused(exact: Purchase):
    buyer, placed = exact.customer.buyer, exact.placed

    with pytest.raises(RefusedByPeerError) as refusal:
        buyer.order(OF_ALL_WITH_NOISE, accept_cents=exact.quote.price_cents, order_id=placed.order_id)

    assert refusal.value.status == 409
    assert buyer.open_result(placed).query == BY_SCHOOL


def test_an_answer_is_confirmed_and_paid_once_however_often_it_is_said(
    neighbourhood: Neighbourhood, exact: Purchase
):
    before = neighbourhood.balances()

    exact.customer.buyer.confirm(exact.placed)

    assert neighbourhood.balances().is_as(before)


def test_who_withdraws_gets_three_deletion_receipts_and_is_in_no_answer_any_more(
    neighbourhood: Neighbourhood, institute: Customer, exact: Purchase
):
    leaving = exact.people[10]
    session = neighbourhood.session(leaving)
    assert all(_rows_about(neighbourhood, node, leaving.consent_id) for node in Town.NODES)

    story.withdraw(neighbourhood.wallets, leaving)
    neighbourhood.people.remove(leaving)

    (held,) = neighbourhood.wallets.consents(session)
    assert held.state(datetime.now(UTC)) is ConsentState.WITHDRAWN
    assert held.withdrawal is not None
    assert set(held.withdrawal.deletions) == set(Town.NODES)
    for node, deletion in held.withdrawal.deletions.items():
        key = neighbourhood.registry.node(node, now=datetime.now(UTC)).verifying_key
        verify_deletion_receipt(deletion.receipt, key, node_id=node, consent_id=leaving.consent_id)
        assert not _rows_about(neighbourhood, node, leaving.consent_id)
    assert neighbourhood.state_of(leaving) is OfferState.WITHDRAWN
    purchase = buy(neighbourhood, institute, OF_ALL_WITH_NOISE, neighbourhood.people)
    assert all(line.holds for line in purchase.lines), purchase.lines
    assert subject_earned(leaving.consent_id) not in purchase.settled.since(purchase.before)


def test_whose_record_is_revoked_is_left_out_and_her_part_of_the_price_comes_back(
    neighbourhood: Neighbourhood, institute: Customer, exact: Purchase
):
    revoked = exact.people[11]
    story.revoke(neighbourhood.town, "university", revoked)
    neighbourhood.people.remove(revoked)
    people = len(neighbourhood.people)
    quoted = price_of(people + 1, COMPENSATION_CENTS, Town.NODES)  # the market does not know of it
    paid = price_of(people, COMPENSATION_CENTS, Town.NODES)

    purchase = buy(neighbourhood, institute, OF_ALL_WITH_NOISE, neighbourhood.people)

    assert all(line.holds for line in purchase.lines), purchase.lines
    assert purchase.quote.price_cents == quoted.gross_cents
    assert -purchase.released.since(purchase.before)[institute.purse] == quoted.gross_cents
    changes = purchase.settled.since(purchase.before)
    assert -changes[buyer_available(institute.account_id)] == paid.gross_cents
    assert sum(cents for account, cents in changes.items() if account.startswith("subject:")) == (
        people * COMPENSATION_CENTS
    )
    assert purchase.settled.of("escrow") == 0
    session = neighbourhood.session(revoked)
    neighbourhood.wallets.refresh(session)
    assert neighbourhood.credential(revoked).standing is Standing.REVOKED
    uses = {use.job_id: use for use in neighbourhood.wallets.history(session)}
    assert uses[purchase.result.job_id].outcome is Outcome.LEFT_OUT
    assert uses[purchase.result.job_id].amount_cents == 0


def test_a_budget_that_is_spent_ends_noised_answers_about_these_people(
    neighbourhood: Neighbourhood, institute: Customer, noised: Purchase
):
    second = buy(neighbourhood, institute, BY_SEX, neighbourhood.people)
    assert all(
        _distance(line) <= FARTHEST * line.noise_sd for line in second.lines if line.private is not None
    )

    with pytest.raises(RefusedByPeerError) as refusal:
        institute.buyer.quote(BY_SEX)

    assert refusal.value.status == 422
    assert "The limit for all answers together is reached" in str(refusal.value)


def _distance(line: Line) -> float:
    assert line.private is not None
    return abs(line.private - line.in_the_clear)


def _transfers(neighbourhood: Neighbourhood, purchase: Purchase) -> list[EntryKind]:
    with neighbourhood.house.store.reading() as books:
        transfers = Ledger(books.ledger).transfers_of(escrow(purchase.placed.order_id))
    return [transfer.kind for transfer in transfers]


def _rows_about(neighbourhood: Neighbourhood, node: str, consent_id: str) -> int:
    database = open_database(load_settings(neighbourhood.town.home(node)).database)
    with database.reading() as session:
        counted = text("SELECT count(*) FROM contribution WHERE consent_id = :consent_id")
        found = session.execute(counted, {"consent_id": consent_id}).scalar_one()
    database.close()
    return int(found)
