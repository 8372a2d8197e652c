"""A person withdraws and the marketplace hides it: the nodes refuse everything until it is in the log."""

from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest

from consent.job import Manifest
from examples.people import Person, invite
from examples.records import exam_records
from examples.town import MARKETPLACE, WORKER, Town
from marketplace.domain.offer import OfferState
from ssi.http.errors import RefusedByPeerError
from tests.journeys.customers import Customer, buy, enrolled
from tests.journeys.databases import databases_for_a_town
from tests.journeys.market_side import MarketSide
from tests.journeys.neighbourhood import Neighbourhood, living_in
from tests.journeys.patience import until
from tests.journeys.test_pause import ASKED, TERMS

pytestmark = [pytest.mark.journey, pytest.mark.database, pytest.mark.timeout(600)]

PEOPLE = 12
SECONDS = "2"
"""How soon the nodes of this town want to see a withdrawal in the log."""


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Neighbourhood]:
    """A town whose nodes are impatient."""
    folder = tmp_path_factory.mktemp("hiding-town")
    settings = {"MPC_NODE_SERVE_WITHDRAWAL_LOGGED_WITHIN": SECONDS}
    with (
        databases_for_a_town() as databases,
        living_in(Town(folder, database_url=databases, settings=settings)) as found,
    ):
        yield found


@pytest.fixture(scope="module")
def crowd(town: Neighbourhood) -> list[Person]:
    """Twelve students."""
    return town.settle(list(invite(town.town, "university", "exam/1", exam_records(PEOPLE), TERMS)))


@pytest.fixture(scope="module")
def customer(town: Neighbourhood) -> Customer:
    """A research institute."""
    return enrolled(town)


def health(side: MarketSide, node: str) -> dict[str, Any]:
    """How a node says that it is."""
    answer: Any = side.client(node, certificate_of=None).get_json("/health")
    return dict(answer)


def refusal(side: MarketSide, manifest: Manifest, node: str) -> str:
    """The word by which a node refuses a manifest."""
    with pytest.raises(RefusedByPeerError) as raised:
        side.ask(manifest, node=node)
    assert raised.value.problem is not None
    return raised.value.problem.sentence.partition(":")[0]


def test_a_hidden_withdrawal_stops_everything_until_it_stands_in_the_log(
    town: Neighbourhood, crowd: list[Person], customer: Customer
):
    her, *others = crowd
    before = buy(town, customer, ASKED, crowd)
    side = MarketSide.of(town)
    real = side.manifest_of(before.placed)
    town.town.stop(WORKER)
    town.town.stop(MARKETPLACE)

    held = town.wallets.withdraw_consent(town.session(her), her.consent_id)
    for node in Town.NODES:
        unwell = until(partial(health, side, node), lambda found: found["status"] == "degraded")
        assert unwell["checks"]["withdrawals"] == "failing"
    words = [refusal(side, side.forged(real), node) for node in Town.NODES]
    town.town.kill("node-a")
    town.town.start("node-a")
    after_a_restart = refusal(side, side.forged(real), "node-a")

    assert held.withdrawal is not None
    assert not held.withdrawal.marketplace_told
    assert set(held.withdrawal.deletions) == set(Town.NODES)
    assert (words, after_a_restart) == (["withdrawal_hidden"] * 3, "withdrawal_hidden")
    assert town.state_of(her) is OfferState.ACTIVE

    town.town.start(MARKETPLACE)
    town.town.start(WORKER)
    until(partial(town.state_of, her), lambda state: state is OfferState.WITHDRAWN)
    for node in Town.NODES:
        until(partial(health, side, node), lambda found: found["status"] == "ok")
    without_her = buy(town, customer, ASKED, others)

    assert all(line.holds for line in without_her.lines), without_her.lines
    assert refusal(side, side.forged(real, log=side.manifest_of(without_her.placed).log), "node-b") == (
        "names_withdrawn"
    )
