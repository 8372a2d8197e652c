"""Fetch an issuer's status list (draft-ietf-oauth-status-list-20 §8.1). `ssi.revocation` says what it means.

Whoever asks for a list has checked that it lies where the trust registry says that this issuer keeps its
lists. The issuer learns that somebody asked about thousands of credentials, not about which one.
"""

from ssi.http.address import path_of
from ssi.http.client import Client

MEDIA_TYPE = "application/statuslist+jwt"


def fetch_status_list(uri: str, client: Client) -> str:
    """The signed list at an address, unverified; the client is one for the origin of the address.

    Raises:
        PeerError: it cannot be had.
    """
    return client.get_text(path_of(uri), headers={"Accept": MEDIA_TYPE}).strip()
