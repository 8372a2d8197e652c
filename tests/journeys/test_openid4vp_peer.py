"""A wallet that others wrote shows credentials to the market, in every way that the market asks."""

import json
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from flask import Flask

from crypto.encoding import b64url_encode
from crypto.signing import SigningKey
from marketplace.api.app import create_api_app
from marketplace.services.presentation_suite import Asking, presentations
from marketplace.verifier_identity import AUTHORITY, make_verifier_files, read_verifier
from ssi.dataset import data_set
from ssi.issuance import Organisation, Subject, Terms, issue_organisation_credential, organisation_handle
from ssi.issuance import issue_credential as issue_record
from ssi.status_list import StatusReference
from tests.journeys.peers import installed_peer
from tests.marketplace.asking import KnownStatus, Post
from tests.marketplace.market import Market, open_market
from tests.serving import serving
from tests.ssi import parties

pytestmark = [pytest.mark.journey, pytest.mark.timeout(300)]
HOLDER = parties.HOLDER
HALF_MINUTE = timedelta(seconds=30)


def now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)


@dataclass
class Door:
    """The market's verifier on loopback with the clock of this machine, and the wallet that answers it."""

    app: Flask
    market: Market
    key: dict[str, str]
    authority: str
    status: KnownStatus
    wallet: Path

    def start(self, **question: Any) -> dict[str, Any]:
        asked = question or {"template": "organisation"}
        response = self.app.test_client().post("/api/v1/presentations", json=asked, headers=self.key)
        assert response.status_code == 201, response.text
        return dict(response.json or {})

    def read(self, started: dict[str, Any]) -> dict[str, Any]:
        path = f"/api/v1/presentations/{started['session_id']}"
        return dict(self.app.test_client().get(path, headers=self.key).json or {})

    def answer(self, started: dict[str, Any], credential: str, **order: Any) -> dict[str, Any]:
        """Let the wallet answer."""
        node = shutil.which("node")
        assert node is not None
        sent = {
            "link": started["links"][0],
            "credential": credential,
            "holder": private_jwk(HOLDER),
            "authority": self.authority,
            **order,
        }
        said = subprocess.run(
            [node, "wallet.mjs"],
            input=json.dumps(sent),
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


def private_jwk(key: SigningKey) -> dict[str, str]:
    secret = cast("EllipticCurvePrivateKey", load_pem_private_key(key.to_pem(), password=None))
    scalar = secret.private_numbers().private_value.to_bytes(32, "big")
    return {**key.public.to_jwk(), "d": b64url_encode(scalar)}


def terms(uri: str) -> Terms:
    return Terms(StatusReference(uri, 7), now() - HALF_MINUTE, now() + timedelta(days=1))


def organisation() -> str:
    return issue_organisation_credential(
        Organisation("Institute of Education", "research_institute", "AT"),
        Subject(organisation_handle(b"p" * 32, organisation="Institute"), HOLDER.public),
        issuer=parties.CHAMBER_ISSUER,
        terms=terms(parties.CHAMBER_STATUS_PREFIX + "1"),
    )


def record() -> str:
    return issue_record(
        parties.record(),
        parties.subject(),
        issuer=parties.ISSUER,
        terms=terms(parties.STATUS_PREFIX + "1"),
    )


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    wallet, folder = installed_peer("openid4vp_wallet"), tmp_path_factory.mktemp("verifier")
    front = Flask("front")  # it has to be open before the market knows its own address
    with serving(front) as url:
        make_verifier_files(folder, "Market", url, now=now())
        verifier = read_verifier(folder, "Market", url)
        assert verifier is not None
        market = open_market()
        known = parties.registry()
        registry = replace(known, issued_at=now() - HALF_MINUTE, valid_until=now() + timedelta(days=1))
        registry = replace(
            registry,
            issuers=tuple(
                replace(each, valid_from=now() - HALF_MINUTE, valid_until=now() + timedelta(days=1))
                for each in registry.issuers
            ),
        )
        account = market.buyer()
        desk = replace(market.desk, clock=lambda: datetime.now(UTC), registry=lambda: registry)
        status = KnownStatus()
        use = presentations(desk, Asking(verifier, status, Post()))
        app = create_api_app(replace(market.services, presentations=use))
        front.wsgi_app = app.wsgi_app  # type: ignore[method-assign]
        secret = market.services.make_api_key(account.account_id, "peer").secret
        key = {"Authorization": f"Bearer {secret}"}
        yield Door(app, market, key, (folder / AUTHORITY).read_text(), status, wallet)


@pytest.mark.parametrize("mode", ["direct_post", "direct_post.jwt"])
@pytest.mark.parametrize("prefix", ["x509_hash", "x509_san_dns", "decentralized_identifier"])
def test_it_shows_an_organisation_credential(door: Door, mode: str, prefix: str):
    started = door.start(template="organisation", response_mode=mode, client_id_prefix=prefix)

    answer = door.answer(started, organisation())

    assert (answer["status"], answer["prefix"], answer["version"]) == (200, prefix, 100)
    (shown,) = door.read(started)["result"]["organisation"]
    assert shown["claims"]["name"] == "Institute of Education"
    assert shown["holder_bound"] is True


def test_it_shows_only_the_claims_that_were_asked_for(door: Door):
    query = {
        "credentials": [
            {
                "id": "exam",
                "format": "dc+sd-jwt",
                "meta": {"vct_values": [data_set("exam/1").credential_type]},
                "claims": [{"path": ["sex"], "values": ["female"]}],
            }
        ]
    }
    started = door.start(dcql_query=query)

    answer = door.answer(started, record(), frame={"sex": True})

    assert answer["status"] == 200, answer
    (shown,) = door.read(started)["result"]["exam"]
    assert shown["claims"]["sex"] == "female"
    assert "exam_score" not in shown["claims"]


def test_it_confirms_a_transaction(door: Door):
    payment = {"type": "payment", "credential_ids": ["organisation"], "amount": "3 EUR"}
    started = door.start(template="organisation", transaction_data=[payment])

    assert door.answer(started, organisation())["status"] == 200
    assert door.read(started)["state"] == "verified"


def test_it_fetches_the_request_by_post(door: Door):
    started = door.start(template="organisation", request_uri_method="post")

    assert door.answer(started, organisation())["status"] == 200


def test_it_is_sent_back_to_where_its_owner_came_from(door: Door):
    started = door.start(template="organisation", return_url="https://buyer.example/back")

    answer = door.answer(started, organisation())

    assert answer["said"]["redirect_uri"].startswith("https://buyer.example/back?response_code=")
    assert door.read(started)["result"] is None


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ({"nonce": "another"}, "wrong_nonce"),
        ({"aud": "x509_san_dns:evil.example"}, "wrong_audience"),
        ({"seconds": 3600}, "bound_in_future"),
        ({"seconds": -3600}, "bound_too_long_ago"),
    ],
)
def test_what_it_gets_wrong_is_named_to_it_and_to_the_market(door: Door, wrong: dict[str, Any], reason: str):
    started = door.start()

    answer = door.answer(started, organisation(), wrong=wrong)

    assert (answer["status"], answer["said"]["reason"]) == (400, reason)
    assert door.read(started)["reason"] == reason


def test_another_transaction_than_was_asked_about_is_refused(door: Door):
    payment = {"type": "payment", "credential_ids": ["organisation"], "amount": "3 EUR"}
    started = door.start(template="organisation", transaction_data=[payment])

    answer = door.answer(started, organisation(), wrong={"hashes": ["AAAA"]})

    assert answer["said"]["reason"] == "wrong_transaction_data"


def test_a_revoked_credential_is_refused(door: Door):
    started = door.start()
    door.status.revoked = True
    try:
        assert door.answer(started, organisation())["said"]["reason"] == "revoked"
    finally:
        door.status.revoked = False
