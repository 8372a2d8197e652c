from datetime import timedelta
from typing import Any

import pytest

from ssi.clock import CLOCK_SKEW
from ssi.data_integrity.secure import Expectation, VerifiedDocument, add_proof, verify_proofs
from ssi.data_integrity.signature_suites import SIGNATURE_SUITES
from ssi.did.document import Purpose
from ssi.did.resolve import Resolver
from ssi.errors import (
    AlteredCredentialError,
    ExpiredError,
    GraphTooComplexError,
    MalformedCredentialError,
    NotYetValidError,
    ProofError,
    UnresolvableError,
    VerificationMethodError,
)
from ssi.linked_data.allowance import MAX_VALUES_TOGETHER, Allowance
from ssi.linked_data.canonical import Canonicalizer
from tests.ssi.data_integrity.signed import KINDS, did_of, maker, options, unsigned, with_proof
from tests.ssi.parties import NOW, YEAR

SECOND = timedelta(seconds=1)
DOCUMENT = unsigned("did:web:university.example")
FIRST, SECOND_MAKER = maker("eddsa-rdfc-2022"), maker("ecdsa-jcs-2019 P-256", "witness")


def secured(kind: str = "eddsa-jcs-2022", **settings: Any) -> dict[str, Any]:
    return add_proof(DOCUMENT, maker(kind), options(maker(kind), **settings))


def verify(
    document: Any, expectation: Expectation | None = None, *, now: Any = NOW, **changes: Any
) -> VerifiedDocument:
    return verify_proofs(
        document,
        expectation or Expectation(),
        resolver=Resolver(),
        suites=SIGNATURE_SUITES,
        now=now,
        **changes,
    )


def values_read(document: Any) -> int:
    """How many values were read to verify a document."""
    allowance = Allowance()
    verify(document, canonical=Canonicalizer(allowance))
    return MAX_VALUES_TOGETHER - allowance.values


def chained() -> dict[str, Any]:
    """A document with a proof, and the proof of a witness who signs the first one too."""
    first = add_proof(DOCUMENT, FIRST, options(FIRST, id="urn:uuid:1"))
    return add_proof(
        first, SECOND_MAKER, options(SECOND_MAKER, id="urn:uuid:2", previous_proof=("urn:uuid:1",))
    )


@pytest.mark.parametrize("kind", KINDS)
def test_a_verified_document_is_what_was_signed_without_its_proof(kind: str):
    verified = verify(secured(kind))

    assert verified.content == DOCUMENT
    assert [(proof.did, proof.cryptosuite) for proof in verified.proofs] == [
        (did_of(maker(kind)), maker(kind).name)
    ]


def test_a_verified_document_does_not_change_with_the_one_that_came():
    document = secured()
    verified = verify(document)

    document["credentialSubject"]["id"] = "did:example:mallory"

    assert verified.content["credentialSubject"]["id"] == "did:example:abcdefgh"
    document["credentialSubject"]["id"] = "did:example:abcdefgh"


def test_proofs_side_by_side_must_all_hold():
    document = add_proof(secured("eddsa-rdfc-2022"), SECOND_MAKER, options(SECOND_MAKER))
    assert len(verify(document).proofs) == 2

    document["proof"][1] = {**document["proof"][1], "created": "2026-02-28T00:00:00Z"}

    with pytest.raises(AlteredCredentialError):
        verify(document)


def test_the_order_of_proofs_side_by_side_does_not_matter():
    document = add_proof(secured("eddsa-rdfc-2022"), SECOND_MAKER, options(SECOND_MAKER))

    assert len(verify({**document, "proof": document["proof"][::-1]}).proofs) == 2


def test_a_chained_proof_signs_the_one_before_it():
    document = chained()
    assert len(verify(document).proofs) == 2

    replaced = add_proof(DOCUMENT, FIRST, options(FIRST, id="urn:uuid:1", nonce="another"))["proof"]

    with pytest.raises(AlteredCredentialError):
        verify({**document, "proof": [replaced, document["proof"][1]]})


@pytest.mark.parametrize("kind", KINDS)
def test_every_suite_signs_previous_proofs(kind: str):
    made_by = maker(kind, "witness")
    first = add_proof(DOCUMENT, FIRST, options(FIRST, id="urn:uuid:1"))
    document = add_proof(first, made_by, options(made_by, previous_proof=("urn:uuid:1",)))

    assert len(verify(document).proofs) == 2


def test_a_previous_proof_that_was_taken_away_is_missed():
    with pytest.raises(ProofError, match="there is no proof 'urn:uuid:1'"):
        verify({**DOCUMENT, "proof": chained()["proof"][1]})


def test_a_previous_proof_must_be_there_when_one_is_added():
    with pytest.raises(ProofError, match="expected proofs with the ids"):
        secured(previous_proof=("urn:uuid:1",))


def test_a_proof_that_comes_before_itself_is_refused():
    one, other = chained()["proof"]

    with pytest.raises(ProofError, match="before itself"):
        verify({**DOCUMENT, "proof": [{**one, "previousProof": "urn:uuid:2"}, other]})


def test_two_proofs_of_one_id_are_refused():
    document = chained()

    with pytest.raises(ProofError, match="same id"):
        verify({**document, "proof": [document["proof"][0], *document["proof"]]})


@pytest.mark.parametrize(
    ("expectation", "member"),
    [
        (Expectation(Purpose.AUTHENTICATION), "proofPurpose"),
        (Expectation(domain=frozenset({"a.example"})), "domain"),
        (Expectation(domain=frozenset({"a.example", "b.example", "c.example"})), "domain"),
        (Expectation(challenge="other"), "challenge"),
    ],
)
def test_a_proof_for_something_else_is_refused(expectation: Expectation, member: str):
    document = secured(domain=("a.example", "b.example"), challenge="c")

    with pytest.raises(AlteredCredentialError, match=rf"proof\.{member}"):
        verify(document, expectation)


def test_a_proof_for_the_expected_domain_and_challenge_holds():
    document = secured(domain=("b.example", "a.example"), challenge="c")

    assert verify(document, Expectation(domain=frozenset({"a.example", "b.example"}), challenge="c"))


def test_a_proof_without_challenge_answers_no_question():
    with pytest.raises(AlteredCredentialError, match="challenge"):
        verify(secured(), Expectation(challenge="c"))


def test_a_proof_holds_from_when_it_was_made_until_it_expires():
    document = secured(expires=NOW + YEAR)

    assert verify(document, now=NOW - CLOCK_SKEW)
    assert verify(document, now=NOW + YEAR - SECOND)
    with pytest.raises(NotYetValidError):
        verify(document, now=NOW - CLOCK_SKEW - SECOND)
    with pytest.raises(ExpiredError):
        verify(document, now=NOW + YEAR)


def test_an_unknown_suite_is_named():
    with pytest.raises(ProofError, match="got 'eddsa-2022'"):
        verify(with_proof(secured(), cryptosuite="eddsa-2022"))


def test_a_key_whose_document_is_not_found_is_an_error_of_its_own():
    with pytest.raises(UnresolvableError):
        verify(with_proof(secured(), verificationMethod="did:web:university.example#a"))


def test_a_key_that_its_document_does_not_list_is_refused():
    with pytest.raises(VerificationMethodError):
        verify(with_proof(secured(), verificationMethod=f"{did_of(FIRST)}#other"))


def test_proofs_over_different_contexts_are_refused():
    made_by = maker("eddsa-jcs-2022")
    grown = {**DOCUMENT, "@context": [*DOCUMENT["@context"], "https://w3id.org/security/multikey/v1"]}
    one = add_proof(DOCUMENT, made_by, options(made_by))["proof"]
    other = add_proof(grown, made_by, options(made_by))["proof"]

    with pytest.raises(AlteredCredentialError, match="different contexts"):
        verify({**grown, "proof": [one, other]})


@pytest.mark.parametrize("document", [None, [], "text", 5])
def test_what_is_no_object_has_no_proof(document: Any):
    with pytest.raises(MalformedCredentialError):
        verify(document)
    with pytest.raises(MalformedCredentialError):
        add_proof(document, FIRST, options(FIRST))


def with_proofs(count: int, kind: str = "eddsa-rdfc-2022", **settings: Any) -> dict[str, Any]:
    document = DOCUMENT
    for index in range(count):
        made_by = maker(kind, f"witness {index}")
        document = add_proof(document, made_by, options(made_by, id=f"urn:uuid:{index}", **settings))
    return document


def test_the_document_is_canonicalised_once_however_many_proofs_it_has():
    one, two, ten = (values_read(with_proofs(count)) for count in (1, 2, 10))

    settings = two - one
    assert ten == one + 9 * settings
    assert settings < one - settings  # what one more proof costs is its own settings


def test_the_document_is_canonicalised_once_for_each_hash():
    document = with_proofs(1)
    grown = [values_read(document)]
    for index in range(2):
        made_by = maker("ecdsa-rdfc-2019 P-384", f"witness {index}")
        document = add_proof(document, made_by, options(made_by, id=f"urn:uuid:{index + 5}"))
        grown.append(values_read(document))

    one, two, three = grown
    assert two == 2 * one
    assert three - two == values_read(with_proofs(2)) - one


def test_proofs_that_sign_one_another_in_every_way_are_bounded_together():
    document = with_proofs(2)
    for index in range(2, 8):
        made_by = maker("eddsa-rdfc-2022", f"witness {index}")
        previous = tuple(f"urn:uuid:{place}" for place in range(index))
        document = add_proof(
            document, made_by, options(made_by, id=f"urn:uuid:{index}", previous_proof=previous)
        )
    assert len(verify(document).proofs) == 8

    with pytest.raises(GraphTooComplexError, match="too many values together"):
        verify(document, canonical=Canonicalizer(Allowance(values=values_read(document) - 1)))


def test_a_document_that_was_canonicalised_is_not_taken_for_another():
    forms = Canonicalizer()
    verify(secured("eddsa-rdfc-2022"), canonical=forms)
    altered = {**secured("eddsa-rdfc-2022"), "name": "Another"}

    with pytest.raises(AlteredCredentialError):
        verify(altered, canonical=forms)
