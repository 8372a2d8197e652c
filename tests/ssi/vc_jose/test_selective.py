"""A credential as an SD-JWT shows what its holder chose, under its issuer's key."""

import pytest

from crypto.randomness import stream
from ssi.errors import (
    AlteredCredentialError,
    CredentialError,
    MalformedCredentialError,
    ProofError,
    VerificationMethodError,
)
from ssi.sd_jwt import present_sd_jwt
from ssi.vc_jose.selective import issue_selective_token, verify_selective_token
from tests.ssi.data_integrity.signed import VERIFICATION, unsigned
from tests.ssi.did.keys import p256_signer
from tests.ssi.parties import NOW
from tests.ssi.vc_jose.tokens import did_of, kid_of, resigned, token_by

SIGNER = p256_signer("issuer")
SUBJECT = {"id": "did:example:abcdefgh", "alumniOf": {"name": "School"}, "degree": "MA"}


def token(**members: object) -> str:
    document = unsigned(issuer=did_of(SIGNER), **{"credentialSubject": SUBJECT, **members})
    return issue_selective_token(
        document, SIGNER.key, kid=kid_of(SIGNER), random=stream(bytes(32), "selective")
    )


def verified(shown: str):
    return verify_selective_token(shown, VERIFICATION, now=NOW)


def test_all_of_it_can_be_shown():
    assert verified(token()).document["credentialSubject"] == SUBJECT


def test_a_holder_keeps_back_what_she_likes():
    shown = present_sd_jwt(token(), [("credentialSubject", "degree")])

    credential = verified(shown)
    assert credential.document["credentialSubject"] == {"id": SUBJECT["id"], "degree": "MA"}
    assert credential.issuer == did_of(SIGNER)
    assert "School" not in shown


def test_a_disclosure_that_was_not_signed_is_refused():
    _, *others = token(credentialSubject={**SUBJECT, "degree": "PhD"}).split("~")
    issuer_signed = token().partition("~")[0]
    with pytest.raises(MalformedCredentialError):
        verified("~".join([issuer_signed, *others]))


def test_a_strangers_signature_does_not_count():
    issuer_signed, rest = token().split("~", 1)
    forged = resigned(issuer_signed, p256_signer("stranger"), header={}, payload={})
    with pytest.raises(AlteredCredentialError):
        verified(f"{forged}~{rest}")


def test_a_strangers_key_does_not_sign_for_the_issuer():
    stranger = p256_signer("stranger")
    issuer_signed, rest = token().split("~", 1)
    forged = resigned(issuer_signed, stranger, header={"kid": kid_of(stranger)}, payload={})
    with pytest.raises(VerificationMethodError):
        verified(f"{forged}~{rest}")


@pytest.mark.parametrize("typ", ["vc+jwt", "dc+sd-jwt"])
def test_a_token_of_another_type_is_refused(typ: str):
    issuer_signed, rest = token().split("~", 1)
    forged = resigned(issuer_signed, SIGNER, header={"typ": typ}, payload={})
    with pytest.raises(MalformedCredentialError, match="type"):
        verified(f"{forged}~{rest}")


def test_a_token_that_is_no_sd_jwt_is_refused():
    with pytest.raises(MalformedCredentialError):
        verified(token_by())


def test_a_key_binding_that_nobody_asked_for_is_refused():
    with pytest.raises(MalformedCredentialError, match="key binding"):
        verified(token() + token_by())


def test_several_subjects_cannot_be_kept_back():
    with pytest.raises(MalformedCredentialError, match="one object"):
        token(credentialSubject=[SUBJECT, SUBJECT])


def test_only_a_key_of_the_issuer_issues():
    with pytest.raises(ProofError):
        issue_selective_token(unsigned(issuer="did:example:other"), SIGNER.key, kid=kid_of(SIGNER))


def test_garbage_is_refused_by_name():
    with pytest.raises(CredentialError):
        verified("~~~")
