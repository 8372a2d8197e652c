"""Who shows it, to whom and when? Presentations made and verified, with every credential in them."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from ssi.data_integrity.credentials import (
    Verification,
    VerifiedCredential,
    check_contexts,
    check_validity,
    verify_against,
    verify_credential,
    with_proof_context,
)
from ssi.data_integrity.cryptosuite import Document, ProofMaker
from ssi.data_integrity.proof import ProofOptions
from ssi.data_integrity.secure import Expectation, VerifiedProof, add_proof
from ssi.errors import GraphTooComplexError, MalformedCredentialError, ProofError, VerificationMethodError
from ssi.linked_data.canonical import Canonicalizer
from ssi.vcdm.credential import CredentialModel, read_credential
from ssi.vcdm.presentation import Envelope, PresentationModel, read_presentation

MAX_CREDENTIALS = 50
OpenEnvelope = Callable[[Envelope], VerifiedCredential]


@dataclass(frozen=True)
class VerifiedPresentation:
    """A presentation that its holder signed, and its credentials, each verified on its own.

    `presenter` is the DID whose key made the proof; a presentation that names a holder is the holder's.
    Whether the presenter is also whom the credentials are about is not said: compare with their subjects.
    `self_asserted` are the holder's own words: credentials without a proof, which only the presentation's
    proof covers (VC Data Model 2.0 §4.13.4); none unless the verifier takes such.
    """

    presenter: str
    model: PresentationModel = field(repr=False)
    credentials: tuple[VerifiedCredential, ...]
    proofs: tuple[VerifiedProof, ...]
    self_asserted: tuple[CredentialModel, ...] = field(default=(), repr=False)


def refuse_envelope(envelope: Envelope) -> VerifiedCredential:
    """For verifiers that take no credential in another form.

    Raises:
        MalformedCredentialError: always.
    """
    raise MalformedCredentialError(f"a credential in the form {envelope.media_type} is not taken here")


def make_presentation(document: Document, maker: ProofMaker, options: ProofOptions) -> dict[str, Any]:
    """The presentation with a proof, after those it has; its credentials stay as they are.

    Raises:
        MalformedCredentialError: it breaks the data model.
        ProofError: it names a holder and the key is not one of the holder's DID.
        CredentialError: it cannot be transformed; see `ssi.linked_data`.
    """
    model = read_presentation(document)
    if model.holder is not None and options.verification_method.partition("#")[0] != model.holder:
        raise ProofError(f"{options.verification_method} is not a key of the holder {model.holder}")
    return add_proof(with_proof_context(document), maker, options)


def verify_presentation(
    document: Document,
    expectation: Expectation,
    verification: Verification,
    *,
    now: datetime,
    open_envelope: OpenEnvelope = refuse_envelope,
) -> VerifiedPresentation:
    """Return the presentation after these checks, in this order; the code carries the numbers.

    1. Its form is that of the data model, and it brings no contexts that are not taken.
    2. Every proof in it holds, as expected: see `verify_proofs`.
    3. All were made with keys of one DID; where a holder is named, the holder's.
    4. Each credential in it is verified on its own: see `verify_credential`; one in another form by
       `open_envelope`; one without a proof only where such are taken, and only the named holder's own.

    All of them share one bound on their work (`ssi.linked_data.allowance`).

    Raises:
        MalformedCredentialError, UnknownContextError, GraphTooComplexError: 1 does not hold.
        CredentialError: as `verify_proofs`; or what is wrong with the first credential that fails.
        VerificationMethodError: 3 does not hold.
    """
    unverified = read_presentation(document)  # 1
    if len(unverified.credentials) + len(unverified.envelopes) > MAX_CREDENTIALS:
        raise GraphTooComplexError(f"expected at most {MAX_CREDENTIALS} credentials in a presentation")
    check_contexts(document, verification)  # 1
    forms = Canonicalizer()
    verified = verify_against(document, expectation, verification, now=now, canonical=forms)  # 2
    model = read_presentation(verified.content)
    presenters = {proof.did for proof in verified.proofs}
    presenter = model.holder or verified.proofs[0].did
    if presenters != {presenter}:  # 3
        raise VerificationMethodError(f"a proof was made with a key that is none of {presenter}")
    bare = [inner for inner in model.credentials if verification.self_asserted and "proof" not in inner]
    proven = [inner for inner in model.credentials if inner not in bare]
    credentials = [verify_credential(inner, verification, now=now, canonical=forms) for inner in proven]  # 4
    credentials += [open_envelope(envelope) for envelope in model.envelopes]  # 4
    own = tuple(_self_asserted(inner, model, verification, now) for inner in bare)  # 4
    return VerifiedPresentation(presenter, model, tuple(credentials), verified.proofs, own)


def _self_asserted(
    document: Document, presentation: PresentationModel, verification: Verification, now: datetime
) -> CredentialModel:
    """The holder's own words: the holder is named, and is their issuer."""
    model = read_credential(document)
    if presentation.holder is None or presentation.holder != model.issuer.id:
        raise VerificationMethodError(
            f"a credential without a proof is the holder's own, not one of {model.issuer.id}"
        )
    if verification.validity_period:
        check_validity(model, now)
    return model
