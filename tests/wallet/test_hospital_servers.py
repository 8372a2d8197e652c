"""Servers that a wallet must not ask, and how it tells them apart."""

from dataclasses import replace

import pytest

from tests.wallet.hospital_reader import EACH, server
from tests.wallet.smart_server import CLIENT
from wallet.clients.connections import Connections
from wallet.clients.hospitals import PAGES, HospitalClient
from wallet.clients.openid4vci.outside import Outside
from wallet.errors import PullError, PullTrouble

__all__ = ["server"]


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({"code_challenge_methods_supported": ["plain"]}, PullTrouble.INSECURE),
        ({"code_challenge_methods_supported": None}, PullTrouble.INSECURE),
        ({"capabilities": ["launch-ehr", "client-public"]}, PullTrouble.INSECURE),
        ({"capabilities": ["launch-standalone"]}, PullTrouble.INSECURE),
        ({"capabilities": "all of them"}, PullTrouble.NO_SERVER),
        ({"token_endpoint": "https://thief.example/token"}, PullTrouble.INSECURE),
        ({"authorization_endpoint": "http://thief.example/authorize"}, PullTrouble.INSECURE),
        ({"authorization_endpoint": "javascript:alert(1)"}, PullTrouble.INSECURE),
        ({"revocation_endpoint": "https://thief.example/revoke"}, PullTrouble.INSECURE),
        ({"token_endpoint": None}, PullTrouble.NO_SERVER),
    ],
)
def test_a_configuration_that_does_not_protect_her_is_refused(world, anna, server, changes, kind):
    server.configuration = changes

    with pytest.raises(PullError) as caught:
        world.services.hospitals.look(anna, f"{server.address}/fhir", CLIENT, EACH, stays=False)

    assert caught.value.kind is kind
    assert world.services.hospitals.all(anna) == ()


@pytest.mark.parametrize(
    "address",
    [
        "",
        "fhir",
        "ftp://fhir.example",
        "http://fhir.example",
        "https://user@fhir.example/fhir",
        "https://fhir.example/fhir?x=1",
        "https://fhir.example/fhir#x",
        f"https://fhir.example/{'x' * 500}",
    ],
)
def test_an_address_that_is_none_is_not_asked(world, anna, address):
    with pytest.raises(PullError) as caught:
        world.services.hospitals.look(anna, address, CLIENT, EACH, stays=False)

    assert caught.value.kind in {PullTrouble.NO_SERVER, PullTrouble.INSECURE}


@pytest.mark.parametrize(
    "address", ["http://127.0.0.1:1/fhir", "https://127.0.0.1/fhir", "https://[::1]/fhir"]
)
def test_outside_of_development_nothing_inside_the_network_is_asked(world, anna, address):
    client = HospitalClient(Outside(Connections(PAGES)), world.clock)
    hospitals = replace(world.services.hospitals, servers=client)

    with pytest.raises(PullError) as caught:
        hospitals.look(anna, address, CLIENT, EACH, stays=False)

    assert caught.value.kind is PullTrouble.INSECURE


def test_a_server_that_is_none_and_one_that_is_away_are_told_apart(world, anna, server):
    hospitals = world.services.hospitals
    with pytest.raises(PullError) as other:
        hospitals.look(anna, f"{server.address}/elsewhere", CLIENT, EACH, stays=False)
    with pytest.raises(PullError) as away:
        hospitals.look(anna, "http://127.0.0.1:9/fhir", CLIENT, EACH, stays=False)

    assert other.value.kind is PullTrouble.NO_SERVER
    assert away.value.kind is PullTrouble.UNREACHABLE
