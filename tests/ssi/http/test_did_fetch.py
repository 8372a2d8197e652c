from urllib.parse import urlsplit

import pytest
from flask import Flask, jsonify, redirect

from ssi.errors import UnresolvableError
from ssi.http.did_fetch import AllowedFetch
from tests.serving import serving
from tests.ssi.issuer_service.listener import dripping

ANSWER = b'{"id":"did:web:localhost"}\n'


@pytest.fixture(scope="module")
def server():
    app = Flask(__name__)
    app.add_url_rule("/.well-known/did.json", "did", lambda: jsonify(id="did:web:localhost"))
    app.add_url_rule("/moved/did.json", "moved", lambda: redirect("/.well-known/did.json"))
    with serving(app) as address:
        yield address


def fetch_from(server: str, *, private_addresses: bool = True) -> AllowedFetch:
    return AllowedFetch([urlsplit(server).netloc], private_addresses=private_addresses)


def test_a_document_is_fetched_from_an_allowed_host(server: str):
    assert fetch_from(server)(f"{server}/.well-known/did.json", max_bytes=100) == ANSWER


def test_a_longer_answer_than_the_limit_is_refused(server: str):
    assert fetch_from(server)(f"{server}/.well-known/did.json", max_bytes=len(ANSWER)) == ANSWER
    with pytest.raises(UnresolvableError, match="more than"):
        fetch_from(server)(f"{server}/.well-known/did.json", max_bytes=len(ANSWER) - 1)


@pytest.mark.parametrize("path", ["/moved/did.json", "/missing/did.json"])
def test_redirects_and_missing_documents_are_refused(server: str, path: str):
    with pytest.raises(UnresolvableError):
        fetch_from(server)(server + path, max_bytes=100)


@pytest.mark.parametrize("hosts", [[], ["127.0.0.1"], ["other.example"]])
def test_a_host_that_was_not_named_is_not_asked(server: str, hosts: list[str]):
    with pytest.raises(UnresolvableError, match="none of the hosts"):
        AllowedFetch(hosts, private_addresses=True)(f"{server}/.well-known/did.json", max_bytes=100)


def test_a_host_that_lies_inside_is_not_asked_even_if_it_was_named(server: str):
    address = f"{server}/.well-known/did.json".replace("http:", "https:")

    with pytest.raises(UnresolvableError, match="lies inside"):
        fetch_from(server, private_addresses=False)(address, max_bytes=100)


def test_plain_http_is_spoken_with_this_machine_only():
    fetch = AllowedFetch(["university.example"], private_addresses=True)

    with pytest.raises(UnresolvableError, match="expected an https address"):
        fetch("http://university.example/.well-known/did.json", max_bytes=100)


@pytest.mark.parametrize(
    "address",
    [
        "10.0.0.1",
        "224.0.0.1",
        "ff02::1",
        "64:ff9b::10.0.0.1",
        "2002:a00:1::",
        "::ffff:169.254.169.254",
        "fe80::1%eth0",
    ],
)
def test_no_way_into_a_network_is_taken(address: str, monkeypatch: pytest.MonkeyPatch):
    found = [(None, None, None, "", (each, 443)) for each in ("93.184.216.34", address)]
    monkeypatch.setattr("socket.getaddrinfo", lambda *_a, **_n: found)

    with pytest.raises(UnresolvableError, match="inside a network"):
        AllowedFetch(["university.example"])("https://university.example/did.json", max_bytes=100)


def test_the_connection_goes_to_the_address_that_was_judged(monkeypatch: pytest.MonkeyPatch):
    answers, asked = iter(["93.184.216.34", "127.0.0.1"]), []

    def connect(address: object, *_arguments: object) -> None:
        asked.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr("socket.getaddrinfo", lambda h, p, **_n: [(None, None, None, "", (next(answers), p))])
    monkeypatch.setattr("socket.create_connection", connect)

    with pytest.raises(UnresolvableError, match="no answer"):
        AllowedFetch(["university.example"])("https://university.example/did.json", max_bytes=100)
    assert asked == [("93.184.216.34", 443)]


def test_an_answer_that_comes_drop_by_drop_is_cut_off_at_the_deadline():
    with dripping(b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 300, apart=0.005) as url:
        slow = AllowedFetch([urlsplit(url).netloc], private_addresses=True, seconds=0.3)
        with pytest.raises(UnresolvableError, match="in time"):
            slow(url, max_bytes=1_000)


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "ftp://localhost/a",
        "https://a@localhost/did.json",
        "//localhost",
        "https://[",
        "https://localhost:x/",
        "https://localhost/é",
        "https://localhost/\r\nx: y",
    ],
)
def test_other_addresses_are_refused(url: str):
    with pytest.raises(UnresolvableError):
        AllowedFetch(["localhost", "", "a@localhost"], private_addresses=True)(url, max_bytes=100)
