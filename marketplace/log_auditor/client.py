"""A public log over HTTP, at the address of its marketplace."""

from dataclasses import dataclass

from crypto.tiles import Slice, path_of
from marketplace.log_auditor.errors import UncheckedError
from ssi.http.client import Client
from ssi.http.errors import PeerError

API = "/api/v1"


@dataclass(frozen=True)
class HttpLog:
    """The `PublicLog` of a marketplace."""

    client: Client

    def registry(self) -> str:
        """The trust registry as the marketplace hands it out; it counts by its authority's signature only."""
        return self._get("/registry").decode("utf-8", errors="replace").strip()

    def checkpoint(self) -> str:
        """The published state."""
        return self._get("/log/checkpoint").decode("utf-8", errors="replace")

    def tile(self, level: int, wanted: Slice) -> bytes:
        """A tile of hashes."""
        return self._get(f"/log/tile/{level}/{path_of(wanted)}")

    def bundle(self, wanted: Slice) -> bytes:
        """The entries under a tile of level 0."""
        return self._get(f"/log/tile/entries/{path_of(wanted)}")

    def _get(self, path: str) -> bytes:
        try:
            return self.client.get_bytes(f"{API}{path}")
        except PeerError as error:
            raise UncheckedError(f"{path} cannot be read: {error}") from error
