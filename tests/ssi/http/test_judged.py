"""A client that judges addresses connects to the judged one, and believes a certificate by the host name."""

import socket
from contextlib import closing
from datetime import UTC, datetime

import pytest
from flask import Flask, jsonify

from ssi.hosting.tls import ServerTls, make_certificate
from ssi.http.client import Client, Limits
from ssi.http.errors import PeerError, UntrustedPeerError
from tests.serving import serving

NOW = datetime.now(UTC)  # OpenSSL compares with the clock of this machine


def asked(address: str, judged: list[str], *, allowed: bool = True):
    def may_reach(address: str) -> bool:
        judged.append(address)
        return allowed

    with closing(Client(address, limits=Limits(may_reach=may_reach))) as client:
        return client.get_json("/")


@pytest.fixture
def server(tmp_path, monkeypatch):
    """A server whose certificate is for `localhost` alone, by an authority that this machine trusts."""
    files = make_certificate(tmp_path, "server", now=NOW, hosts=("localhost",))
    monkeypatch.setenv("SSL_CERT_FILE", str(files.certificate))
    app = Flask(__name__)
    app.add_url_rule("/", view_func=lambda: jsonify(ok=True))
    with serving(app, ServerTls(files)) as address:
        yield address


def test_a_host_is_reached_at_its_judged_address_under_its_own_name(server):
    judged: list[str] = []

    assert asked(server.replace("127.0.0.1", "localhost"), judged) == {"ok": True}
    assert set(judged) <= {"127.0.0.1", "::1"}
    assert judged


def test_a_certificate_for_another_name_is_not_believed_at_a_judged_address(server, monkeypatch):
    real = socket.getaddrinfo
    monkeypatch.setattr(
        socket, "getaddrinfo", lambda _host, *rest, **named: real("127.0.0.1", *rest, **named)
    )

    with pytest.raises(UntrustedPeerError):
        asked(server.replace("127.0.0.1", "other.example"), [])


def test_an_address_that_may_not_be_reached_is_not_connected_to(server):
    with pytest.raises(PeerError, match="inside a network"):
        asked(server.replace("127.0.0.1", "localhost"), [], allowed=False)
