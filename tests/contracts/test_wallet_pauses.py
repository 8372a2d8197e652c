"""What the wallet expects of a node and of the marketplace about pauses, of real ones and of the fakes."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from consent.pause import PauseStatement, sign_pause, verify_pause
from consent.pause_receipt import verify_pause_receipt
from marketplace.api.app import create_api_app
from ssi.hosting.tls import ServerTls, make_certificate
from tests.marketplace.market import open_market
from tests.marketplace.mpc_node.parties import NOW, node_keys, registry
from tests.marketplace.mpc_node.people import Person, contribution_of, people
from tests.marketplace.mpc_node.town import Town
from tests.serving import serving
from tests.wallet.fakes import MovingClock
from tests.wallet.world import KnownTrust, MemoryMarket, MemoryNodes
from wallet.clients.connections import Connections
from wallet.clients.marketplace import MarketplaceClient
from wallet.clients.nodes import NodeClient
from wallet.errors import PartnerRefusedError, PartnerUnreachableError

ANNA, BEN = people(2)
NODE = next(node for node in registry().nodes if node.id == "node-a")


def word_of(someone: Person, *, paused: bool = True, sequence: int = 1) -> str:
    return sign_pause(PauseStatement(someone.consent_id, paused, sequence, NOW), someone.key)


@dataclass
class Partner:
    """Somebody who holds Anna's agreement and nobody else's."""

    tell: Callable[[str], bool]
    is_real: bool


@pytest.fixture(params=["fake node", "real node", "fake market", "real market"])
def partner(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Partner]:
    made = {
        "fake node": _fake_node,
        "real node": _real_node,
        "fake market": _fake_market,
        "real market": _real_market,
    }
    yield from made[request.param](tmp_path)


def _fake_node(_: Path) -> Iterator[Partner]:
    fake = MemoryNodes(MovingClock(NOW), keys={"node-a": node_keys("node-a").signing})
    fake.holding = {ANNA.consent_id}
    yield Partner(lambda token: _proven(fake.pause(NODE, token), token), is_real=False)


def _real_node(folder: Path) -> Iterator[Partner]:
    town = Town(folder, names=("node-a",))
    town.settle([ANNA])
    files = make_certificate(folder, "node-a", now=datetime.now(UTC))
    connections = Connections()
    with serving(town.apps["node-a"], ServerTls(files)) as url:
        client = NodeClient(connections)
        node = replace(NODE, url=url, tls_certificate=files.pem)
        yield Partner(lambda token: _proven(client.pause(node, token), token), is_real=True)
    connections.close()


def _proven(receipt: str | None, token: str) -> bool:
    """Whether a node answered with its receipt for this word, which must then hold."""
    if receipt is None:
        return False
    said = verify_pause(token, ANNA.key.public)
    proven = verify_pause_receipt(receipt, NODE.verifying_key, node_id="node-a", said=said)
    assert proven.noted_at == NOW
    return True


def _fake_market(_: Path) -> Iterator[Partner]:
    fake = MemoryMarket(MovingClock(NOW))
    fake.offers[ANNA.consent_id] = contribution_of(ANNA)
    yield Partner(fake.pause, is_real=False)


def _real_market(_: Path) -> Iterator[Partner]:
    market, connections = open_market(), Connections()
    market.services.accept_offer(contribution_of(ANNA).to_json())
    with serving(create_api_app(market.services)) as url:
        client = MarketplaceClient(url, connections, KnownTrust(registry()), MovingClock(NOW))
        yield Partner(client.pause, is_real=True)
    connections.close()


def test_a_pause_is_heard_and_may_be_repeated(partner: Partner) -> None:
    assert partner.tell(word_of(ANNA))
    assert partner.tell(word_of(ANNA))
    assert partner.tell(word_of(ANNA, paused=False, sequence=2))


def test_who_has_nothing_of_a_consent_says_so(partner: Partner) -> None:
    assert not partner.tell(word_of(BEN))


def test_an_earlier_word_and_a_forged_one_are_refused(partner: Partner) -> None:
    if not partner.is_real:
        pytest.skip("the fakes verify nothing")
    partner.tell(word_of(ANNA, sequence=2))

    for token in (
        word_of(ANNA, paused=False, sequence=1),
        sign_pause(PauseStatement(ANNA.consent_id, False, 3, NOW), BEN.key),
    ):
        with pytest.raises(PartnerRefusedError):
            partner.tell(token)


def test_a_partner_that_does_not_answer_is_unreachable() -> None:
    connections = Connections()
    client = MarketplaceClient("http://127.0.0.1:9", connections, KnownTrust(registry()), MovingClock(NOW))

    with pytest.raises(PartnerUnreachableError):
        client.pause(word_of(ANNA))
    connections.close()
