"""Whose status list is this? Bitstring Status List v1.0 §3.2, before anything in a list counts.

A list is itself a credential: with Data Integrity proofs, as a token, or in an envelope. It counts only if
the issuer of the credential that refers to it signed it, for the address at which it lies, and while it is
valid; otherwise whoever has any list could answer for any credential. Whoever calls this fetches the list,
and says which addresses may be asked.

A list of another kind is not looked at here. The Token Status List has no registered form as a
`credentialStatus`; its own `status` claim is refused in tokens by `vc_jose.claims`.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final, cast

from crypto.encoding import parse_json
from crypto.errors import MalformedError
from ssi.data_integrity.credentials import Verification, VerifiedCredential, verify_credential
from ssi.errors import AlteredCredentialError, MalformedCredentialError
from ssi.vc_jose.credentials import verify_token
from ssi.vc_jose.envelopes import verify_enveloped_credential
from ssi.vcdm.members import types
from ssi.vcdm.presentation import ENVELOPED_CREDENTIAL_TYPE

MAX_LIST_BYTES: Final = 4 * 1024 * 1024


def open_list(
    raw: bytes, verification: Verification, *, url: str, issuer: str, now: datetime
) -> VerifiedCredential:
    """The list credential that was fetched from an address, if this issuer signed it for this address.

    What the list says is for `bitstring_status_list.read_list`.

    Raises:
        MalformedCredentialError: neither a token nor a credential in JSON.
        AlteredCredentialError: it is of another issuer, or names another address as its own.
        CredentialError: as `verify_credential` and `verify_token`.
    """
    found = _verified(raw, verification, now)
    if found.issuer != issuer or found.model.id not in (None, url):
        raise AlteredCredentialError("the status list is another one, or of another issuer")
    return found


def _verified(raw: bytes, verification: Verification, now: datetime) -> VerifiedCredential:
    try:
        if raw.lstrip()[:1] != b"{":
            return verify_token(raw.decode("ascii").strip(), verification, now=now)
        document = cast("Mapping[str, Any]", parse_json(raw, max_bytes=MAX_LIST_BYTES))
    except (MalformedError, UnicodeError) as error:
        raise MalformedCredentialError("the status list is neither a token nor JSON") from error
    if ENVELOPED_CREDENTIAL_TYPE in types(document, "status list"):
        return verify_enveloped_credential(document, verification, now=now)
    return verify_credential(document, verification, now=now)
