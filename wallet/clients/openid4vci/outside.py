"""Which addresses may be asked for a record? Those of the registry's issuers, and public ones.

Whoever gives a person a link chooses the address in it, and a wallet runs inside somebody's network. So an
issuer outside the trust registry, and a server that an issuer names elsewhere, is asked over https and at
public addresses only (`ssi.http.address.is_public`); nothing else is looked up or asked.

A name is judged once before it is asked, to say so early, and again as the connection is made, which goes to
the address judged then: a name server that changes its answer in between leads nowhere.
"""

from dataclasses import dataclass, replace
from typing import Final
from urllib.parse import urlsplit

from ssi.errors import UnresolvableError
from ssi.http.address import is_public, origin_of, path_of
from ssi.http.client import Client
from ssi.http.errors import PeerError
from ssi.http.judged import judged_address
from wallet.clients.connections import Connections
from wallet.domain.collecting_trouble import trouble
from wallet.errors import Trouble

_DEFAULT_PORT: Final = 443


@dataclass(frozen=True)
class Outside:
    """Connections to those whom nobody vouches for; `private_addresses` lets them lie inside: development."""

    connections: Connections
    private_addresses: bool = False

    def to(self, address: str) -> Client:
        """A client for an address of a stranger.

        Raises:
            LinkError: it is not https, or does not lie in the public network.
        """
        if not self.private_addresses and not _lies_outside(address):
            raise trouble(Trouble.INSECURE)
        try:
            return self._client(address)
        except PeerError as error:
            raise trouble(Trouble.INSECURE) from error

    def fetch(self, url: str, *, max_bytes: int) -> bytes:
        """`ssi.did.did_web.Fetch` for keys of strangers: their DID documents and issuer metadata.

        Raises:
            UnresolvableError: the address is not asked, or there is no such answer.
        """
        if origin_of(url) is None or (not self.private_addresses and not _lies_outside(url)):
            raise UnresolvableError("the key lies at an address that is not asked")
        try:
            body = self._client(url).get_bytes(path_of(url), headers={"Accept": "application/json"})
        except PeerError as error:
            raise UnresolvableError(f"the key cannot be fetched: {error}") from error
        if len(body) > max_bytes:
            raise UnresolvableError(f"expected at most {max_bytes} bytes about a key, got {len(body)}")
        return body

    def _client(self, address: str) -> Client:
        if self.private_addresses:
            return self.connections.to(address)
        # One of its own: a client that is shared with the registry's issuers judges no address.
        return Client(origin_of(address) or "", limits=replace(self.connections.limits, may_reach=is_public))


def _lies_outside(address: str) -> bool:
    if origin_of(address) is None:
        return False
    parts = urlsplit(address)
    host = parts.hostname or ""
    if parts.scheme != "https":
        return False
    if ":" in host or host.replace(".", "").isdigit():
        return is_public(host)
    try:
        judged_address(host, parts.port or _DEFAULT_PORT, is_public)
    except PeerError:
        return False
    return True
