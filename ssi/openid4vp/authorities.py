"""To which trust frameworks does an issuer belong? Key ids of certificate authorities (`aki`, §6.1.1.1).

A chain counts only if it leads to a root that the trust registry lists for the issuer.
"""

from datetime import datetime

from cryptography import x509

from crypto.encoding import b64url_encode
from crypto.errors import MalformedError, SignatureError
from ssi.jws import UnverifiedJws
from ssi.trust_entries import IssuerEntry
from ssi.x509 import read_chain, verify_chain

KEY_ID = "aki"


def authorities_of(
    unverified: UnverifiedJws, issuer: IssuerEntry, *, now: datetime
) -> frozenset[tuple[str, str]]:
    """The authorities over the certificate of a token, as `aki`; none where it brings no good chain."""
    if "x5c" not in unverified.header or not issuer.anchors.x509_roots:
        return frozenset()
    try:
        chain = read_chain(unverified.header["x5c"], unverified.where)
        verify_chain(chain, issuer.anchors.roots, now=now)
    except (MalformedError, SignatureError):
        return frozenset()
    return frozenset((KEY_ID, found) for found in map(authority_key_id, chain) if found is not None)


def authority_key_id(certificate: x509.Certificate) -> str | None:
    """The base64url of the key identifier of whoever issued a certificate; None if it does not say."""
    try:
        found = certificate.extensions.get_extension_for_class(x509.AuthorityKeyIdentifier).value
    except x509.ExtensionNotFound:
        return None
    return None if found.key_identifier is None else b64url_encode(found.key_identifier)
