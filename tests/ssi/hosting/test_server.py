import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from ssi.hosting.server import peer_fingerprint
from ssi.hosting.tls import make_certificate
from ssi.http.client import Body, Client
from ssi.http.errors import PeerError, RefusedByPeerError, UnreachablePeerError, UntrustedPeerError
from ssi.http.pinning import ClientCertificate
from ssi.trust_entries import certificate_fingerprint

ROOT = Path(__file__).parents[3]
APP = Path(__file__).with_name("served_app.py")
PATIENCE_SECONDS = 60


@dataclass
class Served:
    """A running server, and what it said once it has ended."""

    process: subprocess.Popen[str]
    address: str
    said: str = ""
    logged: str = ""

    def stop(self, by: signal.Signals = signal.SIGTERM) -> int:
        self.process.send_signal(by)
        said, self.logged = self.process.communicate(timeout=PATIENCE_SECONDS)
        self.said += said
        return self.process.returncode


@contextmanager
def started(*arguments: str) -> Iterator[Served]:
    process = subprocess.Popen(
        [sys.executable, str(APP), *arguments],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    line = process.stdout.readline()
    try:
        yield Served(process, address=line.removeprefix("ready ").strip(), said=line)
    finally:
        if process.poll() is None:
            process.kill()
            process.communicate(timeout=PATIENCE_SECONDS)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tls")
    for name in ("node", "market", "stranger"):
        make_certificate(folder / name, name, now=datetime.now(UTC))
    return folder


@pytest.fixture(scope="module")
def node(folder):
    with started(str(folder)) as served:
        yield served


def as_party(node, folder, name=None):
    certificate = ClientCertificate(folder / name / "tls.pem", folder / name / "tls.key") if name else None
    pem = (folder / "node" / "tls.pem").read_text()
    return closing(Client(node.address, pinned_pem=pem, certificate=certificate))


def test_a_known_peer_is_recognised_by_its_certificate(node, folder):
    with as_party(node, folder, "market") as client:
        found = client.get_json("/who")

    assert found["fingerprint"] == certificate_fingerprint((folder / "market" / "tls.pem").read_text())


def test_a_client_without_a_certificate_is_served_and_is_nobody(node, folder):
    with as_party(node, folder) as client:
        assert client.get_json("/who")["fingerprint"] is None


def test_an_unknown_certificate_is_cut_off(node, folder):
    with (
        as_party(node, folder, "stranger") as client,
        pytest.raises((UntrustedPeerError, UnreachablePeerError)),
    ):
        client.get_json("/who")


def test_plain_http_is_not_answered_on_a_tls_port(node):
    address = urlsplit(node.address)

    with pytest.raises(PeerError), closing(Client(f"http://127.0.0.1:{address.port}")) as client:
        client.get_json("/who")


def test_a_thread_of_the_app_lives_in_the_serving_process(node, folder):
    with as_party(node, folder) as client:
        assert client.get_json("/who")["beats"] is True


def test_a_body_over_the_limit_is_refused(node, folder):
    with as_party(node, folder) as client:
        assert client.send("POST", "/length", body=Body(b"x" * 1000)).json() == {"length": 1000}
        with pytest.raises(RefusedByPeerError) as caught:
            client.send("POST", "/length", body=Body(b"x" * 1001))

    assert caught.value.status == 413


def test_a_server_ends_calmly_and_lets_requests_finish():
    with started() as served:
        answers: list[object] = []
        with closing(Client(served.address)) as client:
            asking = threading.Thread(target=lambda: answers.append(client.get_json("/slow")))
            asking.start()
            client.get_json("/entered")
            code = served.stop()
            asking.join(PATIENCE_SECONDS)

    assert answers == [{"done": True}]
    assert code == 0
    assert served.said.splitlines() == [f"ready {served.address}", "thread ended"]


def test_a_server_ends_at_the_keyboard_too():
    with started() as served:
        code = served.stop(signal.SIGINT)

    assert code == 0
    assert served.said.splitlines()[-1] == "thread ended"


def test_an_app_that_cannot_be_made_ends_the_process_and_says_why():
    with started(str(APP.parent)) as served:  # a folder without certificates
        code = served.stop()

    lines = [json.loads(line) for line in served.logged.splitlines() if line.startswith("{")]
    assert code != 0
    assert served.said == ""
    assert "the folder has no certificates" in [line.get("error", {}).get("message") for line in lines]


def test_what_is_logged_quotes_neither_requests_nor_their_senders():
    with started() as served:
        with closing(Client(served.address)) as client, pytest.raises(RefusedByPeerError):
            client.get_json("/broken?secret=grade-of-ada")
        port = urlsplit(served.address).port
        with socket.create_connection(("127.0.0.1", port or 0)) as connection:
            connection.sendall(b"GRADE-OF-ADA\r\n\r\n")
            connection.recv(100)
        served.stop()

    lines = [json.loads(line) for line in served.logged.splitlines()]
    assert any(line.get("error", {}).get("class") == "builtins.KeyError" for line in lines)
    assert any("not HTTP" in line["event"] for line in lines)
    assert "ada" not in served.logged.lower()
    assert "127.0.0.1" not in served.logged


def test_outside_the_server_nobody_has_a_fingerprint():
    assert peer_fingerprint({}) is None
    with socket.socket() as plain:
        assert peer_fingerprint({"gunicorn.socket": plain}) is None
