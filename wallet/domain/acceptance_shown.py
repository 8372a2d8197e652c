"""Are these tokens, which an issuer handed out together, what they should be: the same words for our keys?

Whatever can be shown passes this, a record's copies and a stranger's credential alike. What computations need
on top is checked by `acceptance`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from crypto.encoding import Json
from crypto.errors import MalformedError
from crypto.signing import SigningKey
from ssi.credential_payload import ENVELOPE_MEMBERS, OPENING_CLAIM
from ssi.dataset import data_sets
from ssi.errors import (
    AlteredCredentialError,
    CredentialError,
    ExpiredError,
    RevokedError,
    SuspendedError,
    UnresolvableError,
    UntrustedIssuerError,
)
from ssi.issuer_keys import IssuerKeys
from ssi.revocation import check_foreign_status
from ssi.sd_jwt_vc import VerifiedSdJwtVc, parse_vc, verify_sd_jwt_vc
from ssi.trust import TrustRegistry
from wallet.domain.acceptance import refused
from wallet.domain.credential import Standing
from wallet.domain.stranger import registry_of_stranger
from wallet.errors import Doubt

COMMITMENT: Final = "commitment"
_ABOUT_THE_TOKEN: Final = ENVELOPE_MEMBERS | {"nbf", "_sd_alg", "vct#integrity", COMMITMENT, OPENING_CLAIM}
_DOUBTS: Final[tuple[tuple[type[CredentialError], Doubt], ...]] = (
    (UnresolvableError, Doubt.UNPROVEN_ISSUER),
    (UntrustedIssuerError, Doubt.UNTRUSTED_ISSUER),
    (AlteredCredentialError, Doubt.ALTERED),
    (ExpiredError, Doubt.EXPIRED),
)


@dataclass(frozen=True)
class CheckedToken:
    """A verified token and the key of ours that it is bound to."""

    token: str = field(repr=False)
    key: SigningKey = field(repr=False)
    found: VerifiedSdJwtVc

    @property
    def words(self) -> Mapping[str, Json]:
        """What it says, without what is about the token itself."""
        return {name: value for name, value in self.found.claims.items() if name not in _ABOUT_THE_TOKEN}

    @property
    def is_for_computations(self) -> bool:
        """Whether it carries the issuer's commitment to the whole record."""
        return COMMITMENT in self.found.claims


@dataclass(frozen=True)
class Believing:
    """Whose word counts for what was collected, and how its key is found.

    `listed` says that the issuer is one of the registry; then `issuer_id` is the one that the link led to.
    """

    registry: TrustRegistry
    keys: IssuerKeys
    origin: str
    listed: bool
    issuer_id: str | None = None

    def registry_for(self, token: str) -> TrustRegistry:
        """The registry under which a token is verified.

        Raises:
            MalformedCredentialError, MalformedError: it is no SD-JWT VC that names its issuer.
        """
        if self.listed:
            return self.registry
        return registry_of_stranger(parse_vc(token, foreign=True).jws, self.origin, self.registry)


def verify_tokens(
    tokens: Sequence[str], keys: Sequence[SigningKey], believing: Believing, *, now: datetime
) -> tuple[CheckedToken, ...]:
    """Return the tokens after these checks; the code carries the numbers.

    1. Each is an SD-JWT VC that its issuer signed and that holds now (`ssi.sd_jwt_vc`).
    2. A listed issuer is the one that the link led to.
    3. Each is bound to a key that this wallet made for it, no two to the same.
    4. All are of one issuer and one type, and say the same.

    Raises:
        RefusedCredentialError: a step failed; `doubt` names it.
    """
    checked = [_checked(token, keys, believing, now) for token in tokens]
    if len({each.key.public for each in checked}) != len(checked):  # 3
        raise refused(Doubt.OTHER_KEY)
    first = checked[0]
    for other in checked[1:]:  # 4
        same_source = (other.found.issuer.id, other.found.vct) == (first.found.issuer.id, first.found.vct)
        if not same_source or other.words != first.words:
            raise refused(Doubt.COPIES_DIFFER)
    return tuple(checked)


def standing_of(
    found: VerifiedSdJwtVc, token: str, believing: Believing, *, list_token: str, now: datetime
) -> Standing:
    """What the issuer's status list, freshly fetched, says about a verified token.

    Raises:
        RefusedCredentialError: the list is not the issuer's, out of date or says nothing about it.
    """
    try:
        registry = believing.registry_for(token)
        check_foreign_status(found, list_token, registry, now=now, keys=believing.keys)
    except SuspendedError:
        return Standing.SUSPENDED
    except RevokedError:
        return Standing.REVOKED
    except (CredentialError, MalformedError) as error:
        raise refused(Doubt.STATUS_UNKNOWN) from error
    return Standing.VALID


def is_a_record(token: str) -> bool:
    """Whether an unverified token says that it is a record of a data set, which computations may use.

    What is none, or cannot be read, is refused or accepted by the checks for its kind.
    """
    try:
        vct = parse_vc(token, foreign=True).jws.payload.get("vct")
    except (CredentialError, MalformedError):
        return True  # the stricter checks refuse it by name
    return vct in [data_set.credential_type for data_set in data_sets()]  # it may be anything, a list too


def _checked(token: str, keys: Sequence[SigningKey], believing: Believing, now: datetime) -> CheckedToken:
    try:
        registry = believing.registry_for(token)
        found = verify_sd_jwt_vc(token, registry, now=now, keys=believing.keys)  # 1
    except (CredentialError, MalformedError) as error:
        doubts = [doubt for kind, doubt in _DOUBTS if isinstance(error, kind)]
        raise refused(doubts[0] if doubts else Doubt.UNREADABLE) from error
    if believing.listed and found.issuer.id != believing.issuer_id:  # 2
        raise refused(Doubt.UNTRUSTED_ISSUER)
    ours = [key for key in keys if key.public == found.holder_key]  # 3
    if not ours:
        raise refused(Doubt.OTHER_KEY)
    return CheckedToken(token, ours[0], found)
