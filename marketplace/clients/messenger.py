"""How do news reach a buyer's server? One signed POST; addresses inside a network are not told anything.

A buyer chooses the address. So that nobody makes the market talk to its own network, or hears from it what
stands there, the connection goes to the very address that was found to be public (`ssi.http.outside_post`).
"""

from crypto.errors import MalformedError
from marketplace.domain.presentation import Notice
from marketplace.errors import RefusedError
from ssi.http.errors import PeerError
from ssi.http.outside import read_target
from ssi.http.outside_post import SECONDS, OutsidePost

SIGNATURE_HEADER = "Argonauta-Signature"


class HttpMessenger:
    """The `Messenger` port over HTTP. With `loopback`, for development, this machine may be told as well."""

    def __init__(self, *, loopback: bool = False, seconds: float = SECONDS) -> None:
        self._loopback = loopback
        self._post = OutsidePost(loopback=loopback, seconds=seconds)

    def allow(self, url: str) -> None:
        """Return only if an address has the form of one that may be told something; see `Messenger.allow`."""
        try:
            read_target(url, loopback=self._loopback)
        except MalformedError as error:
            raise RefusedError(f"webhook_url: {error}") from error

    def deliver(self, notice: Notice, signature: str) -> None:
        """Hand over news; see `Messenger.deliver`."""
        headers = {"Content-Type": "application/json", SIGNATURE_HEADER: signature}
        try:
            self._post(notice.url, notice.body.encode(), headers)
        except MalformedError as error:
            raise PeerError(f"not sent: {error}") from error
