"""A town whose nodes made a joint key: wallets encrypt with their offers, and a buyer opens sums of it."""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

import pytest

from consent.vocabulary import Engine
from examples.people import invite
from examples.records import exam_records
from examples.town import Town
from ssi.http.errors import RefusedByPeerError
from tests.journeys.crowds import BY_SEX, COMPENSATION_CENTS, EXAM, OF_ALL, STUDENTS
from tests.journeys.customers import Customer, buy, enrolled
from tests.journeys.databases import databases_for_a_town
from tests.journeys.neighbourhood import Neighbourhood, living_in

PEOPLE = 12
BOTH = replace(STUDENTS, engines=(Engine.MPC, Engine.PAILLIER))
SUMS = replace(OF_ALL, engine=Engine.PAILLIER)

pytestmark = [pytest.mark.journey, pytest.mark.database, pytest.mark.slow, pytest.mark.timeout(600)]


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Neighbourhood]:
    """A town of its own, in which everybody allows both ways of computing."""
    with databases_for_a_town() as databases:
        founded = Town(tmp_path_factory.mktemp("sums"), database_url=databases, encrypted_sums=True)
        with living_in(founded) as found:
            records = exam_records(PEOPLE)
            found.people = found.settle(list(invite(founded, "university", EXAM, records, BOTH)))
            yield found


@pytest.fixture(scope="module")
def institute(town: Neighbourhood) -> Customer:
    """Who asks."""
    return enrolled(town)


def test_the_registry_names_the_key_that_the_nodes_made(town):
    entry = town.registry.aggregation_key

    assert entry.nodes == Town.NODES
    assert (entry.public_key.parties, entry.public_key.threshold) == (3, 2)


@pytest.mark.parametrize("epsilon", [None, Decimal(8)], ids=["exact", "noised"])
def test_a_sum_of_what_was_encrypted_is_bought_opened_and_paid(town, institute, epsilon):
    query = replace(SUMS, epsilon=epsilon)

    purchase = buy(town, institute, query, town.people)

    assert all(line.holds for line in purchase.lines)
    shown = [line for line in purchase.lines if line.private is not None]
    assert {line.noise_sd == 0 for line in shown} == {epsilon is None}
    earned = purchase.settled.since(purchase.before)
    paid = [cents for name, cents in earned.items() if name.startswith("subject:")]
    assert paid == [COMPENSATION_CENTS] * PEOPLE


def test_what_needs_more_than_adding_is_refused_before_anything_is_paid(town, institute):
    private_groups = replace(BY_SEX, engine=Engine.PAILLIER)

    with pytest.raises(RefusedByPeerError) as refused:
        institute.buyer.quote(private_groups)

    assert "multiplied" in str(refused.value)
