"""Who comes in at a node: the marketplace and the peers of the registry, each at its door, by certificate."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ssi.hosting.tls import make_certificate
from ssi.http.client import Client
from ssi.http.errors import PeerError, RefusedByPeerError
from ssi.http.pinning import ClientCertificate
from tests.journeys.market_side import MarketSide

pytestmark = [pytest.mark.journey, pytest.mark.database, pytest.mark.timeout(600)]

PRIVATE: dict[str, Callable[[Client], object]] = {
    "contributions": lambda client: client.post_json("/v1/contributions", {"contributions": [{}]}),
    "jobs": lambda client: client.post_json("/v1/jobs", {"manifest": "x"}),
    "a job": lambda client: client.get_json("/v1/jobs/x"),
    "an output": lambda client: client.get_json("/v1/jobs/x/output"),
    "withdrawals that are awaited": lambda client: client.get_json("/v1/log/withdrawals"),
    "its pace": lambda client: client.get_json("/v1/pace"),
    "withdrawals that are shown": lambda client: client.post_json(
        "/v1/log/withdrawals", {"withdrawals": [{}]}
    ),
    "messages": lambda client: client.post_json("/v1/peer/messages", {"message": "x"}),
}


@pytest.mark.parametrize("door", PRIVATE)
def test_without_a_certificate_nobody_comes_in_at_the_door_for(door: str, market_side: MarketSide):
    anybody = market_side.client("node-a", certificate_of=None)

    with pytest.raises(RefusedByPeerError) as refusal:
        PRIVATE[door](anybody)

    assert refusal.value.status == 403
    assert anybody.get_json("/health")


@pytest.mark.parametrize("door", [door for door in PRIVATE if door != "messages"])
def test_a_node_does_not_come_in_at_the_marketplaces_door_for(door: str, market_side: MarketSide):
    peer = market_side.client("node-a", certificate_of="node-b")

    with pytest.raises(RefusedByPeerError) as refusal:
        PRIVATE[door](peer)

    assert refusal.value.status == 403


def test_the_marketplace_does_not_come_in_at_the_peers_door(market_side: MarketSide):
    with pytest.raises(RefusedByPeerError) as refusal:
        PRIVATE["messages"](market_side.client("node-a"))

    assert refusal.value.status in {403, 422}


def test_a_certificate_outside_the_registry_is_cut_off(market_side: MarketSide, tmp_path: Path):
    now = datetime.now(UTC)
    made = make_certificate(tmp_path, "stranger", now=now)
    entry = market_side.neighbourhood.registry.node("node-a", now=now)
    own = ClientCertificate(made.certificate, made.key)
    stranger = Client(entry.url, pinned_pem=entry.tls_certificate, certificate=own)

    with pytest.raises(PeerError) as cut_off:
        stranger.get_json("/health")

    assert not isinstance(cut_off.value, RefusedByPeerError)
