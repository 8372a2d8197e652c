"""Is a credential of whatever type to be believed, and what does it say? SD-JWT VC (draft 19), any issuer.

These are the checks that hold for every SD-JWT VC, ours and others'. What our own data sets demand on top is
`credential`. Claims that this file does not know are kept as they are and relied on by nothing here; what a
claim that is not always shown says about validity or status is refused, since a holder could leave it out.
"""

from collections.abc import Mapping, Set
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, cast

from crypto.encoding import Json, b64url_encode, sha256
from crypto.errors import MalformedError, SignatureError
from crypto.reading import Fields
from crypto.signing import VerifyingKey
from ssi.clock import CLOCK_SKEW, MAX_MOMENT, moment_of
from ssi.disclosure_policy import ALWAYS_OPEN
from ssi.disclosures import Path, Unpacked
from ssi.errors import (
    AlteredCredentialError,
    ExpiredError,
    MalformedCredentialError,
    NotYetValidError,
    UntrustedIssuerError,
)
from ssi.issuer_keys import OFFLINE, IssuerKeys
from ssi.key_binding import Challenge, KeyBinding, verify_key_binding
from ssi.sd_jwt import UnverifiedSdJwt, parse_sd_jwt
from ssi.status_list import MAX_ENTRIES, StatusReference
from ssi.trust import TrustRegistry
from ssi.trust_entries import IssuerEntry

SD_JWT_VC_TYP: Final = "dc+sd-jwt"
LEGACY_TYP: Final = "vc+sd-jwt"
"""What drafts before 2024-11 called the same token; accepted only where a caller says so."""
MAX_NAME: Final = 2_000
_WHERE: Final = "credential"


@dataclass(frozen=True)
class VerifiedSdJwtVc:
    """A credential that passed every check of `verify_parsed_vc`; made nowhere else.

    `claims` are all its claims as far as they were disclosed, `disclosed` where those stand that its holder
    could have kept back. `digest` names the credential: the base64url SHA-256 of what its issuer signed. A
    moment, a holder's key or a status reference that the issuer left out is None.
    """

    issuer: IssuerEntry
    vct: str
    claims: Mapping[str, Json] = field(repr=False, hash=False)
    disclosed: Set[Path] = field(repr=False)
    holder_key: VerifyingKey | None
    status: StatusReference | None
    issued_at: datetime | None
    valid_from: datetime | None
    expires_at: datetime | None
    digest: str


@dataclass(frozen=True)
class PresentedSdJwtVc:
    """A credential together with the word of its holder that she shows it here and now."""

    credential: VerifiedSdJwtVc
    binding: KeyBinding


def verify_sd_jwt_vc(
    compact: str,
    registry: TrustRegistry,
    *,
    now: datetime,
    keys: IssuerKeys = OFFLINE,
    accept_legacy_typ: bool = False,
) -> VerifiedSdJwtVc:
    """Return a credential without key binding after these checks; the code carries the numbers.

    1. It parses as an SD-JWT; unknown header members are passed over, `crit` is refused.
    2. Its issuer is in the registry, trusted now, and trusted for this type of credential.
    3. The registry leads to its key (`issuer_keys`).
    4. Type of token (`typ`), algorithm and signature.
    5. Every disclosure belongs to a digest that the issuer signed.
    6. The claims that every verifier must see are always shown, and the known ones have their form.
    7. It was issued, is valid by now, has not expired; its status list is one that the issuer keeps.

    Raises:
        MalformedCredentialError: the form, the disclosures or a claim is not as promised.
        UntrustedIssuerError: unknown issuer or key (`UnknownIssuerError`), not trusted now, or not for this.
        AlteredCredentialError: the signature does not verify.
        NotYetValidError: it was issued in the future, or is valid only later.
        ExpiredError: its time is over.
        RegistryError: the trust registry has run out.
        UnresolvableError: the key lies on a server that is not asked or not there.
    """
    unverified = parse_vc(compact, foreign=True)  # 1
    if unverified.key_binding is not None:
        raise MalformedCredentialError(f"{_WHERE}: a presentation bound to a key is verified as one")
    return verify_parsed_vc(unverified, registry, now=now, keys=keys, accept_legacy_typ=accept_legacy_typ)


def verify_presented_vc(  # noqa: PLR0913 — a verifier's whole question
    compact: str,
    registry: TrustRegistry,
    challenge: Challenge,
    *,
    now: datetime,
    keys: IssuerKeys = OFFLINE,
    accept_legacy_typ: bool = False,
) -> PresentedSdJwtVc:
    """Return a credential after all checks of `verify_sd_jwt_vc` and that its holder shows it here and now.

    Raises:
        CredentialError: as `verify_sd_jwt_vc`.
        MalformedCredentialError: it has no holder, or there is no key binding of its form.
        AlteredCredentialError: bound by another key, to another audience or nonce, over other disclosures, or
            not just now.
    """
    unverified = parse_vc(compact, foreign=True)
    found = verify_parsed_vc(unverified, registry, now=now, keys=keys, accept_legacy_typ=accept_legacy_typ)
    return PresentedSdJwtVc(found, verify_holder(unverified, found, challenge, now=now))


def parse_vc(compact: str, *, foreign: bool) -> UnverifiedSdJwt:
    """Step 1 alone; without `foreign` unknown header members are refused.

    Raises:
        MalformedCredentialError: not an SD-JWT.
    """
    try:
        return parse_sd_jwt(compact, _WHERE, foreign=foreign)
    except MalformedError as error:
        raise MalformedCredentialError(str(error)) from error


def verify_parsed_vc(
    unverified: UnverifiedSdJwt,
    registry: TrustRegistry,
    *,
    now: datetime,
    keys: IssuerKeys = OFFLINE,
    accept_legacy_typ: bool = False,
) -> VerifiedSdJwtVc:
    """Steps 2 to 7 of `verify_sd_jwt_vc`, with the same errors; a key binding is not looked at."""
    try:
        issuer = keys.issuer(unverified.jws, registry, now=now)  # 2
        vct = Fields(unverified.jws.payload, _WHERE).text("vct", max_length=MAX_NAME)
        if vct not in issuer.credential_types:
            raise UntrustedIssuerError(
                f"issuer {issuer.id} is not trusted for credentials of type {vct[:200]!r}"
            )
        key = keys.key(unverified.jws, issuer, now=now)  # 3
        legacy = accept_legacy_typ and unverified.jws.header["typ"] == LEGACY_TYP
        unpacked = unverified.verify(key, typ=LEGACY_TYP if legacy else SD_JWT_VC_TYP)  # 4, 5
        found = _read(unpacked, issuer, digest=credential_digest(unverified))  # 6
    except MalformedError as error:
        raise MalformedCredentialError(str(error)) from error
    except SignatureError as error:
        raise AlteredCredentialError(str(error)) from error
    _require_now(found, now=now)  # 7
    if found.status is not None and not issuer.covers_status(found.status.uri):
        raise UntrustedIssuerError(f"issuer {issuer.id} does not keep the status list of the credential")
    return found


def verify_holder(
    unverified: UnverifiedSdJwt, found: VerifiedSdJwtVc, challenge: Challenge, *, now: datetime
) -> KeyBinding:
    """Return only if the holder of a verified credential bound this presentation of it to this challenge.

    Raises:
        MalformedCredentialError, AlteredCredentialError: as `verify_presented_vc`.
    """
    if found.holder_key is None:
        raise MalformedCredentialError(f"{_WHERE}.cnf: the credential is bound to no holder's key")
    try:
        return verify_key_binding(unverified, found.holder_key, challenge, now=now)
    except MalformedError as error:
        raise MalformedCredentialError(str(error)) from error
    except SignatureError as error:
        raise AlteredCredentialError(str(error)) from error


def credential_digest(unverified: UnverifiedSdJwt) -> str:
    """What names a credential, without the signature: whoever has one of ES256 can write a second."""
    return b64url_encode(sha256(unverified.jws.signing_input))


def _read(unpacked: Unpacked, issuer: IssuerEntry, *, digest: str) -> VerifiedSdJwtVc:
    hidden = [path[0] for path in unpacked.places if path[0] in ALWAYS_OPEN]
    if hidden:
        raise MalformedError(f"{_WHERE}.{hidden[0]}: a disclosure where none belongs")
    claims = unpacked.claims
    fields = Fields(claims, _WHERE)
    return VerifiedSdJwtVc(
        issuer=issuer,
        vct=fields.text("vct", max_length=MAX_NAME),
        claims=claims,
        disclosed=unpacked.places.keys(),
        holder_key=_holder_key(fields.section("cnf")) if "cnf" in claims else None,
        status=_status(fields.section("status")) if "status" in claims else None,
        issued_at=_moment(fields, "iat") if "iat" in claims else None,
        valid_from=_moment(fields, "nbf") if "nbf" in claims else None,
        expires_at=_moment(fields, "exp") if "exp" in claims else None,
        digest=digest,
    )


def _require_now(found: VerifiedSdJwtVc, *, now: datetime) -> None:
    for start in (found.issued_at, found.valid_from):
        if start is not None and now + CLOCK_SKEW < start:
            raise NotYetValidError(f"{_WHERE}: valid from {start.isoformat()}, not yet at {now.isoformat()}")
        if start is not None and found.expires_at is not None and found.expires_at <= start:
            raise ExpiredError(f"{_WHERE}: it ends at {found.expires_at.isoformat()}, before it begins")
    if found.expires_at is not None and now >= found.expires_at:
        raise ExpiredError(
            f"{_WHERE}: valid until {found.expires_at.isoformat()}, no longer at {now.isoformat()}"
        )


def _moment(fields: Fields, name: str) -> datetime:
    """A NumericDate (RFC 7519 §2), which may have a fraction; that is dropped."""
    if isinstance(fields.any(name), float) and fields.number(name, most=MAX_MOMENT) >= 0:
        return moment_of(int(fields.number(name)))
    return moment_of(fields.integer(name, least=0, most=MAX_MOMENT))


def _holder_key(fields: Fields) -> VerifyingKey:
    return VerifyingKey.from_jwk(cast("Mapping[str, object]", fields.any("jwk")))


def _status(fields: Fields) -> StatusReference:
    """The reference to a Token Status List; a status of another kind is not known here and refused."""
    inner = fields.section("status_list")
    return StatusReference(
        uri=inner.text("uri", max_length=1000), index=inner.integer("idx", least=0, most=MAX_ENTRIES - 1)
    )
