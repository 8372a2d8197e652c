"""Did its issuer take back what was presented as `ldp_vc`? Its statuses, asked for when it is shown.

As with SD-JWT VCs, an address is asked only if the issuer's entry in the trust registry covers it, and what
cannot be asked counts as not answered: such a credential is not accepted.
"""

from datetime import datetime
from typing import Final

from ssi.bitstring_status_list import ENTRY_TYPE, BitstringEntry, read_list
from ssi.credential_status import MAX_LIST_BYTES, open_list
from ssi.data_integrity.credentials import Verification, VerifiedCredential
from ssi.did.did_web import Fetch
from ssi.errors import GraphTooComplexError, MalformedCredentialError, UnresolvableError
from ssi.trust_entries import IssuerEntry

MAX_STATUSES: Final = 10
"""Statuses of one credential, each of which may mean a request."""


def check_linked_status(
    credential: VerifiedCredential,
    issuer: IssuerEntry,
    verification: Verification,
    fetch: Fetch,
    *,
    now: datetime,
) -> None:
    """Return only if the issuer says now, in each status that the credential refers to, that it counts.

    Raises:
        RevokedError, SuspendedError: it does not count.
        UnresolvableError: a list cannot be had, or is of an unknown kind.
        GraphTooComplexError: more than `MAX_STATUSES`.
        CredentialError: a list is not the issuer's, or not of its form.
    """
    statuses = credential.model.statuses
    if len(statuses) > MAX_STATUSES:
        raise GraphTooComplexError(f"credentialStatus: expected at most {MAX_STATUSES} statuses")
    for status in statuses:
        if ENTRY_TYPE not in status.types:
            raise UnresolvableError("credentialStatus: a kind that nobody can be asked about here")
        entry = BitstringEntry.read(dict(status.document), "credentialStatus")
        if not issuer.covers_status(entry.list_url):
            raise MalformedCredentialError(
                f"issuer {issuer.id} keeps no status list at {entry.list_url[:200]!r}"
            )
        raw = fetch(entry.list_url, max_bytes=MAX_LIST_BYTES)
        found = open_list(raw, verification, url=entry.list_url, issuer=credential.issuer, now=now)
        read_list(found.document).require_valid(entry)
