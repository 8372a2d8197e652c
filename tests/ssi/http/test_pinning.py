from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask, jsonify

from ssi.hosting.tls import ServerTls, make_certificate
from ssi.http.client import Client
from ssi.http.errors import PeerError, UnreachablePeerError, UntrustedPeerError
from ssi.http.pinning import ClientCertificate
from tests.serving import serving

NOW = datetime.now(UTC)  # OpenSSL compares with the clock of this machine


@pytest.fixture(scope="module")
def parties(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tls")
    return {name: make_certificate(folder / name, name, now=NOW) for name in ("node", "market", "stranger")}


@pytest.fixture(scope="module")
def address(parties):
    app = Flask(__name__)
    app.add_url_rule("/", view_func=lambda: jsonify(ok=True), methods=["GET", "POST"])
    with serving(app, ServerTls(parties["node"], peers=(parties["market"].pem,))) as address:
        yield address


def own(files):
    return ClientCertificate(files.certificate, files.key)


def asked(address, **settings):
    with closing(Client(address, **settings)) as client:
        return client.get_json("/")


def test_the_pinned_peer_is_asked(address, parties):
    assert asked(address, pinned_pem=parties["node"].pem) == {"ok": True}


def test_the_pin_counts_and_not_the_host_name(address, parties):
    assert asked(address.replace("127.0.0.1", "localhost"), pinned_pem=parties["node"].pem) == {"ok": True}


def test_a_peer_with_another_certificate_is_not_asked(address, parties):
    with pytest.raises(UntrustedPeerError):
        asked(address, pinned_pem=parties["stranger"].pem)


def test_a_self_made_certificate_without_a_pin_is_not_trusted(address):
    with pytest.raises(UntrustedPeerError):
        asked(address)


def test_our_certificate_lets_us_in(address, parties):
    assert asked(address, pinned_pem=parties["node"].pem, certificate=own(parties["market"])) == {"ok": True}


def test_a_certificate_the_peer_does_not_know_is_cut_off(address, parties):
    # Whether the refusal or the end of the connection arrives first is a matter of microseconds.
    with pytest.raises((UntrustedPeerError, UnreachablePeerError)):
        asked(address, pinned_pem=parties["node"].pem, certificate=own(parties["stranger"]))


def test_an_expired_certificate_is_refused_though_it_is_pinned(tmp_path):
    old = make_certificate(tmp_path, "old", now=NOW - timedelta(days=900))

    with serving(Flask(__name__), ServerTls(old)) as address, pytest.raises(UntrustedPeerError):
        asked(address, pinned_pem=old.pem)


def test_the_environment_cannot_add_an_authority(address, parties, monkeypatch):
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(parties["node"].certificate))
    monkeypatch.setenv("CURL_CA_BUNDLE", str(parties["node"].certificate))

    with pytest.raises(UntrustedPeerError):
        asked(address)


def test_a_pin_that_is_no_certificate_is_refused():
    with pytest.raises(PeerError, match="cannot be used"):
        asked("https://127.0.0.1:1", pinned_pem="not a certificate")


def test_a_certificate_without_its_key_is_refused(parties):
    wrong = ClientCertificate(parties["node"].certificate, parties["market"].key)

    with pytest.raises(PeerError, match="cannot be used"):
        asked("https://127.0.0.1:1", pinned_pem=parties["node"].pem, certificate=wrong)
