"""Is one presentation to be believed? For each format the checks of its own standard, with named reasons."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from crypto.encoding import Json
from crypto.errors import MalformedError, SignatureError
from crypto.reading import Fields
from ssi.clock import CLOCK_SKEW, MAX_MOMENT, moment_of
from ssi.data_integrity.credentials import Verification
from ssi.did.did_web import Fetch
from ssi.did.resolve import no_fetch
from ssi.disclosures import disclosure_digest, read_algorithm
from ssi.errors import (
    AlteredCredentialError,
    ChallengeError,
    CredentialError,
    DomainError,
    ExpiredError,
    MalformedCredentialError,
    NotYetValidError,
    RegistryError,
    RevokedError,
    SuspendedError,
    UnresolvableError,
    UntrustedIssuerError,
    VerificationMethodError,
)
from ssi.issuer_keys import OFFLINE, IssuerKeys
from ssi.jws import parse_jws
from ssi.key_binding import MAX_AGE, Challenge
from ssi.openid4vp.authorities import authorities_of
from ssi.openid4vp.dcql import CredentialQuery
from ssi.openid4vp.errors import PresentationRefusedError, Reason
from ssi.openid4vp.response import Presentation
from ssi.sd_jwt import UnverifiedSdJwt, join_sd_jwt
from ssi.sd_jwt_vc import VerifiedSdJwtVc, parse_vc, verify_holder, verify_parsed_vc
from ssi.trust import TrustRegistry
from ssi.trust_entries import IssuerEntry

CheckStatus = Callable[[VerifiedSdJwtVc], None]
"""Returns only if the issuer says now that a credential counts; raises a CredentialError if not."""

_REASONS: Final[tuple[tuple[type[CredentialError], Reason], ...]] = (
    (SuspendedError, Reason.SUSPENDED),
    (RevokedError, Reason.REVOKED),
    (UntrustedIssuerError, Reason.UNTRUSTED_ISSUER),
    (UnresolvableError, Reason.UNTRUSTED_ISSUER),  # nobody could say that the key is the issuer's
    (VerificationMethodError, Reason.INVALID_CREDENTIAL_SIGNATURE),
    (NotYetValidError, Reason.NOT_YET_VALID),
    (ExpiredError, Reason.EXPIRED),
    (DomainError, Reason.WRONG_AUDIENCE),
    (ChallengeError, Reason.WRONG_NONCE),
    (AlteredCredentialError, Reason.INVALID_CREDENTIAL_SIGNATURE),
    (MalformedCredentialError, Reason.MALFORMED_CREDENTIAL),
)


@dataclass(frozen=True)
class Presented:
    """A credential that passed all checks: what it says, as far as it was shown, and who says it.

    `confirmed` are the further claims of the holder's proof, such as the hashes of transactions. `compact` is
    the credential without that proof, as its issuer signed it with what was shown; None in other formats.
    """

    query_id: str
    format: str
    types: frozenset[str]
    issuer: IssuerEntry
    claims: Mapping[str, Json] = field(repr=False, hash=False)
    confirmed: Mapping[str, Json] = field(repr=False, hash=False)
    holder_bound: bool
    compact: str | None = field(repr=False)
    authorities: frozenset[tuple[str, str]] = frozenset()


@dataclass(frozen=True)
class Trust:
    """Whom a verifier believes, and how it asks whether a credential still counts.

    `linked` says how data integrity proofs are checked; without it the format `ldp_vc` is not taken. Their
    status lists are got by `fetch_list`, which is asked for addresses only that the registry names for the
    issuer. Without it nobody is asked, and a credential that has a status is not accepted.
    """

    registry: TrustRegistry = field(repr=False)
    check_status: CheckStatus = field(repr=False)
    keys: IssuerKeys = OFFLINE
    linked: Verification | None = field(default=None, repr=False)
    fetch_list: Fetch = field(default=no_fetch, repr=False)


def refused(error: CredentialError, *, where: str) -> PresentationRefusedError:
    """The same failure with the reason it stands for.

    Raises:
        RegistryError: that is the failure. The verifier's own registry cannot be used, so nothing was found
            out about what was presented.
    """
    if isinstance(error, RegistryError):
        raise error
    if isinstance(error, PresentationRefusedError):
        return error
    found = [reason for kind, reason in _REASONS if isinstance(error, kind)]
    return PresentationRefusedError(found[0] if found else Reason.MALFORMED_CREDENTIAL, f"{where}: {error}")


@contextmanager
def status_of(query: CredentialQuery) -> Iterator[None]:
    """What fails inside, other than that a credential was taken back, leaves open whether it was.

    Raises:
        PresentationRefusedError: `revoked`, `suspended`, or else `status_unavailable`.
        RegistryError: as `refused`.
    """
    try:
        yield
    except (RevokedError, RegistryError, PresentationRefusedError) as error:
        raise refused(error, where=query.id) from error
    except CredentialError as error:
        raise PresentationRefusedError(Reason.STATUS_UNAVAILABLE, f"{query.id}: {error}") from error


def check_sd_jwt_vc(
    query: CredentialQuery, presentation: Presentation, trust: Trust, challenge: Challenge, *, now: datetime
) -> Presented:
    """Return what an SD-JWT VC presents after these checks; the code carries the numbers (§B.3.6).

    1. It parses as an SD-JWT.
    2. Its issuer counts, its signature and disclosures fit, and it is valid now (`verify_parsed_vc`).
    3. It is bound to a key, where the query asks for that, and that key's holder made a proof.
    4. The proof is for this nonce, this verifier, these disclosures, and was made just now.
    5. Its issuer did not take it back.

    Raises:
        PresentationRefusedError: the reason says which.
        RegistryError: the registry cannot be used, so nothing was found out.
    """
    if not isinstance(presentation, str):
        raise PresentationRefusedError(Reason.MALFORMED_CREDENTIAL, f"{query.id}: expected a text")
    try:
        unverified = parse_vc(presentation, foreign=True)  # 1
        found = verify_parsed_vc(unverified, trust.registry, now=now, keys=trust.keys)  # 2
        bound = unverified.key_binding is not None
        if query.holder_binding and (not bound or found.holder_key is None):
            raise PresentationRefusedError(Reason.HOLDER_BINDING_MISSING, query.id)  # 3
        confirmed = _confirmed(query, unverified, found, challenge, now) if bound else {}  # 4
    except CredentialError as error:
        raise refused(error, where=query.id) from error
    with status_of(query):
        if found.status is not None:
            trust.check_status(found)  # 5
    return Presented(
        query_id=query.id,
        format=query.format,
        types=frozenset({found.vct}),
        issuer=found.issuer,
        claims=found.claims,
        confirmed=confirmed,
        holder_bound=bound,
        compact=_unbound(unverified),
        authorities=authorities_of(unverified.jws, found.issuer, now=now)
        if query.trusted_authorities
        else frozenset(),
    )


def _confirmed(
    query: CredentialQuery,
    unverified: UnverifiedSdJwt,
    found: VerifiedSdJwtVc,
    challenge: Challenge,
    now: datetime,
) -> Mapping[str, Json]:
    try:
        return verify_holder(unverified, found, challenge, now=now).claims
    except CredentialError as error:
        reason = _binding_reason(unverified, challenge, now)
        raise PresentationRefusedError(reason, f"{query.id}: {error}") from error


def _binding_reason(unverified: UnverifiedSdJwt, challenge: Challenge, now: datetime) -> Reason:
    """Which word of a refused proof is wrong. It was refused already: nothing here makes it pass.

    If every word is right, it is the signature.
    """
    try:
        claims = Fields(parse_jws(unverified.key_binding or "", "key binding", foreign=True).payload, "")
        made_at = moment_of(claims.integer("iat", least=0, most=MAX_MOMENT))
        shown = _unbound(unverified)
        digest = disclosure_digest(shown, read_algorithm(unverified.jws.payload, "credential"))
        expected = (
            (claims.text("nonce") == challenge.nonce, Reason.WRONG_NONCE),
            (claims.text("aud") == challenge.audience, Reason.WRONG_AUDIENCE),
            (claims.text("sd_hash") == digest, Reason.WRONG_SD_HASH),
            (made_at <= now + CLOCK_SKEW, Reason.BOUND_IN_FUTURE),
            (made_at >= now - MAX_AGE, Reason.BOUND_TOO_LONG_AGO),
        )
    except (MalformedError, SignatureError):
        return Reason.HOLDER_BINDING_MISSING
    wrong = [reason for right, reason in expected if not right]
    return wrong[0] if wrong else Reason.INVALID_HOLDER_SIGNATURE


def _unbound(unverified: UnverifiedSdJwt) -> str:
    return join_sd_jwt(unverified.issuer_signed, [shown.encoded for shown in unverified.disclosures])
