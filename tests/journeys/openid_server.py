"""An OpenID provider of other people as a process of its own on loopback."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from pathlib import Path
from subprocess import STDOUT, Popen

import requests

from examples.town import free_port
from tests.journeys.patience import until
from tests.journeys.peers import installed_peer

REQUIRED = "ARGONAUTA_REQUIRE_OPENID"
STOP_SECONDS = 20


@contextmanager
def openid_server(folder: Path, client: str, secret: str, back: str) -> Iterator[str]:
    """Start it; the test is skipped where it cannot be had, unless the environment requires it."""
    installed = installed_peer("openid", required_by=REQUIRED)
    node = shutil.which("node")
    assert node is not None
    port = free_port()
    issuer = f"http://127.0.0.1:{port}"
    told = [node, str(installed / "server.mjs"), str(port), client, secret, back]
    with (folder / "openid.log").open("wb") as log:
        process = Popen(told, cwd=installed, stdout=log, stderr=STDOUT)
    try:
        until(lambda: process.poll() is not None or _answers(issuer), bool)
        assert process.poll() is None, (folder / "openid.log").read_text()
        yield issuer
    finally:
        process.terminate()
        process.wait(STOP_SECONDS)


def sent_back(page: str, to: str) -> str:
    """Where the provider sends somebody who goes to its page."""
    with requests.Session() as browser:
        for _ in range(10):
            answer = browser.get(page, allow_redirects=False, timeout=20)
            page = requests.compat.urljoin(page, answer.headers.get("Location", ""))
            if page.startswith(to):
                return page
    raise AssertionError(answer.text)


def _answers(issuer: str) -> bool:
    try:
        answer = requests.get(f"{issuer}/.well-known/openid-configuration", timeout=5)
    except requests.RequestException:
        return False
    return answer.status_code == HTTPStatus.OK
