"""Old presentations count if their holder signed them for this question, and all in them counts."""

from typing import Any

import pytest

from crypto.encoding import canonical_json
from ssi.errors import (
    AlteredCredentialError,
    ChallengeError,
    CredentialError,
    DataLossError,
    DomainError,
    ExpiredError,
    GraphTooComplexError,
    MalformedCredentialError,
    NotYetValidError,
    ProofError,
    VerificationMethodError,
)
from ssi.key_binding import Challenge
from ssi.legacy.credentials import LegacyVerification
from ssi.legacy.presentations import verify_legacy_presentation
from ssi.legacy.process import Worker
from ssi.linked_data.contexts import CREDENTIALS_V1, CREDENTIALS_V2
from tests.ssi.legacy.old import CHALLENGE, NOW, VECTORS, needs_didkit, vector, with_proof
from tests.ssi.legacy.test_credentials import BELIEVED, HOLDER, ISSUER, token_of


def verified(presentation: Any, verification: LegacyVerification, challenge: Challenge = CHALLENGE):
    return verify_legacy_presentation(presentation, challenge, verification, now=NOW)


def shown(**claims: Any) -> str:
    """A presentation in a token, as nobody signed it."""
    document = {"@context": [CREDENTIALS_V1], "type": ["VerifiablePresentation"], "holder": HOLDER}
    inner = {"verifiableCredential": [VECTORS["credential_token"]]}
    payload = {
        "vp": {**document, **inner, **claims.pop("vp", {})},
        "iss": HOLDER,
        "nonce": CHALLENGE.nonce,
        "aud": CHALLENGE.audience,
        **claims,
    }
    kid = f"{HOLDER}#{HOLDER.rpartition(':')[2]}"
    return token_of({name: value for name, value in payload.items() if value is not None}, kid=kid)


@needs_didkit
@pytest.mark.parametrize("name", ["presentation_2018", "presentation_token"])
def test_an_old_presentation_is_read(worker: Worker, name: str):
    presentation = verified(vector(name), LegacyVerification(worker))

    assert presentation.presenter == HOLDER
    assert [credential.issuer for credential in presentation.credentials] == [ISSUER]


@needs_didkit
@pytest.mark.parametrize(
    ("name", "error"),
    [
        ("bad_presentation_with_changed_credential", AlteredCredentialError),
        ("bad_presentation_with_expired_credential", ExpiredError),
        ("bad_presentation_without_challenge", ChallengeError),
    ],
)
def test_what_didkit_alone_lets_pass_is_refused(worker: Worker, name: str, error: type[Exception]):
    document = vector(name)
    worker.require_signed("presentation", canonical_json(document).decode(), "{}", by="proof")

    with pytest.raises(error):
        verified(document, LegacyVerification(worker))


@needs_didkit
def test_a_presentation_that_was_changed_is_refused(worker: Worker):
    with pytest.raises(AlteredCredentialError):
        verified(vector("presentation_2018", id="urn:uuid:1"), LegacyVerification(worker))
    token = vector("presentation_token")
    with pytest.raises(CredentialError):
        verified(f"{token[:-2]}AA", LegacyVerification(worker))


@pytest.mark.parametrize("name", ["presentation_2018", "presentation_token"])
def test_a_presentation_for_somebody_else_or_another_question_is_refused(name: str):
    with pytest.raises(ChallengeError):
        verified(vector(name), BELIEVED, Challenge(CHALLENGE.audience, "another"))
    with pytest.raises(DomainError):
        verified(vector(name), BELIEVED, Challenge("https://other.example", CHALLENGE.nonce))


@pytest.mark.parametrize(
    ("claims", "error"),
    [
        ({"nonce": None}, ChallengeError),
        ({"aud": None}, DomainError),
        ({"aud": [CHALLENGE.audience, "https://other.example"]}, DomainError),
        ({"exp": int(NOW.timestamp())}, ExpiredError),
        ({"nbf": int(NOW.timestamp()) + 61}, NotYetValidError),
        ({"iss": ISSUER}, AlteredCredentialError),
        ({"iss": ISSUER, "vp": {"holder": ISSUER}}, VerificationMethodError),
        ({"vp": {"proof": {}}}, MalformedCredentialError),
        ({"vp": {"@context": [CREDENTIALS_V2]}}, MalformedCredentialError),
        ({"vp": {"verifiableCredential": [5]}}, MalformedCredentialError),
        ({"vp": {"verifiableCredential": [None]}}, MalformedCredentialError),
        ({"vp": {"verifiableCredential": ["a.b.c"]}}, MalformedCredentialError),
        ({"vp": {"verifiableCredential": ["a.b.c"] * 51}}, GraphTooComplexError),
    ],
)
def test_a_token_that_does_not_say_what_it_must_is_refused(claims: dict[str, Any], error: type[Exception]):
    with pytest.raises(error):
        verified(shown(**claims), BELIEVED)


def test_one_credential_may_stand_alone():
    alone = shown(vp={"verifiableCredential": VECTORS["credential_token"]})

    assert len(verified(alone, BELIEVED).credentials) == 1
    assert verified(shown(aud=[CHALLENGE.audience]), BELIEVED)


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"proofPurpose": "assertionMethod"}, ProofError),
        ({"verificationMethod": f"{ISSUER}#{ISSUER.rpartition(':')[2]}"}, VerificationMethodError),
        ({"type": "DataIntegrityProof"}, ProofError),
        ({"challenge": None}, ChallengeError),
        ({"domain": None}, DomainError),
    ],
)
def test_a_proof_that_does_not_say_what_it_must_is_refused(change: dict[str, Any], error: type[Exception]):
    with pytest.raises(error):
        verified(with_proof("presentation_2018", **change), BELIEVED)


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"undefined": 1}, DataLossError),
        ({"holder": ISSUER}, VerificationMethodError),
        ({"@context": [CREDENTIALS_V2]}, MalformedCredentialError),
        ({"verifiableCredential": [VECTORS["credential_token"]]}, MalformedCredentialError),
    ],
)
def test_the_form_is_checked_here(changes: dict[str, Any], error: type[Exception]):
    with pytest.raises(error):
        verified(vector("presentation_2018", **changes), BELIEVED)


@pytest.mark.parametrize("garbage", ["", "a.b.c", {}, {"proof": {}}])
def test_garbage_is_refused_by_name(garbage: Any):
    with pytest.raises(CredentialError):
        verified(garbage, BELIEVED)
