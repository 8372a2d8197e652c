"""A person gets her record as a file for others, from a real office over loopback."""

import json
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from flask import Response, request
from lxml import etree
from werkzeug.serving import make_server

from crypto.encoding import canonical_json
from ssi.data_integrity.credentials import Verification, issue_credential, verify_credential
from ssi.dataset import data_set
from ssi.did.did_jwk import did_jwk
from ssi.did.public_key import PublicKey
from ssi.did.resolve import Resolver
from ssi.errors import UnresolvableError
from ssi.open_badge_image import NAMESPACE, bake_svg
from ssi.open_badge_unbake import unbake
from ssi.open_badges import BadgeIssuer, badge_document, read_badge
from ssi.openid4vp.request_check import RequestTrust
from tests.ssi.data_integrity.signed import did_of, maker, options
from tests.ssi.issuer_service.offices import found_office, registry_of
from tests.ssi.issuer_service.test_badges import DIPLOMA, Registrar
from tests.ssi.test_open_badges import AWARD
from tests.wallet.browsing import PASSWORD, Browser
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
from wallet.domain.session import Session
from wallet.errors import NotInWalletError, PartnerFaultError, PartnerRefusedError, PartnerUnreachableError
from wallet.services.custody_suite import Custody
from wallet.services.outside import Partners
from wallet.services.show_suite import Askers
from wallet.services.suite import Services, assemble
from wallet.sources.desk import Catalogue
from wallet.web.app import create_app


@dataclass
class Graduate:
    """Somebody with a wallet at a real office, which may answer with something else than it should."""

    registrar: Registrar
    services: Services
    session: Session
    lies: list[object] = field(default_factory=list)

    def receive(self, **changes: Any) -> str:
        """A diploma in her wallet; its name there."""
        link = self.registrar.hand_in(**changes)
        return self.services.receive_credential(self.session, link).credential_id

    def holder(self, credential_id: str) -> str:
        """The DID of the key of a record."""
        held = self.services.get_badge.credentials.get(self.session, credential_id)
        return did_jwk(PublicKey.of(held.holder_key.public))


@pytest.fixture
def graduate(tmp_path: Path, database_url: str) -> Iterator[Graduate]:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    office = found_office(
        tmp_path / "university", database_url, url=url, data_sets=("diploma/1", "enrolment/1", "exam/1")
    )
    lies: list[object] = []

    @office.app.after_request
    def lie(response: Response) -> Response:
        if request.path == "/open-badge" and lies:
            response.status_code = 200
            response.set_data(canonical_json(lies[0]))
        return response

    server = make_server("127.0.0.1", port, office.app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    connections = Connections()
    market = MemoryMarket(office.clock)
    partners = Partners(
        KnownTrust(registry_of(tmp_path / "university")),
        IssuerClient(connections, Outside(connections), office.clock),
        market,
        MemoryNodes(office.clock),
        MemoryScoreMarket(office.clock, market.key, market.log),
        MemoryCrowdMarket(office.clock, market.key, market.log),
        Askers(Asker(office.clock), RequestTrust()),
        BadgeClient(connections),
        WebAuthn(),
        Catalogue(),
        PodClient(office.clock),
        HospitalClient(Outside(connections), office.clock),
        MemoryPayoutMarket(office.clock),
        MemoryRightsMarket(office.clock),
    )
    services = assemble(memory_stores(), partners, Custody(b"k" * 32, CHEAP), clock=office.clock)
    session = services.create_wallet("anna", PASSWORD)
    yield Graduate(Registrar(office, url), services, session, lies)
    connections.close()
    server.shutdown()
    thread.join(10)
    server.server_close()
    office.issuer.database.close()


def signed(holder: str, **values: object) -> dict[str, Any]:
    """A badge by somebody, about a holder."""
    signer = maker("eddsa-rdfc-2022")
    document = badge_document(
        data_set("diploma/1"),
        DIPLOMA | values,
        issuer=BadgeIssuer(did_of(signer), "University"),
        award=replace(AWARD, holder=holder),
    )
    return issue_credential(document, signer, options(signer))


def test_a_badge_comes_as_a_file_that_anybody_can_verify(graduate: Graduate):
    record = graduate.receive()

    found = graduate.services.get_badge(graduate.session, record)

    document = json.loads(found.to_json())
    badge = read_badge(
        verify_credential(document, Verification(Resolver()), now=graduate.registrar.office.clock())
    )
    assert (badge.name, badge.holder) == ("Bachelor of Mathematics", graduate.holder(record))
    assert badge.results == (("Final grade", "83.5"),)


def test_the_picture_carries_the_same_badge(graduate: Graduate):
    found = graduate.services.get_badge(graduate.session, graduate.receive())

    picture = etree.fromstring(found.to_svg())
    carried = picture.findtext(f"{{{NAMESPACE}}}credential")
    assert carried is not None
    assert json.loads(carried) == json.loads(found.to_json())
    assert "Bachelor of Mathematics" in "".join(picture.itertext())
    assert unbake(found.to_png()) == unbake(found.to_svg()) == found.document


def test_the_screens_hand_the_files_out(graduate: Graduate):
    record = graduate.receive()
    browser = Browser(create_app(graduate.services))
    browser.sign_in()
    page = browser.get(f"/records/{record}")

    for name, media_type in (
        ("open-badge.json", "application/vc"),
        ("open-badge.svg", "image/svg+xml"),
        ("open-badge.png", "image/png"),
        ("elm.jsonld", "application/ld+json"),
    ):
        assert f"/records/{record}/{name}" in page
        answer = browser.client.get(f"/records/{record}/{name}")
        assert (answer.status_code, answer.mimetype) == (200, media_type)
        assert answer.headers["Content-Disposition"] == f'attachment; filename="{name}"'
        assert answer.headers["Cache-Control"] == "no-store"


def test_nobody_gets_files_without_her_wallet(graduate: Graduate):
    record = graduate.receive()
    stranger = create_app(graduate.services).test_client()

    for name in ("open-badge.json", "open-badge.svg", "open-badge.png", "elm.jsonld"):
        assert stranger.get(f"/records/{record}/{name}").status_code == 302
    other = graduate.services.create_wallet("berta", PASSWORD)
    with pytest.raises(NotInWalletError):
        graduate.services.get_badge(other, record)
    with pytest.raises(NotInWalletError):
        graduate.services.get_badge.elm(other, record)


def test_an_elm_document_says_what_the_record_says_and_names_nobody(graduate: Graduate):
    document = json.loads(graduate.services.get_badge.elm(graduate.session, graduate.receive()))

    assert document["credentialSubject"]["hasClaim"]["specifiedBy"]["eqfLevel"]["id"].endswith("/eqf/6")
    assert "id" not in document["credentialSubject"]
    assert "proof" not in document


def test_other_records_have_no_files(graduate: Graduate):
    answer = graduate.registrar.office.institution.hand_in()
    record = graduate.services.receive_credential(graduate.session, str(answer["offer_uri"])).credential_id

    with pytest.raises(NotInWalletError, match="no badge"):
        graduate.services.get_badge(graduate.session, record)
    with pytest.raises(NotInWalletError, match="no such document"):
        graduate.services.get_badge.elm(graduate.session, record)


def test_an_issuer_that_gives_no_badge_is_named_as_saying_no(graduate: Graduate):
    record = graduate.receive(also_as="")

    with pytest.raises(PartnerRefusedError, match="gives no badge"):
        graduate.services.get_badge(graduate.session, record)


def test_what_is_not_the_badge_of_this_record_is_not_handed_out(graduate: Graduate):
    record = graduate.receive()
    holder = graduate.holder(record)
    right = graduate.services.get_badge(graduate.session, record).document
    achievement = {**right["credentialSubject"]["achievement"], "name": "Doctor"}
    lies: list[object] = [
        {**right, "credentialSubject": {**right["credentialSubject"], "achievement": achievement}},
        {name: value for name, value in right.items() if name != "proof"},
        signed("did:example:somebody-else"),
        signed(holder, final_grade=99),
        [],
        {},
    ]

    for each in lies:
        graduate.lies[:] = [each]
        with pytest.raises(PartnerFaultError, match="not the badge"):
            graduate.services.get_badge(graduate.session, record)
    graduate.lies[:] = [signed(holder)]
    assert graduate.services.get_badge(graduate.session, record).badge.holder == holder


def test_an_issuer_that_is_not_there_is_told_as_such():
    with socket.create_server(("127.0.0.1", 0)) as probe:
        address = f"http://127.0.0.1:{probe.getsockname()[1]}"
    client = BadgeClient(Connections())

    with pytest.raises(PartnerUnreachableError):
        client.nonce(address)


def test_keys_are_asked_for_at_the_issuers_own_address_only():
    client = BadgeClient(Connections())

    for url in ("https://other.example/.well-known/did.json", "http://127.0.0.1:1/x", "file:///etc/passwd"):
        with pytest.raises(UnresolvableError):
            client.document("https://issuer.example", url, max_bytes=1000)


@pytest.mark.parametrize(
    "name", ["]]><script>alert(1)</script>", "a & b <c>", '"quoted"', "\x00\x1b", "x" * 500]
)
def test_a_name_cannot_break_out_of_the_picture(name: str):
    document = {"name": name, "nested": ["]]>", "<b>"]}

    picture = etree.fromstring(bake_svg(document, name=name, issuer=name))

    assert [each.tag for each in picture.iter("{*}script")] == []
    assert json.loads(str(picture.findtext(f"{{{NAMESPACE}}}credential"))) == document
