"""Events reach buyers' servers and nobody inside a network, however a receiver behaves."""

import socket

import pytest

from marketplace.clients.webhooks import HttpWebhooks
from marketplace.errors import RefusedError
from ssi.http.errors import PeerError, UnreachablePeerError
from tests.serving import scripted_peer

OK = b"HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n"
HUGE = b"HTTP/1.1 200 OK\r\nContent-Length: 100000000\r\n\r\n" + b"x" * 100_000
HEADERS = {"Content-Type": "application/json", "webhook-id": "msg_1", "webhook-signature": "v1,AAAA"}


def test_an_event_arrives_with_its_headers():
    with scripted_peer(OK) as (url, script):
        HttpWebhooks(loopback=True).deliver(f"{url}/events?x=1", b"{}", HEADERS)

    (heard,) = script.heard
    assert heard.startswith(b"POST /events?x=1 ")
    assert b"webhook-id: msg_1" in heard
    assert b"webhook-signature: v1,AAAA" in heard


@pytest.mark.parametrize("status", [b"301 Moved", b"302 Found", b"307 Again", b"308 Moved"])
def test_a_redirect_is_followed_nowhere(status):
    with scripted_peer(OK) as (inside, inner):
        to = b"HTTP/1.1 " + status + b"\r\nLocation: " + inside.encode() + b"/\r\nContent-Length: 0\r\n\r\n"
        with scripted_peer(to) as (url, _), pytest.raises(PeerError, match="answered 30"):
            HttpWebhooks(loopback=True).deliver(url, b"{}", HEADERS)
        assert inner.heard == []


@pytest.mark.parametrize(
    "status", [b"400 No", b"404 None", b"410 Gone", b"429 Later", b"500 Oops", b"102 Wait"]
)
def test_any_other_status_is_no_acknowledgement(status):
    refused = b"HTTP/1.1 " + status + b"\r\nContent-Length: 6\r\n\r\nsecret"
    with scripted_peer(refused) as (url, _), pytest.raises(PeerError) as caught:
        HttpWebhooks(loopback=True).deliver(url, b"{}", HEADERS)
    assert "secret" not in str(caught.value)


def test_an_endless_answer_is_not_read():
    with scripted_peer(HUGE) as (url, _):
        HttpWebhooks(loopback=True).deliver(url, b"{}", HEADERS)


def test_a_server_that_hangs_up_got_nothing():
    with scripted_peer(b"") as (url, _), pytest.raises(UnreachablePeerError):
        HttpWebhooks(loopback=True).deliver(url, b"{}", HEADERS)


def test_a_server_that_says_nothing_is_left():
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/"
        with pytest.raises(UnreachablePeerError, match="in time"):
            HttpWebhooks(loopback=True, seconds=0.2).deliver(url, b"{}", HEADERS)


def test_a_name_that_leads_to_this_machine_is_told_nothing():
    with scripted_peer(OK) as (url, script):
        named = url.replace("127.0.0.1", "localhost").replace("http:", "https:")
        with pytest.raises(PeerError, match="inside a network"):
            HttpWebhooks().deliver(named, b"{}", HEADERS)
        assert script.heard == []


@pytest.mark.parametrize(
    "url",
    [
        "http://buyer.example/",
        "https://127.0.0.1/",
        "https://localhost/",
        "https://10.0.0.1/",
        "https://169.254.169.254/latest",
        "https://[::1]/",
        "https://[::ffff:10.0.0.1]/",
        "https://u:p@buyer.example/",
        "https://buyer.example/#a",
        "https://buyer.example/" + "a" * 3000,
        "ftp://buyer.example/",
        "",
    ],
)
def test_only_public_https_addresses_are_registered(url):
    with pytest.raises(RefusedError, match="url: "):
        HttpWebhooks().allow(url)


def test_names_and_in_development_this_machine_are_registered():
    HttpWebhooks().allow("https://buyer.example:8443/events?key=1")
    HttpWebhooks(loopback=True).allow("http://127.0.0.1:5000/events")
