"""An operator sees what goes on and what goes wrong, in counts and words, never about whom."""

import io
import json
import logging
from collections.abc import Iterator

import pytest

from ssi.hosting import logs
from tests.ssi.issuer_service.visitors import Office, record, text_of

pytestmark = pytest.mark.database


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    stream = io.StringIO()
    logs.configure(stream)
    yield stream
    logs.configure(io.StringIO(), level=logging.WARNING)


def events(log: io.StringIO) -> list[dict[str, object]]:
    return [json.loads(line) for line in log.getvalue().splitlines()]


def metric(office: Office, name: str) -> float:
    (value,) = [
        float(line.rpartition(" ")[2])
        for line in text_of(office.visitor().get("/metrics")).splitlines()
        if line.startswith(name + " ")
    ]
    return value


def test_records_are_counted_by_what_became_of_them(office: Office, log: io.StringIO):
    rows = [record("s-1"), record("s-2"), record("s-3", values={"exam_score": 99})]
    office.institution.post("/credentials/batch", {"records": rows})

    assert metric(office, 'issuer_records_total{change="issued"}') == 2
    assert metric(office, 'issuer_records_total{change="refused"}') == 1
    (told,) = [each for each in events(log) if each["event"] == "records handed in"]
    assert (told["issued"], told["refused"]) == (2, 1)


def test_a_collected_credential_is_counted_and_not_named(office: Office, log: io.StringIO):
    answer = office.institution.hand_in()
    office.wallet().collect(answer["offer_uri"])

    assert metric(office, 'issuer_credentials_total{configuration="exam/1"}') == 1
    (told,) = [each for each in events(log) if each["event"] == "credential collected"]
    assert str(answer["credential_id"]) not in json.dumps(told)


def test_the_reason_of_a_refusal_is_told_to_the_operator_as_to_the_wallet(office: Office, log: io.StringIO):
    office.wallet().redeem("nobody-made-this")

    assert metric(office, 'issuer_refusals_total{error="invalid_grant"}') == 1
    (told,) = [each for each in events(log) if each["event"] == "wallet refused"]
    assert told["why"] == "the code is unknown, used, locked or expired"
    assert "nobody-made-this" not in log.getvalue()


def test_changes_of_standing_and_refused_sign_ins_are_told(office: Office, log: io.StringIO):
    answer = office.institution.hand_in()
    office.institution.set_status(answer["credential_id"], "revoked", "she left")
    office.officer.sign_in("guess")

    assert metric(office, 'issuer_status_changes_total{status="revoked"}') == 1
    assert metric(office, 'issuer_sign_in_refusals_total{kind="UnauthorisedError"}') == 1
    assert {"status set", "sign-in refused"} <= {str(each["event"]) for each in events(log)}
    assert "she left" not in log.getvalue()
    assert "guess" not in log.getvalue()
