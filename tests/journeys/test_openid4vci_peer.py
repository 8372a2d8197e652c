"""A wallet that others wrote collects from a registry office, by every way that the office offers."""

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from crypto.encoding import canonical_json
from crypto.randomness import random_bytes
from crypto.signing import VerifyingKey, generate_es256
from ssi.credential import verify_record
from ssi.issuer_service.bootstrap import create_app, open_issuer, utc_now
from ssi.issuer_service.folder import make_folder
from ssi.issuer_service.settings import IssuerSettings
from ssi.sd_jwt import parse_sd_jwt
from ssi.trust import TrustRegistry
from tests.journeys.peers import installed_peer
from tests.serving import serving
from tests.ssi.issuer_service.offices import registry_of
from tests.ssi.issuer_service.visitors import Institution
from tests.ssi.parties import EXAM, UNIVERSITY

pytestmark = [pytest.mark.journey, pytest.mark.timeout(300)]
_TOKEN_FIELD = re.compile(r'name="csrf_token" value="([^"]+)"')


@dataclass
class Office:
    """A registry office on loopback with the clock of this machine, and the wallet that comes to it."""

    url: str
    app: Flask
    institution: Institution
    registry: TrustRegistry
    key: VerifyingKey
    wallet: Path
    handed_in: int = 0

    def hand_in(self, **changes: object) -> dict[str, Any]:
        """Hand in a record of a person who was not here before."""
        self.handed_in += 1
        return self.institution.hand_in(f"peer-{self.handed_in}", **changes)

    def ask(self, part: str, offer: object, **order: object) -> dict[str, Any]:
        """Let the wallet play its part."""
        node = shutil.which("node")
        assert node is not None
        said = subprocess.run(
            [node, "wallet.mjs"],
            input=json.dumps({"part": part, "offer": offer, "issuer": self.url, **order}),
            cwd=self.wallet,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert said.returncode == 0, said.stderr
        answer = json.loads(said.stdout)
        assert "failed" not in answer, answer
        return dict(answer)

    def approve(self, address: str, **fields: str) -> str:
        """Say yes on the approval page; the address to which the person is sent back."""
        person = self.app.test_client()
        path = address.removeprefix(self.url)
        page = person.get(path).get_data(as_text=True)
        hidden = {
            name: unescape(value)
            for name, value in re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', page)
        }
        token = _TOKEN_FIELD.search(page)
        assert token, page
        form = {**hidden, "csrf_token": unescape(token[1]), "decision": "approve", **fields}
        answer = person.post("/authorize", data=form)
        assert answer.status_code == 303, answer.get_data(as_text=True)
        return answer.headers["Location"]


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    wallet, folder = installed_peer("openid4vci_wallet"), tmp_path_factory.mktemp("office")
    door = Flask("door")  # it has to be open before the office knows its own address
    with serving(door) as url:
        settings = IssuerSettings(
            id=UNIVERSITY,
            name="Example University",
            url=url,
            data_sets=("exam/1",),
            organisations=False,
            database_url=f"sqlite:///{folder / 'issuer.sqlite'}",
            status_list_size=2**10,
            defers_held=True,
        )
        identity = make_folder(folder, settings, key=generate_es256(), secret=random_bytes(32))
        issuer = open_issuer(identity)
        app = create_app(issuer)
        door.wsgi_app = app.wsgi_app  # type: ignore[method-assign]
        institution = Institution(app.test_client(), issuer.api_keys.create(now=utc_now()))
        try:
            yield Office(url, app, institution, registry_of(folder), identity.issuer.key.public, wallet)
        finally:
            issuer.database.close()


def test_it_collects_by_link_and_transaction_code(office: Office):
    handed_in = office.hand_in(transaction_code=True)

    answer = office.ask("collect", handed_in["offer_uri"], txCode=handed_in["tx_code"])

    (issued,) = answer["credentials"]
    assert verify_record(issued["credential"], office.registry, now=utc_now()).claims == EXAM
    assert answer["tokenType"] == "DPoP"


def test_it_collects_by_pushed_request_approval_and_bound_token(office: Office):
    handed_in = office.hand_in(transaction_code=True)
    started = office.ask("authorize", handed_in["offer_uri"])
    response = office.approve(started["address"], transaction_code=str(handed_in["tx_code"]))

    answer = office.ask(
        "collect",
        handed_in["offer_uri"],
        response=response,
        verifier=started["verifier"],
        dpop=started["dpop"],
    )

    (issued,) = answer["credentials"]
    assert verify_record(issued["credential"], office.registry, now=utc_now()).claims == EXAM
    assert answer["tokenType"] == "DPoP"


def test_it_collects_a_credential_for_each_of_its_keys(office: Office):
    answer = office.ask("collect", office.hand_in()["offer_uri"], count=5)

    issued = [parse_sd_jwt(each["credential"], "credential") for each in answer["credentials"]]
    keys = {str(each.verify(office.key, typ="dc+sd-jwt").claims["cnf"]) for each in issued}
    assert len(keys) == 5


def test_it_waits_for_a_registrar_and_then_collects(office: Office):
    handed_in = office.hand_in()
    office.institution.set_status(handed_in["credential_id"], "suspended", "waits for approval")
    approval = {
        "url": f"{office.url}/api/v1/credentials/{handed_in['credential_id']}/status",
        "request": {
            "method": "POST",
            "headers": {
                "Authorization": f"Bearer {office.institution.key}",
                "Content-Type": "application/json",
            },
            "body": canonical_json({"status": "valid", "reason": "approved"}).decode(),
        },
    }

    answer = office.ask("collect", handed_in["offer_uri"], approve=approval)

    assert answer["deferred"] is True
    assert len(answer["credentials"]) == 1


def test_it_collects_through_encrypted_messages(office: Office):
    answer = office.ask("encrypted", office.hand_in()["offer_uri"])

    (issued,) = answer["credentials"]
    assert verify_record(issued["credential"], office.registry, now=utc_now()).claims == EXAM
    assert (answer["header"]["enc"], answer["header"]["kid"]) == ("A256GCM", "wallet-1")


def test_what_it_tells_of_a_delivery_arrives(office: Office):
    handed_in = office.hand_in()
    assert office.ask("collect", handed_in["offer_uri"])["notification_id"]

    metrics = office.app.test_client().get("/metrics").get_data(as_text=True)

    assert re.search(r'issuer_notifications_total\{event="credential_accepted"\} [1-9]', metrics)
