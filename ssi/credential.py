"""Is this credential to be believed, and what does it say? SD-JWT VC (draft-ietf-oauth-sd-jwt-vc-19).

Two types are known. A *record credential* says what a data set holds about one person: every attribute can be
shown or kept back, and a commitment to the whole encoded record stands beside them. An *organisation
credential* says who a buyer is: its claims are always shown, since nobody may buy under half a name.

Verification returns another type than parsing, so unchecked claims cannot be used by mistake. What holds for
every SD-JWT VC, whoever issued it, is checked by `sd_jwt_vc`; this file reads what is left. Whether the
issuer took it back since is asked separately: `revocation`.

Limits. The handle and the digest let the same credential be recognised wherever it is shown. Stricter than
the standard on purpose: a member that this version does not know is refused, not ignored.
"""

from collections.abc import Mapping, Set
from dataclasses import dataclass, field
from datetime import datetime

from crypto.errors import MalformedError
from crypto.reading import Fields
from crypto.signing import VerifyingKey
from ssi.credential_payload import (
    ORGANISATION_TYPE,
    CommitmentClaim,
    Envelope,
    read_commitment,
    read_organisation,
    read_record,
)
from ssi.dataset import DataSet, data_set
from ssi.errors import DataSetError, MalformedCredentialError, UntrustedIssuerError
from ssi.issuer_keys import OFFLINE, IssuerKeys
from ssi.sd_jwt import UnverifiedSdJwt, present_sd_jwt
from ssi.sd_jwt_vc import VerifiedSdJwtVc, parse_vc, verify_parsed_vc
from ssi.status_list import StatusReference
from ssi.trust import TrustRegistry

_WHERE = "credential"


@dataclass(frozen=True)
class Credential:
    """A credential that passed every check of `verify_credential`; made nowhere else.

    `handle` names its subject to everybody who sees it and says nothing else. `digest` names the credential:
    the base64url SHA-256 of what its issuer signed. The signature is left out of it, because whoever has one
    ES256 signature can write a second one for the same words.
    """

    issuer: str
    vct: str
    handle: str
    holder_key: VerifyingKey
    status: StatusReference
    issued_at: datetime
    expires_at: datetime
    digest: str
    claims: Mapping[str, int | float | str] = field(repr=False, hash=False)


@dataclass(frozen=True)
class RecordCredential(Credential):
    """What an issuer says about one person in one data set; `claims` holds the attributes shown here.

    `blinding` is there only if the holder disclosed it, which she does to nobody.
    """

    commitment: CommitmentClaim
    blinding: bytes | None = field(repr=False)

    @property
    def data_set(self) -> DataSet:
        """The data set of the record."""
        return data_set(self.commitment.data_set)


@dataclass(frozen=True)
class OrganisationCredential(Credential):
    """Who a buyer is: `claims` holds its name, its kind and its country (ISO 3166-1 alpha-2)."""

    name: str
    kind: str
    country: str


def verify_credential(
    compact: str, registry: TrustRegistry, *, now: datetime, keys: IssuerKeys = OFFLINE
) -> Credential:
    """Return the credential after these checks, in this order; the code carries the numbers.

    1. It parses as an SD-JWT without key binding.
    2. Its issuer is in the registry, trusted now, and trusted for this type of credential.
    3. The key is one that the registry leads to for this issuer (`issuer_keys`).
    4. Type of token (`typ`), algorithm and signature.
    5. Every disclosure belongs to a digest that the issuer signed.
    6. Subject, holder key, times and status reference have their form.
    7. It was issued, and has not expired; its status list is one that the issuer itself keeps.
    8. A record: the commitment is a point of the group, for the data set of this type (`vct`).
    9. The claims are those of this type, disclosed the way this type says, with values it allows.

    Raises:
        MalformedCredentialError: the form, the disclosures or a claim is not as promised.
        UntrustedIssuerError: unknown issuer or key (`UnknownIssuerError`), not trusted now, or not for this.
        AlteredCredentialError: the signature does not verify.
        NotYetValidError: it was issued in the future.
        ExpiredError: its time is over.
        RegistryError: the trust registry has run out.
    """
    unverified = parse_credential(compact)  # 1
    if unverified.key_binding is not None:
        raise MalformedCredentialError(f"{_WHERE}: a presentation bound to a key is verified as one")
    return verify_parsed(unverified, registry, now=now, keys=keys)


def parse_credential(compact: str) -> UnverifiedSdJwt:
    """Step 1 alone.

    Raises:
        MalformedCredentialError: not an SD-JWT.
    """
    return parse_vc(compact, foreign=False)


def verify_parsed(
    unverified: UnverifiedSdJwt, registry: TrustRegistry, *, now: datetime, keys: IssuerKeys = OFFLINE
) -> Credential:
    """Steps 2 to 9 of `verify_credential`, with the same errors; a key binding is not looked at."""
    return believed(verify_parsed_vc(unverified, registry, now=now, keys=keys))  # 2 to 7


def believed(found: VerifiedSdJwtVc) -> Credential:
    """What a verified credential says, if it is one of the types known here: steps 6, 8 and 9.

    Raises:
        MalformedCredentialError: another type, or not in the form of its type.
        UntrustedIssuerError: its issuer does not count for this data set.
    """
    try:
        return _read(found)
    except (MalformedError, DataSetError) as error:
        raise MalformedCredentialError(str(error)) from error


def verify_record(compact: str, registry: TrustRegistry, *, now: datetime) -> RecordCredential:
    """As `verify_credential`, for those who can only use a record of a person.

    Raises:
        CredentialError: as `verify_credential`; `MalformedCredentialError` for another type of credential.
    """
    credential = verify_credential(compact, registry, now=now)
    if not isinstance(credential, RecordCredential):
        raise MalformedCredentialError(f"expected a record of a person, got {credential.vct}")
    return credential


def verify_organisation(compact: str, registry: TrustRegistry, *, now: datetime) -> OrganisationCredential:
    """As `verify_credential`, for those who must know which organisation they deal with.

    Raises:
        CredentialError: as `verify_credential`; `MalformedCredentialError` for another type of credential.
    """
    credential = verify_credential(compact, registry, now=now)
    if not isinstance(credential, OrganisationCredential):
        raise MalformedCredentialError(f"expected the credential of an organisation, got {credential.vct}")
    return credential


def present(compact: str, disclose: Set[str]) -> str:
    """Keep the disclosures of these claims and drop all others.

    Raises:
        MalformedCredentialError: not a credential, or it holds no such disclosure.
    """
    try:
        return present_sd_jwt(compact, [(name,) for name in sorted(disclose)])
    except MalformedError as error:
        raise MalformedCredentialError(str(error)) from error


def _read(found: VerifiedSdJwtVc) -> Credential:
    fields = Fields(found.claims, _WHERE)
    envelope = Envelope.of(found, fields)  # 6
    if envelope.vct == ORGANISATION_TYPE:
        claims = read_organisation(found, fields)  # 9
        return OrganisationCredential(
            **vars(envelope),
            digest=found.digest,
            claims=claims,
            name=claims["name"],
            kind=claims["kind"],
            country=claims["country"],
        )
    commitment, data_set_of = read_commitment(fields.section("commitment"), envelope.vct)  # 8
    if not found.issuer.anchors.allow(envelope.vct, commitment.data_set):
        raise UntrustedIssuerError(f"issuer {envelope.issuer} is not trusted for {commitment.data_set}")
    shown, blinding = read_record(found, data_set_of)  # 9
    return RecordCredential(
        **vars(envelope), digest=found.digest, claims=shown, commitment=commitment, blinding=blinding
    )
