"""A hospital's patients let everybody see their counts: computed by three nodes, published, taken back."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest
import requests

from consent.vocabulary import Purpose
from examples.buyers import authority_key
from examples.people import Person, invite
from examples.programs import run_command
from examples.records import health_records
from examples.town import MARKETPLACE
from marketplace.sdk.describing import describing_query, fetch_description, publish
from ssi.dataset import data_set
from ssi.http.errors import RefusedByPeerError
from tests.journeys.customers import Customer, Purchase, buy
from tests.journeys.neighbourhood import Neighbourhood
from wallet.domain.choices import PolicyChoices

pytestmark = [pytest.mark.journey, pytest.mark.database, pytest.mark.timeout(600)]

HEALTH = data_set("health/1")
PEOPLE = 54
FARTHEST = 7.0
OPEN = PolicyChoices(
    crowd_floor=50,
    epsilon_per_query=Decimal(4),
    epsilon_total=Decimal(8),
    compensation_cents=30,
    explicit_consent=True,
    publication=True,
)
PRIVATE = replace(OPEN, publication=False)
QUESTION = describing_query(
    HEALTH, Purpose.SCIENTIFIC_RESEARCH, epsilon=Decimal(4), attributes=("sex", "age_band", "diabetes")
)


@pytest.fixture(scope="module")
def patients(neighbourhood: Neighbourhood) -> list[Person]:
    """Patients of whom all but the last two allow that everybody sees answers."""
    records = health_records(PEOPLE)
    town = neighbourhood.town
    return neighbourhood.settle(
        [
            *invite(town, "hospital", HEALTH.ref, records[:-2], OPEN),
            *invite(town, "hospital", HEALTH.ref, records[-2:], PRIVATE),
        ]
    )


@pytest.fixture(scope="module")
def bought(neighbourhood: Neighbourhood, institute: Customer, patients: list[Person]) -> Purchase:
    """The answer that describes them."""
    return buy(neighbourhood, institute, QUESTION, patients[:-2])


def test_only_those_who_allow_it_are_in_the_answer(bought: Purchase):
    assert bought.result.people == PEOPLE - 2
    told = [line for line in bought.lines if line.private is not None]
    assert told
    assert all(
        line.private is not None and abs(line.private - line.in_the_clear) <= FARTHEST * line.noise_sd
        for line in told
    ), told


def test_a_stranger_sees_what_was_published_and_the_operator_takes_it_back(
    neighbourhood: Neighbourhood, institute: Customer, bought: Purchase
):
    town, client = neighbourhood.town, institute.buyer.client
    page = f"{town.url(MARKETPLACE)}/data/{HEALTH.ref}"
    market = ("--dir", town.home(MARKETPLACE), *town.trust, *town.database(MARKETPLACE))

    digest = publish(institute.buyer, bought.placed)
    shown = requests.get(page, timeout=60).text
    read = fetch_description(client, HEALTH.ref, authority_key(town), now=datetime.now(UTC))
    listed = run_command("marketplace", "published", "list", *market)
    run_command("marketplace", "published", "withdraw", bought.placed.order_id, *market)
    after = requests.get(page, timeout=60).text

    assert read.digest == digest
    assert "Published counts" in shown
    assert "no row is a person" in shown
    assert f"{bought.placed.order_id} {HEALTH.ref}" in listed
    assert "Nothing is published yet" in after
    with pytest.raises(RefusedByPeerError):
        fetch_description(client, HEALTH.ref, authority_key(town), now=datetime.now(UTC))
