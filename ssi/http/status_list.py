"""Fetch an issuer's status list; `ssi.revocation` and `ssi.credential_status` say what it means.

Whoever asks for a list has checked that it lies where the trust registry says that this issuer keeps its
lists. The issuer learns that somebody asked about thousands of credentials, not about which one.
"""

from contextlib import closing
from typing import Final

from ssi.errors import UnresolvableError
from ssi.http.address import origin_of, path_of
from ssi.http.client import Client, Limits
from ssi.http.errors import PeerError

MEDIA_TYPE = "application/statuslist+jwt"
_CREDENTIAL_TYPES: Final = "application/vc, application/vc+jwt, application/json"
_CONNECT_SECONDS, _READ_SECONDS, _TOTAL_SECONDS = 3.0, 5.0, 10.0


def fetch_status_list(uri: str, client: Client) -> str:
    """The Token Status List at an address, unverified (draft-ietf-oauth-status-list-20 §8.1).

    The client is one for the origin of the address.

    Raises:
        PeerError: it cannot be had.
    """
    return client.get_text(path_of(uri), headers={"Accept": MEDIA_TYPE}).strip()


def fetch_list_credential(url: str, *, max_bytes: int) -> bytes:
    """The list at an address that is itself a credential, unverified (Bitstring Status List v1.0 §3.2).

    Raises:
        UnresolvableError: it cannot be had.
    """
    origin = origin_of(url)
    if origin is None:
        raise UnresolvableError("the status list has no address that can be asked")
    limits = Limits(_CONNECT_SECONDS, _READ_SECONDS, _TOTAL_SECONDS, max_bytes)
    try:
        with closing(Client(origin, limits=limits)) as client:
            return client.send("GET", path_of(url), headers={"Accept": _CREDENTIAL_TYPES}).body
    except PeerError as error:
        raise UnresolvableError(f"the status list cannot be had: {error}") from error
