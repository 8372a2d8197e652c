from datetime import timedelta

import pytest

from consent.statement import (
    ADMISSION_TYP,
    OUTPUT_TYP,
    SUMMAND_TYP,
    AdmissionStatement,
    OutputStatement,
    SummandStatement,
    sign_admission,
    sign_output,
    sign_summand,
    verify_admission,
    verify_output,
    verify_summand,
)
from crypto.encoding import b64url_encode, sha256
from crypto.errors import MalformedError, SignatureError
from ssi.jws import sign_jws
from tests.consent.examples import CONSENT_ID, NODE, NOW, QUERY, STRANGER_ED25519


def _digest(text):
    return b64url_encode(sha256(text.encode()))


ADMISSION = AdmissionStatement(
    "job-1", 1, 2, _digest("manifest"), _digest("root"), 299, {CONSENT_ID: "budget_spent"}
)
SUMMAND = SummandStatement("job-1", 1, 0, _digest("binding"), _digest("summand"))
OUTPUT = OutputStatement(
    job_id="job-1",
    attempt=1,
    role=1,
    query_digest=QUERY.digest,
    admitted_root=_digest("root"),
    admitted=299,
    cells_digest=_digest("cells"),
    own_digest=_digest("own"),
    held_digest=_digest("held"),
    envelope_digest=_digest("envelope"),
    released_at=NOW + timedelta(seconds=3),
)
KINDS = {
    "admission": (ADMISSION, sign_admission, verify_admission, ADMISSION_TYP),
    "summand": (SUMMAND, sign_summand, verify_summand, SUMMAND_TYP),
    "output": (OUTPUT, sign_output, verify_output, OUTPUT_TYP),
}
every_kind = pytest.mark.parametrize(("statement", "sign", "verify", "typ"), KINDS.values(), ids=KINDS.keys())


@every_kind
def test_a_signed_statement_is_read_back(statement, sign, verify, typ):
    assert verify(sign(statement, NODE), NODE.public) == statement


@every_kind
def test_a_statement_of_another_node_is_refused(statement, sign, verify, typ):
    with pytest.raises(SignatureError):
        verify(sign(statement, STRANGER_ED25519), NODE.public)


@every_kind
def test_a_statement_is_not_taken_for_one_of_another_kind(statement, sign, verify, typ):
    token = sign_jws(statement.to_json(), NODE, typ="another+jwt")

    with pytest.raises(MalformedError):
        verify(token, NODE.public)


@every_kind
@pytest.mark.parametrize(
    "changes",
    [{"role": 3}, {"role": -1}, {"attempt": 0}, {"job_id": ""}, {"remark": "fine"}],
    ids=["a fourth role", "a role before the first", "no attempt", "no job", "a member more"],
)
def test_a_statement_with_this_is_malformed(statement, sign, verify, typ, changes):
    token = sign_jws({**statement.to_json(), **changes}, NODE, typ=typ)

    with pytest.raises(MalformedError):
        verify(token, NODE.public)


@every_kind
def test_a_statement_that_lacks_a_member_is_malformed(statement, sign, verify, typ):
    document = statement.to_json()
    for name in document:
        token = sign_jws({key: document[key] for key in document if key != name}, NODE, typ=typ)
        with pytest.raises(MalformedError):
            verify(token, NODE.public)


@pytest.mark.parametrize(
    "refusals", [{"all": "expired"}, {CONSENT_ID: ""}, {CONSENT_ID: 7}, [CONSENT_ID]], ids=repr
)
def test_refusals_of_another_form_are_malformed(refusals):
    token = sign_jws({**ADMISSION.to_json(), "refusals": refusals}, NODE, typ=ADMISSION_TYP)

    with pytest.raises(MalformedError):
        verify_admission(token, NODE.public)


@pytest.mark.parametrize("digest", ["", "AAAA", "A" * 42 + "=", "A" * 42 + "B", 7])
def test_a_digest_of_another_form_is_malformed(digest):
    token = sign_jws({**SUMMAND.to_json(), "digest": digest}, NODE, typ=SUMMAND_TYP)

    with pytest.raises(MalformedError):
        verify_summand(token, NODE.public)
