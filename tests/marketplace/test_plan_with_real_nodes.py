"""What a plan says before is what three real nodes then send to each other, by each way of computing."""

from collections.abc import Callable

import pytest

from consent.query import Query
from marketplace.clients.nodes import HttpNodes
from marketplace.domain.job import JobState
from marketplace.mpc_node.frames import PREFIX_BYTES
from ssi.trust import TrustRegistry
from tests.marketplace.market import open_market
from tests.marketplace.mpc_dealer.office import registry_with_dealer
from tests.marketplace.mpc_node.additive.summands import ALONE, TOGETHER, town_with_dealer
from tests.marketplace.mpc_node.aggregation.joint import ENCRYPTED, NOISED, town_with_key
from tests.marketplace.mpc_node.orders import EXACT
from tests.marketplace.mpc_node.parties import registry
from tests.marketplace.mpc_node.people import Offer, people
from tests.marketplace.mpc_node.town import Town
from tests.marketplace.test_encrypted_sums import KNOWN
from tests.marketplace.test_with_real_nodes import PieceWire, Stage, TownClient

PEOPLE = 14
LONG = 120.0
MORE_BYTES = 2000
"""What hellos, signs of life and farewells take besides messages, at most."""


def stage_in(town: Town, known: TrustRegistry) -> Stage:
    """A market over a town of real nodes."""
    down: set[str] = set()
    wire = PieceWire()

    def connect(clock):
        return HttpNodes(
            lambda: known,
            lambda entry, _: TownClient(town, entry.id, clock, down, wire),  # type: ignore[arg-type, return-value]
            clock=clock,
        )

    return Stage(open_market(real_nodes=connect, known=known), town, down, wire)


def shared(path) -> Stage:
    return stage_in(Town(path), registry())


def encrypted(path) -> Stage:
    return stage_in(town_with_key(path), KNOWN)


def dealt(path) -> Stage:
    return stage_in(town_with_dealer(path)[0], registry_with_dealer())


@pytest.mark.parametrize(
    ("stage_of", "query", "offer"),
    [(shared, EXACT, None), (encrypted, NOISED, ENCRYPTED), (dealt, TOGETHER, ALONE)],
)
def test_real_nodes_say_what_was_planned_and_then_tell_their_pace(
    tmp_path, stage_of: Callable[..., Stage], query: Query, offer: Offer | None
):
    stage = stage_of(tmp_path)
    stage.supply(people(PEOPLE), offer)
    account = stage.market.buyer()
    plan = stage.market.services.make_plan(account.account_id, query, patience_seconds=LONG)

    order = stage.released(account, plan.query)
    stage.market.clock.forward(seconds=60)
    later = stage.market.services.make_plan(account.account_id, query, patience_seconds=LONG)

    assert order.state is JobState.RELEASED
    assert plan.cost is not None
    assert plan.pace is None
    for role, name in enumerate(stage.town.nodes):
        counters = stage.town.nodes[name].meter.registry
        sent = counters.get_sample_value("mpc_peer_bytes_total", {"direction": "sent"})
        planned = sum(count for (sender, _), count in plan.cost.sent_bytes if sender == role)
        messages = plan.cost.rounds * 2 * PREFIX_BYTES
        assert counters.get_sample_value("mpc_rounds_total") == plan.cost.rounds
        assert sent is not None
        assert planned <= sent <= planned + messages + MORE_BYTES
    assert later.pace is not None
    assert 0 < later.pace.round_seconds[0] <= later.pace.round_seconds[1]
    assert later.cost is not None
    assert later.cost.estimate(later.pace).measured_at is not None
