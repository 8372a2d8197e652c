"""Old credentials count if their issuer signed them, they are valid now, and nobody took them back."""

import json
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crypto.encoding import b64url_encode, canonical_json
from ssi.errors import (
    AlteredCredentialError,
    CredentialError,
    DataLossError,
    ExpiredError,
    MalformedCredentialError,
    NotYetValidError,
    ProofError,
    RevokedError,
    UnknownContextError,
    UnresolvableError,
    VerificationMethodError,
)
from ssi.legacy.credentials import LegacyVerification, verify_legacy_credential
from ssi.legacy.process import Worker
from ssi.legacy.tokens import credential_of
from ssi.linked_data.contexts import CREDENTIALS_V1, CREDENTIALS_V2
from tests.ssi.legacy.old import NOW, VECTORS, needs_didkit, vector, with_proof

ISSUER = VECTORS["credential_2018"]["issuer"]
HOLDER = VECTORS["credential_2018"]["credentialSubject"]["id"]


class Believing(Worker):
    """Stands where didkit would say yes, so that what is refused is refused by our own checks."""

    def require_signed(self, check: str, document: str, options: str, *, by: str) -> None:
        """Always yes."""


BELIEVED = LegacyVerification(Believing())


def verified(credential: Any, verification: LegacyVerification, now=NOW):
    return verify_legacy_credential(credential, verification, now=now)


def token_of(payload: Any, **header: Any) -> str:
    """A token as nobody signed it."""
    fields = {"alg": "EdDSA", "kid": f"{ISSUER}#{ISSUER.rpartition(':')[2]}", **header}
    head = {name: value for name, value in fields.items() if value is not None}
    return f"{b64url_encode(canonical_json(head))}.{b64url_encode(canonical_json(payload))}.AA"


def wrapped(**claims: Any) -> dict[str, Any]:
    document = vector("credential_2018", proof=None)
    return {"vc": {**document, **claims.pop("vc", {})}, "iss": ISSUER, **claims}


@needs_didkit
@pytest.mark.parametrize(
    ("name", "form"),
    [
        ("credential_2018", "Ed25519Signature2018"),
        ("credential_2020", "Ed25519Signature2020"),
        ("credential_token", "vc-jwt-1.1"),
    ],
)
def test_an_old_credential_is_read(worker: Worker, name: str, form: str):
    credential = verified(vector(name), LegacyVerification(worker))

    assert credential.issuer == ISSUER
    assert credential.model.subjects[0].id == HOLDER
    assert [proof.cryptosuite for proof in credential.proofs] == [form]
    assert "proof" not in credential.document


@needs_didkit
@pytest.mark.parametrize(
    ("name", "error"),
    [
        ("bad_credential_expired", ExpiredError),
        ("bad_credential_not_yet_valid", NotYetValidError),
        ("bad_token_expired", ExpiredError),
        ("bad_token_not_yet_valid", NotYetValidError),
        ("bad_credential_changed", AlteredCredentialError),
        ("credential_with_status", UnresolvableError),
    ],
)
def test_what_didkit_alone_lets_pass_is_refused(worker: Worker, name: str, error: type[Exception]):
    with pytest.raises(error):
        verified(vector(name), LegacyVerification(worker))


@needs_didkit
def test_didkit_itself_calls_expired_credentials_good(worker: Worker):
    for name in ("bad_credential_expired", "bad_credential_not_yet_valid"):
        worker.require_signed("credential", canonical_json(vector(name)).decode(), "{}", by="proof")


@needs_didkit
@settings(max_examples=60)
@given(data=st.data())
def test_no_signed_character_can_be_changed(worker: Worker, data: st.DataObject):
    name = data.draw(st.sampled_from(["credential_2018", "credential_2020", "credential_token"]))
    document = vector(name)
    text = document if isinstance(document, str) else canonical_json(document).decode()
    place, letter = data.draw(st.integers(0, len(text) - 1)), data.draw(st.sampled_from("Aa0z-"))
    changed = f"{text[:place]}{letter}{text[place + 1 :]}"
    if changed == text:
        return
    try:
        read = changed if isinstance(document, str) else json.loads(changed)
    except ValueError:
        return
    with pytest.raises(CredentialError):
        verified(read, LegacyVerification(worker))


@needs_didkit
def test_a_status_is_checked_by_whoever_can(worker: Worker):
    asked = []

    def revoked(_model: object, status: Any) -> None:
        asked.append(status.types)
        raise RevokedError("taken back")

    document = vector("credential_with_status")
    with pytest.raises(RevokedError):
        verified(document, LegacyVerification(worker, revoked))
    assert asked == [("StatusList2021Entry",)]
    assert verified(document, LegacyVerification(worker, lambda *_: None))


@pytest.mark.parametrize(
    "change",
    [
        {"type": None},
        {"type": "DataIntegrityProof"},
        {"type": "RsaSignature2018"},
        {"type": ["Ed25519Signature2018"]},
        {"proofPurpose": "authentication"},
        {"proofPurpose": None},
        {"verificationMethod": None},
        {"verificationMethod": ISSUER},
        {"created": None},
        {"created": "yesterday"},
    ],
)
def test_a_proof_that_does_not_say_what_it_must_is_refused(change: dict[str, Any]):
    document = with_proof("credential_2018", **change)
    with pytest.raises((ProofError, MalformedCredentialError, DataLossError)):
        verified(document, BELIEVED)


@pytest.mark.parametrize("proof", [None, [], "proof", [vector("credential_2018")["proof"]] * 2])
def test_a_document_has_one_proof(proof: Any):
    with pytest.raises((ProofError, MalformedCredentialError)):
        verified({**vector("credential_2018"), "proof": proof}, BELIEVED)


def test_a_proof_is_not_made_in_the_future():
    with pytest.raises(NotYetValidError):
        verified(vector("credential_2018"), BELIEVED, now=NOW - timedelta(days=365))


def test_only_the_issuers_key_signs_for_the_issuer():
    method = f"{HOLDER}#{HOLDER.rpartition(':')[2]}"
    with pytest.raises(VerificationMethodError):
        verified(with_proof("credential_2018", verificationMethod=method), BELIEVED)
    with pytest.raises(VerificationMethodError):
        verified(with_proof("credential_2018", verificationMethod=f"{ISSUER}#other"), BELIEVED)
    with pytest.raises(VerificationMethodError):
        verified(token_of(wrapped(), kid=method), BELIEVED)


def test_keys_are_looked_up_nowhere_but_in_the_identifier():
    web = "did:web:university.example"
    document = with_proof("credential_2018", verificationMethod=f"{web}#key")
    with pytest.raises(UnresolvableError):
        verified({**document, "issuer": web}, BELIEVED)
    with pytest.raises(UnresolvableError):
        verified(token_of(wrapped(iss=web, vc={"issuer": web}), kid=f"{web}#key"), BELIEVED)


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"@context": [CREDENTIALS_V1, "https://example.org/context"]}, UnknownContextError),
        ({"@context": [CREDENTIALS_V1, {"a": "https://example.org/#a"}]}, UnknownContextError),
        ({"@context": [CREDENTIALS_V2]}, MalformedCredentialError),
        ({"issuanceDate": None}, MalformedCredentialError),
        ({"undefinedTerm": 1}, DataLossError),
        ({"id": "not-a-url"}, MalformedCredentialError),
        ({"type": ["VerifiableCredential", "Undefined"]}, DataLossError),
        ({"credentialSubject": {"id": "did:example:a", "undefined": 1}}, DataLossError),
    ],
)
def test_the_form_is_checked_here(changes: dict[str, Any], error: type[Exception]):
    with pytest.raises(error):
        verified(vector("credential_2018", **changes), BELIEVED)


@pytest.mark.parametrize(
    ("claims", "error"),
    [
        ({"iss": HOLDER}, AlteredCredentialError),
        ({"jti": "urn:uuid:0"}, AlteredCredentialError),
        ({"sub": "did:example:evil"}, AlteredCredentialError),
        ({"nbf": 0}, AlteredCredentialError),
        ({"nbf": "2020-08-19T21:41:50Z"}, MalformedCredentialError),
        ({"exp": True}, MalformedCredentialError),
        ({"exp": 1e300}, MalformedCredentialError),
        ({"exp": 1_600_000_000}, ExpiredError),
        ({"vc": {"proof": {"type": "Any"}}}, MalformedCredentialError),
        ({"vc": {"@context": [CREDENTIALS_V2]}}, MalformedCredentialError),
        ({"vc": {"expirationDate": 5}, "exp": 1}, MalformedCredentialError),
    ],
)
def test_a_token_that_contradicts_itself_is_refused(claims: dict[str, Any], error: type[Exception]):
    with pytest.raises(error):
        verified(token_of(wrapped(**claims)), BELIEVED)


@pytest.mark.parametrize("payload", [[], 5, {}, {"vc": 5}, {"vc": {}}, {"vc": {"issuer": {"name": "x"}}}])
def test_a_token_without_a_credential_is_refused(payload: Any):
    with pytest.raises(CredentialError):
        verified(token_of(payload), BELIEVED)


@pytest.mark.parametrize("header", [{"kid": None}, {"kid": "key-1"}, {"kid": "did:key:z"}, {"crit": ["exp"]}])
def test_a_token_that_names_no_key_is_refused(header: dict[str, Any]):
    with pytest.raises(MalformedCredentialError):
        verified(token_of(wrapped(), **header), BELIEVED)


@pytest.mark.parametrize("token", ["", "a.b", "a.b.c.d", "e30.e30", "e30.e30.e30", "x" * 1_000_001])
def test_what_is_no_token_is_refused(token: str):
    with pytest.raises(MalformedCredentialError):
        verified(token, BELIEVED)


def test_claims_of_a_token_complete_its_credential():
    bare = {"vc": {"type": ["VerifiableCredential"], "credentialSubject": {}}, "iss": ISSUER, "sub": HOLDER}
    document = credential_of({**bare, "jti": "urn:uuid:1", "nbf": 0.0, "exp": 1})

    assert document["issuer"] == ISSUER
    assert document["credentialSubject"] == {"id": HOLDER}
    assert document["id"] == "urn:uuid:1"
    assert document["issuanceDate"] == "1970-01-01T00:00:00Z"
    assert document["expirationDate"] == "1970-01-01T00:00:01Z"


def test_a_document_that_is_no_json_is_refused():
    with pytest.raises(MalformedCredentialError):
        verified({**vector("credential_2018"), "credentialSubject": {"id": HOLDER, "x": object()}}, BELIEVED)
