"""The conformance end points are there only where somebody asked for them, and then the log says so."""

import logging
import subprocess
import sys
from pathlib import Path

import pytest
import requests

from ssi.issuer_service.bootstrap import create_app
from tests.ssi.issuer_service.test_cli import founded
from tests.ssi.issuer_service.vc_api.suites import ALL, credential
from tests.ssi.issuer_service.visitors import Office

ROOT = Path(__file__).parents[4]
PATHS = ("/credentials/issue", "/vc-api/eddsa-rdfc-2022/credentials/issue", "/presentations/prove")


@pytest.mark.parametrize("path", PATHS)
def test_an_office_signs_nothing_for_strangers(office: Office, path: str):
    assert office.app.test_client().post(path, json={"credential": credential()}).status_code == 404
    assert office.app.test_client().get("/vc-api/configuration").status_code == 404


def test_with_the_flag_an_office_answers_suites_and_says_so(office: Office, caplog: pytest.LogCaptureFixture):
    with caplog.at_level(logging.WARNING, "ssi.issuer_service.bootstrap"):
        client = create_app(office.issuer, conformance_hosts=()).test_client()

    assert any("CONFORMANCE END POINTS ARE OPEN" in record.message for record in caplog.records)
    issued = client.post("/credentials/issue", json={"credential": credential()})
    assert issued.status_code == 201
    shown = issued.get_json()["verifiableCredential"]
    assert client.post("/credentials/verify", json={"verifiableCredential": shown}).status_code == 200
    assert len(client.get("/vc-api/configuration").get_json()["issuers"]) == len(ALL)


def test_nothing_is_signed_under_the_name_of_the_office(office: Office):
    client = create_app(office.issuer, conformance_hosts=()).test_client()
    mine = credential(issuer=office.issuer.identity.settings.id)

    issued = client.post("/credentials/issue", json={"credential": mine}).get_json()["verifiableCredential"]
    assert issued["issuer"].startswith("did:key:")


def test_only_hosts_that_were_named_are_asked(office: Office):
    client = create_app(office.issuer, conformance_hosts=("lists.example",)).test_client()
    entry = {
        "type": "BitstringStatusListEntry",
        "statusPurpose": "revocation",
        "statusListIndex": "5",
        "statusListCredential": "https://elsewhere.example/list",
    }
    issued = client.post("/credentials/issue", json={"credential": credential(credentialStatus=entry)})
    shown = issued.get_json()["verifiableCredential"]

    answer = client.post("/credentials/verify", json={"verifiableCredential": shown})
    assert answer.status_code == 400
    assert "none of the hosts" in answer.get_data(as_text=True)


@pytest.mark.journey
@pytest.mark.parametrize(("flags", "status"), [((), 404), (("--conformance",), 201)])
def test_the_command_opens_them_only_when_told(tmp_path: Path, flags: tuple[str, ...], status: int):
    founded(tmp_path / "u")
    command = (sys.executable, "-m", "ssi.issuer_service.cli", "serve", "--dir", str(tmp_path / "u"), *flags)
    with subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdout is not None
            ready = process.stdout.readline().split()
            body = {"credential": credential()}
            assert requests.post(f"{ready[1]}/credentials/issue", json=body, timeout=60).status_code == status
        finally:
            process.terminate()
            _, log = process.communicate(timeout=60)
    assert ("CONFORMANCE END POINTS ARE OPEN" in log) is bool(flags)
