from datetime import timedelta
from typing import Any

import pytest

from ssi.clock import CLOCK_SKEW
from ssi.data_integrity.credentials import (
    Verification,
    VerifiedCredential,
    issue_credential,
    verify_credential,
    with_proof_context,
)
from ssi.did.document import Purpose
from ssi.did.resolve import Resolver
from ssi.errors import (
    AlteredCredentialError,
    ExpiredError,
    MalformedCredentialError,
    NotYetValidError,
    ProofError,
    UnknownContextError,
    VerificationMethodError,
)
from ssi.linked_data.contexts import CREDENTIALS_V1, CREDENTIALS_V2, DATA_INTEGRITY_V2
from tests.ssi.data_integrity.signed import (
    EXAMPLES,
    KINDS,
    VERIFICATION,
    did_of,
    issued,
    maker,
    moment,
    options,
    unsigned,
)
from tests.ssi.parties import NOW

SECOND = timedelta(seconds=1)
ISSUER = maker("eddsa-rdfc-2022")
INLINE = {"founded": "https://www.w3.org/ns/credentials/examples#founded"}


def verify(document: Any, verification: Verification = VERIFICATION, *, now: Any = NOW) -> VerifiedCredential:
    return verify_credential(document, verification, now=now)


@pytest.mark.parametrize("kind", KINDS)
def test_a_credential_says_who_issued_it_once_it_is_verified(kind: str):
    credential = verify(issued(maker(kind)))

    assert credential.issuer == did_of(maker(kind))
    assert credential.document == unsigned(did_of(maker(kind)))
    assert credential.model.subjects[0].id == "did:example:abcdefgh"


def test_an_issuer_may_be_an_object():
    document = issued(ISSUER, issuer={"id": did_of(ISSUER), "name": "University"})

    assert verify(document).model.issuer.names[0].text == "University"


def test_a_credential_is_issued_with_a_key_of_its_issuer_only():
    with pytest.raises(ProofError, match="is not a key of the issuer"):
        issue_credential(unsigned("did:web:university.example"), ISSUER, options(ISSUER))


def test_a_credential_is_issued_to_assert_something():
    with pytest.raises(ProofError, match="assertionMethod"):
        issued(ISSUER, {"purpose": Purpose.AUTHENTICATION})


def test_what_breaks_the_data_model_is_not_issued():
    with pytest.raises(MalformedCredentialError, match="validUntil"):
        issued(ISSUER, validUntil="soon")


def test_a_credential_that_a_stranger_signed_is_not_the_issuers():
    stranger = maker("eddsa-rdfc-2022", "stranger")
    forged = {**issued(stranger), "issuer": did_of(ISSUER)}
    resigned = stranger.make(unsigned(did_of(ISSUER)), options(stranger).to_json(stranger.name))

    with pytest.raises(AlteredCredentialError):
        verify(forged)
    with pytest.raises(VerificationMethodError, match="no proof was made with a key of the issuer"):
        verify({**unsigned(did_of(ISSUER)), "proof": resigned})


def test_a_proof_of_somebody_else_besides_that_of_the_issuer_is_no_harm():
    witness = maker("ecdsa-rdfc-2019 P-256", "witness")
    document = issued(ISSUER)
    bare = unsigned(did_of(ISSUER))
    proof = witness.make(bare, options(witness).to_json(witness.name))

    assert len(verify({**document, "proof": [document["proof"], proof]}).proofs) == 2


def test_a_credential_is_valid_within_its_dates_and_the_skew_of_clocks():
    document = issued(ISSUER, {"created": moment("2025-12-01T00:00:00Z")})
    start, end = moment("2026-01-01T00:00:00Z"), moment("2027-01-01T00:00:00Z")

    assert verify(document, now=start - CLOCK_SKEW)
    assert verify(document, now=end)
    with pytest.raises(NotYetValidError, match="valid from"):
        verify(document, now=start - CLOCK_SKEW - SECOND)
    with pytest.raises(ExpiredError, match="valid until"):
        verify(document, now=end + SECOND)


def test_whoever_reads_old_credentials_may_leave_their_dates_out():
    lenient = Verification(Resolver(), validity_period=False)

    assert verify(issued(ISSUER), lenient, now=moment("2030-01-01T00:00:00Z"))


def test_a_credential_without_dates_is_valid():
    document = issued(ISSUER)
    bare = {name: value for name, value in unsigned(did_of(ISSUER)).items() if not name.startswith("valid")}

    assert verify(issue_credential(bare, ISSUER, options(ISSUER)))
    assert verify(document)


def test_a_context_written_into_a_document_is_taken_only_on_demand():
    inline: dict[str, Any] = {"@context": [CREDENTIALS_V2, EXAMPLES, INLINE]}
    document = issued(ISSUER, None, **inline)

    with pytest.raises(UnknownContextError, match="written into the document"):
        verify(document)
    assert verify(document, Verification(Resolver(), inline_contexts=True))


def test_exchanged_names_are_not_taken_for_what_was_signed():
    """The graph is the same: whoever allows contexts of the document reads what nobody said."""
    said = {"motto": "no", "founded": "yes"}
    document = issued(ISSUER, credentialSubject={"id": "did:example:abcdefgh", **said})
    names = {
        name: f"https://www.w3.org/ns/credentials/examples#{other}"
        for name, other in zip(said, [*said][::-1], strict=True)
    }
    exchanged = {
        **document,
        "@context": [*document["@context"], names],
        "credentialSubject": {"id": "did:example:abcdefgh", "motto": "yes", "founded": "no"},
    }

    assert verify(exchanged, Verification(Resolver(), inline_contexts=True))
    with pytest.raises(UnknownContextError):
        verify(exchanged)


def test_a_verifier_may_take_fewer_contexts():
    strict = Verification(Resolver(), contexts=frozenset({CREDENTIALS_V2}))

    with pytest.raises(UnknownContextError, match="not taken here"):
        verify(issued(ISSUER), strict)


def test_a_context_deep_inside_is_looked_at_as_well():
    subject = {"@context": INLINE, "id": "did:example:abcdefgh", "founded": 1901}

    with pytest.raises(UnknownContextError):
        verify(issued(maker("eddsa-jcs-2022"), credentialSubject=[subject]))


def test_contexts_that_followed_the_signed_ones_are_not_in_the_verified_document():
    document = issued(maker("eddsa-jcs-2022"))
    grown = {**document, "@context": [*document["@context"], "https://w3id.org/security/multikey/v1"]}

    assert verify(grown).document["@context"] == document["@context"]


@pytest.mark.parametrize("kind", KINDS)
def test_a_credential_of_the_years_before_gets_the_context_of_proofs(kind: str):
    old = {
        "@context": [CREDENTIALS_V1],
        "type": "VerifiableCredential",
        "issuer": did_of(maker(kind)),
        "issuanceDate": "2020-01-01T00:00:00Z",
        "credentialSubject": {"id": "did:example:abcdefgh"},
    }
    credential = issue_credential(old, maker(kind), options(maker(kind)))

    assert credential["@context"] == [CREDENTIALS_V1, DATA_INTEGRITY_V2]
    assert verify(credential).model.version == "1.1"
    assert with_proof_context(credential) is credential


@pytest.mark.parametrize("document", [None, [], "text", {}, {"proof": {}}])
def test_what_is_no_credential_is_refused(document: Any):
    with pytest.raises(MalformedCredentialError):
        verify(document)


def test_a_credential_without_proof_is_not_verified():
    with pytest.raises(ProofError):
        verify(unsigned(did_of(ISSUER)))
