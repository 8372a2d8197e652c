"""The wallet's side of OpenID4VCI part by part: proofs of keys, hostile metadata, addresses not to ask."""

import socket
from contextlib import contextmanager, suppress
from typing import Any

import pytest
from flask import Flask, Response, jsonify, request
from hypothesis import given
from hypothesis import strategies as st

from crypto.encoding import b64url_encode, sha256
from crypto.errors import MalformedError
from ssi.errors import UnresolvableError
from ssi.http.client import Body, Client
from ssi.http.errors import PeerError, RefusedByPeerError
from ssi.issuer_service.domain.dpop import SentRequest, verify_dpop
from ssi.jws import parse_jws
from ssi.openid4vp.encryption import encryption_jwk
from tests.serving import serving
from tests.ssi.parties import NOW, es256, random_of
from wallet.clients.connections import Connections
from wallet.clients.openid4vci.dpop import Prover
from wallet.clients.openid4vci.metadata import plain_text, read_issuer, read_server
from wallet.clients.openid4vci.outside import Outside
from wallet.clients.openid4vci.refusals import error_code
from wallet.domain.collecting import MOST_COPIES
from wallet.errors import LinkError, Trouble

ISSUER = "https://issuer.example/uni"
KEY = es256("dpop")


def prover(*, proves: bool = True) -> Prover:
    return Prover(KEY, proves, lambda: NOW, random_of("dpop"))


# ---- Proofs of a key beside requests ----


def test_a_proof_is_for_one_request_and_one_token():
    proof = prover().proof("POST", f"{ISSUER}/credential?x=y", "token")

    proved = verify_dpop(proof, SentRequest("POST", f"{ISSUER}/credential", "token"), now=NOW)
    claims = parse_jws(proof, "proof").payload
    assert proved.thumbprint == KEY.public.thumbprint()
    assert claims["htu"] == f"{ISSUER}/credential"
    assert claims["ath"] == b64url_encode(sha256(b"token"))


def test_no_two_proofs_are_the_same():
    made = prover()

    assert made.proof("POST", ISSUER, None) != made.proof("POST", ISSUER, None)


@contextmanager
def server_that_wants_a_nonce(heard: list[Any], *, says_which: bool = True):
    app = Flask(__name__)

    @app.post("/token")
    def token() -> tuple[Response, int]:
        claims = parse_jws(request.headers["DPoP"], "proof").payload
        heard.append(claims.get("nonce"))
        answer = jsonify(error="use_dpop_nonce")
        if says_which:
            answer.headers["DPoP-Nonce"] = f"nonce-{len(heard)}"
        return (jsonify(fine=True), 200) if claims.get("nonce") == "nonce-1" else (answer, 400)

    with serving(app) as url:
        yield url


def test_a_nonce_that_a_server_wants_is_sent_with_the_next_proof():
    heard: list[Any] = []
    with server_that_wants_a_nonce(heard) as url:
        answer = prover().post(Client(url), f"{url}/token", Body(b"{}"))

    assert answer.json() == {"fine": True}
    assert heard == [None, "nonce-1"]


def test_a_server_that_does_not_say_which_nonce_is_not_asked_for_ever():
    heard: list[Any] = []
    with server_that_wants_a_nonce(heard, says_which=False) as url, pytest.raises(RefusedByPeerError):
        prover().post(Client(url), f"{url}/token", Body(b"{}"))

    assert heard == [None]


def test_a_refusals_code_is_found_in_its_body_or_in_its_challenge():
    by_body = RefusedByPeerError("peer", 400, None, body=b'{"error": "invalid_grant"}')
    challenge = {"www-authenticate": 'DPoP error="invalid_token", algs="ES256"'}
    by_header = RefusedByPeerError("peer", 401, None, headers=challenge, body=b"<html>")

    assert (error_code(by_body), error_code(by_header)) == ("invalid_grant", "invalid_token")
    assert error_code(RefusedByPeerError("peer", 400, None, body=b"[]")) is None


# ---- Metadata ----


def issuer_document(**changes: Any) -> dict[str, Any]:
    document = {
        "credential_issuer": ISSUER,
        "credential_endpoint": f"{ISSUER}/credential",
        "credential_configurations_supported": {
            "exam": {
                "format": "dc+sd-jwt",
                "vct": "urn:exam",
                "scope": "exam",
                "credential_metadata": {
                    "display": [{"name": "Exam", "locale": "en"}, {"name": "Prüfung", "locale": "de-AT"}],
                    "claims": [{"path": ["score"], "display": [{"name": "Score"}]}, {"path": ["a", "b_c"]}],
                },
            }
        },
        **changes,
    }
    return {name: value for name, value in document.items() if value is not None}


def test_metadata_says_what_would_come_in_several_languages():
    read = read_issuer(issuer_document(), ISSUER, "exam")

    assert dict(read.configuration.title) == {"en": "Exam", "de-at": "Prüfung"}
    assert [dict(claim) for claim in read.configuration.claims] == [{"und": "Score"}, {"und": "b_c"}]
    assert (read.copies, read.recipient, read.servers) == (1, None, (ISSUER,))


def test_no_more_copies_are_asked_for_than_both_sides_allow():
    def copies(size: int) -> int:
        batch = {"batch_size": size}
        return read_issuer(issuer_document(batch_credential_issuance=batch), ISSUER, "exam").copies

    assert (copies(1), copies(3), copies(10**6)) == (1, 3, MOST_COPIES)


def encryption(**changes: Any) -> dict[str, Any]:
    offered = {
        "credential_request_encryption": {
            "jwks": {"keys": [encryption_jwk(KEY)]},
            "enc_values_supported": ["A128GCM", "A256GCM"],
            "encryption_required": False,
        },
        "credential_response_encryption": {
            "alg_values_supported": ["ECDH-ES"],
            "enc_values_supported": ["A128GCM", "A256GCM"],
            "encryption_required": False,
        },
    }
    return {**offered, **changes}


def test_the_strongest_encryption_that_both_know_is_used():
    recipient = read_issuer(issuer_document(**encryption()), ISSUER, "exam").recipient

    assert recipient is not None
    assert recipient.content_encryption == "A256GCM"


def test_messages_go_in_the_open_only_where_the_issuer_cannot_read_others():
    alone = encryption(credential_request_encryption=None)
    assert read_issuer(issuer_document(**alone), ISSUER, "exam").recipient is None
    unknown = {
        "alg_values_supported": ["RSA-OAEP-256"],
        "enc_values_supported": ["A256GCM"],
        "encryption_required": True,
    }

    with pytest.raises(MalformedError, match="demands an encryption"):
        read_issuer(issuer_document(**encryption(credential_response_encryption=unknown)), ISSUER, "exam")


ELSEWHERE = "https://attacker.example/x"


@pytest.mark.parametrize(
    "changes",
    [
        {"credential_issuer": "https://issuer.example"},
        {"credential_issuer": None},
        *(
            {name: ELSEWHERE}
            for name in (
                "credential_endpoint",
                "nonce_endpoint",
                "deferred_credential_endpoint",
                "notification_endpoint",
            )
        ),
        {"credential_endpoint": "http://issuer.example/uni/credential"},
        {"credential_endpoint": "https://issuer.example:444/uni/credential"},
        {"credential_endpoint": "https://x@issuer.example/uni/credential"},
        {"authorization_servers": []},
        {"batch_credential_issuance": {"batch_size": 0}},
        {"credential_configurations_supported": {}},
        {"credential_configurations_supported": {"exam": {"format": "mso_mdoc", "doctype": "x"}}},
        {"display": [{"name": 7}]},
    ],
)
def test_metadata_that_is_not_the_issuers_or_not_of_its_form_is_refused(changes: dict[str, Any]):
    with pytest.raises(MalformedError):
        read_issuer(issuer_document(**changes), ISSUER, "exam")


@pytest.mark.parametrize(
    "changes",
    [
        {"issuer": "https://attacker.example"},
        {"issuer": None},
        {"token_endpoint": ELSEWHERE},
        {"authorization_endpoint": ELSEWHERE},
        {"pushed_authorization_request_endpoint": ELSEWHERE},
        {"authorization_response_iss_parameter_supported": "yes"},
    ],
)
def test_a_server_that_speaks_for_another_or_points_elsewhere_is_refused(changes: dict[str, Any]):
    document = {"issuer": ISSUER, "token_endpoint": f"{ISSUER}/token", **changes}

    with pytest.raises(MalformedError):
        read_server({name: value for name, value in document.items() if value is not None}, ISSUER)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
MEMBERS = [*issuer_document(), *encryption(), "display", "batch_credential_issuance", "authorization_servers"]


@given(st.dictionaries(st.sampled_from(MEMBERS), json_values, min_size=1, max_size=3))
def test_any_document_is_metadata_or_a_named_refusal(members: dict[str, Any]):
    hostile = {**issuer_document(), **encryption(), **members}

    with suppress(MalformedError):
        assert read_issuer(hostile, ISSUER, "exam").issuer_url == ISSUER


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Exam \u202etxe\u202c", "Exam txe"),
        ("a\x00b\nc", "abc"),
        ("\u200b", "?"),
        ("x" * 999, "x" * 200),
        ("<b>Prüfung</b>", "<b>Prüfung</b>"),
    ],
)
def test_a_strangers_text_cannot_hide_or_turn_around(text: str, shown: str):
    assert plain_text(text) == shown


# ---- Where strangers may not send a wallet ----


@pytest.mark.parametrize(
    "address",
    [
        "http://issuer.example",
        "https://127.0.0.1",
        "https://[::1]/x",
        "https://10.0.0.1",
        "https://169.254.169.254/latest",
        "https://[::ffff:10.0.0.1]",
        "https://localhost",
        "https://user@1.1.1.1",
        "https://",
        "ftp://1.1.1.1",
        "https://[",
        "nowhere",
    ],
)
def test_an_address_inside_or_without_https_is_not_asked(address: str):
    outside = Outside(Connections())

    with pytest.raises(LinkError) as refusal:
        outside.to(address)
    assert refusal.value.trouble is Trouble.INSECURE
    with pytest.raises(UnresolvableError):
        outside.fetch(address, max_bytes=100)


@pytest.mark.parametrize(
    ("found", "is_asked"),
    [(["93.184.216.34"], True), (["93.184.216.34", "10.0.0.7"], False), ([], False)],
)
def test_a_name_is_asked_only_if_every_address_behind_it_is_public(
    monkeypatch: pytest.MonkeyPatch, found: list[str], is_asked: bool
):
    def looked_up(*_: object, **__: object) -> list[tuple[Any, ...]]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 443)) for address in found]

    monkeypatch.setattr(socket, "getaddrinfo", looked_up)
    outside = Outside(Connections())

    if is_asked:
        assert outside.to("https://issuer.example").base_url == "https://issuer.example"
    else:
        with pytest.raises(LinkError):
            outside.to("https://issuer.example")


def test_a_name_that_moves_to_this_machine_after_it_was_judged_reaches_nothing(
    monkeypatch: pytest.MonkeyPatch,
):
    answers = iter(["93.184.216.34", "127.0.0.1"])

    def rebinding(*_: object, **__: object) -> list[tuple[Any, ...]]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (next(answers), 443))]

    monkeypatch.setattr(socket, "getaddrinfo", rebinding)
    issuer = Outside(Connections()).to("https://issuer.example")

    with pytest.raises(PeerError, match="inside a network"):
        issuer.get_bytes("/credential")


def test_a_document_about_a_key_is_bounded():
    app = Flask(__name__)
    app.add_url_rule("/did.json", "did", lambda: "x" * 101)
    with serving(app) as url, pytest.raises(UnresolvableError, match="at most 100"):
        Outside(Connections(), private_addresses=True).fetch(f"{url}/did.json", max_bytes=100)
