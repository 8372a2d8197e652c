"""Issuers that give Open Badges, over HTTP; an issuer of the trust registry only, at its own address."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from crypto.encoding import Json
from crypto.errors import CryptoError
from crypto.reading import Fields
from ssi.errors import UnresolvableError
from ssi.http.address import path_of, same_origin
from ssi.http.client import Client
from ssi.http.errors import PeerError, RefusedByPeerError, UnreachablePeerError
from wallet.clients.connections import Connections
from wallet.errors import PartnerFaultError, PartnerRefusedError, PartnerUnreachableError


@dataclass(frozen=True)
class BadgeClient:
    """`services.badge_ports.BadgeIssuers` over HTTP."""

    connections: Connections

    def nonce(self, address: str) -> str:
        """A fresh challenge."""
        with _asking():
            answer = self._client(address).post_json(path_of(f"{address}/nonce"), {})
            return Fields.of(answer, "nonce").text("c_nonce", max_length=200)

    def badge(self, address: str, presentation: str) -> Json:
        """The badge of a record that is shown."""
        with _asking():
            return self._client(address).post_json(
                path_of(f"{address}/open-badge"), {"presentation": presentation}
            )

    def document(self, address: str, url: str, *, max_bytes: int) -> bytes:
        """A document with keys, from the issuer's own server."""
        if not same_origin(address, url):
            raise UnresolvableError("the key of the badge does not lie at its issuer's address")
        try:
            body = self._client(url).get_bytes(path_of(url))
        except PeerError as error:
            raise UnresolvableError(f"the key cannot be fetched: {error}") from error
        if len(body) > max_bytes:
            raise UnresolvableError(f"expected at most {max_bytes} bytes about a key, got {len(body)}")
        return body

    def _client(self, address: str) -> Client:
        return self.connections.to(address)


@contextmanager
def _asking() -> Iterator[None]:
    try:
        yield
    except UnreachablePeerError as error:
        raise PartnerUnreachableError("The issuer does not answer now. Try again later.") from error
    except RefusedByPeerError as error:
        raise PartnerRefusedError(
            "The issuer gives no badge of this record. Ask there whether there is one."
        ) from error
    except (PeerError, CryptoError) as error:
        raise PartnerFaultError(
            "The issuer answered something that cannot be used. Tell the issuer."
        ) from error
