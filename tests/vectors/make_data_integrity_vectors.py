"""The vectors of data integrity; `MADE_BY` says how they are written anew.

A credential for each suite, a presentation, and each tampering with the error that must come of it. All keys
and signatures are deterministic.
"""

import json
from copy import deepcopy
from pathlib import Path
from typing import Any

from crypto.reading import utc_text
from ssi.data_integrity.secure import add_proof
from ssi.did.did_key import did_key_method
from ssi.did.document import Purpose
from tests.ssi.data_integrity.signed import (
    CHALLENGE,
    DOMAIN,
    EXAMPLES,
    KINDS,
    did_of,
    issued,
    maker,
    options,
    presented,
    unsigned,
    with_proof,
)
from tests.ssi.parties import NOW

FOLDER = Path(__file__).parent / "data_integrity"
MADE_BY = "ARGONAUTA_REMAKE_VECTORS=1 pytest tests/ssi/data_integrity/test_vectors.py"
GRAPH, TEXT = maker("eddsa-rdfc-2022"), maker("eddsa-jcs-2022")
HOLDER = maker("ecdsa-rdfc-2019 P-256", "holder")
WITNESS = maker("ecdsa-jcs-2019 P-384", "witness")
STATUS = {"id": "urn:status:1", "type": "BitstringStatusListEntry", "statusListIndex": "1"}
Document = dict[str, Any]


def documents() -> dict[str, Document]:
    """All vectors by name."""
    made = {**good(), **bad_over_the_graph(), **bad_over_the_text(), **bad_proofs(), **bad_presentations()}
    return {name: {"made_by": MADE_BY, "now": utc_text(NOW), **document} for name, document in made.items()}


def written(document: Document) -> str:
    """A vector as it stands in its file."""
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"


def credential(document: Document, error: str | None = None) -> Document:
    """A credential, and the error that it must be refused with."""
    return {"kind": "credential", "document": document, **({"error": error} if error else {})}


def presentation(document: Document, error: str | None = None) -> Document:
    """A presentation to the market that asked this challenge."""
    asked = {"kind": "presentation", "challenge": CHALLENGE, "domain": DOMAIN}
    return {**asked, "document": document, **({"error": error} if error else {})}


def good() -> dict[str, Document]:
    """What verifies."""
    single = {kind.replace(" ", "-").lower(): credential(issued(maker(kind))) for kind in KINDS}
    first = issued(GRAPH, {"id": "urn:uuid:1"})
    return {
        **single,
        "proof_set": credential(add_proof(issued(GRAPH), WITNESS, options(WITNESS))),
        "proof_chain": credential(
            add_proof(first, WITNESS, options(WITNESS, previous_proof=("urn:uuid:1",)))
        ),
        "presentation": presentation(presented(HOLDER, issued(GRAPH), issued(TEXT))),
    }


def bad_over_the_graph() -> dict[str, Document]:
    """Credentials whose graph was signed, tampered with as JSON-LD allows it."""
    document = issued(GRAPH)
    subject = document["credentialSubject"]
    with_status = issued(GRAPH, credentialStatus=STATUS)
    moved = {name: value for name, value in with_status.items() if name != "credentialStatus"}
    alias = {"state": "https://www.w3.org/2018/credentials#credentialStatus"}
    cases = {
        "claim_changed": ({**document, "name": "Doctor of Everything"}, "AlteredCredentialError"),
        "claim_undefined": (
            {**document, "@context": document["@context"][:1], "credentialSubject": {**subject, "extra": 1}},
            "DataLossError",
        ),
        "claim_null": ({**document, "description": None}, "MalformedCredentialError"),
        "claim_null_inside": ({**document, "credentialSubject": {**subject, "motto": None}}, "DataLossError"),
        "claim_at_an_index": ({**document, "credentialSubject": {**subject, "@index": "x"}}, "DataLossError"),
        "claim_nested_away": (
            {
                **document,
                "credentialSubject": {"id": subject["id"], "@nest": {"alumniOf": subject["alumniOf"]}},
            },
            "DataLossError",
        ),
        "claim_under_its_iri": (
            {**document, "credentialSubject": {**subject, "https://schema.org/name": "x"}},
            "DataLossError",
        ),
        "subject_relative": (
            {**document, "credentialSubject": {**subject, "id": "ada"}},
            "MalformedCredentialError",
        ),
        "type_undefined": (
            {**document, "@context": document["@context"][:1]},
            "DataLossError",
        ),
        "context_unknown": (
            {**document, "@context": [*document["@context"], "https://example.com/v1"]},
            "UnknownContextError",
        ),
        "context_inline": (
            {**document, "@context": [*document["@context"], {"motto": f"{EXAMPLES}#motto"}]},
            "UnknownContextError",
        ),
        "status_under_another_name": (
            {**moved, "@context": [*moved["@context"], alias], "state": STATUS},
            "UnknownContextError",
        ),
        "status_removed": (moved, "AlteredCredentialError"),
        "poison_graph": (poisoned(document), "GraphTooComplexError"),
        "integer_too_large": (
            {**document, "credentialSubject": {**subject, "founded": 2**60}},
            "MalformedCredentialError",
        ),
    }
    return {f"bad_graph_{name}": credential(document, error) for name, (document, error) in cases.items()}


def poisoned(document: Document) -> Document:
    """A credential about ten people who all know each other, none of whom has a name."""
    people = [
        {"id": f"_:e{one}", "knows": [{"id": f"_:e{other}"} for other in range(10) if other != one]}
        for one in range(10)
    ]
    return {**document, "credentialSubject": {"id": "did:example:abcdefgh", "friends": people}}


def bad_over_the_text() -> dict[str, Document]:
    """Credentials whose text was signed, tampered with."""
    document = issued(TEXT)
    subject = document["credentialSubject"]
    school = subject["alumniOf"]
    cases = {
        "claim_changed": {**document, "name": "Doctor of Everything"},
        "claim_added": {**document, "credentialSubject": {**subject, "degree": "PhD"}},
        "claim_removed": {name: value for name, value in document.items() if name != "name"},
        "list_reordered": {
            **document,
            "credentialSubject": {**subject, "alumniOf": {**school, "motto": school["motto"][::-1]}},
        },
        "number_as_text": {
            **document,
            "credentialSubject": {**subject, "alumniOf": {**school, "founded": str(school["founded"])}},
        },
        "context_reordered": {**document, "@context": document["@context"][:1]},
        "context_of_the_proof_removed": with_proof(document, **{"@context": None}),
    }
    return {f"bad_text_{name}": credential(case, "AlteredCredentialError") for name, case in cases.items()}


def bad_proofs() -> dict[str, Document]:
    """Credentials whose proof says something else, or is somebody else's."""
    document = issued(GRAPH)
    stranger = maker("eddsa-rdfc-2022", "stranger")
    resigned = stranger.make(unsigned(did_of(GRAPH)), options(stranger).to_json(stranger.name))
    chain = good()["proof_chain"]["document"]
    key = did_key_method(stranger.signer.public_key)
    value = document["proof"]["proofValue"]
    expired = issued(GRAPH, {"expires": NOW})
    cases = {
        "value_of_another": (
            with_proof(document, proofValue=resigned["proofValue"]),
            "AlteredCredentialError",
        ),
        "value_cut_off": (with_proof(document, proofValue=value[:-1]), "AlteredCredentialError"),
        "value_in_base64": (with_proof(document, proofValue="u" + value[1:]), "ProofError"),
        "value_missing": (with_proof(document, proofValue=None), "ProofError"),
        "created_moved": (with_proof(document, created="2026-02-01T00:00:00Z"), "AlteredCredentialError"),
        "created_removed": (with_proof(document, created=None), "AlteredCredentialError"),
        "created_without_zone": (with_proof(document, created="2026-02-01T00:00:00"), "ProofError"),
        "created_in_the_future": (with_proof(document, created="2026-03-01T12:02:00Z"), "NotYetValidError"),
        "expired": (expired, "ExpiredError"),
        "challenge_added": (with_proof(document, challenge=CHALLENGE), "AlteredCredentialError"),
        "member_unknown": (with_proof(document, mood="good"), "AlteredCredentialError"),
        "purpose_of_another_kind": (
            with_proof(document, proofPurpose="authentication"),
            "AlteredCredentialError",
        ),
        "purpose_unknown": (with_proof(document, proofPurpose="anything"), "ProofError"),
        "type_of_the_years_before": (with_proof(document, type="Ed25519Signature2020"), "ProofError"),
        "suite_unknown": (with_proof(document, cryptosuite="eddsa-2022"), "ProofError"),
        "suite_of_another_form": (
            with_proof(document, cryptosuite="eddsa-jcs-2022"),
            "AlteredCredentialError",
        ),
        "suite_of_another_key": (
            with_proof(document, cryptosuite="ecdsa-rdfc-2019"),
            "VerificationMethodError",
        ),
        "key_of_another": (with_proof(document, verificationMethod=key), "AlteredCredentialError"),
        "key_without_fragment": (with_proof(document, verificationMethod=did_of(GRAPH)), "IdentifierError"),
        "key_nowhere": (with_proof(document, verificationMethod="did:example:a#b"), "UnresolvableError"),
        "key_not_in_its_document": (
            with_proof(document, verificationMethod=f"{did_of(GRAPH)}#b"),
            "VerificationMethodError",
        ),
        "made_by_a_stranger": ({**unsigned(did_of(GRAPH)), "proof": resigned}, "VerificationMethodError"),
        "missing": ({name: member for name, member in document.items() if name != "proof"}, "ProofError"),
        "previous_missing": ({**chain, "proof": chain["proof"][1:]}, "ProofError"),
        "previous_replaced": (
            {
                **chain,
                "proof": [issued(GRAPH, {"id": "urn:uuid:1", "nonce": "n"})["proof"], chain["proof"][1]],
            },
            "AlteredCredentialError",
        ),
    }
    return {f"bad_proof_{name}": credential(case, error) for name, (case, error) in cases.items()}


def bad_presentations() -> dict[str, Document]:
    """Presentations that must be refused, although most of their own proofs hold."""
    inside = issued(GRAPH)
    shown = presented(HOLDER, inside)
    thief = maker("ecdsa-rdfc-2019 P-256", "thief")
    bare = {name: value for name, value in deepcopy(shown).items() if name != "proof"}
    settings = {"purpose": Purpose.AUTHENTICATION, "challenge": CHALLENGE, "domain": (DOMAIN,)}
    cases = {
        "credential_tampered": (presented(HOLDER, {**inside, "name": "x"}), "AlteredCredentialError"),
        "credential_expired": (
            presented(HOLDER, issued(GRAPH, validUntil="2026-02-01T00:00:00Z")),
            "ExpiredError",
        ),
        "credential_of_the_future": (
            presented(HOLDER, issued(GRAPH, validFrom="2026-06-01T00:00:00Z")),
            "NotYetValidError",
        ),
        "credential_exchanged": ({**shown, "verifiableCredential": [issued(TEXT)]}, "AlteredCredentialError"),
        "credential_as_an_address": (
            {**shown, "verifiableCredential": ["https://example.com/credential"]},
            "MalformedCredentialError",
        ),
        "challenge_of_another": (
            presented(HOLDER, inside, proof={"challenge": "seen"}),
            "ChallengeError",
        ),
        "challenge_missing": (presented(HOLDER, inside, proof={"challenge": None}), "ChallengeError"),
        "domain_of_another": (
            presented(HOLDER, inside, proof={"domain": ("https://insurer.example",)}),
            "DomainError",
        ),
        "holder_of_another": (add_proof(bare, thief, options(thief, **settings)), "VerificationMethodError"),
        "purpose_of_another_kind": (
            presented(HOLDER, inside, proof={"purpose": Purpose.ASSERTION}),
            "AlteredCredentialError",
        ),
        "proof_missing": (bare, "ProofError"),
    }
    return {f"bad_presentation_{name}": presentation(case, error) for name, (case, error) in cases.items()}
