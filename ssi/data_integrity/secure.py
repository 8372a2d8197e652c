"""How is a proof added to a document, and how are its proofs checked? Data Integrity 1.0 §4.2 to §4.5.

Every proof in a document must hold, or none counts: a proof that nobody checked would look like one that
was. Whose key it must be is asked by `credentials` and `presentations`.
"""

from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from ssi.clock import CLOCK_SKEW
from ssi.data_integrity.cryptosuite import Cryptosuite, Document, ProofMaker
from ssi.data_integrity.proof import ProofOptions, UnverifiedProof, read_proofs
from ssi.did.document import Purpose
from ssi.did.resolve import Resolver
from ssi.errors import (
    AlteredCredentialError,
    ChallengeError,
    DomainError,
    ExpiredError,
    MalformedCredentialError,
    NotYetValidError,
    ProofError,
)
from ssi.linked_data.canonical import Canonicalizer


@dataclass(frozen=True)
class Expectation:
    """What a proof must be for; `domain` and `challenge` are compared where they are given.

    A verifier that asked a question gives the challenge: without it an old answer passes as a new one.
    """

    purpose: Purpose = Purpose.ASSERTION
    domain: frozenset[str] | None = None
    challenge: str | None = None


@dataclass(frozen=True)
class VerifiedProof:
    """A proof that holds, and the DID whose document lists its key for its purpose."""

    did: str
    verification_method: str
    cryptosuite: str
    purpose: Purpose
    created: datetime | None


@dataclass(frozen=True)
class VerifiedDocument:
    """A document as it was signed, without its proofs, and the proofs, all of which hold.

    Made by `verify_proofs` and nowhere else. It is a copy: nobody else can change it afterwards.
    """

    content: Document = field(repr=False, hash=False)
    proofs: tuple[VerifiedProof, ...]


def add_proof(document: Document, maker: ProofMaker, options: ProofOptions) -> dict[str, Any]:
    """The document with one more proof, after those it has (§4.2, §4.3).

    Raises:
        ProofError: a proof that is to be signed too is not in the document.
        MalformedCredentialError: it is no JSON object.
        CredentialError: the document cannot be transformed; see `ssi.linked_data`.
    """
    if not isinstance(document, Mapping):
        raise MalformedCredentialError("expected a JSON object")
    present = _present(document)
    made = maker.make(_input(document, present, options.previous_proof), options.to_json(maker.name))
    proofs = [*present, made]
    return {**_bare(document), "proof": proofs if len(proofs) > 1 else made}


def verify_proofs(  # noqa: PLR0913 — what a verifier brings, and what it shares between checks
    document: Document,
    expectation: Expectation,
    *,
    resolver: Resolver,
    suites: Mapping[str, Cryptosuite],
    now: datetime,
    canonical: Canonicalizer | None = None,
) -> VerifiedDocument:
    """Return the document if each of its proofs passes these checks; the code carries the numbers.

    1. It has its form, and is of a suite that is known here.
    2. It is for the expected purpose, domain and challenge.
    3. It was not made in the future, and has not expired.
    4. The proofs that it signs too are there, and do not go in a circle.
    5. The document of its DID lists its verification method for its purpose.
    6. The suite says that this key signed the document and these settings.

    However many proofs there are, a document is canonicalised once for each hash; checks that belong together
    share `canonical`, and with it one bound on their work.

    Raises:
        ProofError: 1 or 4 does not hold.
        AlteredCredentialError: 2 or 6 does not hold; DomainError and ChallengeError are two of its kinds.
        NotYetValidError, ExpiredError: 3 does not hold, or it was made in the future.
        IdentifierError, UnresolvableError, VerificationMethodError: 5 does not hold.
        CredentialError: the document cannot be transformed; see `ssi.linked_data`.
    """
    if not isinstance(document, Mapping):
        raise MalformedCredentialError("expected a JSON object")
    proofs = read_proofs(document)  # 1
    _check_chains(proofs)  # 4
    present = _present(document)
    forms = Canonicalizer() if canonical is None else canonical
    inputs: dict[frozenset[str], dict[str, Any]] = {}  # one object each, by which `forms` knows it again
    contents = []
    for proof in proofs:
        suite = _suite(proof, suites)  # 1
        _check_expectation(proof, expectation)  # 2
        _check_times(proof, now)  # 3
        previous = frozenset(proof.previous_proof)
        if previous not in inputs:
            inputs[previous] = _input(document, present, proof.previous_proof)  # 4
        method = resolver.verification_method(proof.verification_method, proof.purpose, now=now)  # 5
        contents.append(_bare(suite.verify(inputs[previous], proof.document, method.key, forms)))  # 6
    if any(content != contents[0] for content in contents):
        raise AlteredCredentialError("the proofs of the document were made over different contexts")
    return VerifiedDocument(deepcopy(contents[0]), tuple(_verified(proof) for proof in proofs))


def _suite(proof: UnverifiedProof, suites: Mapping[str, Cryptosuite]) -> Cryptosuite:
    if proof.cryptosuite not in suites:
        known = ", ".join(sorted(suites))
        raise ProofError(f"proof.cryptosuite: expected one of {known}, got {proof.cryptosuite[:80]!r}")
    return suites[proof.cryptosuite]


def _check_expectation(proof: UnverifiedProof, expectation: Expectation) -> None:
    if proof.purpose is not expectation.purpose:
        raise AlteredCredentialError(
            f"proof.proofPurpose: expected {expectation.purpose}, got {proof.purpose}"
        )
    if expectation.domain is not None and proof.domain != expectation.domain:
        raise DomainError("proof.domain: the proof was made for somebody else")
    if expectation.challenge is not None and proof.challenge != expectation.challenge:
        raise ChallengeError("proof.challenge: the proof answers another question")


def _check_times(proof: UnverifiedProof, now: datetime) -> None:
    if proof.created is not None and proof.created > now + CLOCK_SKEW:
        raise NotYetValidError(f"proof.created: {proof.created.isoformat()} lies ahead of {now.isoformat()}")
    if proof.expires is not None and now >= proof.expires:
        raise ExpiredError(f"proof.expires: the proof was good until {proof.expires.isoformat()}")


def _check_chains(proofs: Sequence[UnverifiedProof]) -> None:
    named = [proof.id for proof in proofs if proof.id is not None]
    if len(set(named)) != len(named):
        raise ProofError("proof.id: two proofs have the same id")
    known = {proof.id: proof.previous_proof for proof in proofs}
    for proof in proofs:
        reached: set[str] = set()
        following = list(proof.previous_proof)
        while following:
            previous = following.pop()
            if previous not in known:
                raise ProofError(f"proof.previousProof: there is no proof {previous[:200]!r}")
            if previous == proof.id:
                raise ProofError("proof.previousProof: a proof comes before itself")
            if previous not in reached:
                reached.add(previous)
                following += known[previous]


def _present(document: Document) -> list[Any]:
    found = document.get("proof", [])
    return list(found) if isinstance(found, list | tuple) else [found]


def _input(document: Document, present: Sequence[Any], previous: Sequence[str]) -> dict[str, Any]:
    """The document with the proofs that one proof signs too, in the order in which they stand (§4.3)."""
    bare = _bare(document)
    if not previous:
        return bare
    matching = [proof for proof in present if isinstance(proof, Mapping) and proof.get("id") in previous]
    if {proof["id"] for proof in matching} != set(previous):
        raise ProofError(f"proof.previousProof: expected proofs with the ids {', '.join(previous)[:200]}")
    return {**bare, "proof": matching}


def _bare(document: Document) -> dict[str, Any]:
    return {name: value for name, value in document.items() if name != "proof"}


def _verified(proof: UnverifiedProof) -> VerifiedProof:
    return VerifiedProof(
        proof.did, proof.verification_method, proof.cryptosuite, proof.purpose, proof.created
    )
