from datetime import timedelta
from typing import Any

import pytest

from crypto.encoding import b64url_encode, sha256
from ssi.credential import (
    OrganisationCredential,
    RecordCredential,
    present,
    verify_credential,
    verify_organisation,
    verify_record,
)
from ssi.credential_payload import CREDENTIAL_TYP, ORGANISATION_TYPE
from ssi.dataset import data_set
from ssi.errors import (
    AlteredCredentialError,
    ExpiredError,
    MalformedCredentialError,
    NotYetValidError,
    RegistryError,
    UnknownIssuerError,
    UntrustedIssuerError,
)
from ssi.issuance import issue_credential
from ssi.issuer_anchors import IssuerAnchors
from ssi.key_binding import Challenge, bind_presentation
from ssi.sd_jwt import Selective, issue_sd_jwt
from ssi.trust import TrustRegistry
from ssi.trust_parts import issuer_part
from tests.ssi.claims import EXAM_CLAIMS, signed
from tests.ssi.foreign import DID_JWK, KEY
from tests.ssi.parties import (
    CHAMBER_ISSUER,
    CHAMBER_STATUS_PREFIX,
    EXAM,
    HOLDER,
    ISSUER,
    NOW,
    STATUS_PREFIX,
    UNIVERSITY,
    YEAR,
    assembled,
    es256,
    exam_credential,
    health_credential,
    organisation_credential,
    parts,
    record,
    registry,
    subject,
    terms,
)


def test_a_record_says_who_issued_what_to_whom():
    credential = verify_record(exam_credential(), registry(), now=NOW)

    assert credential.issuer == "did:web:university.example"
    assert credential.vct == "urn:argonauta:credential:exam:1"
    assert credential.handle == subject().handle
    assert credential.holder_key == HOLDER.public
    assert (credential.status.uri, credential.status.index) == (STATUS_PREFIX + "1", 17)
    assert credential.commitment.data_set == "exam/1"
    assert credential.commitment.value == record().commitment.to_bytes()
    assert credential.claims == EXAM
    assert (credential.issued_at, credential.expires_at) == (NOW, NOW + YEAR)
    assert credential.data_set is data_set("exam/1")


def test_an_organisation_shows_all_of_its_name():
    credential = verify_organisation(organisation_credential(), registry(), now=NOW)

    assert (credential.name, credential.kind, credential.country) == (
        "Institute of Public Health",
        "research_institute",
        "AT",
    )
    assert credential.vct == ORGANISATION_TYPE
    assert credential.claims == {"name": credential.name, "kind": credential.kind, "country": "AT"}


def test_missing_values_are_not_claims():
    credential = verify_record(health_credential(), registry(), now=NOW)

    assert credential.claims == {"age": 41, "sex": "male", "systolic": 122, "age_band": "adult"}


def test_the_presentation_for_nodes_shows_public_attributes_and_nothing_else():
    shown = present(exam_credential(), {"school_type"})

    credential = verify_record(shown, registry(), now=NOW)

    assert credential.claims == {"school_type": "girls"}
    assert credential.blinding is None
    assert credential.digest == verify_record(exam_credential(), registry(), now=NOW).digest
    for hidden in ("0.261", "female", "exam_score"):
        assert b64url_encode(hidden.encode()).rstrip("=")[:-1] not in shown


def test_the_digest_names_what_was_signed_and_not_the_signature():
    credential = verify_credential(exam_credential(), registry(), now=NOW)
    signing_input = exam_credential().split("~")[0].rpartition(".")[0]

    assert credential.digest == b64url_encode(sha256(signing_input.encode()))


def test_values_and_secrets_stay_out_of_repr():
    text = repr(verify_credential(exam_credential(), registry(), now=NOW))

    assert "girls" not in text
    assert "0.261" not in text
    assert "blinding" not in text


@pytest.mark.parametrize(
    ("verify", "token"),
    [(verify_record, organisation_credential), (verify_organisation, exam_credential)],
)
def test_a_credential_of_another_kind_is_refused(verify: Any, token: Any):
    with pytest.raises(MalformedCredentialError, match="expected"):
        verify(token(), registry(), now=NOW)


def test_verification_returns_the_kind_it_found():
    assert isinstance(verify_credential(exam_credential(), registry(), now=NOW), RecordCredential)
    assert isinstance(
        verify_credential(organisation_credential(), registry(), now=NOW), OrganisationCredential
    )


@pytest.mark.parametrize("name", ["shoe_size", "sub", "iss"])
def test_presenting_what_is_not_there_is_refused(name: str):
    with pytest.raises(MalformedCredentialError, match="nothing to disclose"):
        present(exam_credential(), {name})


def test_presenting_what_is_no_credential_is_refused():
    with pytest.raises(MalformedCredentialError):
        present("not a credential", set())


# 1


def test_a_key_bound_presentation_is_not_taken_for_a_plain_credential():
    bound = bind_presentation(exam_credential(), HOLDER, Challenge("a", "b"), now=NOW)

    with pytest.raises(MalformedCredentialError, match="is verified as one"):
        verify_credential(bound, registry(), now=NOW)


@pytest.mark.parametrize("token", ["", "~", "a.b.c~", "{}", "é~"])
def test_what_is_no_sd_jwt_is_refused(token: str):
    with pytest.raises(MalformedCredentialError):
        verify_credential(token, registry(), now=NOW)


# 2


def test_an_unknown_issuer_is_refused():
    with pytest.raises(UnknownIssuerError, match="names no issuer"):
        verify_credential(signed({"iss": "did:web:nobody.example"}), registry(), now=NOW)


def test_an_issuer_counts_only_for_the_types_it_is_trusted_for():
    token = signed({"iss": "did:web:chamber.example"}, key=CHAMBER_ISSUER.key, kid=CHAMBER_ISSUER.kid)

    with pytest.raises(UntrustedIssuerError, match="is not trusted for credentials of type"):
        verify_credential(token, registry(), now=NOW)


def test_nothing_is_believed_once_the_registry_has_run_out():
    with pytest.raises(RegistryError, match="ran out"):
        verify_credential(exam_credential(), registry(), now=registry().valid_until)


@pytest.mark.parametrize("member", ["iss", "vct"])
def test_a_credential_without_issuer_or_type_is_refused(member: str):
    with pytest.raises(MalformedCredentialError, match=f"credential.{member}: missing"):
        verify_credential(signed({member: None}), registry(), now=NOW)


# 3


def test_a_key_id_that_the_registry_does_not_hold_is_refused():
    with pytest.raises(UnknownIssuerError, match="has no key 'exams-2019'"):
        verify_credential(signed(kid="exams-2019"), registry(), now=NOW)


def test_a_credential_without_a_key_id_is_refused():
    token = issue_sd_jwt(EXAM_CLAIMS, ISSUER.key, typ=CREDENTIAL_TYP)

    with pytest.raises(UnknownIssuerError, match="has no key"):
        verify_credential(token, registry(), now=NOW)


def test_the_key_of_one_issuer_does_not_sign_for_another():
    made = [part for part in parts() if "issuer" not in part]
    issuers = [part for part in parts() if "issuer" in part]
    for part in issuers:
        part["issuer"]["credential_types"] = ["urn:argonauta:credential:exam:1"]  # type: ignore[index]
    token = signed(key=CHAMBER_ISSUER.key, kid=CHAMBER_ISSUER.kid)

    with pytest.raises(UnknownIssuerError, match="has no key"):
        verify_credential(token, assembled(made + issuers), now=NOW)


# 4


def test_a_credential_signed_by_somebody_else_is_refused():
    with pytest.raises(AlteredCredentialError, match="does not verify"):
        verify_credential(signed(key=es256("forger")), registry(), now=NOW)


@pytest.mark.parametrize("typ", ["vc+sd-jwt", "JWT", "consent-record+jwt"])
def test_another_token_of_the_issuer_is_no_credential(typ: str):
    with pytest.raises(MalformedCredentialError, match="expected a token of type"):
        verify_credential(signed(typ=typ), registry(), now=NOW)


# 6 and 7


@pytest.mark.parametrize("member", ["sub", "cnf", "status", "iat", "exp", "commitment"])
def test_a_member_that_every_record_has_cannot_be_missing(member: str):
    with pytest.raises(MalformedCredentialError, match=f"credential.{member}: missing"):
        verify_credential(signed({member: None}), registry(), now=NOW)


@pytest.mark.parametrize("member", ["iss", "vct", "sub", "cnf", "status", "iat", "exp", "commitment"])
def test_a_member_that_every_record_has_cannot_be_kept_back(member: str):
    token = signed({member: Selective(EXAM_CLAIMS[member])})

    with pytest.raises(MalformedCredentialError):
        verify_credential(token, registry(), now=NOW)
    with pytest.raises(MalformedCredentialError):
        verify_credential(token.split("~")[0] + "~", registry(), now=NOW)


def test_a_credential_counts_from_its_first_to_before_its_last_second():
    verify_credential(exam_credential(), registry(), now=NOW - timedelta(seconds=60))
    verify_credential(signed({"exp": int(NOW.timestamp()) + 1}), registry(), now=NOW)

    with pytest.raises(ExpiredError, match="valid until"):
        verify_credential(
            signed({"exp": int(NOW.timestamp()) + 1}), registry(), now=NOW + timedelta(seconds=1)
        )
    with pytest.raises(NotYetValidError, match="valid from"):
        verify_credential(exam_credential(), registry(), now=NOW - timedelta(seconds=61))


def test_a_credential_that_ends_before_it_begins_is_refused():
    token = issue_credential(
        record(), subject(), issuer=ISSUER, terms=terms(issued_at=NOW, expires_at=NOW - timedelta(days=1))
    )

    with pytest.raises(ExpiredError):
        verify_credential(token, registry(), now=NOW - timedelta(seconds=30))


@pytest.mark.parametrize(
    "uri",
    [
        "https://attacker.example/status-lists/1",
        "https://university.example.attacker.example/status-lists/1",
        "https://university.example/other/1",
        STATUS_PREFIX + "../other/1",
        STATUS_PREFIX + "%2e%2e/other/1",
        STATUS_PREFIX + "1?x=https://a.example",
        CHAMBER_STATUS_PREFIX + "1",
    ],
)
def test_the_status_list_must_be_one_that_the_issuer_itself_keeps(uri: str):
    token = signed({"status": {"status_list": {"idx": 1, "uri": uri}}})

    with pytest.raises(UntrustedIssuerError, match="does not keep the status list"):
        verify_credential(token, registry(), now=NOW)


# Issuers known in other ways


def known_by(anchors: IssuerAnchors) -> TrustRegistry:
    """The university, known by these anchors and by its listed key."""
    part = issuer_part(
        UNIVERSITY,
        "University",
        keys={ISSUER.kid: ISSUER.key.public},
        credential_types=[EXAM_CLAIMS["vct"]],
        status_uri_prefix=STATUS_PREFIX,
        anchors=anchors,
    )
    return assembled([parts()[-1], part])


def test_a_record_of_an_issuer_known_by_its_did_names_it_as_the_registry_does():
    token = signed({"iss": DID_JWK}, key=KEY, kid="#0")

    found = verify_credential(token, known_by(IssuerAnchors(dids=(DID_JWK,))), now=NOW)

    assert found.issuer == UNIVERSITY
    assert isinstance(found, RecordCredential)


def test_a_record_for_a_data_set_that_its_issuer_does_not_count_for_is_refused():
    elsewhere = known_by(IssuerAnchors(data_sets={EXAM_CLAIMS["vct"]: ("exam/2",)}))
    here = known_by(IssuerAnchors(data_sets={EXAM_CLAIMS["vct"]: ("exam/1",)}))

    assert verify_credential(signed(), here, now=NOW)
    with pytest.raises(UntrustedIssuerError, match="is not trusted for exam/1"):
        verify_credential(signed(), elsewhere, now=NOW)
