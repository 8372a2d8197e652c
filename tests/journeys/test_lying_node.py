"""One of three nodes lies, and signs what it says: it is named, the money is back, and nobody was paid."""

from dataclasses import dataclass

import pytest

from examples.records import Record
from examples.town import WORKER
from marketplace.sdk.errors import LyingNodeError, OrderFailedError
from marketplace.sdk.result import Placed
from ssi.dataset import data_set
from ssi.http.errors import RefusedByPeerError
from tests.journeys.crowds import EXAM, OF_ALL, TWINS
from tests.journeys.customers import Customer, buy, enrolled, order, wait
from tests.journeys.neighbourhood import Balances, Neighbourhood
from tests.journeys.strange_node import ANOTHER_SHARE, TWO_DIGESTS, Mood
from tests.journeys.traces import forms_of, found_in, logs_of
from wallet.domain.use import Outcome

pytestmark = [pytest.mark.journey, pytest.mark.database, pytest.mark.timeout(600)]

LIAR = "node-b"
LIARS_ROLE = 1


def test_a_node_that_alters_an_output_share_is_named_by_the_buyer_and_the_order_refunded(
    rough_neighbourhood: Neighbourhood, mood: Mood
):
    customer = enrolled(rough_neighbourhood)
    before = rough_neighbourhood.balances()

    with mood.set_to(ANOTHER_SHARE):
        placed = order(customer, OF_ALL)
        wait(customer, placed)
        with pytest.raises(LyingNodeError, match="sealed another summand of its own than it signed") as lie:
            customer.buyer.open_result(placed)
        in_escrow = rough_neighbourhood.balances()
        with pytest.raises(OrderFailedError) as failure:
            customer.buyer.collect(placed)

    assert (lie.value.node, lie.value.role, lie.value.culprits) == (LIAR, LIARS_ROLE, (LIAR,))
    assert in_escrow.of("escrow") == -in_escrow.since(before)[customer.purse]
    assert failure.value.culprits == (LIAR,)
    assert rough_neighbourhood.balances().is_as(before)
    progress = customer.buyer.progress(placed)
    assert (progress.state, progress.culprits) == ("refunded", (LIAR,))
    with pytest.raises(RefusedByPeerError, match="409"):
        customer.buyer.open_result(placed)
    with pytest.raises(RefusedByPeerError, match="409"):
        customer.buyer.confirm(placed)


def test_an_honest_node_is_not_convicted_and_the_order_can_still_be_confirmed(
    rough_neighbourhood: Neighbourhood,
):
    customer = enrolled(rough_neighbourhood)
    placed = order(customer, OF_ALL)
    wait(customer, placed)
    released = rough_neighbourhood.balances()

    verdict = customer.buyer.dispute(placed, role=LIARS_ROLE)

    assert (verdict.proven, verdict.node) == (False, LIAR)
    assert rough_neighbourhood.balances().is_as(released)
    customer.buyer.collect(placed)
    assert rough_neighbourhood.balances().of("escrow") == 0


@dataclass(frozen=True)
class Caught:
    """An order that failed because a node signed two digests, and the books before it."""

    customer: Customer
    placed: Placed
    failure: OrderFailedError
    before: Balances


@pytest.fixture(scope="module")
def caught(rough_neighbourhood: Neighbourhood, mood: Mood) -> Caught:
    """An order whose computation a node with two tongues took part in."""
    customer = enrolled(rough_neighbourhood)
    before = rough_neighbourhood.balances()
    with mood.set_to(TWO_DIGESTS):
        placed = order(customer, OF_ALL)
        with pytest.raises(OrderFailedError) as failure:
            wait(customer, placed)
    return Caught(customer, placed, failure.value, before)


def test_a_node_that_signs_two_digests_is_named_and_the_order_refunded(
    rough_neighbourhood: Neighbourhood, caught: Caught
):
    assert "signed two different digests" in caught.failure.reason
    assert caught.failure.culprits == (LIAR,)
    assert rough_neighbourhood.balances().is_as(caught.before)


def test_no_envelope_of_a_computation_with_two_digests_reaches_the_buyer(
    rough_neighbourhood: Neighbourhood, caught: Caught
):
    with pytest.raises(RefusedByPeerError, match="there is no answer to fetch") as refusal:
        caught.customer.buyer.open_result(caught.placed)

    assert refusal.value.status == 409
    assert rough_neighbourhood.release_of(caught.placed) is None


def test_a_person_sees_the_failed_request_and_that_it_paid_nothing(
    rough_neighbourhood: Neighbourhood, caught: Caught
):
    session = rough_neighbourhood.session(rough_neighbourhood.people[0])

    report = rough_neighbourhood.wallets.refresh(session)

    assert not report.alarms
    uses = {use.job_id: use for use in rough_neighbourhood.wallets.history(session)}
    use = uses[rough_neighbourhood.job_of(caught.placed).job_id]
    assert (use.outcome, use.amount_cents) == (Outcome.FAILED, 0)


def test_no_log_of_what_went_wrong_names_anybody_or_anything_about_her(
    rough_neighbourhood: Neighbourhood, caught: Caught
):
    logs = logs_of(rough_neighbourhood.town)
    secrets = {
        form for twin in TWINS for name, value in private_values(twin) for form in forms_of(name, value)
    }
    people = {person.consent_id.encode() for person in rough_neighbourhood.people}
    people |= {person.login.encode() for person in rough_neighbourhood.people}

    assert b"signed two different digests" in logs[WORKER]
    assert found_in(logs, secrets | people) == []


def test_the_same_question_succeeds_once_all_nodes_are_honest(
    rough_neighbourhood: Neighbourhood, caught: Caught
):
    purchase = buy(rough_neighbourhood, caught.customer, OF_ALL, rough_neighbourhood.people)

    assert all(line.holds for line in purchase.lines), purchase.lines
    assert purchase.settled.of("escrow") == 0


def private_values(twin: Record) -> list[tuple[str, float | str]]:
    """What nobody may learn about somebody."""
    public = {attribute.name for attribute in data_set(EXAM).public_attributes}
    return [(name, value) for name, value in twin.values.items() if name not in public and value is not None]
