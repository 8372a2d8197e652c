"""Addresses that strangers chose are posted to outside only, once, and never for long."""

import socket
from datetime import UTC, datetime

import pytest
from flask import Flask, request
from hypothesis import given
from hypothesis import strategies as st

from crypto.errors import MalformedError
from ssi.hosting.tls import ServerTls, make_certificate
from ssi.http.errors import PeerError, UnreachablePeerError
from ssi.http.outside import MAX_URL, read_target
from ssi.http.outside_post import OutsidePost
from tests.serving import scripted_peer, serving
from tests.ssi.issuer_service.listener import dripping, listening

OUTSIDE = "93.184.216.34"
post_outside = OutsidePost(loopback=False)
post_here = OutsidePost(loopback=True)


def resolving(monkeypatch, *addresses: str) -> None:
    found = [(None, None, None, "", (address, 443)) for address in addresses]
    monkeypatch.setattr("socket.getaddrinfo", lambda *_a, **_n: found)


@pytest.mark.parametrize(
    "url",
    [
        "http://system.example/events",
        "ftp://system.example/events",
        "file:///etc/passwd",
        "https://user:word@system.example/",
        "https://@system.example/",
        "https://system.example/#x",
        "https:///events",
        "https://system.example/ x",
        "https://system.example/\nx",
        "https://system.example/ü",
        "https://[::1/",
        "https://system.example:99999/",
        "https://system.example:port/",
        "https://a..b/",
        "https://.system.example/",
        "https://" + "a" * 64 + ".example/",
        "https://" + "a." * 130 + "example/",
        "https://sys%00tem.example/",
        "https://system.example/" + "x" * MAX_URL,
        "",
    ],
)
def test_an_address_that_is_no_plain_https_address_is_refused(url):
    for loopback in (False, True):
        with pytest.raises(MalformedError):
            read_target(url, loopback=loopback)


def test_this_machine_is_spoken_to_in_the_open_only_in_development():
    assert read_target("http://127.0.0.1:80/x", loopback=True).port == 80
    with pytest.raises(MalformedError):
        read_target("http://127.0.0.1:80/x", loopback=False)


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused_by_name(text):
    for url in (text, f"https://{text}"):
        try:
            read_target(url, loopback=True)
        except MalformedError:
            continue


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "::1", "::ffff:127.0.0.1", "10.0.0.1", "169.254.169.254", "fe80::1%eth0", "fc00::1"],
)
def test_nothing_is_sent_into_a_network(address, monkeypatch):
    resolving(monkeypatch, address)

    with pytest.raises(PeerError, match="inside a network"):
        post_outside("https://system.example/", b"{}", {})


def test_a_network_beyond_this_machine_is_inside_in_development_too(monkeypatch):
    resolving(monkeypatch, "10.0.0.1")

    with pytest.raises(PeerError, match="inside a network"):
        post_here("https://system.example/", b"{}", {})


def test_a_host_with_one_address_inside_is_not_sent_to(monkeypatch):
    resolving(monkeypatch, OUTSIDE, "10.0.0.1")

    with pytest.raises(PeerError, match="inside a network"):
        post_outside("https://system.example/", b"{}", {})


def test_the_connection_goes_to_the_address_that_was_checked(monkeypatch):
    answers, asked = iter([OUTSIDE, "127.0.0.1"]), []

    def connect(address, *_arguments):
        asked.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr("socket.getaddrinfo", lambda h, p, **_n: [(None, None, None, "", (next(answers), p))])
    monkeypatch.setattr("socket.create_connection", connect)

    with pytest.raises(UnreachablePeerError, match="no answer"):
        post_outside("https://system.example/", b"{}", {})
    assert asked == [(OUTSIDE, 443)]


@pytest.mark.parametrize("error", [socket.gaierror(), UnicodeError("label too long")])
def test_a_host_that_cannot_be_looked_up_has_no_address(error, monkeypatch):
    def resolved(*_arguments, **_named):
        raise error

    monkeypatch.setattr("socket.getaddrinfo", resolved)

    with pytest.raises(UnreachablePeerError, match="no address"):
        post_outside("https://system.example/", b"{}", {})


def test_what_is_posted_arrives_and_its_status_comes_back():
    with listening() as listener:
        status = post_here(f"{listener.url}?a=1", b"{}", {"Signature": "s"})

    ((headers, body),) = listener.arrived
    assert (status, body, headers["signature"]) == (204, b"{}", "s")


def test_a_redirect_is_not_followed():
    with listening() as listener:
        listener.answers, listener.location = [302], listener.url
        with pytest.raises(PeerError, match="answered 302"):
            post_here(listener.url, b"{}", {})

    assert len(listener.arrived) == 1


@pytest.mark.parametrize("answer", [b"", b"rubbish\r\n\r\n", b"HTTP/1.1 2x0\r\n\r\n", b"\x00" * 200])
def test_an_answer_that_is_none_is_told_in_our_words_only(answer):
    with scripted_peer(answer) as (url, _), pytest.raises(UnreachablePeerError) as caught:
        post_here(url, b"{}", {})

    assert str(caught.value).startswith("no answer (")
    assert "rubbish" not in str(caught.value)


def test_an_answer_that_comes_drop_by_drop_is_cut_off_at_the_deadline():
    with dripping(b"HTTP/1.1 204 No Content\r\nx: " + b"x" * 300 + b"\r\n\r\n", apart=0.005) as url:
        with pytest.raises(UnreachablePeerError, match="in time"):
            OutsidePost(loopback=True, seconds=0.3)(url, b"{}", {})
        assert OutsidePost(loopback=True, seconds=60)(url, b"{}", {}) == 204


def test_a_handshake_that_never_ends_is_cut_off_at_the_deadline():
    hello = b"\x16\x03\x03\x40\x00" + b"\x02\x00\x3f\xfc" * 500
    with dripping(hello, apart=0.005) as url, pytest.raises(UnreachablePeerError, match="in time"):
        OutsidePost(loopback=True, seconds=0.3)(url.replace("http:", "https:"), b"{}", {})


def test_a_server_that_nobody_vouches_for_is_told_nothing(tmp_path):
    app, heard = Flask("system"), []

    @app.post("/")
    def take() -> str:
        heard.append(request.get_data())
        return ""

    files = make_certificate(tmp_path, "system", now=datetime.now(UTC))
    with serving(app, ServerTls(files)) as url, pytest.raises(UnreachablePeerError, match="SSLCert"):
        post_here(url, b"{}", {})
    assert heard == []
