from typing import Any

import pytest

from crypto.encoding import b64url_encode
from ssi.credential import verify_credential
from ssi.credential_payload import CREDENTIAL_TYP, ORGANISATION_TYPE, PERSON_PREFIX, make_handle
from ssi.errors import MalformedCredentialError, UnknownDataSetError
from ssi.sd_jwt import Selective, issue_sd_jwt
from tests.ssi.claims import EXAM_CLAIMS, EXAM_RECORD, signed
from tests.ssi.parties import CHAMBER_ISSUER, CHAMBER_STATUS_PREFIX, HOLDER, NOW, STATUS_PREFIX, registry

WRONG_MEMBERS: dict[str, tuple[dict[str, Any], str]] = {
    "subject is a name": ({"sub": "Johanna Maier"}, "sub: expected urn:argonauta:person:"),
    "subject is too short": ({"sub": PERSON_PREFIX + "AAAA"}, "expected 32 bytes"),
    "subject is an organisation": ({"sub": make_handle("urn:argonauta:organisation:", bytes(32))}, "sub"),
    "holder key is private": ({"cnf": {"jwk": {**HOLDER.public.to_jwk(), "d": "AA"}}}, "no private member"),
    "holder key is a name": ({"cnf": {"kid": "key-1"}}, "cnf.jwk: missing"),
    "two ways to a holder key": ({"cnf": {"jwk": HOLDER.public.to_jwk(), "kid": "1"}}, "cnf: unknown member"),
    "status index is negative": ({"status": {"status_list": {"idx": -1, "uri": STATUS_PREFIX}}}, "idx"),
    "status index is text": ({"status": {"status_list": {"idx": "1", "uri": STATUS_PREFIX}}}, "idx"),
    "another status beside": (
        {"status": {"status_list": {"idx": 1, "uri": STATUS_PREFIX}, "other": {}}},
        "status: unknown member 'other'",
    ),
    "time is text": ({"exp": "2027-01-01T00:00:00Z"}, "exp: expected an integer"),
    "time is beyond all calendars": ({"exp": 2**52}, "exp: expected 0 to"),
    "time is a fraction": ({"iat": 1.5}, "iat: expected an integer"),
}


@pytest.mark.parametrize(("changes", "message"), WRONG_MEMBERS.values(), ids=list(WRONG_MEMBERS))
def test_a_member_of_another_form_is_refused(changes: dict[str, Any], message: str):
    with pytest.raises(MalformedCredentialError, match=message):
        verify_credential(signed(changes), registry(), now=NOW)


WRONG_COMMITMENTS: dict[str, tuple[dict[str, Any], str]] = {
    "no point": ({"value": b64url_encode(b"\x02" + b"\xff" * 32)}, "compressed secp256k1 point"),
    "infinity": ({"value": b64url_encode(bytes(33))}, "compressed secp256k1 point"),
    "uncompressed": ({"value": b64url_encode(b"\x04" + bytes(64))}, "compressed secp256k1 point"),
    "another scheme": ({"scheme": "pedersen-p256-1"}, "scheme: expected"),
    "another data set": ({"data_set": "health/1"}, "data_set: health/1 is not what a"),
    "unknown member": ({"generator": "mine"}, "commitment: unknown member"),
}


@pytest.mark.parametrize(("changes", "message"), WRONG_COMMITMENTS.values(), ids=list(WRONG_COMMITMENTS))
def test_a_commitment_of_another_form_is_refused(changes: dict[str, Any], message: str):
    with pytest.raises(MalformedCredentialError, match=message):
        verify_credential(signed({"commitment": EXAM_CLAIMS["commitment"] | changes}), registry(), now=NOW)


def test_a_commitment_about_an_unknown_data_set_is_refused():
    with pytest.raises(UnknownDataSetError, match="unknown data set 'exam/9'"):
        verify_credential(
            signed({"commitment": EXAM_CLAIMS["commitment"] | {"data_set": "exam/9"}}), registry(), now=NOW
        )


WRONG_CLAIMS: dict[str, tuple[dict[str, Any], str]] = {
    "unknown attribute": ({"shoe_size": Selective(41)}, "has no attribute 'shoe_size'"),
    "attribute always shown": ({"sex": "female"}, "could not keep back"),
    "unknown member": ({"aud": "me"}, "could not keep back"),
    "out of range": ({"exam_score": Selective(4.5)}, "exam_score: expected a number from -4 to 4"),
    "too many decimals": ({"exam_score": Selective(0.2612)}, "exam_score: expected a value in the form"),
    "number as text": ({"exam_score": Selective("0.261")}, "exam_score: expected a value in the form"),
    "true for a number": ({"exam_score": Selective(value=True)}, "exam_score: expected a number"),
    "unknown category": ({"sex": Selective("x")}, "sex: expected one of"),
    "null": ({"sex": Selective(None)}, "sex: a value is required"),
    "nested": ({"sex": Selective({"code": "female"})}, "sex: expected one of"),
    "disclosure inside a member": (
        {"cnf": {"jwk": HOLDER.public.to_jwk(), "x": Selective(1)}},
        "cnf: a disclosure where none belongs",
    ),
    "opening too short": ({"commitment_opening": Selective("AAAA")}, "expected 32 bytes"),
    "opening always shown": ({"commitment_opening": EXAM_RECORD.opening_claim()}, "could not keep back"),
}


@pytest.mark.parametrize(("changes", "message"), WRONG_CLAIMS.values(), ids=list(WRONG_CLAIMS))
def test_a_claim_of_another_form_is_refused_even_if_the_issuer_signed_it(
    changes: dict[str, Any], message: str
):
    with pytest.raises(MalformedCredentialError, match=message):
        verify_credential(signed(changes), registry(), now=NOW)


WRONG_ORGANISATIONS: dict[str, tuple[dict[str, Any], str]] = {
    "name kept back": ({"name": Selective("Institute")}, "expected no disclosures"),
    "no name": ({}, "name: missing"),
    "country in words": ({"name": "a", "country": "Austria"}, "country: expected two capital letters"),
    "country in small letters": ({"name": "a", "country": "at"}, "country: expected two capital letters"),
    "unknown member": ({"name": "a", "rating": "AAA"}, "unknown member 'rating'"),
}


@pytest.mark.parametrize(("changes", "message"), WRONG_ORGANISATIONS.values(), ids=list(WRONG_ORGANISATIONS))
def test_an_organisation_of_another_form_is_refused(changes: dict[str, Any], message: str):
    claims = {
        **{name: EXAM_CLAIMS[name] for name in ("cnf", "iat", "exp")},
        "iss": "did:web:chamber.example",
        "vct": ORGANISATION_TYPE,
        "sub": make_handle("urn:argonauta:organisation:", bytes(32)),
        "status": {"status_list": {"idx": 1, "uri": CHAMBER_STATUS_PREFIX + "1"}},
        "kind": "company",
        "country": "AT",
    }
    token = issue_sd_jwt(claims | changes, CHAMBER_ISSUER.key, typ=CREDENTIAL_TYP, kid=CHAMBER_ISSUER.kid)

    with pytest.raises(MalformedCredentialError, match=message):
        verify_credential(token, registry(), now=NOW)
