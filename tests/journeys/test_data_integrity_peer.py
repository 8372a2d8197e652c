"""An issuer, holder and verifier that others wrote, and ours: what one makes the other takes, both ways."""

import json
import shutil
import subprocess
from typing import Any

import pytest
from flask import Flask

from crypto.encoding import parse_json
from crypto.randomness import random_bytes
from ssi.did.resolve import no_fetch
from ssi.issuer_service.bootstrap import utc_now
from ssi.issuer_service.vc_api.blueprint import VcApiSettings, create_vc_api
from ssi.linked_data.contexts import CONTEXTS, context_bytes
from tests.journeys.peers import installed_peer
from tests.serving import serving

pytestmark = [pytest.mark.journey, pytest.mark.timeout(300)]
SIGNING = (
    "eddsa-rdfc-2022",
    "eddsa-jcs-2022",
    "ecdsa-rdfc-2019",
    "ecdsa-rdfc-2019-p384",
    "ecdsa-jcs-2019",
    "ecdsa-jcs-2019-p384",
    "vc-jose",
    "vc-jose-es384",
    "vc-jose-eddsa",
)
SELECTIVE = ("ecdsa-sd-2023", "bbs-2023")
CHECKS = (
    *(f"{suite}: issued by {side}" for suite in SIGNING for side in ("us", "them")),
    *(
        f"{suite}: issued {how}"
        for suite in SELECTIVE
        for how in (
            "and derived by us",
            "by us, derived by them",
            "by them, derived by us",
            "and derived by them",
        )
    ),
    "presentation: made by us",
    "presentation: made by them",
    "status list: kept by us",
)


@pytest.fixture(scope="module")
def results() -> dict[str, Any]:
    """What the peer found, by the name of each check."""
    peer, node = installed_peer("data_integrity"), shutil.which("node")
    assert node is not None
    door = Flask("door")  # it has to be open before the service knows its own address
    with serving(door) as url:
        app = Flask("vc-api")
        app.register_blueprint(create_vc_api(VcApiSettings(random_bytes(32), url, no_fetch, utc_now)))
        door.wsgi_app = app.wsgi_app  # type: ignore[method-assign]
        contexts = {address: parse_json(context_bytes(address)) for address in CONTEXTS}
        said = subprocess.run(
            [node, "peer.mjs"],
            input=json.dumps({"url": url, "contexts": contexts}),
            cwd=peer,
            capture_output=True,
            text=True,
            timeout=240,
            check=False,
        )
    assert said.returncode == 0, said.stderr
    return {each["name"]: each for each in json.loads(said.stdout)}


@pytest.mark.parametrize("check", CHECKS)
def test_both_sides_agree(results: dict[str, Any], check: str):
    assert results[check]["ok"], results[check]["detail"]


def test_nothing_that_the_peer_checked_is_passed_over(results: dict[str, Any]):
    assert set(results) == set(CHECKS)
