"""Post to an address that somebody else chose: over https and to the public internet (`ssi.http.outside`)."""

import ipaddress
from collections.abc import Mapping
from http import HTTPStatus
from typing import Final

from ssi.http.address import is_public
from ssi.http.errors import PeerError
from ssi.http.outside import Outside, read_target

SECONDS: Final = 10.0
_MAX_ANSWER: Final = 4096


class OutsidePost:
    """Posts to public addresses; with `loopback`, for development, to this machine as well.

    Nothing of what is answered but the status is kept or told. `seconds` is the deadline of the whole.
    """

    def __init__(self, *, loopback: bool, seconds: float = SECONDS) -> None:
        self._loopback = loopback
        self._outside = Outside(self._may_reach, seconds)

    def __call__(self, url: str, body: bytes, headers: Mapping[str, str]) -> int:
        """The status of a 2xx answer. The errors' messages name neither the address nor what was heard.

        Raises:
            MalformedError: see `read_target`.
            PeerError: the host lies inside a network, or answers otherwise; a redirect counts as that.
            UnreachablePeerError: the host has no address, or does not answer in time.
        """
        target = read_target(url, loopback=self._loopback)
        status, _ = self._outside.ask(target, "POST", headers=headers, max_bytes=_MAX_ANSWER, body=body)
        if not HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
            raise PeerError(f"answered {status}")
        return status

    def _may_reach(self, address: str) -> bool:
        parsed = ipaddress.ip_address(address)
        here = (getattr(parsed, "ipv4_mapped", None) or parsed).is_loopback
        return (self._loopback and here) or is_public(address)
