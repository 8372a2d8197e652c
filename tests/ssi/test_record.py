from typing import Any

import pytest

from crypto.commitments import commit
from crypto.curve import ORDER
from crypto.encoding import b64url_encode
from ssi.credential import RecordCredential, present, verify_record
from ssi.credential_payload import CREDENTIAL_TYP
from ssi.dataset import data_set
from ssi.errors import AlteredCredentialError, DataSetError, MalformedCredentialError
from ssi.issuance import issue_credential
from ssi.record import Record
from ssi.sd_jwt import parse_sd_jwt
from tests.ssi.parties import (
    EXAM,
    HEALTH,
    ISSUER,
    NOW,
    exam_credential,
    health_credential,
    random_of,
    record,
    registry,
    subject,
    terms,
)

OPENING = "commitment_opening"


def verified(token: str) -> RecordCredential:
    return verify_record(token, registry(), now=NOW)


@pytest.mark.parametrize(
    ("token", "values", "ref"),
    [(exam_credential(), EXAM, "exam/1"), (health_credential(), HEALTH, "health/1")],
)
def test_the_holder_opens_what_the_issuer_committed_to(token: str, values: dict[str, Any], ref: str):
    opened = Record.open(verified(token))

    assert opened == record(values, ref=ref)
    assert opened.values == values
    assert opened.encoded == data_set(ref).encode(values)
    assert opened.commitment == commit(opened.encoded, opened.blinding, domain=f"argonauta/{ref}")


def test_a_record_without_its_opening_does_not_open():
    with pytest.raises(MalformedCredentialError, match="does not disclose the opening"):
        Record.open(verified(present(exam_credential(), set(EXAM))))


def test_a_required_value_left_out_is_noticed():
    with pytest.raises(MalformedCredentialError, match="sex: a value is required"):
        Record.open(verified(present(exam_credential(), set(EXAM) - {"sex"} | {OPENING})))


def test_an_optional_value_left_out_is_noticed():
    with pytest.raises(AlteredCredentialError, match="does not open to the record"):
        Record.open(verified(present(health_credential(), set(HEALTH) - {"systolic"} | {OPENING})))


def test_an_issuer_that_commits_to_something_else_than_it_shows_is_noticed():
    honest, other = record(), record(EXAM | {"exam_score": 3.9})
    twisted = Record(honest.data_set, honest.values, honest.encoded, honest.blinding, other.commitment)
    token = issue_credential(twisted, subject(), issuer=ISSUER, terms=terms())

    with pytest.raises(AlteredCredentialError, match="does not open to the record"):
        Record.open(verified(token))


def test_the_opening_is_taken_modulo_the_order_so_every_commitment_has_one_record():
    same = Record(
        record().data_set, record().values, record().encoded, record().blinding, record().commitment
    )

    assert same.blinding < ORDER
    assert same.opening_claim() == b64url_encode(same.blinding.to_bytes(32, "big"))


def test_equal_records_have_different_commitments():
    one, two = (Record.commit(data_set("exam/1"), EXAM, random_of(label)) for label in ("one", "two"))

    assert one.encoded == two.encoded
    assert one.commitment != two.commitment


def test_what_the_data_set_does_not_allow_is_not_committed_to():
    with pytest.raises(DataSetError, match="exam_score"):
        Record.commit(data_set("exam/1"), EXAM | {"exam_score": 9})


def test_a_credential_carries_a_digest_for_every_attribute_whether_it_has_a_value_or_not():
    full = record(HEALTH | {"diastolic": 70, "total_cholesterol": 180}, ref="health/1")
    tokens = (health_credential(), issue_credential(full, subject("health/1"), issuer=ISSUER, terms=terms()))

    counts = {len(parse_sd_jwt(token, "token").jws.payload["_sd"]) for token in tokens}  # type: ignore[arg-type]

    assert counts == {len(data_set("health/1").attributes) + 1}


def test_contents_stay_out_of_repr():
    text = repr(record())

    assert str(record().blinding) not in text
    assert "girls" not in text
    assert CREDENTIAL_TYP not in text
