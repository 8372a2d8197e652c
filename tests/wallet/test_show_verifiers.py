"""The client to those who ask: which addresses it asks, what it sends, what it makes of the answers."""

import json
import socket
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask, Response, request

from ssi.errors import UnresolvableError
from ssi.openid4vp.request import REQUEST_MEDIA_TYPE, RequestUriMethod
from ssi.openid4vp.request_reading import RequestLink
from tests.serving import scripted_peer, serving
from wallet.clients.show_verifiers import VerifierClient
from wallet.errors import (
    PartnerError,
    PartnerFaultError,
    PartnerUnreachableError,
    VerifierRefusedError,
)

NOWHERE = "http://127.0.0.1:9"


def link(address: str, method: RequestUriMethod = RequestUriMethod.GET) -> RequestLink:
    return RequestLink("x509_san_dns:verifier.example", address, method)


def client(url: str) -> VerifierClient:
    return VerifierClient(frozenset({url}))


def answering(status: int, document: object) -> bytes:
    body = document if isinstance(document, bytes) else json.dumps(document).encode()
    head = f"HTTP/1.1 {status} X\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    return head.encode() + body


def test_a_request_is_fetched_by_get():
    with scripted_peer(answering(200, b"eyJ.e30.sig\n")) as (url, script):
        assert client(url).fetch(link(f"{url}/request/1?a=b"), wallet_nonce=None) == "eyJ.e30.sig"

    assert script.heard[0].startswith(b"GET /request/1?a=b HTTP/1.1")
    assert f"Accept: {REQUEST_MEDIA_TYPE}".encode() in script.heard[0]


@pytest.mark.parametrize(
    "path",
    [
        "/v1/offers",
        "/openid4vp",
        "/openid4vp/../v1/offers",
        "/openid4vp/%2e%2e/v1/offers",
        "/openid4vp/./../x",
    ],
)
def test_a_link_leads_to_no_other_door_of_the_own_marketplace(path):
    with scripted_peer(answering(200, b"eyJ.e30.sig\n"), answering(200, {})) as (url, script):
        asking = VerifierClient(frozenset({url}), own_path="/openid4vp/")

        with pytest.raises(PartnerFaultError):
            asking.fetch(link(url + path), wallet_nonce=None)
        with pytest.raises(PartnerFaultError):
            asking.answer(url + path, {"state": "1"})
        assert script.heard == []
        assert asking.fetch(link(f"{url}/openid4vp/1/request"), wallet_nonce=None) == "eyJ.e30.sig"


def test_a_request_fetched_by_post_says_what_every_wallet_can_do_and_the_nonce():
    app = Flask("asker")
    heard: list[dict[str, list[str]]] = []

    @app.post("/request")
    def ask() -> Response:
        heard.append(request.form.to_dict(flat=False))
        return Response("eyJ.e30.sig")

    with serving(app) as url:
        client(url).fetch(link(f"{url}/request", RequestUriMethod.POST), wallet_nonce="n-1")

    (form,) = heard
    assert form["wallet_nonce"] == ["n-1"]
    assert json.loads(form["wallet_metadata"][0])["response_modes_supported"] == [
        "direct_post",
        "direct_post.jwt",
    ]
    assert form.keys() == {"wallet_nonce", "wallet_metadata"}


def test_an_answer_is_posted_as_a_form():
    with scripted_peer(answering(200, {"redirect_uri": "https://buyer.example/back#response_code=1"})) as (
        url,
        script,
    ):
        onward = client(url).answer(f"{url}/response", {"vp_token": '{"a": ["b~c"]}', "state": "s"})

    assert onward == "https://buyer.example/back#response_code=1"
    head = script.heard[0].decode()
    assert head.startswith("POST /response HTTP/1.1")
    assert "Content-Type: application/x-www-form-urlencoded" in head


@pytest.mark.parametrize(
    "said",
    [
        "http://buyer.example/back",
        "javascript:alert(1)",
        "https://somebody@buyer.example/",
        "//buyer.example/",
        "https://buyer.example/" + "a" * 2_000,
        "https://buyer.example/\u202e",
        "http://127.0.0.1:1/elsewhere",
        7,
        "",
    ],
)
def test_the_browser_is_not_led_where_it_may_not_go(said):
    with scripted_peer(answering(200, {"redirect_uri": said})) as (url, _):
        assert client(url).answer(f"{url}/response", {}) is None


def test_on_this_machine_the_browser_may_go_on_where_the_answer_went():
    with serving(_back()) as url:
        assert client(url).answer(f"{url}/response", {}) == f"{url}/back"


def _back() -> Flask:
    app = Flask("asker")

    @app.post("/response")
    def take() -> dict[str, str]:
        return {"redirect_uri": f"{request.host_url}back"}

    return app


@pytest.mark.parametrize("body", [b"", b"not json", b"[]", b"{}"])
def test_an_accepted_answer_needs_no_words(body):
    with scripted_peer(answering(200, body)) as (url, _):
        assert client(url).answer(f"{url}/response", {}) is None


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        ({"error": "invalid_request", "reason": "revoked"}, "revoked"),
        ({"error": "invalid_request"}, "invalid_request"),
        ({"error": "x" * 200}, None),
        ({"error": "\u202eevil"}, None),
        ({"error": 3}, None),
        (b"<html>", None),
        (b"[" * 100_000, None),
    ],
)
def test_a_refused_answer_has_the_askers_word_for_programs(document, reason):
    with scripted_peer(answering(400, document)) as (url, _), pytest.raises(VerifierRefusedError) as refusal:
        client(url).answer(f"{url}/response", {})

    assert refusal.value.reason == reason


@pytest.mark.parametrize("status", [429, 500, 503])
def test_an_asker_that_is_overburdened_counts_as_not_reached(status):
    with scripted_peer(answering(status, {})) as (url, _), pytest.raises(PartnerUnreachableError):
        client(url).answer(f"{url}/response", {})


def test_a_redirect_is_not_followed():
    moved = (
        b"HTTP/1.1 307 X\r\nLocation: http://127.0.0.1:9/\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
    )
    with scripted_peer(moved, moved) as (url, _):
        with pytest.raises(PartnerFaultError):
            client(url).answer(f"{url}/response", {})
        with pytest.raises(PartnerFaultError):
            client(url).fetch(link(f"{url}/request"), wallet_nonce=None)


@pytest.mark.parametrize("body", [b"x" * 500_000, "ü".encode()], ids=["too long", "not ASCII"])
def test_what_is_no_signed_request_is_refused(body):
    with scripted_peer(answering(200, body)) as (url, _), pytest.raises(PartnerFaultError):
        client(url).fetch(link(f"{url}/request"), wallet_nonce=None)


@pytest.mark.parametrize(
    "address",
    [
        f"{NOWHERE}/request",
        "https://127.0.0.1:9/request",
        "https://localhost/request",
        "https://[::1]/request",
        "https://somebody@verifier.example/request",
        "https://[/request",
        "ftp://verifier.example/request",
    ],
)
def test_addresses_inside_a_network_are_not_asked(address):
    outside = VerifierClient(frozenset({"http://127.0.0.1:8000"}))

    with pytest.raises(PartnerFaultError):
        outside.fetch(link(address), wallet_nonce=None)
    with pytest.raises(PartnerFaultError):
        outside.answer(address, {"vp_token": "secret"})
    with pytest.raises(UnresolvableError):
        outside.document(address, max_bytes=1_000)


@pytest.mark.parametrize("found", [["93.184.216.34", "10.0.0.1"], [], ["fe80::1%eth0"], ["169.254.169.254"]])
def test_a_host_with_an_address_inside_a_network_is_not_asked(monkeypatch, found):
    monkeypatch.setattr(
        "socket.getaddrinfo", lambda _h, p, **_n: [(2, 1, 6, "", (each, p)) for each in found]
    )
    inside = VerifierClient(frozenset())

    with pytest.raises(PartnerError):
        inside.fetch(link("https://verifier.example/request"), wallet_nonce=None)


def test_a_resolver_that_answers_public_first_and_this_machine_afterwards_reaches_nothing(monkeypatch):
    asked: list[str] = []

    def rebinding(host, port, *_family, **_named):
        asked.append(host)
        if host == "93.184.216.34":  # which is what is connected to; tests go no further
            raise socket.gaierror
        return [(2, 1, 6, "", ("93.184.216.34" if len(asked) == 1 else "127.0.0.1", port))]

    monkeypatch.setattr("socket.getaddrinfo", rebinding)

    with pytest.raises(PartnerUnreachableError):
        VerifierClient(frozenset()).answer("https://verifier.example/response", {"vp_token": "secret"})
    assert asked == ["verifier.example", "93.184.216.34"]


def test_in_development_this_machine_may_ask():
    with scripted_peer(answering(200, b"eyJ.e30.sig")) as (url, _):
        assert VerifierClient(frozenset(), development=True).fetch(link(f"{url}/r"), wallet_nonce=None)


def test_a_document_of_an_identifier_is_read_within_its_bound():
    with scripted_peer(answering(200, b"{}"), answering(200, b"x" * 2_000)) as (url, script):
        assert client(url).document(f"{url}/.well-known/did.json", max_bytes=1_000) == b"{}"
        with pytest.raises(UnresolvableError):
            client(url).document(f"{url}/.well-known/did.json", max_bytes=1_000)

    assert b"Accept: application/json" in script.heard[0]


def test_a_form_reads_back_as_it_was_sent():
    app = Flask("asker")
    heard: list[bytes] = []

    @app.post("/response")
    def take() -> dict[str, str]:
        heard.append(request.get_data())
        return {}

    form = {"vp_token": '{"exam":["a~b=="]}', "state": "ü & +"}
    with serving(app) as url:
        client(url).answer(f"{url}/response", form)

    assert parse_qs(heard[0].decode(), strict_parsing=True) == {name: [text] for name, text in form.items()}
    assert urlsplit(url).hostname == "127.0.0.1"
