"""Is a credential that just arrived what its issuer signed, about this person's key, and whole?

A wallet keeps only what passes every step; each has its own `Doubt`, so that the person is told which one it
was. What is checked here is everything a node will check later, so an accepted record is not refused there.
"""

from datetime import datetime

from crypto.signing import SigningKey, VerifyingKey
from ssi.credential import RecordCredential, verify_record
from ssi.errors import (
    AlteredCredentialError,
    CredentialError,
    ExpiredError,
    RevokedError,
    SuspendedError,
    UnknownDataSetError,
    UntrustedIssuerError,
)
from ssi.record import Record as OpenedRecord
from ssi.revocation import verify_issuer_status_list
from ssi.trust import TrustRegistry
from wallet.domain.credential import HeldCredential, Standing
from wallet.errors import Doubt, RefusedCredentialError

_WORDS = {
    Doubt.UNREADABLE: "The record does not have the form that records have, so it was not added.",
    Doubt.UNTRUSTED_ISSUER: "The record was signed by somebody who is not on the list of verified issuers.",
    Doubt.ALTERED: "The record is not exactly what its issuer signed, so it was not added.",
    Doubt.EXPIRED: "The record is no longer valid. Ask its issuer for a new one.",
    Doubt.REVOKED: "The issuer has taken this record back. Ask the issuer for a new one.",
    Doubt.OTHER_KEY: "The record was made out to another wallet, so it was not added.",
    Doubt.UNKNOWN_DATA_SET: "This wallet does not know this kind of record.",
    Doubt.WRONG_COMMITMENT: (
        "The record contradicts the seal that its issuer put on it, so no computation could use it. "
        "Ask the issuer to issue it again."
    ),
    Doubt.COPIES_DIFFER: (
        "The issuer gave several copies of the record that do not say the same, so none was kept."
        " Tell the issuer."
    ),
    Doubt.UNPROVEN_ISSUER: (
        "The key of whoever signed the record cannot be found at the address that it names, so nobody can"
        " tell who signed it. It was not added; the issuer has to publish its key."
    ),
    Doubt.STATUS_UNKNOWN: "Whether the issuer has taken this record back cannot be checked. Try again later.",
}


def verify_received(
    compact: str, registry: TrustRegistry, *, holder_key: VerifyingKey, issuer_id: str, now: datetime
) -> RecordCredential:
    """Return the credential after these checks, in this order; the code carries the numbers.

    1. Issuer, signature, type, time, form and every disclosure (`ssi.credential.verify_record`).
    2. The issuer is the one that the link led to.
    3. It is bound to the key that this wallet made for it.
    4. The commitment opens to the encoded values that it shows, all of them.

    Raises:
        RefusedCredentialError: a step failed; `doubt` names it.
    """
    credential = _verified(compact, registry, now)  # 1
    if credential.issuer != issuer_id:  # 2
        raise refused(Doubt.UNTRUSTED_ISSUER)
    if credential.holder_key != holder_key:  # 3
        raise refused(Doubt.OTHER_KEY)
    opened(credential)  # 4
    return credential


def opened(credential: RecordCredential) -> OpenedRecord:
    """The whole encoded record behind a credential that shows all its claims.

    Raises:
        RefusedCredentialError: the commitment does not open to what the credential shows.
    """
    try:
        return OpenedRecord.open(credential)
    except CredentialError as error:
        raise refused(Doubt.WRONG_COMMITMENT) from error


def verify_standing(
    held: HeldCredential | RecordCredential, token: str, registry: TrustRegistry, *, now: datetime
) -> Standing:
    """What the issuer's status list, freshly fetched, says about a credential.

    Raises:
        RefusedCredentialError: the list is not the issuer's, out of date or says nothing about it.
    """
    issuer_id = held.issuer_id if isinstance(held, HeldCredential) else held.issuer
    try:
        published = verify_issuer_status_list(
            token, registry, issuer_id=issuer_id, uri=held.status.uri, now=now
        )
        published.require_valid(held.status)
    except SuspendedError:
        return Standing.SUSPENDED
    except RevokedError:
        return Standing.REVOKED
    except CredentialError as error:
        raise refused(Doubt.STATUS_UNKNOWN) from error
    return Standing.VALID


def held_from(
    credential: RecordCredential, compact: str, *, key: SigningKey, issuer_name: str, at: tuple[str, datetime]
) -> HeldCredential:
    """The credential as the wallet keeps it; `at` is its row and the moment it arrived."""
    row_id, now = at
    return HeldCredential(
        row_id=row_id,
        compact=compact,
        holder_key=key,
        issuer_id=credential.issuer,
        issuer_name=issuer_name,
        data_set=credential.data_set.ref,
        handle=credential.handle,
        digest=credential.digest,
        issued_at=credential.issued_at,
        expires_at=credential.expires_at,
        claims=dict(credential.claims),
        status=credential.status,
        received_at=now,
        checked_at=now,
    )


def refused(doubt: Doubt) -> RefusedCredentialError:
    """The refusal for a reason, in words for the person."""
    return RefusedCredentialError(_WORDS[doubt], doubt)


_DOUBTS: tuple[tuple[type[Exception], Doubt], ...] = (
    (UntrustedIssuerError, Doubt.UNTRUSTED_ISSUER),
    (AlteredCredentialError, Doubt.ALTERED),
    (ExpiredError, Doubt.EXPIRED),
    (UnknownDataSetError, Doubt.UNKNOWN_DATA_SET),
)


def _verified(compact: str, registry: TrustRegistry, now: datetime) -> RecordCredential:
    try:
        return verify_record(compact, registry, now=now)
    except CredentialError as error:
        doubts = [doubt for kind, doubt in _DOUBTS if isinstance(error, kind)]
        raise refused(doubts[0] if doubts else Doubt.UNREADABLE) from error
