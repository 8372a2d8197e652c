"""How do messages reach a buyer's connector? As news do: one signed POST, and nothing inside a network.

The buyer chooses the address, so the same guard stands before it (`ssi.http.outside_post`).
"""

from crypto.errors import MalformedError
from marketplace.clients.messenger import SIGNATURE_HEADER
from marketplace.errors import RefusedError
from ssi.http.errors import PeerError
from ssi.http.outside import read_target
from ssi.http.outside_post import SECONDS, OutsidePost


class HttpCallbacks:
    """The `Callbacks` port over HTTP. With `loopback`, for development, this machine may be told as well."""

    def __init__(self, *, loopback: bool = False, seconds: float = SECONDS) -> None:
        self._loopback = loopback
        self._post = OutsidePost(loopback=loopback, seconds=seconds)

    def allow(self, address: str) -> None:
        """Return only if an address has the form of one that messages may go to; see `Callbacks.allow`."""
        try:
            parts = read_target(address, loopback=self._loopback)
        except MalformedError as error:
            raise RefusedError(f"callback address: {error}") from error
        if parts.query:
            raise RefusedError("callback address: paths are added to it, so it has no question mark")

    def deliver(self, url: str, body: bytes, signature: str) -> None:
        """Hand over a message; see `Callbacks.deliver`."""
        headers = {"Content-Type": "application/json", SIGNATURE_HEADER: signature}
        try:
            self._post(url, body, headers)
        except MalformedError as error:
            raise PeerError(f"not sent: {error}") from error
