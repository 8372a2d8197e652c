from datetime import UTC, datetime
from typing import Any

import pytest

from ssi.data_integrity.proof import MAX_PROOFS, ProofOptions, read_proofs
from ssi.did.document import Purpose
from ssi.errors import ProofError
from tests.ssi.parties import NOW, YEAR

METHOD = "did:key:z6Mk#z6Mk"


def proof(**changes: Any) -> dict[str, Any]:
    base = {
        "type": "DataIntegrityProof",
        "cryptosuite": "eddsa-jcs-2022",
        "verificationMethod": METHOD,
        "proofPurpose": "assertionMethod",
        "proofValue": "z2",
    }
    return {**base, **changes}


def test_settings_are_written_and_read_alike():
    options = ProofOptions(
        METHOD,
        purpose=Purpose.AUTHENTICATION,
        created=NOW,
        expires=NOW + YEAR,
        domain=("a.example", "b.example"),
        challenge="c",
        nonce="n",
        id="urn:uuid:1",
        previous_proof=("urn:uuid:0",),
    )
    [found] = read_proofs({"proof": options.to_json("eddsa-jcs-2022")})

    assert (found.verification_method, found.purpose, found.created, found.expires) == (
        METHOD,
        Purpose.AUTHENTICATION,
        NOW,
        NOW + YEAR,
    )
    assert (found.domain, found.challenge) == (frozenset({"a.example", "b.example"}), "c")
    assert (found.id, found.previous_proof) == ("urn:uuid:1", ("urn:uuid:0",))
    assert found.did == "did:key:z6Mk"


def test_settings_that_were_not_decided_are_left_out():
    assert ProofOptions(METHOD).to_json("eddsa-jcs-2022") == {
        "type": "DataIntegrityProof",
        "cryptosuite": "eddsa-jcs-2022",
        "verificationMethod": METHOD,
        "proofPurpose": "assertionMethod",
    }


def test_a_moment_may_have_a_fraction_and_any_zone():
    [found] = read_proofs({"proof": proof(created="2026-01-01T01:00:00.25+01:00")})

    assert found.created == datetime(2026, 1, 1, 0, 0, 0, 250_000, tzinfo=UTC)


def test_proofs_may_stand_side_by_side():
    assert len(read_proofs({"proof": [proof()] * MAX_PROOFS})) == MAX_PROOFS


@pytest.mark.parametrize(
    "document", [{}, {"proof": None}, {"proof": []}, {"proof": [proof()] * (MAX_PROOFS + 1)}, {"proof": "z2"}]
)
def test_a_document_without_proofs_or_with_too_many_is_refused(document: dict[str, Any]):
    with pytest.raises(ProofError):
        read_proofs(document)


@pytest.mark.parametrize("name", ["type", "cryptosuite", "verificationMethod", "proofPurpose"])
def test_a_proof_without_a_member_that_it_must_have_is_refused(name: str):
    document = proof()
    del document[name]

    with pytest.raises(ProofError, match=rf"proof\[0\]\.{name}: missing"):
        read_proofs({"proof": document})


@pytest.mark.parametrize(
    "changes",
    [
        {"type": "Ed25519Signature2020"},
        {"type": ["DataIntegrityProof"]},
        {"cryptosuite": 5},
        {"cryptosuite": ""},
        {"verificationMethod": "key-1"},
        {"verificationMethod": {"id": METHOD}},
        {"proofPurpose": "assertion"},
        {"proofPurpose": 5},
        {"created": "2026-01-01"},
        {"created": 5},
        {"created": None},
        {"expires": "2026-01-01T00:00:00"},
        {"expires": None},
        {"domain": 5},
        {"domain": []},
        {"domain": ["a", "a"]},
        {"challenge": 5},
        {"challenge": ""},
        {"challenge": None},
        {"id": "relative"},
        {"previousProof": 5},
        {"previousProof": []},
        {"previousProof": [5]},
        {"nonce": None},
    ],
)
def test_a_proof_that_is_not_of_its_form_is_refused(changes: dict[str, Any]):
    with pytest.raises(ProofError, match=r"proof\[0\]"):
        read_proofs({"proof": proof(**changes)})
