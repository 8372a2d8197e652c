"""A credential in a token is its issuer's words, under its issuer's key, and nothing less counts."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crypto.encoding import b64url_encode, canonical_json
from crypto.signing import VerifyingKey
from ssi.data_integrity.credentials import Verification
from ssi.did.did_jwk import did_jwk
from ssi.did.resolve import Resolver
from ssi.errors import (
    AlteredCredentialError,
    CredentialError,
    DataLossError,
    ExpiredError,
    MalformedCredentialError,
    NotYetValidError,
    ProofError,
    UnknownContextError,
    VerificationMethodError,
)
from ssi.jws import parse_jws
from ssi.linked_data.contexts import CREDENTIALS_V1, CREDENTIALS_V2
from ssi.vc_jose.credentials import issue_token, verify_token
from ssi.vc_jose.token import MAX_TOKEN, read_token
from tests.ssi.data_integrity.signed import VERIFICATION, issued, maker, unsigned
from tests.ssi.did.keys import p256_signer, secp256k1_key
from tests.ssi.parties import NOW
from tests.ssi.vc_jose.tokens import ISSUER, SIGNERS, did_of, kid_of, parts_of, resigned, token_by

STRANGER = p256_signer("stranger")


def verified(token: str, verification: Verification = VERIFICATION):
    return verify_token(token, verification, now=NOW)


def altered(header: dict[str, Any] | None = None, payload: dict[str, Any] | None = None, **by: Any) -> str:
    return resigned(token_by(), by.get("signer", ISSUER), header=header or {}, payload=payload or {})


@pytest.mark.parametrize("algorithm", SIGNERS)
def test_a_credential_comes_back_as_it_was_issued(algorithm: str):
    signer = SIGNERS[algorithm]
    credential = verified(token_by(signer))

    assert credential.document == unsigned(issuer=did_of(signer))
    assert credential.issuer == did_of(signer)
    assert [proof.cryptosuite for proof in credential.proofs] == ["vc+jwt"]
    header, payload = parts_of(token_by(signer))
    assert header == {"alg": algorithm, "typ": "vc+jwt", "cty": "vc", "kid": kid_of(signer)}
    assert "vc" not in payload


def test_a_token_is_a_json_web_signature_that_others_can_check():
    parsed = parse_jws(token_by(), "token", foreign=True)

    assert parsed.verify(VerifyingKey.from_jwk(ISSUER.public_key.to_jwk()), typ="vc+jwt")


def test_an_issuer_may_be_described_besides_being_named():
    issuer = {"id": did_of(ISSUER), "name": "The School of Examples"}

    assert verified(token_by(issuer=issuer)).document["issuer"] == issuer


@given(place=st.integers(0, len(token_by()) - 1), letter=st.sampled_from("AQgw-_.~="))
def test_no_character_of_a_token_can_be_changed(place: int, letter: str):
    token = token_by()
    if token[place] == letter:
        return
    with pytest.raises(CredentialError):
        verified(f"{token[:place]}{letter}{token[place + 1 :]}")


@given(name=st.sampled_from(sorted(unsigned(issuer="x"))))
def test_no_member_can_be_taken_out_or_replaced(name: str):
    token = token_by()
    head, _, tail = token.split(".")
    for change in ({name: "other"}, {name: None}):
        _, forged, _ = resigned(token, STRANGER, header={}, payload=change).split(".")
        with pytest.raises(CredentialError):
            verified(f"{head}.{forged}.{tail}")


def test_a_strangers_signature_does_not_count():
    with pytest.raises(AlteredCredentialError, match="does not fit"):
        verified(altered(signer=STRANGER))


def test_a_strangers_key_does_not_sign_for_the_issuer():
    with pytest.raises(VerificationMethodError, match="no key of the issuer"):
        verified(altered({"kid": kid_of(STRANGER)}, signer=STRANGER))


@pytest.mark.parametrize("algorithm", ["none", "HS256", "ES384", "EdDSA", "Ed25519", "RS256"])
def test_the_key_decides_the_algorithm_not_the_token(algorithm: str):
    with pytest.raises(AlteredCredentialError, match="expected ES256"):
        verified(altered({"alg": algorithm}))


def test_a_token_without_a_signature_does_not_count():
    header, payload, _ = altered({"alg": "none"}).split(".")
    with pytest.raises(AlteredCredentialError):
        verified(f"{header}.{payload}.")


def test_ed25519_may_be_named_in_full():
    signer = SIGNERS["EdDSA"]
    token = resigned(token_by(signer), signer, header={"alg": "Ed25519"}, payload={})

    assert verified(token).issuer == did_of(signer)


@pytest.mark.parametrize("typ", ["JWT", "vp+jwt", "vc+sd-jwt", "dc+sd-jwt", "VC+JWT"])
def test_a_token_made_for_something_else_is_refused(typ: str):
    with pytest.raises(MalformedCredentialError, match="expected the type"):
        verified(altered({"typ": typ, "cty": None}))


def test_a_token_without_a_type_is_refused():
    for header in ({"typ": None}, {"typ": None, "cty": None}):
        with pytest.raises(MalformedCredentialError):
            verified(altered(header))


def test_types_may_be_written_as_media_types():
    assert verified(altered({"typ": "application/vc+jwt", "cty": "application/vc"}))


@pytest.mark.parametrize("header", [{"cty": "vp"}, {"crit": ["exp"]}, {"b64": True}, {"typ": 5}])
def test_headers_that_mean_something_else_are_refused(header: dict[str, Any]):
    with pytest.raises(MalformedCredentialError, match="header"):
        verified(altered(header))


def test_headers_that_nobody_knows_are_ignored():
    assert verified(altered({"x-note": "for somebody else"}))


@pytest.mark.parametrize("name", ["vc", "vp"])
def test_documents_wrapped_as_in_the_data_model_1_1_are_refused(name: str):
    with pytest.raises(MalformedCredentialError, match="leave out"):
        verified(altered(payload={name: {}}))


def test_a_status_that_would_be_overlooked_is_refused():
    status = {"status_list": {"idx": 5, "uri": "https://university.example/status-lists/1"}}
    with pytest.raises(MalformedCredentialError, match="overlook"):
        verified(altered(payload={"status": status}))


@pytest.mark.parametrize("name", ["iss", "sub", "jti"])
def test_a_claim_that_contradicts_the_document_is_refused(name: str):
    with pytest.raises(AlteredCredentialError, match=f"token.{name}"):
        verified(altered(payload={name: "did:example:other"}))


def test_claims_that_repeat_the_document_are_no_part_of_it():
    said = unsigned(issuer=did_of(ISSUER))
    claims = {"iss": did_of(ISSUER), "jti": said["id"], "sub": "did:example:abcdefgh", "iat": 0}

    assert verified(altered(payload=claims)).document == said


@pytest.mark.parametrize(
    ("claims", "error"),
    [
        ({"exp": int(NOW.timestamp())}, ExpiredError),
        ({"exp": "2030-01-01T00:00:00Z"}, MalformedCredentialError),
        ({"exp": True}, MalformedCredentialError),
        ({"nbf": int(NOW.timestamp()) + 61}, NotYetValidError),
        ({"nbf": -1}, MalformedCredentialError),
        ({"iat": int(NOW.timestamp()) + 61}, NotYetValidError),
        ({"validUntil": "2026-02-01T00:00:00Z"}, ExpiredError),
        ({"validFrom": "2026-04-01T00:00:00Z"}, NotYetValidError),
    ],
)
def test_a_credential_counts_only_in_its_time(claims: dict[str, Any], error: type[Exception]):
    with pytest.raises(error):
        verified(altered(payload=claims))


def test_a_token_counts_until_just_before_its_end():
    end = int((NOW + timedelta(seconds=1)).timestamp())

    assert verified(altered(payload={"exp": end, "nbf": int(NOW.timestamp()), "iat": "2026-03-01T12:00:00Z"}))


def test_a_key_may_be_named_by_its_fragment_alone():
    fragment = kid_of(ISSUER).partition("#")[2]

    assert verified(altered({"kid": f"#{fragment}"}))
    assert verified(altered({"kid": fragment}))


def test_a_token_that_names_no_key_is_under_the_only_one_of_its_issuer():
    assert verified(altered({"kid": None}))


def test_a_key_that_the_issuer_does_not_list_is_refused():
    with pytest.raises(VerificationMethodError):
        verified(altered({"kid": f"{did_of(ISSUER)}#other"}))


def test_an_issuer_that_is_no_did_has_no_keys_here():
    with pytest.raises(CredentialError):
        verified(altered({"kid": None}, {"issuer": "https://university.example"}))


def test_a_key_for_encryption_signs_nothing():
    jwk = {**ISSUER.public_key.to_jwk(), "use": "enc"}
    did = f"did:jwk:{b64url_encode(canonical_json(jwk))}"
    with pytest.raises(VerificationMethodError):
        verified(altered({"kid": f"{did}#0"}, {"issuer": did}))


def test_a_key_that_signs_no_tokens_is_refused():
    did = did_jwk(secp256k1_key())
    with pytest.raises(VerificationMethodError, match="signs no tokens"):
        verified(altered({"kid": f"{did}#0"}, {"issuer": did}))


def test_terms_that_no_context_defines_are_refused():
    with pytest.raises(DataLossError):
        verified(altered(payload={"@context": [CREDENTIALS_V2]}))
    with pytest.raises(DataLossError):
        token_by(ISSUER, **{"@context": [CREDENTIALS_V2]})


def test_contexts_that_are_not_kept_here_are_refused():
    with pytest.raises(UnknownContextError):
        verified(altered(payload={"@context": [CREDENTIALS_V2, "https://example.org/context"]}))
    with pytest.raises(UnknownContextError):
        verified(altered(payload={"@context": [CREDENTIALS_V2, {"alumniOf": "https://example.org/#a"}]}))


def test_a_verifier_that_uses_no_claims_may_take_contexts_of_the_document():
    contexts = [CREDENTIALS_V2, {"@vocab": "https://example.org/#"}]

    assert verified(altered(payload={"@context": contexts}), Verification(Resolver(), inline_contexts=True))


def test_credentials_of_the_data_model_1_1_are_not_secured_so():
    old = unsigned(
        issuer=did_of(ISSUER), **{"@context": [CREDENTIALS_V1], "issuanceDate": "2026-01-01T00:00:00Z"}
    )
    with pytest.raises(MalformedCredentialError, match="data model"):
        issue_token(old, ISSUER, kid=kid_of(ISSUER))


def test_a_secured_credential_is_not_secured_again():
    with pytest.raises(MalformedCredentialError, match="neither a proof"):
        issue_token(issued(maker("eddsa-jcs-2022")), ISSUER, kid=kid_of(ISSUER))


def test_claims_of_the_token_are_no_members_of_a_credential():
    with pytest.raises(MalformedCredentialError, match="claims of the token"):
        token_by(exp=5)


def test_only_a_key_of_the_issuer_issues():
    with pytest.raises(ProofError, match="not a key of the issuer"):
        issue_token(unsigned(issuer=did_of(ISSUER)), STRANGER, kid=kid_of(STRANGER))


@pytest.mark.parametrize(
    "token", ["", ".", "..", "a.b", "a.b.c", "a.b.c.d", "e30.e30.", "e30.W10.", "ä.e30.e30", "W10.e30.AA"]
)
def test_what_is_no_token_is_refused(token: str):
    with pytest.raises(MalformedCredentialError):
        read_token(token)


def test_a_token_has_a_greatest_length():
    with pytest.raises(MalformedCredentialError, match="characters"):
        read_token("a" * (MAX_TOKEN + 1))


@given(st.text(max_size=200))
def test_hostile_text_is_refused_by_name(text: str):
    with pytest.raises(MalformedCredentialError):
        read_token(text)
