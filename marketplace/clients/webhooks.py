"""How do events reach a buyer's server? One signed POST, nothing inside a network, and no redirect.

The buyer chooses the address, so the connection goes to the very address that was found to be public
(`ssi.http.outside_post`): a name that leads inside, or is changed to do so, leads nowhere.
"""

import ipaddress
from collections.abc import Mapping

from crypto.errors import MalformedError
from marketplace.errors import RefusedError
from ssi.http.address import LOOPBACK_HOSTS, is_public
from ssi.http.errors import PeerError
from ssi.http.outside import read_target
from ssi.http.outside_post import SECONDS, OutsidePost


class HttpWebhooks:
    """The `WebhookCalls` port over HTTP. With `loopback`, for development, this machine may be told."""

    def __init__(self, *, loopback: bool = False, seconds: float = SECONDS) -> None:
        self._loopback = loopback
        self._post = OutsidePost(loopback=loopback, seconds=seconds)

    def allow(self, url: str) -> None:
        """Return only if an address has the form of one that may be called; see `WebhookCalls.allow`."""
        try:
            host = read_target(url, loopback=self._loopback).hostname or ""
        except MalformedError as error:
            raise RefusedError(f"url: {error}") from error
        if self._loopback and host in LOOPBACK_HOSTS:
            return
        try:
            inside = not is_public(str(ipaddress.ip_address(host)))
        except ValueError:  # a name: where it leads is found out at each call
            inside = False
        if inside or host in LOOPBACK_HOSTS:
            raise RefusedError("url: expected a host in the public internet")

    def deliver(self, url: str, body: bytes, headers: Mapping[str, str]) -> None:
        """Hand over an event; see `WebhookCalls.deliver`."""
        try:
            self._post(url, body, headers)
        except MalformedError as error:
            raise PeerError(f"not sent: {error}") from error
