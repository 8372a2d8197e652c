"""One node of three stalls, sends what is no frame, or repeats one: it is named, and nobody loses a cent."""

import socket
from functools import partial
from pathlib import Path

import pytest

from examples.town import Town
from marketplace.mpc_node.peer_tls import dialling_context, handshake
from marketplace.sdk.errors import OrderFailedError
from ssi.hosting.tls import CertificateFiles, make_certificate
from tests.journeys.crowds import OF_ALL
from tests.journeys.customers import Customer, enrolled, order, wait
from tests.journeys.neighbourhood import Neighbourhood
from tests.journeys.patience import until
from tests.journeys.strange_node import GARBLES, REPEATS, STALLS, Mood

pytestmark = [pytest.mark.journey, pytest.mark.database, pytest.mark.timeout(600)]

STRANGE = "node-b"


@pytest.fixture(scope="module")
def customer(rough_neighbourhood: Neighbourhood) -> Customer:
    """A buyer who may ask the few people of the rough town."""
    return enrolled(rough_neighbourhood)


@pytest.mark.parametrize("how", [GARBLES, REPEATS])
def test_a_node_that_sends_what_is_not_due_is_named_and_the_order_refunded(
    rough_neighbourhood: Neighbourhood, mood: Mood, customer: Customer, how: str
):
    before = rough_neighbourhood.balances()

    with mood.set_to(how):
        placed = order(customer, OF_ALL)
        with pytest.raises(OrderFailedError) as failure:
            wait(customer, placed)

    assert failure.value.culprits == (STRANGE,)
    assert customer.buyer.progress(placed).state == "refunded"
    assert rough_neighbourhood.release_of(placed) is None
    assert rough_neighbourhood.balances().is_as(before)


def test_a_node_that_stalls_costs_an_attempt_and_the_next_one_succeeds(
    rough_neighbourhood: Neighbourhood, mood: Mood, customer: Customer
):
    with mood.set_to(STALLS):
        placed = order(customer, OF_ALL)
        until(partial(rough_neighbourhood.job_of, placed), lambda job: job.attempt == 2)

    wait(customer, placed)

    assert rough_neighbourhood.job_of(placed).attempt == 2
    result = customer.buyer.collect(placed)
    assert result.people == len(rough_neighbourhood.people)


@pytest.mark.parametrize("node", Town.NODES)
def test_the_peers_port_is_closed_to_everybody_but_the_nodes_of_the_registry(
    neighbourhood: Neighbourhood, node: str, tmp_path: Path
):
    town, registry = neighbourhood.town, neighbourhood.registry
    now = registry.issued_at
    entry = registry.node(node, now=now)
    strangers = [
        CertificateFiles(town.home("marketplace") / "tls.pem", town.home("marketplace") / "tls.key"),
        make_certificate(tmp_path, "stranger", now=now),
    ]
    peer = town.home(next(each for each in Town.NODES if each != node))

    assert [lets_in(entry.peer_endpoint, files, entry.tls_certificate) for files in strangers] == [False] * 2
    assert lets_in(
        entry.peer_endpoint, CertificateFiles(peer / "tls.pem", peer / "tls.key"), entry.tls_certificate
    )


def lets_in(place: tuple[str, int], files: CertificateFiles, pinned: str) -> bool:
    """Whether a port waits for the hello of whoever shows a certificate; others are cut off at once."""
    raw = socket.create_connection(place, timeout=10)
    try:
        raw, _ = handshake(raw, dialling_context(files, pinned), answering=False, seconds=1)
        return raw.recv(1) != b""
    except TimeoutError:
        return True
    except OSError:
        return False
    finally:
        raw.close()
