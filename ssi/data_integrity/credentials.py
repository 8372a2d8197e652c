"""Who says it, and since when? Credentials issued and verified with data integrity proofs."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from ssi.clock import CLOCK_SKEW
from ssi.data_integrity.cryptosuite import Cryptosuite, Document, ProofMaker
from ssi.data_integrity.proof import ProofOptions
from ssi.data_integrity.secure import Expectation, VerifiedDocument, VerifiedProof, add_proof, verify_proofs
from ssi.data_integrity.signature_suites import SIGNATURE_SUITES
from ssi.did.document import Purpose
from ssi.did.resolve import Resolver
from ssi.errors import (
    ExpiredError,
    NotYetValidError,
    ProofError,
    UnknownContextError,
    VerificationMethodError,
)
from ssi.linked_data.canonical import Canonicalizer
from ssi.linked_data.contexts import CONTEXTS, CREDENTIALS_V2, DATA_INTEGRITY_V2
from ssi.vcdm.credential import CredentialModel, read_credential

_ASSERTED: Final = Expectation()


@dataclass(frozen=True)
class Verification:
    """How a verifier checks: whom it asks for keys, and what it takes.

    `inline_contexts` lets a document bring definitions of its own. A proof over the graph does not cover
    them: whoever passes such a credential on may rename its claims, or exchange their names, and its proof
    still holds. So only verifiers that do nothing with claims may allow it (Data Integrity 1.0 §4.6).
    `validity_period` is what `validFrom` and `validUntil` say; a verifier of old documents may leave it out.
    `self_asserted` takes, in presentations, credentials that only the holder's proof over the whole covers.
    """

    resolver: Resolver
    suites: Mapping[str, Cryptosuite] = field(default_factory=lambda: SIGNATURE_SUITES)
    contexts: frozenset[str] = frozenset(CONTEXTS)
    inline_contexts: bool = False
    validity_period: bool = True
    self_asserted: bool = False


@dataclass(frozen=True)
class VerifiedCredential:
    """A credential that its issuer signed; made by `verify_credential` and, from tokens, by `ssi.vc_jose`.

    `model` says what it says, `document` is all of it, as it was signed. Whether the issuer took it back
    since is asked with `model.statuses`, and whether the issuer counts with the trust registry.
    """

    model: CredentialModel
    document: Document = field(repr=False, hash=False)
    proofs: tuple[VerifiedProof, ...]

    @property
    def issuer(self) -> str:
        """The DID of the issuer, one of whose keys made a proof."""
        return self.model.issuer.id


def issue_credential(document: Document, maker: ProofMaker, options: ProofOptions) -> dict[str, Any]:
    """The credential with a proof of its issuer, after those it has.

    A credential of the data model 1.1 whose contexts do not define proofs gets the one that does.

    Raises:
        MalformedCredentialError: it breaks the data model.
        ProofError: the purpose is not to assert something, or the key is not one of the issuer's DID.
        CredentialError: it cannot be transformed; see `ssi.linked_data`.
    """
    model = read_credential(document)
    if options.purpose is not Purpose.ASSERTION:
        raise ProofError(f"a credential is issued for {Purpose.ASSERTION}, not for {options.purpose}")
    if options.verification_method.partition("#")[0] != model.issuer.id:
        raise ProofError(f"{options.verification_method} is not a key of the issuer {model.issuer.id}")
    return add_proof(with_proof_context(document), maker, options)


def verify_credential(
    document: Document,
    verification: Verification,
    *,
    now: datetime,
    expectation: Expectation = _ASSERTED,
    canonical: Canonicalizer | None = None,
) -> VerifiedCredential:
    """Return the credential after these checks, in this order; the code carries the numbers.

    1. Its form is that of the data model, and it brings no contexts that are not taken.
    2. Every proof in it holds, for the purpose of asserting something unless told otherwise: see
       `verify_proofs`.
    3. One of them was made with a key of its issuer.
    4. It is valid now, by its own dates.

    Raises:
        MalformedCredentialError, UnknownContextError: 1 does not hold.
        CredentialError: as `verify_proofs`.
        VerificationMethodError: 3 does not hold.
        NotYetValidError, ExpiredError: 4 does not hold.
    """
    read_credential(document)  # 1
    check_contexts(document, verification)  # 1
    verified = verify_against(document, expectation, verification, now=now, canonical=canonical)  # 2
    model = read_credential(verified.content)
    if all(proof.did != model.issuer.id for proof in verified.proofs):  # 3
        raise VerificationMethodError(f"no proof was made with a key of the issuer {model.issuer.id}")
    if verification.validity_period:
        check_validity(model, now)  # 4
    return VerifiedCredential(model, verified.content, verified.proofs)


def verify_against(
    document: Document,
    expectation: Expectation,
    verification: Verification,
    *,
    now: datetime,
    canonical: Canonicalizer | None = None,
) -> VerifiedDocument:
    """`verify_proofs` with the resolver and suites of a verifier."""
    return verify_proofs(
        document,
        expectation,
        resolver=verification.resolver,
        suites=verification.suites,
        now=now,
        canonical=canonical,
    )


def check_contexts(document: Document, verification: Verification) -> None:
    """Refuse contexts, at whatever depth, that this verifier does not take.

    Raises:
        UnknownContextError: there is one.
    """
    waiting: list[Any] = [document]
    while waiting:
        value = waiting.pop()
        if isinstance(value, Mapping):
            if "@context" in value:
                _check_context(value["@context"], verification)
            waiting += [member for name, member in value.items() if name != "@context"]
        elif isinstance(value, list | tuple):
            waiting += value


def check_validity(model: CredentialModel, now: datetime) -> None:
    """Return only while a credential is valid by its own dates, less the clock skew.

    Raises:
        NotYetValidError, ExpiredError: it is not.
    """
    if model.valid_from is not None and now + CLOCK_SKEW < model.valid_from:
        raise NotYetValidError(f"credential: valid from {model.valid_from.isoformat()}, and not yet")
    if model.valid_until is not None and now > model.valid_until:
        raise ExpiredError(f"credential: valid until {model.valid_until.isoformat()}, and no longer")


def with_proof_context(document: Document) -> Document:
    """The document, with the context of data integrity proofs where its own do not define them (§2.4)."""
    contexts = document.get("@context")
    listed = list(contexts) if isinstance(contexts, list | tuple) else [contexts]
    if CREDENTIALS_V2 in listed or DATA_INTEGRITY_V2 in listed:
        return document
    return {**document, "@context": [*listed, DATA_INTEGRITY_V2]}


def _check_context(contexts: object, verification: Verification) -> None:
    for context in contexts if isinstance(contexts, list | tuple) else [contexts]:
        if isinstance(context, str):
            if context not in verification.contexts:
                raise UnknownContextError(f"the context {context[:200]!r} is not taken here")
        elif not verification.inline_contexts:
            raise UnknownContextError("a context written into the document is not taken here")
