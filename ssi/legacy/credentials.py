"""Who said it, years ago? Credentials of the data model 1.1, by didkit's word and our own checks."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from crypto.encoding import canonical_json
from crypto.errors import MalformedError
from ssi.clock import CLOCK_SKEW
from ssi.data_integrity.credentials import (
    Verification,
    VerifiedCredential,
    check_contexts,
    check_validity,
)
from ssi.data_integrity.secure import VerifiedProof
from ssi.did.did_key import PREFIX as DID_KEY
from ssi.did.document import Purpose
from ssi.did.resolve import Resolver
from ssi.errors import (
    AlteredCredentialError,
    MalformedCredentialError,
    NotYetValidError,
    ProofError,
    UnresolvableError,
    VerificationMethodError,
)
from ssi.legacy.process import Worker
from ssi.legacy.tokens import credential_of, read_legacy_token
from ssi.linked_data.expansion import expand
from ssi.timestamps import read_timestamp
from ssi.vcdm.attachments import Attachment
from ssi.vcdm.credential import CredentialModel, read_credential

PROOF_TYPES: Final = ("Ed25519Signature2018", "Ed25519Signature2020")
TOKEN: Final = "vc-jwt-1.1"  # noqa: S105 — the name of a form
_VERSION: Final = "1.1"
_RESOLVER: Final = Resolver()

CheckStatus = Callable[[CredentialModel, Attachment], None]
"""Returns only if a status of the credential does not say that it was taken back."""


def refuse_status(credential: CredentialModel, status: Attachment) -> None:
    """For verifiers that can check no status: whatever has one is refused.

    Raises:
        UnresolvableError: always.
    """
    raise UnresolvableError(f"{credential.id}: a status of type {status.types[0]} cannot be checked here")


@dataclass(frozen=True)
class LegacyVerification:
    """How a verifier reads old credentials: with which process, and how it checks statuses."""

    worker: Worker = field(repr=False)
    check_status: CheckStatus = refuse_status


def verify_legacy_credential(
    credential: Mapping[str, Any] | str, verification: LegacyVerification, *, now: datetime
) -> VerifiedCredential:
    """Return a credential with an embedded proof, or a token, after these checks; the code has the numbers.

    1. It has the form of the data model 1.1, names known contexts only, and every term is defined.
    2. It has one proof of a known type, for asserting something, not made in the future.
    3. The proof was made with a key of its issuer, which is a did:key.
    4. It is valid now, by its own dates.
    5. Didkit says that the proof holds.
    6. It was not taken back.

    Raises:
        MalformedCredentialError, UnknownContextError, DataLossError: 1 does not hold.
        ProofError, NotYetValidError: 2 does not hold.
        VerificationMethodError, UnresolvableError: 3 does not hold.
        NotYetValidError, ExpiredError: 4 does not hold.
        AlteredCredentialError: 5 does not hold, or a token contradicts itself.
        CredentialError: 6 does not hold, as `check_status` says.
        LegacyError: didkit gave no answer.
    """
    if isinstance(credential, str):
        document, proof = _read_token(credential)
        model = check_form(document)  # 1
        question = ("credential", credential, '{"proofFormat":"jwt"}')
    else:
        document = {name: value for name, value in credential.items() if name != "proof"}
        model = check_form(credential)  # 1
        proof = read_proof(credential, Purpose.ASSERTION, now)  # 2
        question = ("credential", as_text(credential), "{}")
    check_key(proof, model.issuer.id, Purpose.ASSERTION, now)  # 3
    check_validity(model, now)  # 4
    verification.worker.require_signed(*question, by="JWS" if proof.cryptosuite == TOKEN else "proof")  # 5
    for status in model.statuses:
        verification.check_status(model, status)  # 6
    return VerifiedCredential(model, document, (proof,))


def check_form(document: Mapping[str, Any]) -> CredentialModel:
    """The model of a credential of the data model 1.1 that says nothing undefined.

    Raises:
        MalformedCredentialError, UnknownContextError, DataLossError: it is none.
    """
    document = with_context_list(document)
    model = read_credential(document)
    if model.version != _VERSION:
        raise MalformedCredentialError("a credential of the data model 2.0 is none of these years")
    check_contexts(document, Verification(_RESOLVER))
    expand(document)
    return model


def with_context_list(document: Mapping[str, Any]) -> Mapping[str, Any]:
    """The document with its contexts as a list; 1.1 lets one stand alone."""
    found = document.get("@context")
    return {**document, "@context": [found]} if isinstance(found, str) else document


def read_proof(document: Mapping[str, Any], purpose: Purpose, now: datetime) -> VerifiedProof:
    """What the one proof of a document says; whether it holds is not asked here.

    Raises:
        ProofError: not one proof of a known type for this purpose.
        NotYetValidError: it was made in the future.
    """
    proof = document.get("proof")
    if not isinstance(proof, Mapping) or proof.get("type") not in PROOF_TYPES:
        raise ProofError(f"expected one proof of {' or '.join(PROOF_TYPES)}")
    if proof.get("proofPurpose") != purpose:
        raise ProofError(f"proof.proofPurpose: expected {purpose}")
    method = proof.get("verificationMethod")
    if not isinstance(method, str) or "#" not in method:
        raise ProofError("proof.verificationMethod: expected a DID URL")
    try:
        created = read_timestamp(proof.get("created"), "proof.created")
    except MalformedError as error:
        raise ProofError(str(error)) from error
    if created > now + CLOCK_SKEW:
        raise NotYetValidError(f"proof.created: {created.isoformat()} lies ahead of {now.isoformat()}")
    return VerifiedProof(method.partition("#")[0], method, str(proof["type"]), purpose, created)


def check_key(proof: VerifiedProof, author: str, purpose: Purpose, now: datetime) -> None:
    """Return only if a proof was made with a key of its author, which is a did:key.

    Raises:
        VerificationMethodError: another's key.
        UnresolvableError: another kind of DID; didkit would ask the network for it.
    """
    if proof.did != author:
        raise VerificationMethodError(f"{proof.verification_method} is no key of {author}")
    if not proof.did.startswith(DID_KEY):
        raise UnresolvableError(f"{proof.did}: only keys of a did:key are looked up for old credentials")
    _RESOLVER.verification_method(proof.verification_method, purpose, now=now)


def as_text(document: Mapping[str, Any]) -> str:
    """A document for didkit, so that it reads exactly what was read here.

    Raises:
        MalformedCredentialError: it is no JSON.
    """
    try:
        return canonical_json(document).decode()
    except MalformedError as error:
        raise MalformedCredentialError(str(error)) from error


def _read_token(token: str) -> tuple[dict[str, Any], VerifiedProof]:
    unverified = read_legacy_token(token)
    document = credential_of(unverified.unverified_payload)
    if document["issuer"] is None:
        raise AlteredCredentialError("token: neither iss nor an issuer says who signed")
    return document, VerifiedProof(unverified.did, unverified.kid, TOKEN, Purpose.ASSERTION, None)
