"""Is a presentation with data integrity proofs to be believed? The format `ldp_vc` (OpenID4VP 1.0 §B.1.3)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from crypto.encoding import Json
from ssi.data_integrity.credentials import Verification, VerifiedCredential, verify_credential
from ssi.data_integrity.presentations import verify_presentation
from ssi.data_integrity.secure import Expectation
from ssi.did.document import Purpose
from ssi.errors import CredentialError, UntrustedIssuerError
from ssi.key_binding import Challenge
from ssi.linked_data.expansion import expand
from ssi.openid4vp.checks import Presented, Trust, refused, status_of
from ssi.openid4vp.dcql import CredentialQuery
from ssi.openid4vp.errors import PresentationRefusedError, Reason
from ssi.openid4vp.linked_status import check_linked_status
from ssi.openid4vp.response import Presentation
from ssi.trust_entries import IssuerEntry
from ssi.vcdm.credential import read_credential
from ssi.vcdm.presentation import read_presentation

_PRESENTATION: Final = "VerifiablePresentation"
_GENERIC: Final = frozenset(
    {"VerifiableCredential", "https://www.w3.org/2018/credentials#VerifiableCredential"}
)


def check_ldp_vc(
    query: CredentialQuery, presentation: Presentation, trust: Trust, challenge: Challenge, *, now: datetime
) -> Presented:
    """Return the one credential of a presentation after these checks; the code carries the numbers.

    0. It has one credential, which names an issuer that counts: a bound on what strangers can ask for.
    1. It is a presentation, whose proof is for this verifier (`domain`) and this nonce (`challenge`); or a
       credential alone, where the query asks for no holder.
    2. It has one credential, whose proofs hold and which is valid now.
    3. Its issuer counts, for one of its types.
    4. Whoever presents it is its subject, where the query asks for the holder.
    5. Its issuer did not take it back.

    Raises:
        PresentationRefusedError: the reason says which.
        RegistryError: the registry cannot be used, so nothing was found out.
    """
    if isinstance(presentation, str):
        raise PresentationRefusedError(Reason.MALFORMED_CREDENTIAL, f"{query.id}: expected an object")
    try:
        credential, presenter = _credential(query, presentation, trust, challenge, now)  # 1, 2
        types = frozenset(expand(credential.document)[0].get("@type", ()))
        issuer = _trusted(credential, types, trust, now)  # 3
        if query.holder_binding and presenter not in {one.id for one in credential.model.subjects}:
            raise PresentationRefusedError(Reason.HOLDER_BINDING_MISSING, query.id)  # 4
    except CredentialError as error:
        raise refused(error, where=query.id) from error
    with status_of(query):
        check_linked_status(credential, issuer, _verification(query, trust), trust.fetch_list, now=now)  # 5
    return Presented(
        query_id=query.id,
        format=query.format,
        types=types,
        issuer=issuer,
        claims=credential.document,
        confirmed={},
        holder_bound=presenter is not None,
        compact=None,
    )


def _credential(
    query: CredentialQuery,
    document: Mapping[str, Any],
    trust: Trust,
    challenge: Challenge,
    now: datetime,
) -> tuple[VerifiedCredential, str | None]:
    verification = _verification(query, trust)
    if _PRESENTATION not in _types(document):
        if query.holder_binding:
            raise PresentationRefusedError(Reason.HOLDER_BINDING_MISSING, query.id)
        _require_known(document, trust, now)  # 0
        return verify_credential(document, verification, now=now), None
    _require_known(_only_credential(query, document), trust, now)  # 0
    expectation = Expectation(Purpose.AUTHENTICATION, frozenset({challenge.audience}), challenge.nonce)
    found = verify_presentation(document, expectation, verification, now=now)
    if len(found.credentials) != 1:
        raise _not_one(query)
    return found.credentials[0], found.presenter


def _verification(query: CredentialQuery, trust: Trust) -> Verification:
    if trust.linked is None:
        raise PresentationRefusedError(Reason.UNSUPPORTED_FORMAT, query.id)
    return trust.linked


def _only_credential(query: CredentialQuery, document: Mapping[str, Any]) -> Mapping[str, Any]:
    model = read_presentation(document)
    if len(model.credentials) != 1 or model.envelopes:
        raise _not_one(query)
    return model.credentials[0]


def _not_one(query: CredentialQuery) -> PresentationRefusedError:
    return PresentationRefusedError(
        Reason.MALFORMED_CREDENTIAL, f"{query.id}: expected one credential in a presentation"
    )


def _require_known(unverified: Mapping[str, Any], trust: Trust, now: datetime) -> None:
    """Only a bound on work: nobody has proved yet who the issuer is."""
    trust.registry.issuer(read_credential(unverified).issuer.id, now=now)


def _types(document: Mapping[str, Json]) -> list[Json]:
    listed = document.get("type", [])
    return list(listed) if isinstance(listed, list | tuple) else [listed]


def _trusted(
    credential: VerifiedCredential, types: frozenset[str], trust: Trust, now: datetime
) -> IssuerEntry:
    issuer = trust.registry.issuer(credential.issuer, now=now)
    if not ((types | set(credential.model.types)) - _GENERIC) & set(issuer.credential_types):
        raise UntrustedIssuerError(f"issuer {issuer.id} is not trusted for credentials of this type")
    return issuer
