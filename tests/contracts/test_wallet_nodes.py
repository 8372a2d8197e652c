"""What the wallet expects of a node, asked of a real one over TLS and of the fake."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from consent.receipt import verify_deletion_receipt
from consent.receipt_credential import verify_deletion_credential
from consent.record import sign_withdrawal
from ssi.hosting.tls import ServerTls, make_certificate
from ssi.trust_entries import NodeEntry
from tests.marketplace.mpc_node.parties import NOW, node_keys, registry
from tests.marketplace.mpc_node.people import people, withdrawal_of
from tests.marketplace.mpc_node.town import Town
from tests.serving import serving
from tests.wallet.fakes import MovingClock
from tests.wallet.world import MemoryNodes
from wallet.clients.connections import Connections
from wallet.clients.nodes import NodeClient
from wallet.errors import PartnerFaultError, PartnerRefusedError, PartnerUnreachableError
from wallet.services.ports import NodeOffice

ANNA, BEN = people(2)
NODE = next(node for node in registry().nodes if node.id == "node-a")


@dataclass
class Desk:
    """A way to a node, and the node's entry in the registry."""

    port: NodeOffice
    node: NodeEntry


@pytest.fixture(params=["fake", "real"])
def desk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Desk]:
    if request.param == "fake":
        fake = MemoryNodes(MovingClock(NOW), keys={"node-a": node_keys("node-a").signing})
        fake.holding = {ANNA.consent_id}
        yield Desk(fake, NODE)
        return
    yield from _real(tmp_path)


def _real(folder: Path) -> Iterator[Desk]:
    town = Town(folder, names=("node-a",))
    town.settle([ANNA])
    files = make_certificate(folder, "node-a", now=datetime.now(UTC))
    connections = Connections()
    with serving(town.apps["node-a"], ServerTls(files)) as url:
        yield Desk(NodeClient(connections), replace(NODE, url=url, tls_certificate=files.pem))
    connections.close()


def test_a_withdrawal_is_answered_with_the_nodes_signed_receipt(desk: Desk) -> None:
    answer = desk.port.withdraw(desk.node, withdrawal_of(ANNA))

    assert answer is not None
    key, named = NODE.verifying_key, {"node_id": "node-a", "consent_id": ANNA.consent_id}
    deletion = verify_deletion_receipt(answer.receipt, key, **named)
    assert deletion.deleted_at == NOW
    assert verify_deletion_credential(answer.credential, key, **named) == deletion


def test_telling_a_node_twice_gives_the_same_receipt(desk: Desk) -> None:
    first, second = (desk.port.withdraw(desk.node, withdrawal_of(ANNA)) for _ in range(2))

    assert first == second


def test_a_node_that_holds_nothing_says_so(desk: Desk) -> None:
    assert desk.port.withdraw(desk.node, withdrawal_of(BEN)) is None


@pytest.fixture
def real(tmp_path: Path) -> Iterator[Desk]:
    yield from _real(tmp_path)


def test_a_node_that_shows_another_certificate_is_not_believed(real: Desk, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    other = make_certificate(tmp_path / "other", "node-a", now=datetime.now(UTC))

    with pytest.raises(PartnerFaultError):
        real.port.withdraw(replace(real.node, tls_certificate=other.pem), withdrawal_of(ANNA))


def test_a_withdrawal_of_somebody_else_is_refused_by_the_node(real: Desk) -> None:
    forged = sign_withdrawal(ANNA.consent_id, NOW, BEN.key)

    with pytest.raises(PartnerRefusedError):
        real.port.withdraw(real.node, forged)


def test_a_node_that_does_not_answer_is_unreachable(real: Desk) -> None:
    with pytest.raises(PartnerUnreachableError):
        real.port.withdraw(replace(real.node, url="https://127.0.0.1:9"), withdrawal_of(ANNA))
