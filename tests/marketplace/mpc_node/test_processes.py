"""Three nodes as their operators run them: processes of their own, over mutual TLS, and a power cut."""

import contextlib
import json
import socket
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, Response, request

from consent.job import Manifest, sign_manifest
from consent.order import EscrowReceipt, sign_escrow_receipt, sign_mandate
from consent.receipt import verify_deletion_receipt
from consent.record import sign_withdrawal
from crypto.sealing import SealingPublicKey
from examples.town import free_port
from marketplace.mpc_node.peer_tls import dialling_context, handshake
from ssi.dataset import data_sets
from ssi.hosting.tls import CertificateFiles, make_certificate
from ssi.http.client import Body, Client
from ssi.http.errors import PeerError, RefusedByPeerError
from ssi.http.pinning import ClientCertificate
from ssi.issuance import IssuerKey
from ssi.status_list import PublishedStatusList, StatusList, sign_status_list
from ssi.trust import TrustRegistry, sign_registry
from ssi.trust_parts import Validity, assemble_registry, issuer_part, marketplace_part
from tests.marketplace.mpc_node.buyer import open_released
from tests.marketplace.mpc_node.market_log import MarketLog
from tests.marketplace.mpc_node.operators import (
    LOG_AGE_SECONDS,
    Operators,
    until,
)
from tests.marketplace.mpc_node.orders import BUYER_KEY, EXACT, MANDATE, buyer_credential
from tests.marketplace.mpc_node.parties import (
    ISSUER,
    MARKET,
    MARKET_KEY,
    NAMES,
    REGISTRAR_KEY,
    ed25519,
)
from tests.marketplace.mpc_node.people import POLICY, Offer, Person, contribution_of, people
from tests.serving import serving

pytestmark = pytest.mark.journey


@dataclass
class Market:
    """The marketplace's side: its certificate, and a client for each node."""

    registry: TrustRegistry
    certificate: CertificateFiles
    now: datetime
    log: MarketLog = field(default_factory=MarketLog)
    cosigned: dict[str, int] = field(default_factory=dict)

    def client(self, name: str, *, anonymous: bool = False) -> Client:
        """Requests to a node, with the marketplace's certificate or without any."""
        entry = self.registry.node(name, now=self.now)
        own = ClientCertificate(self.certificate.certificate, self.certificate.key)
        return Client(entry.url, pinned_pem=entry.tls_certificate, certificate=None if anonymous else own)

    def contribute(self, crowd: Sequence[Person], offer: Offer) -> None:
        """Deliver everybody's contribution to all nodes."""
        for name in NAMES:
            documents = [contribution_of(each, offer).for_node(name).to_json() for each in crowd]
            answer: Any = self.client(name).post_json("/v1/contributions", {"contributions": documents})
            assert all(each["accepted"] for each in answer["results"]), answer

    def ask(self, manifest: Manifest, *, of: Sequence[str] = NAMES) -> None:
        """Start an attempt at some nodes, which are shown the log before."""
        for name in of:
            self.show_log(name)
            self.client(name).post_json("/v1/jobs", {"manifest": sign_manifest(manifest, MARKET_KEY)})

    def show_log(self, name: str) -> None:
        """Have a node cosign the log as it is now."""
        body = Body(self.log.request(self.cosigned.get(name, 0)), "text/plain")
        self.client(name).send("POST", "/v1/log/add-checkpoint", body=body)
        self.cosigned[name] = len(self.log.entries)

    def refusal(self, manifest: Manifest, name: str) -> str | None:
        """By which word a node refuses a manifest, None if it takes it; it is not shown the log."""
        token = sign_manifest(manifest, MARKET_KEY)
        try:
            self.client(name).post_json("/v1/jobs", {"manifest": token})
        except RefusedByPeerError as error:
            return error.problem.sentence.partition(":")[0] if error.problem else str(error.status)
        return None

    def status(self, name: str) -> dict[str, Any]:
        """What a node says about the job."""
        found: Any = self.client(name).get_json("/v1/jobs/job-1")
        return dict(found)

    def ended(self, name: str) -> dict[str, Any]:
        """Wait until a node is done with its attempt, one way or the other."""
        return until(lambda: self.status(name), lambda found: found["state"] in {"DONE", "FAILED"})


def issuers(now: datetime) -> Flask:
    """The issuers' status lists, on which everybody is valid."""
    app = Flask("issuers")

    @app.get("/<issuer>/status-lists/1")
    def status_list(issuer: str) -> Response:
        signer = {"university": ISSUER, "registrar": REGISTRAR_KEY}[issuer]
        published = PublishedStatusList(
            request.base_url, StatusList.of(64, {}), now, now + timedelta(days=1), 60
        )
        token = sign_status_list(published, signer.key, kid=signer.kid)
        return Response(token, content_type="application/statuslist+jwt")

    return app


@dataclass
class Story:
    """Everything that the journey is played with."""

    operators: Operators
    market: Market
    offer: Offer
    base: str
    now: datetime

    def manifest(self, crowd: Sequence[Person]) -> Manifest:
        """A manifest over these people, valid now."""
        mandate = replace(
            MANDATE, issued_at=self.now - timedelta(days=1), valid_until=self.now + timedelta(days=1)
        )
        receipt = EscrowReceipt("order-1", EXACT.digest, 100_000, 100, self.now)
        return Manifest(
            job_id="job-1",
            attempt=1,
            order_id="order-1",
            query=EXACT,
            buyer_presentation=buyer_credential(
                status_uri=f"{self.base}/registrar/status-lists/1", expires_at=self.now + timedelta(days=9)
            ),
            mandate=sign_mandate(mandate, BUYER_KEY),
            escrow_receipt=sign_escrow_receipt(receipt, MARKET_KEY),
            nodes=NAMES,
            contributions={
                each.consent_id: contribution_of(each, self.offer).inputs_digest for each in crowd
            },
            compensation_cents=100,
            issued_at=self.now - timedelta(minutes=1),
            expires_at=self.now + timedelta(hours=1),
            log=self.market.log.state(),
        )


def part_of(issuer: IssuerKey, base: str, name: str, types: list[str]) -> dict[str, Any]:
    """The public part of an issuer whose lists are served by the test."""
    return issuer_part(
        issuer.issuer_id,
        name,
        keys={issuer.kid: issuer.key.public},
        credential_types=types,
        status_uri_prefix=f"{base}/{name}/status-lists/",
    )


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    """Three initialised nodes under one registry, running."""
    folder = tmp_path_factory.mktemp("operators")
    now = datetime.now(UTC).replace(microsecond=0)
    operators = Operators(
        folder, {name: free_port() for name in NAMES}, {name: free_port() for name in NAMES}
    )
    operators.init()
    certificate = make_certificate(folder / "market", "market", now=now)
    with serving(issuers(now)) as base:
        parts = [
            part_of(ISSUER, base, "university", [each.credential_type for each in data_sets()]),
            part_of(REGISTRAR_KEY, base, "registrar", ["urn:argonauta:credential:organisation:1"]),
            marketplace_part(
                MARKET,
                "Market",
                url="http://127.0.0.1:8000",
                verifying_key=MARKET_KEY.public,
                tls_certificate=certificate.pem,
            ),
            *(operators.part(name) for name in NAMES),
        ]
        authority = ed25519("authority")
        registry = assemble_registry(
            [(f"part {index}", json.dumps(part).encode()) for index, part in enumerate(parts)],
            authority=authority.public,
            validity=Validity(now - timedelta(days=1), now + timedelta(days=30)),
        )
        (folder / "registry.jwt").write_text(sign_registry(registry, authority), encoding="ascii")
        (folder / "authority.jwk").write_text(json.dumps(authority.public.to_jwk()))
        sealing: dict[str, SealingPublicKey] = {each.id: each.sealing_key for each in registry.nodes}
        offer = Offer(
            policy=replace(POLICY, given_at=now - timedelta(days=1), valid_until=now + timedelta(days=9)),
            expires_at=now + timedelta(days=9),
            status_uri=f"{base}/university/status-lists/1",
            sealing_keys=sealing,
        )
        try:
            operators.serve(*NAMES)
            yield Story(operators, Market(registry, certificate, now), offer, base, now)
        finally:
            operators.close()


def test_a_job_survives_a_power_cut_of_one_node_as_its_next_attempt(story: Story):
    crowd, market = people(12), story.market
    market.contribute(crowd, story.offer)
    first = story.manifest(crowd)
    market.ask(first, of=["node-a", "node-b"])
    until(lambda: market.status("node-a"), lambda found: found["state"] == "AGREEING")

    story.operators.kill("node-a")
    story.operators.serve("node-a")

    cut_off, waiting = market.status("node-a"), market.ended("node-b")
    assert (cut_off["state"], cut_off["reason"]) == ("FAILED", "interrupted")
    assert waiting["state"] == "FAILED"
    assert waiting["reason"] in ("peer_failed", "peer_timeout")  # told by the other, if in time
    for name in ("node-a", "node-b"):
        with pytest.raises(RefusedByPeerError, match="409"):
            market.client(name).get_json("/v1/jobs/job-1/output")

    second = replace(first, attempt=2)
    market.ask(second)
    ended = [market.ended(name) for name in NAMES]
    assert {(each["attempt"], each["state"], each["admitted"]) for each in ended} == {(2, "DONE", 12)}
    released: list[Any] = [market.client(name).get_json("/v1/jobs/job-1/output") for name in NAMES]
    keys = [market.registry.node(name, now=story.now).verifying_key for name in NAMES]
    count, mean, _ = open_released(second, crowd, released, keys).answer().rows[0].estimates
    assert count.value == 12
    assert mean.value == pytest.approx(sum(each.values["exam_score"] for each in crowd) / 12, abs=1e-9)


def test_the_peers_port_lets_in_no_stranger_and_not_the_marketplace(story: Story, tmp_path: Path):
    stranger = make_certificate(tmp_path, "stranger", now=story.now)
    entry = story.market.registry.node("node-a", now=story.now)

    for files in (stranger, story.market.certificate):
        context = dialling_context(files, entry.tls_certificate)
        raw = socket.create_connection(entry.peer_endpoint, timeout=60)
        with contextlib.suppress(OSError):  # TLS 1.3 tells the caller now, or when it reads
            raw, _ = handshake(raw, context, answering=False, seconds=60)
            assert raw.recv(1) == b""
        raw.close()

    counted = story.market.client("node-a").get_text("/metrics")
    assert 'mpc_peer_calls_total{outcome="no_handshake"} 2.0' in counted


def test_a_withdrawal_needs_no_certificate_and_gets_a_receipt(story: Story):
    her = people(13)[12]
    story.market.contribute([her], story.offer)
    withdrawal = sign_withdrawal(her.consent_id, story.now, her.key)

    for name in NAMES:
        answer: Any = story.market.client(name, anonymous=True).post_json(
            "/v1/withdrawals", {"withdrawal": withdrawal}
        )

        key = story.market.registry.node(name, now=story.now).verifying_key
        receipt = verify_deletion_receipt(
            answer["deletion_receipt"], key, node_id=name, consent_id=her.consent_id
        )
        assert receipt.consent_id == her.consent_id


def test_without_the_marketplaces_certificate_nobody_starts_a_job(story: Story):
    token = sign_manifest(story.manifest(people(12)), MARKET_KEY)

    with pytest.raises(RefusedByPeerError, match="403"):
        story.market.client("node-a", anonymous=True).post_json("/v1/jobs", {"manifest": token})


def test_a_certificate_outside_the_registry_is_cut_off(story: Story, tmp_path: Path):
    stranger = make_certificate(tmp_path, "stranger", now=story.now)
    entry = story.market.registry.node("node-a", now=story.now)
    client = Client(
        entry.url,
        pinned_pem=entry.tls_certificate,
        certificate=ClientCertificate(stranger.certificate, stranger.key),
    )

    with pytest.raises(PeerError):
        client.get_json("/health")


def test_logs_and_databases_say_nothing_about_anybodys_values(story: Story):
    crowd = people(12)
    scores = {str(each.values["exam_score"]) for each in crowd}

    for name in NAMES:
        written = (story.operators.folder / f"{name}.log").read_text()
        assert not any(each.consent_id in written for each in crowd)
        for path in (story.operators.folder / name).glob("node.db*"):
            content = path.read_bytes()
            assert not any(f'"exam_score":{score}'.encode() in content for score in scores)


def test_a_node_takes_no_job_over_a_log_that_was_not_shown_lately_also_after_a_power_cut(story: Story):
    market, operators = story.market, story.operators
    manifest = replace(story.manifest(people(12)), job_id="job-2", order_id="order-2")
    receipt = EscrowReceipt("order-2", EXACT.digest, 100_000, 100, story.now)
    asked = replace(manifest, escrow_receipt=sign_escrow_receipt(receipt, MARKET_KEY))
    operators.kill("node-a")
    operators.options = ("--max-log-age", LOG_AGE_SECONDS)
    operators.serve("node-a")
    market.show_log("node-a")
    at_first = market.refusal(asked, "node-a")

    stale = until(lambda: {"word": market.refusal(asked, "node-a")}, lambda found: found["word"] is not None)
    operators.kill("node-a")
    operators.serve("node-a")
    after_the_cut = market.refusal(asked, "node-a")
    market.show_log("node-a")

    assert (at_first, stale["word"], after_the_cut) == (None, "log_stale", "log_stale")
    assert market.refusal(asked, "node-a") is None
