"""Collecting credentials from a real issuer over loopback (OpenID4VCI 1.0, pre-authorised code)."""

import socket
import threading
from dataclasses import dataclass
from urllib.parse import quote

import pytest
from flask import Flask, jsonify
from werkzeug.serving import make_server

from ssi.openid4vp.request_check import RequestTrust
from tests.serving import serving
from tests.ssi.issuer_service import offices
from tests.ssi.issuer_service.offices import found_office, registry_of
from tests.ssi.issuer_service.visitors import Office
from tests.ssi.parties import EXAM, HOLDER, NOW
from tests.wallet.crowd_market import MemoryCrowdMarket
from tests.wallet.fakes import CHEAP
from tests.wallet.payout_market import MemoryPayoutMarket
from tests.wallet.rights_market import MemoryRightsMarket
from tests.wallet.score_market import MemoryScoreMarket
from tests.wallet.showing import Asker
from tests.wallet.world import KnownTrust, MemoryMarket, MemoryNodes, memory_stores
from wallet.clients.authenticators import WebAuthn
from wallet.clients.badges import BadgeClient
from wallet.clients.connections import Connections
from wallet.clients.hospitals import HospitalClient
from wallet.clients.issuers import IssuerClient
from wallet.clients.openid4vci.outside import Outside
from wallet.clients.pod.client import PodClient
from wallet.domain.offer_link import OfferLink
from wallet.domain.record import RecordState
from wallet.errors import (
    CodeNeededError,
    LinkError,
    PartnerFaultError,
    PartnerRefusedError,
    PartnerUnreachableError,
    RefusedCredentialError,
)
from wallet.services.collecting_ports import Source
from wallet.services.custody_suite import Custody
from wallet.services.outside import Partners
from wallet.services.show_suite import Askers
from wallet.services.suite import Services, assemble
from wallet.sources.desk import Catalogue

pytestmark = pytest.mark.filterwarnings("error")


@dataclass
class Counter:
    """A wallet installation at a real registry office."""

    office: Office
    services: Services
    issuers: IssuerClient
    url: str

    def wallet(self, name="anna"):
        return self.services.create_wallet(name, "a quiet harbour")


@pytest.fixture
def counter(tmp_path, database_url, monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    monkeypatch.setattr(offices, "URL", url)
    office = found_office(tmp_path / "university", database_url)
    server = make_server("127.0.0.1", port, office.app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    connections = Connections()
    issuers = IssuerClient(connections, Outside(connections), office.clock)
    trust = KnownTrust(registry_of(tmp_path / "university"))
    market = MemoryMarket(office.clock)
    scores = MemoryScoreMarket(office.clock, market.key, market.log)
    crowds = MemoryCrowdMarket(office.clock, market.key, market.log)
    askers = Askers(Asker(office.clock), RequestTrust())
    nodes, badges, pods = MemoryNodes(office.clock), BadgeClient(connections), PodClient(office.clock)
    hospitals = HospitalClient(Outside(connections), office.clock)
    filing = MemoryPayoutMarket(office.clock), MemoryRightsMarket(office.clock)
    doors = WebAuthn(), Catalogue(), pods, hospitals, *filing
    partners = Partners(trust, issuers, market, nodes, scores, crowds, askers, badges, *doors)
    services = assemble(memory_stores(), partners, Custody(b"k" * 32, CHEAP), clock=office.clock)
    yield Counter(office, services, issuers, url)
    connections.close()
    server.shutdown()
    thread.join(10)
    server.server_close()
    office.issuer.database.close()


def test_a_record_is_collected_from_a_real_issuer_and_verified(counter):
    answer = counter.office.institution.hand_in(values={"exam_score": 1.5})

    record = counter.services.receive_credential(
        counter.wallet(), answer["offer_uri"], tx_code=answer.get("tx_code")
    )

    assert record.state is RecordState.VALID
    assert record.issuer_name == "Example University"
    assert record.fields[0].text == "1.500"


def test_looking_leaves_the_link_usable_and_names_the_issuer(counter):
    answer = counter.office.institution.hand_in()
    wallet = counter.wallet()

    arrival = counter.services.receive_credential.look(wallet, answer["offer_uri"])

    assert (arrival.issuer_name, arrival.kind) == ("Example University", "exam/1")
    assert counter.services.receive_credential(wallet, answer["offer_uri"])


def test_a_link_works_once(counter):
    answer = counter.office.institution.hand_in()
    counter.services.receive_credential(counter.wallet(), answer["offer_uri"])

    with pytest.raises(LinkError, match="used already"):
        counter.services.receive_credential(counter.wallet("ben"), answer["offer_uri"])


def test_a_code_that_travels_apart_is_needed_and_checked(counter):
    answer = counter.office.institution.hand_in(transaction_code=True)
    wallet = counter.wallet()

    with pytest.raises(CodeNeededError, match="separately"):
        counter.services.receive_credential(wallet, answer["offer_uri"])
    with pytest.raises(CodeNeededError, match="did not accept"):
        counter.services.receive_credential(wallet, answer["offer_uri"], tx_code="000000")
    assert counter.services.receive_credential(wallet, answer["offer_uri"], tx_code=answer["tx_code"])


def test_a_revocation_at_the_issuer_shows_after_one_refresh(counter):
    answer = counter.office.institution.hand_in()
    wallet = counter.wallet()
    counter.services.receive_credential(wallet, answer["offer_uri"])
    counter.office.institution.set_status(answer["credential_id"], "revoked")
    counter.office.clock.move(minutes=5)

    report = counter.services.refresh(wallet)

    (record,) = counter.services.records(wallet)
    assert record.state is RecordState.REVOKED
    assert report.problems == []


def test_a_correction_is_a_newer_version_of_the_same_record(counter):
    wallet = counter.wallet()
    for score in (0.5, 0.75):
        answer = counter.office.institution.hand_in(values={"exam_score": score})
        counter.services.receive_credential(wallet, answer["offer_uri"])
        counter.office.clock.move(minutes=5)

    newest, older = counter.services.records(wallet)

    assert newest.fields[0].text == "0.750"
    assert older.state in {RecordState.REPLACED, RecordState.REVOKED}


def test_an_offer_that_the_issuer_does_not_know_says_so(counter):
    address = quote(f"{counter.url}/credential-offers/unknown", safe="")

    with pytest.raises(LinkError, match="used already or has run out"):
        counter.services.receive_credential.look(
            counter.wallet(), f"openid-credential-offer://?credential_offer_uri={address}"
        )


def test_a_status_list_is_fetched_as_it_is_signed(counter):
    answer = counter.office.institution.hand_in()
    wallet = counter.wallet()
    counter.services.receive_credential(wallet, answer["offer_uri"])

    with pytest.raises(PartnerRefusedError):
        counter.issuers.status_list(f"{counter.url}/status-lists/999")


def _issuer(**answers):
    """An issuer that answers what it is told to, by path."""
    app = Flask(__name__)
    for number, (path, answer) in enumerate(answers.items()):
        app.add_url_rule(
            f"/{path.replace('__', '/').replace('_', '-')}",
            f"view{number}",
            lambda answer=answer: jsonify(answer),
            methods=["GET", "POST"],
        )
    return app


@pytest.fixture
def client():
    connections = Connections()
    yield IssuerClient(connections, Outside(connections, private_addresses=True), lambda: NOW)
    connections.close()


def _offer(url, issuer=None):
    return {
        "credential_issuer": issuer or url,
        "credential_configuration_ids": ["exam/1"],
        "grants": {"urn:ietf:params:oauth:grant-type:pre-authorized_code": {"pre-authorized_code": "c"}},
    }


def test_an_offer_of_another_issuer_than_where_it_lies_is_refused(client):
    with serving(_issuer(offer=_offer("x", "https://attacker.example"))) as url, pytest.raises(LinkError):
        client.read_offer(OfferLink(address=f"{url}/offer"), listed=True)


@pytest.mark.parametrize("name", ["token_endpoint", "credential_endpoint", "authorization_servers"])
def test_nothing_is_sent_to_an_address_outside_the_issuers_own_origin(client, name):
    app = _issuer()
    with serving(app) as url:
        metadata: dict[str, object] = {"credential_issuer": url, "credential_endpoint": f"{url}/credential"}
        server = {"token_endpoint": f"{url}/token"}
        elsewhere = "http://127.0.0.1:9/steal"
        if name == "token_endpoint":
            server[name] = elsewhere
        else:
            metadata[name] = [elsewhere] if name == "authorization_servers" else elsewhere
        app.add_url_rule("/.well-known/openid-credential-issuer", "m", lambda: jsonify(metadata))
        app.add_url_rule("/.well-known/oauth-authorization-server", "s", lambda: jsonify(server))
        offer = client.read_offer(OfferLink(document=_offer(url)), listed=True)
        source = Source(offer, None)

        with pytest.raises(PartnerFaultError):
            client.request(source, client.redeem_code(source, None), [HOLDER])


def test_an_issuer_that_does_not_answer_is_unreachable(client):
    with socket.create_server(("127.0.0.1", 0)) as probe:
        address = f"http://127.0.0.1:{probe.getsockname()[1]}/offer"

    with pytest.raises(PartnerUnreachableError):
        client.read_offer(OfferLink(address=address), listed=True)


def test_a_garbled_offer_is_refused(client):
    with serving(_issuer(offer=["not", "an", "offer"])) as url, pytest.raises(LinkError):
        client.read_offer(OfferLink(address=f"{url}/offer"), listed=True)


def test_the_values_of_the_record_are_those_that_were_handed_in(counter):
    answer = counter.office.institution.hand_in()
    wallet = counter.wallet()
    counter.services.receive_credential(wallet, answer["offer_uri"])

    (held,) = counter.services.read.credentials.all(wallet)

    assert dict(held.claims) == EXAM


def test_an_issuer_outside_the_registry_is_not_asked(counter):
    answer = counter.office.institution.hand_in()
    counter.services.trust.known = KnownTrust().known

    arrival = counter.services.receive_credential.look(counter.wallet(), answer["offer_uri"])

    assert not arrival.is_verified
    with pytest.raises(RefusedCredentialError):
        counter.services.receive_credential(counter.wallet("ben"), answer["offer_uri"])
