from typing import Any

import pytest

from ssi.data_integrity.signature_suites import (
    ECDSA_JCS_2019,
    ECDSA_RDFC_2019,
    EDDSA_JCS_2022,
    EDDSA_RDFC_2022,
    SignatureMaker,
    SignatureSuite,
)
from ssi.errors import (
    AlteredCredentialError,
    DataLossError,
    MalformedCredentialError,
    ProofError,
    VerificationMethodError,
)
from tests.ssi.data_integrity.signed import EXAMPLES, KINDS, maker, options, unsigned
from tests.ssi.did.keys import ed25519_signer, p256_signer, p384_signer

DOCUMENT = unsigned("did:web:university.example")


def made(kind: str, document: dict[str, Any] = DOCUMENT) -> tuple[SignatureMaker, dict[str, Any]]:
    made_by = maker(kind)
    return made_by, made_by.make(document, options(made_by).to_json(made_by.name))


@pytest.mark.parametrize("kind", KINDS)
def test_what_a_suite_signs_it_verifies(kind: str):
    made_by, proof = made(kind)

    assert made_by.suite.verify(DOCUMENT, proof, made_by.signer.public_key) == DOCUMENT


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_document_gets_the_same_proof(kind: str):
    assert made(kind)[1] == made(kind)[1]


@pytest.mark.parametrize("kind", KINDS)
def test_the_key_of_somebody_else_does_not_fit(kind: str):
    made_by, proof = made(kind)

    with pytest.raises(AlteredCredentialError, match=made_by.name):
        made_by.suite.verify(DOCUMENT, proof, maker(kind, "forger").signer.public_key)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("value", ["", "z", "u2", "z0", 5, None, ["z2"], "z" + "2" * 2000])
def test_a_value_that_is_no_base58_is_refused(kind: str, value: object):
    made_by, proof = made(kind)

    with pytest.raises((ProofError, AlteredCredentialError)):
        made_by.suite.verify(DOCUMENT, {**proof, "proofValue": value}, made_by.signer.public_key)


@pytest.mark.parametrize(
    ("suite", "signer"),
    [
        (EDDSA_JCS_2022, p256_signer("a")),
        (EDDSA_RDFC_2022, p384_signer("a")),
        (ECDSA_JCS_2019, ed25519_signer("a")),
        (ECDSA_RDFC_2019, ed25519_signer("a")),
    ],
)
def test_a_key_of_another_type_is_refused_on_both_sides(suite: SignatureSuite, signer: Any):
    with pytest.raises(VerificationMethodError, match="does not work with"):
        SignatureMaker(suite, signer).make(DOCUMENT, {"type": "DataIntegrityProof"})
    with pytest.raises(VerificationMethodError, match="does not work with"):
        suite.verify(DOCUMENT, {"proofValue": "z2"}, signer.public_key)


@pytest.mark.parametrize("kind", KINDS)
def test_only_suites_over_the_text_repeat_the_contexts(kind: str):
    assert ("@context" in made(kind)[1]) == ("jcs" in kind)


def test_contexts_may_follow_those_that_were_signed_and_are_not_part_of_what_was():
    made_by, proof = made("eddsa-jcs-2022")
    grown = {**DOCUMENT, "@context": [*DOCUMENT["@context"], "https://w3id.org/security/multikey/v1"]}

    assert made_by.suite.verify(grown, proof, made_by.signer.public_key) == DOCUMENT


@pytest.mark.parametrize(
    "contexts", [[], [EXAMPLES], [EXAMPLES, *DOCUMENT["@context"]], DOCUMENT["@context"][:1], None, EXAMPLES]
)
def test_contexts_that_do_not_begin_with_the_signed_ones_are_refused(contexts: object):
    made_by, proof = made("eddsa-jcs-2022")

    with pytest.raises(AlteredCredentialError, match="contexts"):
        made_by.suite.verify({**DOCUMENT, "@context": contexts}, proof, made_by.signer.public_key)


def test_a_suite_over_the_text_signs_what_a_suite_over_the_graph_refuses():
    document = {**DOCUMENT, "@context": DOCUMENT["@context"][:1]}
    made_by, proof = made("eddsa-jcs-2022", document)

    assert made_by.suite.verify(document, proof, made_by.signer.public_key) == document
    with pytest.raises(DataLossError):
        made("eddsa-rdfc-2022", document)


def test_what_has_no_canonical_text_is_refused():
    with pytest.raises(MalformedCredentialError):
        made("eddsa-jcs-2022", {**DOCUMENT, "name": 2**60})


def test_settings_that_the_contexts_do_not_define_are_refused_over_the_graph():
    made_by = maker("eddsa-rdfc-2022")

    with pytest.raises(DataLossError):
        made_by.make(
            {**DOCUMENT, "@context": DOCUMENT["@context"][:1]}, {"type": "DataIntegrityProof", "mood": "good"}
        )
