"""What a copy of the database, the logs and the addresses say about people: nothing."""

import io
import logging
from pathlib import Path

import pytest
from sqlalchemy import MetaData, select

from crypto.reading import Fields
from ssi.hosting import logs
from ssi.http.client import Client
from tests.serving import serving
from tests.ssi.issuer_service.visitors import Office, link_of

TELLING = {"exam_score": 3.217, "verbal_reasoning": "bottom", "school_type": "mixed"}
STUDENT = "student-number-88231"
REASON = "the exam paper was mixed up"
TRACES = (STUDENT, "3.217", "exam_score", REASON, "bottom")
"""Everything that would give somebody away; names of attributes stand for the sealed JSON around values."""


def life_of_a_record(office: Office) -> dict[str, object]:
    """A record is handed in, refused once, collected, searched for and revoked."""
    office.institution.post(
        "/credentials", {"data_set": "exam/1", "external_id": STUDENT, "values": {"a": 1}}
    )
    answer = office.institution.hand_in(STUDENT, values=TELLING, transaction_code=True)
    office.wallet().collect(answer["offer_uri"], answer["tx_code"])
    office.institution.find(STUDENT)
    office.officer.sign_in()
    office.officer.send("/records", "/records", external_id=STUDENT)
    office.institution.set_status(answer["credential_id"], "revoked", REASON)
    return answer


def stored(office: Office, folder: Path) -> bytes:
    """Every byte that the database keeps: its files, and each cell of each table."""
    kept = [path.read_bytes() for path in folder.parent.rglob("*sqlite*") if path.is_file()]
    found = MetaData()
    with office.issuer.database.reading() as session:
        found.reflect(session.connection())
        for table in found.tables.values():
            for row in session.execute(select(table)):
                kept.extend(cell if isinstance(cell, bytes) else str(cell).encode() for cell in row)
    return b"\0".join(kept)


@pytest.mark.database
def test_no_personal_value_is_in_the_database_before_or_after_delivery(office: Office, folder: Path):
    office.institution.hand_in("waiting-" + STUDENT, values=TELLING)
    life_of_a_record(office)

    raw = stored(office, folder)

    assert raw
    assert [trace for trace in TRACES if trace.encode() in raw] == []


@pytest.mark.database
def test_codes_tokens_keys_and_passwords_are_not_in_the_database(office: Office, folder: Path):
    answer = office.institution.hand_in(transaction_code=True)
    wallet = office.wallet()
    code = wallet.code(answer["offer_uri"])
    token = wallet.token(answer["offer_uri"], answer["tx_code"])

    raw = stored(office, folder)

    secrets = (code, token, link_of(answer), office.institution.key, office.officer.password)
    assert [secret for secret in secrets if secret.encode() in raw] == []


@pytest.mark.database
def test_the_values_are_gone_after_delivery_even_for_who_holds_the_secret(office: Office):
    answer = office.institution.hand_in(values=TELLING)
    with office.issuer.books.reading() as register:
        waiting = register.entries.values(str(answer["credential_id"]))
    office.wallet().collect(answer["offer_uri"])

    with office.issuer.books.reading() as register:
        delivered = register.entries.values(str(answer["credential_id"]))

    assert waiting is not None
    assert waiting["exam_score"] == 3.217
    assert delivered is None


@pytest.mark.database
@pytest.mark.parametrize("end", ["revoke", "lapse"])
def test_the_values_are_gone_when_nobody_will_collect_them(office: Office, end: str):
    answer = office.institution.hand_in(values=TELLING)
    if end == "revoke":
        office.institution.set_status(answer["credential_id"], "revoked")
    else:
        office.clock.move(days=8)
        office.visitor().get("/health")

    with office.issuer.books.reading() as register:
        assert register.entries.values(str(answer["credential_id"])) is None


@pytest.mark.database
def test_nothing_personal_is_logged(office: Office):
    stream = io.StringIO()
    logs.configure(stream, level=logging.DEBUG)
    try:
        answer = life_of_a_record(office)
    finally:
        logs.configure(io.StringIO(), level=logging.WARNING)

    written = stream.getvalue()
    secrets = (*TRACES, str(answer["tx_code"]), str(answer["offer_uri"]), office.institution.key)
    assert [trace for trace in secrets if trace in written] == []


@pytest.mark.database
def test_values_show_in_no_representation(office: Office):
    answer = office.institution.hand_in(STUDENT, values=TELLING)
    with office.issuer.books.reading() as register:
        entry = register.entries.get(str(answer["credential_id"]))

    shown = f"{entry!r} {office.issuer!r}"

    assert [trace for trace in TRACES if trace in shown] == []
    assert "PRIVATE" not in shown


def test_the_log_of_requests_names_nobody(office: Office, caplog: pytest.LogCaptureFixture):
    office.institution.hand_in(STUDENT)
    headers = {"Authorization": f"Bearer {office.institution.key}"}

    with caplog.at_level(logging.INFO), serving(office.app) as address:
        client = Client(address, headers=headers)
        answer = client.post_json("/api/v1/credentials/search", {"external_id": STUDENT})
        client.close()

    assert Fields.of(answer, "found").any("total") == 1
    assert "/api/v1/credentials/search" in caplog.text
    assert STUDENT not in caplog.text
