import threading
import time
from collections.abc import Callable
from contextlib import closing
from http import HTTPStatus
from typing import Any

import pytest
from flask import Flask, Response, jsonify, redirect, request

from ssi.http import problems
from ssi.http.client import Body, Client, Limits
from ssi.http.errors import GarbledAnswerError, PeerError, RefusedByPeerError, UnreachablePeerError
from tests.serving import scripted_peer, serving
from tests.ssi.issuer_service.listener import dripping

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"
CUT_OFF = b""
LONG_BEFORE_THE_ANSWER_ENDS = 60
"""Seconds: bytes that come one by one for more than three minutes would not have come in that time."""


@pytest.fixture(scope="module")
def peer():
    app = Flask(__name__)

    @app.route("/echo", methods=["GET", "POST", "PUT"])
    def echo():
        headers = {
            name: request.headers.get(name) for name in ("Content-Type", "X-Key", "Cookie", "Accept-Encoding")
        }
        return jsonify(method=request.method, body=request.get_data(as_text=True), headers=headers)

    @app.get("/cookie")
    def cookie():
        response = jsonify(ok=True)
        response.set_cookie("session", "1")
        return response

    answers: dict[str, Callable[[], Any]] = {
        "big": lambda: Response(b"x" * 100_000),
        "moved": lambda: redirect("/echo"),
        "nothing": lambda: ("", 204),
        "twice": lambda: '{"a": 1, "a": 2}',
        "bytes": lambda: b"\xff\xfe",
        "refused": lambda: problems.problem(HTTPStatus.CONFLICT, "Order conflict", detail="other body"),
        "broken": lambda: ("<html>", 502),
        "odd": lambda: ("", 599),
    }
    for name, answer in answers.items():
        app.add_url_rule(f"/{name}", name, answer, methods=["GET", "POST"])
    with serving(app) as address:
        yield address


@pytest.fixture
def client(peer):
    with closing(Client(peer, headers={"X-Key": "7"})) as client:
        yield client


def test_a_document_is_sent_in_canonical_form_with_the_clients_headers(client):
    heard = client.post_json("/echo", {"b": 1, "a": [True]}, headers={"Content-Language": "en"})

    assert heard["body"] == '{"a":[true],"b":1}'
    assert heard["headers"]["Content-Type"] == "application/json"
    assert heard["headers"]["X-Key"] == "7"


def test_other_methods_and_media_types_can_be_sent(client):
    body = Body(b"grant_type=x", "application/x-www-form-urlencoded")

    heard = client.send("PUT", "/echo", body=body).json()

    assert heard["method"] == "PUT"
    assert heard["headers"]["Content-Type"] == "application/x-www-form-urlencoded"


def test_an_empty_answer_to_a_document_is_null(client):
    assert client.post_json("/nothing", {}) is None


def test_bytes_and_text_come_as_they_are(client):
    assert client.get_bytes("/bytes") == b"\xff\xfe"
    assert client.get_text("/echo").startswith("{")


def test_text_that_is_not_utf8_is_garbled(client):
    with pytest.raises(GarbledAnswerError, match="UTF-8"):
        client.get_text("/bytes")


def test_json_that_two_parsers_could_read_differently_is_garbled(client):
    with pytest.raises(GarbledAnswerError, match="key twice"):
        client.get_json("/twice")


def test_a_refusal_carries_the_peers_reason(client):
    with pytest.raises(RefusedByPeerError, match="answered 409: other body") as caught:
        client.get_json("/refused")

    assert caught.value.status == 409
    assert caught.value.problem is not None
    assert caught.value.problem.title == "Order conflict"


@pytest.mark.parametrize(("path", "message"), [("/broken", "502: Bad Gateway"), ("/odd", "599: refused")])
def test_a_refusal_without_a_problem_document_is_named_by_its_status(client, path, message):
    with pytest.raises(RefusedByPeerError, match=message) as caught:
        client.get_json(path)

    assert caught.value.problem is None


def test_a_redirect_is_not_followed(client):
    with pytest.raises(GarbledAnswerError, match="redirect"):
        client.get_json("/moved")


def test_cookies_are_not_kept(client):
    client.get_json("/cookie")

    assert client.get_json("/echo")["headers"]["Cookie"] is None


def test_compressed_answers_are_not_asked_for(client):
    assert client.get_json("/echo")["headers"]["Accept-Encoding"] == "identity"


def test_proxies_of_the_environment_are_not_used(client, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")

    assert client.get_json("/echo")["method"] == "GET"


def test_an_answer_longer_than_the_limit_is_refused(peer):
    with (
        closing(Client(peer, limits=Limits(answer_bytes=99_999))) as client,
        pytest.raises(GarbledAnswerError, match="more than 99999 bytes"),
    ):
        client.get_bytes("/big")


def test_an_answer_that_never_ends_is_given_up(peer):
    with (
        closing(Client(peer, limits=Limits(total_seconds=0.0))) as client,
        pytest.raises(UnreachablePeerError, match="still answering"),
    ):
        client.get_bytes("/big")


@pytest.mark.parametrize(
    "answer",
    [b"HTTP/1.1 200 OK\r\nX-Slow: " + b"x" * 10_000, b"HTTP/1.1 200 OK\r\n\r\n" + b"1" * 10_000],
    ids=["header", "body that ends with the connection"],
)
def test_a_peer_that_drips_is_given_up_in_time(answer):
    limits = Limits(read_seconds=5.0, total_seconds=0.4)

    asked: list[bytes] = []

    drips = dripping(answer, apart=0.02, asked=asked)
    with drips as address, closing(Client(address, limits=limits)) as client:
        begun = time.monotonic()
        with pytest.raises(UnreachablePeerError, match=r"still answering after 0\.4 s"):
            client.get_bytes("")

    assert time.monotonic() - begun < LONG_BEFORE_THE_ANSWER_ENDS
    assert len(asked) <= 1  # it was not asked again


def test_a_peer_that_drips_its_side_of_a_handshake_is_given_up_in_time():
    record = b"\x16\x03\x03\x40\x00" + b"\x00" * 10_000  # the header of a TLS record that is never complete
    limits = Limits(connect_seconds=5.0, read_seconds=5.0, total_seconds=0.4)

    with dripping(record, apart=0.02) as address:
        with closing(Client(address.replace("http:", "https:"), limits=limits)) as client:
            begun = time.monotonic()
            with pytest.raises(UnreachablePeerError, match="still answering"):
                client.get_bytes("")

        assert time.monotonic() - begun < LONG_BEFORE_THE_ANSWER_ENDS


def test_a_peer_that_drips_into_a_kept_connection_is_given_up_in_time(monkeypatch):
    limits = Limits(read_seconds=5.0, total_seconds=0.4)
    drips = dripping(b"HTTP/1.1 200 OK\r\nX-Slow: " + b"x" * 10_000, apart=0.02, at_once=OK)

    with drips as address, closing(Client(address.removesuffix("/events"))) as client:
        assert client.get_json("/") == {}
        monkeypatch.setattr(client, "_limits", limits)  # so that only the second answer is hurried
        begun = time.monotonic()
        with pytest.raises(UnreachablePeerError, match="still answering"):
            client.get_json("/")

    assert time.monotonic() - begun < LONG_BEFORE_THE_ANSWER_ENDS


def test_a_deadline_that_is_kept_leaves_the_connection_open_for_the_next_request(peer, monkeypatch):
    moments: list[Callable[[], None]] = []
    real = threading.Timer

    def timer(seconds: float, cut: Callable[[], None]) -> threading.Timer:
        moments.append(cut)
        return real(seconds, cut)

    monkeypatch.setattr("ssi.http.deadline.threading.Timer", timer)
    with closing(Client(peer)) as client:
        for _ in range(3):
            assert client.post_json("/echo", {})  # which is not sent again on another connection
            moments[-1]()  # the deadline comes after the request has ended

    assert len(moments) == 3


def test_a_peer_that_hangs_up_is_unreachable():
    with (
        scripted_peer(CUT_OFF) as (address, _),
        closing(Client(address)) as client,
        pytest.raises(UnreachablePeerError, match=address),
    ):
        client.post_json("/", {})


def test_half_an_answer_is_no_answer():
    half = b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{}"

    with (
        scripted_peer(half) as (address, _),
        closing(Client(address)) as client,
        pytest.raises(UnreachablePeerError),
    ):
        client.post_json("/", {})


def test_a_peer_that_does_not_listen_is_unreachable():
    with scripted_peer() as (address, _):
        pass

    with closing(Client(address)) as client, pytest.raises(UnreachablePeerError):
        client.post_json("/", {})


def test_a_peer_that_stays_silent_is_given_up():
    with scripted_peer() as (address, _):
        limits = Limits(read_seconds=0.05)
        with closing(Client(address, limits=limits)) as client, pytest.raises(UnreachablePeerError):
            client.post_json("/", {})


def test_a_get_is_asked_once_more_when_the_connection_broke():
    with scripted_peer(CUT_OFF, OK) as (address, script), closing(Client(address)) as client:
        assert client.get_json("/") == {}

    assert len(script.heard) == 2


def test_a_post_is_sent_again_only_where_that_is_harmless():
    with scripted_peer(CUT_OFF, OK) as (address, _), closing(Client(address)) as client:
        assert client.post_json("/", {}, repeatable=True) == {}
    with scripted_peer(CUT_OFF, OK) as (address, script), closing(Client(address)) as client:
        with pytest.raises(UnreachablePeerError):
            client.post_json("/", {})

        assert len(script.heard) == 1


def test_a_refusal_is_not_asked_twice():
    refused = b"HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n"

    with scripted_peer(refused, OK) as (address, script), closing(Client(address)) as client:
        with pytest.raises(RefusedByPeerError):
            client.get_json("/")

        assert len(script.heard) == 1


def test_threads_share_a_client(client):
    heard: list[object] = []
    threads = [threading.Thread(target=lambda: heard.append(client.get_json("/echo"))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(heard) == 4


@pytest.mark.parametrize("address", [f"https://{'a' * 64}.example", "https://a..example"])
def test_a_host_whose_name_cannot_be_looked_up_is_unreachable(address):
    with closing(Client(address)) as client, pytest.raises(UnreachablePeerError):
        client.get_json("/")


@pytest.mark.parametrize(
    "address",
    [
        "http://node.example",
        "http://10.0.0.1:80",
        "https://[",
        "http://127.0.0.1.evil.example",
        "ftp://127.0.0.1",
        "https://user:pw@node.example",
        "https://",
        "node.example",
    ],
)
def test_addresses_that_may_not_be_asked_are_refused(address):
    with pytest.raises(PeerError) as caught:
        Client(address)

    assert "pw" not in str(caught.value)


def test_a_pin_makes_no_sense_without_tls():
    with pytest.raises(PeerError, match="https"):
        Client("http://127.0.0.1:1", pinned_pem="")


def test_a_key_in_the_headers_stays_out_of_repr(client):
    assert repr(client) == f"Client({client.base_url})"
