"""The Community Solid Server as a process of its own on loopback, with one account and one pod."""

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from subprocess import STDOUT, Popen
from urllib.parse import urlsplit

from examples.town import free_port
from tests.journeys.patience import until
from tests.journeys.peers import installed_peer

REQUIRED = "ARGONAUTA_REQUIRE_POD"
STOP_SECONDS = 20


@dataclass(frozen=True)
class PodServer:
    """A running server; `log` has everything that it said."""

    url: str
    email: str
    password: str
    log: Path

    @property
    def pod(self) -> str:
        """Where the pod of its one person begins."""
        return f"{self.url}anna/"

    @property
    def webid(self) -> str:
        """Who she is."""
        return f"{self.pod}profile/card#me"


@contextmanager
def pod_server(folder: Path) -> Iterator[PodServer]:
    """Start the server; the test is skipped where it cannot be had, unless the environment requires it."""
    installed = installed_peer("pod", required_by=REQUIRED)
    node = shutil.which("node")
    assert node is not None
    port = free_port()
    server = PodServer(
        f"http://localhost:{port}/", "anna@pod.example", "a pod of one’s own", folder / "pod.log"
    )
    seed = folder / "seed.json"
    account = {"email": server.email, "password": server.password, "pods": [{"name": "anna"}]}
    seed.write_text(json.dumps([account]))
    program = installed / "node_modules" / "@solid" / "community-server" / "bin" / "server.js"
    told = ("-c", "@css:config/default.json", "-p", str(port), "-b", server.url, "--seedConfig", str(seed))
    with server.log.open("wb") as log:
        process = Popen(
            [node, str(program), *told], cwd=folder, stdout=log, stderr=STDOUT, env={**os.environ}
        )
    try:
        until(lambda: process.poll() is not None or _answers(server.webid), bool)
        assert process.poll() is None, server.log.read_text()
        yield server
    finally:
        process.terminate()
        process.wait(STOP_SECONDS)


def _answers(address: str) -> bool:
    parts = urlsplit(address)
    connection = HTTPConnection(parts.netloc, timeout=5)
    try:
        connection.request("GET", parts.path)
        return connection.getresponse().status == HTTPStatus.OK
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()
