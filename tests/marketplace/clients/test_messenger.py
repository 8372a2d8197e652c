"""News reach buyers' servers with their signature, and nobody inside a network."""

import pytest

from marketplace.clients.messenger import SIGNATURE_HEADER, HttpMessenger
from marketplace.domain.presentation import Notice
from marketplace.errors import RefusedError
from ssi.http.errors import PeerError
from tests.marketplace.mpc_node.parties import NOW
from tests.serving import scripted_peer

OK = b"HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n"
NO = b'HTTP/1.1 500 Oops\r\nContent-Type: application/problem+json\r\n\r\n{"title":"an inside story"}'


def a_notice(url: str) -> Notice:
    return Notice("n-1", "s-1", "a-1", url, '{"state":"verified"}', NOW, NOW)


def test_news_arrive_with_their_signature():
    with scripted_peer(OK) as (url, script):
        HttpMessenger(loopback=True).deliver(a_notice(f"{url}/news?x=1"), "signed")

    (heard,) = script.heard
    assert heard.startswith(b"POST /news?x=1 ")
    assert f"{SIGNATURE_HEADER}: signed".encode() in heard
    assert b"Content-Type: application/json" in heard
    assert b"Content-Length: 20" in heard


def test_a_server_that_refuses_news_did_not_get_them_and_its_words_are_not_passed_on():
    with scripted_peer(NO) as (url, _), pytest.raises(PeerError) as caught:
        HttpMessenger(loopback=True).deliver(a_notice(url), "signed")

    assert str(caught.value) == "answered 500"


@pytest.mark.parametrize("url", ["https://127.0.0.1:1/x", "https://localhost/x", "https://[::1]/x"])
def test_addresses_inside_a_network_are_told_nothing(url):
    with pytest.raises(PeerError, match="inside a network"):
        HttpMessenger().deliver(a_notice(url), "signed")


def test_this_machine_is_told_nothing_even_where_somebody_listens():
    with scripted_peer(OK) as (url, script):
        for told in (url, url.replace("http:", "https:")):
            with pytest.raises(PeerError, match="not sent"):
                HttpMessenger().deliver(a_notice(told), "signed")
        assert script.heard == []


@pytest.mark.parametrize(
    "url", ["http://buyer.example", "ftp://x", "", "https://u:p@x.example", "https://x.example/#a"]
)
def test_only_https_addresses_may_be_told(url):
    with pytest.raises(RefusedError):
        HttpMessenger().allow(url)
    HttpMessenger().allow("https://buyer.example/news")
