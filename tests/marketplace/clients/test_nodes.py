"""Talking to nodes over mutual TLS: what is sent, what is believed of the answer, whom is not talked to."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask, jsonify, request

from consent.roll import digest_of_piece
from crypto.encoding import b64url_encode
from crypto.reading import utc_text
from marketplace.clients.nodes import HttpNodes, over_tls
from marketplace.domain.job import CollectedOutput, NodeJobStatus, NodeOutput
from marketplace.domain.pace import NodePace
from ssi.hosting.tls import CertificateFiles, ServerTls, make_certificate
from ssi.http.errors import GarbledAnswerError, PeerError, RefusedByPeerError, UntrustedPeerError
from ssi.http.pinning import ClientCertificate
from ssi.trust import TrustRegistry
from tests.marketplace.mpc_node.parties import NOW, registry
from tests.serving import serving

OUTPUT = {"statement": "s", "held_statement": "h", "envelope": b64url_encode(b"sealed"), "admitted": ["c1"]}
STATUS: dict[str, Any] = {
    "job_id": "job",
    "attempt": 2,
    "state": "FAILED",
    "reason": "interrupted",
    "culprits": ["node-b"],
    "admitted": 0,
    "refusals": {"c2": "revoked"},
}

PACE: dict[str, Any] = {
    "round_seconds": 0.02,
    "bytes_per_second": 1e6,
    "measured_at": utc_text(NOW),
}


@dataclass
class Node:
    """A node that answers what it is told to and remembers what it was asked."""

    answers: dict[str, Any] = field(default_factory=dict)
    heard: list[tuple[str, Any]] = field(default_factory=list)

    def app(self) -> Flask:
        app = Flask(__name__)

        @app.route("/", defaults={"path": ""}, methods=["GET", "POST"])
        @app.route("/<path:path>", methods=["GET", "POST", "PUT"])
        def answer(path: str) -> Any:
            sent = request.get_data() if request.method == "PUT" else request.get_json(silent=True)
            self.heard.append((path, sent))
            if path not in self.answers:
                return jsonify(type="about:blank", title="Not found", status=404), 404
            found = self.answers[path]
            return found if isinstance(found, bytes) else jsonify(found)

        return app


@pytest.fixture
def certificates(tmp_path) -> dict[str, CertificateFiles]:
    return {name: make_certificate(tmp_path / name, name, now=NOW) for name in ("node", "market", "other")}


@pytest.fixture
def node() -> Node:
    return Node()


@pytest.fixture
def known(node, certificates, monkeypatch) -> Iterator[TrustRegistry]:
    tls = ServerTls(certificates["node"], peers=(certificates["market"].pem,))
    with serving(node.app(), tls) as url:
        entry = replace(registry().nodes[0], url=url, tls_certificate=certificates["node"].pem)
        yield replace(registry(), nodes=(entry, *registry().nodes[1:]))


def client(known: TrustRegistry, shown: CertificateFiles, *, now=NOW) -> HttpNodes:
    own = ClientCertificate(shown.certificate, shown.key)
    return HttpNodes(lambda: known, over_tls(own), clock=lambda: now)


@pytest.fixture
def nodes(known, certificates) -> Iterator[HttpNodes]:
    talking = client(known, certificates["market"])
    yield talking
    talking.close()


def test_contributions_are_sent_and_verdicts_read(nodes, node):
    node.answers["v1/contributions"] = {
        "results": [
            {"consent_id": "c1", "accepted": True, "reason": None},
            {"consent_id": "c2", "accepted": False, "reason": "revoked"},
            {"consent_id": "c3", "accepted": False, "reason": None},
        ]
    }

    verdicts = nodes.contribute("node-a", [{"consent": "x"}])

    assert verdicts == {"c1": None, "c2": "revoked", "c3": "refused"}
    assert node.heard == [("v1/contributions", {"contributions": [{"consent": "x"}]})]


def test_a_job_is_started_followed_and_collected(nodes, node):
    node.answers |= {"v1/jobs": {}, "v1/jobs/job": STATUS, "v1/jobs/job/output": OUTPUT}
    nodes.start("node-a", "manifest")

    assert nodes.status("node-a", "job") == NodeJobStatus("FAILED", 2, "interrupted", ("node-b",))
    output = NodeOutput(1, "node-a", "s", "h", b"sealed")
    assert nodes.collect("node-a", "job", role=1) == CollectedOutput(output, ("c1",), {"c2": "revoked"})
    assert node.heard[0] == ("v1/jobs", {"manifest": "manifest"})


def test_of_a_roll_the_missing_pieces_come_before_the_manifest(nodes, node):
    pieces = {digest_of_piece(piece): piece for piece in (b"one", b"two", b"three")}
    first, second, third = pieces
    node.answers |= {
        "v1/pieces/missing": {"missing": [third, first]},
        "v1/jobs": {},
        f"v1/pieces/{first}": {},
        f"v1/pieces/{third}": {},
    }

    nodes.start("node-a", "manifest", list(pieces.values()))

    assert node.heard == [
        ("v1/pieces/missing", {"pieces": [first, second, third]}),
        (f"v1/pieces/{first}", b"one"),
        (f"v1/pieces/{third}", b"three"),
        ("v1/jobs", {"manifest": "manifest"}),
    ]


def test_pieces_that_nobody_named_are_not_sent(nodes, node):
    node.answers |= {"v1/pieces/missing": {"missing": [digest_of_piece(b"another")]}, "v1/jobs": {}}

    nodes.start("node-a", "manifest", [b"one"])

    assert [path for path, _ in node.heard] == ["v1/pieces/missing", "v1/jobs"]


def test_of_a_job_with_a_roll_everybody_is_told_in_the_order_of_the_roll(nodes, node):
    people = {"reasons": [], "codes": "eNpjAAAAAQAB"}
    told = {name: value for name, value in OUTPUT.items() if name != "admitted"} | {"people": people}
    node.answers |= {"v1/jobs/job": STATUS, "v1/jobs/job/output": told}

    collected = nodes.collect("node-a", "job", role=1)

    assert (collected.admitted, collected.refusals, collected.people) == ((), {}, people)


def test_people_of_a_roll_that_are_no_object_are_garbled(nodes, node):
    node.answers |= {"v1/jobs/job": STATUS, "v1/jobs/job/output": {**OUTPUT, "people": [1]}}

    with pytest.raises(GarbledAnswerError):
        nodes.collect("node-a", "job", role=1)


def test_a_withdrawal_is_answered_with_a_receipt(nodes, node):
    node.answers["v1/withdrawals"] = {"deletion_receipt": "receipt"}

    assert nodes.withdraw("node-a", "token") == "receipt"
    assert node.heard == [("v1/withdrawals", {"withdrawal": "token"})]


def test_the_cosignature_of_a_node_is_handed_on_as_it_is(nodes, node):
    node.answers["v1/log/add-checkpoint"] = "— node-a AAAA\n".encode()

    assert nodes.cosign("node-a", b"old 0\n\nnote") == "— node-a AAAA\n"


def test_a_cosignature_that_is_no_text_is_refused_by_name(nodes, node):
    node.answers["v1/log/add-checkpoint"] = b"\xff"

    with pytest.raises(GarbledAnswerError, match="node-a"):
        nodes.cosign("node-a", b"old 0\n\nnote")


def test_withdrawals_that_a_node_waits_for_are_read_and_shown(nodes, node):
    awaited = [{"consent_id": "c1", "withdrawal": "token 1"}, {"consent_id": "c2", "withdrawal": "token 2"}]
    node.answers["v1/log/withdrawals"] = {"withdrawals": awaited}
    told = nodes.awaited_withdrawals("node-a")
    results = [{"consent_id": "c1", "shown": True}, {"shown": False, "reason": "not cosigned"}]
    node.answers["v1/log/withdrawals"] = {"results": results}

    assert told == {"c1": "token 1", "c2": "token 2"}
    assert nodes.show_withdrawals("node-a", [{"entry": 1}, {"entry": 2}]) == 1
    assert node.heard[-1] == ("v1/log/withdrawals", {"withdrawals": [{"entry": 1}, {"entry": 2}]})


def test_a_refusal_keeps_its_status(nodes):
    with pytest.raises(RefusedByPeerError) as raised:
        nodes.status("node-a", "unknown")
    assert raised.value.status == 404


@pytest.mark.parametrize(
    ("path", "answer", "ask"),
    [
        ("v1/jobs/job", [], lambda nodes: nodes.status("node-a", "job")),
        ("v1/jobs/job", {"state": 1, "attempt": 1}, lambda nodes: nodes.status("node-a", "job")),
        ("v1/jobs/job", {"state": "DONE"}, lambda nodes: nodes.status("node-a", "job")),
        ("v1/jobs/job", STATUS | {"culprits": "x"}, lambda nodes: nodes.status("node-a", "job")),
        ("v1/contributions", {"results": [{"accepted": True}]}, lambda nodes: nodes.contribute("node-a", [])),
        ("v1/contributions", {}, lambda nodes: nodes.contribute("node-a", [])),
        ("v1/withdrawals", {"deletion_receipt": 5}, lambda nodes: nodes.withdraw("node-a", "t")),
        ("v1/log/withdrawals", {"withdrawals": [{}]}, lambda nodes: nodes.awaited_withdrawals("node-a")),
        (
            "v1/log/withdrawals",
            {"withdrawals": [{}] * 101},
            lambda nodes: nodes.awaited_withdrawals("node-a"),
        ),
        (
            "v1/log/withdrawals",
            {"results": [{"shown": 1}]},
            lambda nodes: nodes.show_withdrawals("node-a", [1]),
        ),
    ],
)
def test_an_answer_of_another_form_is_refused_by_name(nodes, node, path, answer, ask):
    node.answers[path] = answer

    with pytest.raises(GarbledAnswerError, match="node-a"):
        ask(nodes)


@pytest.mark.parametrize(
    "changed",
    [{"envelope": "not base64!"}, {"admitted": ["c1", "c1"]}, {"admitted": 5}, {"statement": None}],
)
def test_an_output_of_another_form_is_refused(nodes, node, changed):
    node.answers |= {"v1/jobs/job": STATUS, "v1/jobs/job/output": OUTPUT | changed}

    with pytest.raises(GarbledAnswerError):
        nodes.collect("node-a", "job", role=0)


@pytest.mark.parametrize("refusals", [[], {"c1": 5}])
def test_refusals_of_another_form_are_refused(nodes, node, refusals):
    node.answers |= {"v1/jobs/job": STATUS | {"refusals": refusals}, "v1/jobs/job/output": OUTPUT}

    with pytest.raises(GarbledAnswerError):
        nodes.collect("node-a", "job", role=0)


def test_an_unknown_node_is_not_talked_to(nodes, node):
    with pytest.raises(PeerError, match="node-x"):
        nodes.status("node-x", "job")
    assert node.heard == []


def test_a_node_whose_entry_has_run_out_is_not_talked_to(known, certificates, node):
    late = client(known, certificates["market"], now=NOW + timedelta(days=400))

    with pytest.raises(PeerError):
        late.status("node-a", "job")
    assert not late.is_well("node-a")
    assert node.heard == []


def test_another_certificate_than_the_pinned_one_is_not_trusted(known, certificates, node):
    entry = replace(known.nodes[0], tls_certificate=certificates["other"].pem)
    fooled = client(replace(known, nodes=(entry, *known.nodes[1:])), certificates["market"])

    with pytest.raises(UntrustedPeerError):
        fooled.status("node-a", "job")
    assert node.heard == []
    fooled.close()


def test_a_node_lets_only_its_marketplace_in(known, certificates, node):
    stranger = client(known, certificates["other"])

    with pytest.raises(PeerError):
        stranger.status("node-a", "job")
    assert node.heard == []
    stranger.close()


def test_a_sign_of_life_never_raises(nodes, node):
    node.answers["health"] = {"status": "ok"}

    assert nodes.is_well("node-a")
    node.answers.clear()
    assert not nodes.is_well("node-a")
    assert not nodes.is_well("node-x")


def test_the_pace_of_a_node_is_read_and_none_where_it_has_none(nodes, node):
    node.answers["v1/pace"] = {"pace": {**PACE, "bytes_per_second": None}}

    assert nodes.pace("node-a") == NodePace(0.02, None, NOW)
    node.answers["v1/pace"] = {"pace": None}
    assert nodes.pace("node-a") is None
    node.answers.clear()  # a node that does not know the question
    assert nodes.pace("node-a") is None


@pytest.mark.parametrize("change", [{"round_seconds": 0}, {"round_seconds": 1e9}, {"bytes_per_second": -1}])
def test_a_pace_that_cannot_be_is_not_believed(nodes, node, change):
    node.answers["v1/pace"] = {"pace": {**PACE, **change}}

    assert nodes.pace("node-a") is None
