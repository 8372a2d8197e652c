"""Who says it, in a token? Credentials issued and verified as `vc+jwt` (VC-JOSE-COSE 1.0 §3.1.1)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from ssi.data_integrity.credentials import (
    Verification,
    VerifiedCredential,
    check_contexts,
    check_validity,
)
from ssi.data_integrity.secure import VerifiedProof
from ssi.data_integrity.signers import Signer
from ssi.did.document import Purpose, VerificationMethod
from ssi.errors import MalformedCredentialError, ProofError, VerificationMethodError
from ssi.linked_data.expansion import expand
from ssi.vc_jose.claims import check_same, check_times, document_of
from ssi.vc_jose.token import UnverifiedToken, read_token, sign_token
from ssi.vcdm.credential import CredentialModel, read_credential

TYP: Final = "vc+jwt"
_VERSION: Final = "2.0"


def issue_token(document: Mapping[str, Any], signer: Signer, *, kid: str) -> str:
    """The credential as a token, signed with the key that `kid`, a DID URL of its issuer, names.

    Raises:
        MalformedCredentialError: it breaks the data model 2.0, has a proof, or its JSON-LD loses something.
        ProofError: the key is not one of the issuer's DID.
        VerificationMethodError: the key signs no tokens.
    """
    check_unsecured(document, kid)
    return sign_token(document, signer, typ=TYP, kid=kid)


def check_unsecured(document: Mapping[str, Any], kid: str) -> None:
    """Return only if this is a whole credential, as yet unsecured, and `kid` names a key of its issuer.

    Raises:
        MalformedCredentialError, ProofError: as `issue_token`.
    """
    model = _read(document)
    if "proof" in document or document_of(document) != dict(document):
        raise MalformedCredentialError("a credential in a token has neither a proof nor claims of the token")
    expand(document)
    if kid.partition("#")[0] != model.issuer.id:
        raise ProofError(f"{kid} is not a key of the issuer {model.issuer.id}")


def verify_token(token: str, verification: Verification, *, now: datetime) -> VerifiedCredential:
    """Return the credential after these checks, in this order; the code carries the numbers.

    1. The token has its form, and the document of the DID in `kid` lists that key for asserting something.
    2. This key signed it, as `vc+jwt`.
    3. The document has the form of the data model 2.0, brings no contexts that are not taken, loses nothing.
    4. The DID of the key is the issuer's, and `iss`, `sub` and `jti` say what the document says.
    5. Token and credential are valid now.

    Raises:
        MalformedCredentialError, UnknownContextError, DataLossError: 1 or 3 does not hold.
        IdentifierError, UnresolvableError, VerificationMethodError: 1 or 4 does not hold.
        AlteredCredentialError: 2 or 4 does not hold.
        NotYetValidError, ExpiredError: 5 does not hold.
    """
    parsed = read_token(token)  # 1
    method = find_method(parsed, "issuer", Purpose.ASSERTION, verification, now=now)  # 1
    return checked(parsed.verify(method.key, typ=TYP), method, verification, typ=TYP, now=now)  # 2


def checked(
    payload: Mapping[str, Any],
    method: VerificationMethod,
    verification: Verification,
    *,
    typ: str,
    now: datetime,
) -> VerifiedCredential:
    """The credential of a payload that this method signed: steps 3 to 5 of `verify_token`.

    Raises:
        CredentialError: as `verify_token`.
    """
    document = document_of(payload)
    model = _read(document)  # 3
    check_contexts(document, verification)  # 3
    expand(document)  # 3
    if method.controller != model.issuer.id:  # 4
        raise VerificationMethodError(f"{method.id} is no key of the issuer {model.issuer.id}")
    check_same(payload, "iss", model.issuer.id)  # 4
    check_same(payload, "jti", model.id)  # 4
    if len(model.subjects) == 1:
        check_same(payload, "sub", model.subjects[0].id)  # 4
    check_times(payload, now=now)  # 5
    if verification.validity_period:
        check_validity(model, now)  # 5
    proof = VerifiedProof(method.controller, method.id, typ, Purpose.ASSERTION, None)
    return VerifiedCredential(model, document, (proof,))


def find_method(
    parsed: UnverifiedToken, author: str, purpose: Purpose, verification: Verification, *, now: datetime
) -> VerificationMethod:
    """The key that a token claims to be signed with; whether its DID is the author's is asked afterwards.

    `kid` is a DID URL, or a fragment of the author's DID; without `kid` the author's DID must have one key
    for the purpose (§4.1.1). `author` names the member that holds the author: `issuer` or `holder`.

    Raises:
        VerificationMethodError: no such key for this purpose, or several to choose from.
        IdentifierError, UnresolvableError: the DID cannot be resolved.
    """
    did = _author(parsed.unverified_payload, author)
    kid = parsed.kid
    if kid is None:
        listed = verification.resolver.resolve(did).relationships.get(purpose, frozenset())
        if len(listed) != 1:
            raise VerificationMethodError(
                f"token: it names no key, and {did} has {len(listed)} for {purpose}"
            )
        (kid,) = listed
    elif not kid.startswith("did:"):
        kid = f"{did}#{kid.removeprefix('#')}"
    return verification.resolver.verification_method(kid, purpose, now=now)


def _author(payload: Mapping[str, Any], member: str) -> str:
    said = payload.get(member, payload.get("iss"))
    author = said.get("id") if isinstance(said, Mapping) else said
    return author if isinstance(author, str) else ""


def _read(document: Mapping[str, Any]) -> CredentialModel:
    model = read_credential(document)
    if model.version != _VERSION:
        raise MalformedCredentialError("credentials of the data model 1.1 were not secured like this")
    return model
