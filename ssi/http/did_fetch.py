"""Get the document of a did:web: only from hosts that the operator named, and never from inside.

Whoever shows a credential chooses the DID in it, and so which server a verifier asks. Without a list of hosts
that would be a way to make the verifier ask its own network, or to learn when and by whom something is
verified. How a host is asked, and that it cannot lead elsewhere, is `ssi.http.outside`.
"""

from collections.abc import Iterable
from http import HTTPStatus
from typing import Final

from crypto.errors import MalformedError
from ssi.errors import UnresolvableError
from ssi.http.address import is_public
from ssi.http.errors import PeerError
from ssi.http.outside import Outside, read_target

_SECONDS: Final = 10.0


class AllowedFetch:
    """A `ssi.did.did_web.Fetch` for these hosts, each a name, with a colon and its port where it has one.

    `private_addresses` lets hosts lie on this machine or in its network: for development. Only then is plain
    http spoken, and only with this machine. `seconds` is the deadline of one request.
    """

    def __init__(
        self, hosts: Iterable[str], *, private_addresses: bool = False, seconds: float = _SECONDS
    ) -> None:
        self._hosts = frozenset(host.lower() for host in hosts)
        self._private_addresses = private_addresses
        self._outside = Outside(self._may_reach, seconds)

    def __call__(self, url: str, *, max_bytes: int) -> bytes:
        """The body of the answer, within `max_bytes` and a few seconds, without redirects.

        Raises:
            UnresolvableError: the host is not allowed or lies inside, or there is no such answer.
        """
        try:
            target = read_target(url, loopback=self._private_addresses)
            if target.netloc.lower() not in self._hosts:
                raise UnresolvableError(
                    f"{target.netloc[:200]!r} is none of the hosts that may be asked for identifiers"
                )
            status, content = self._outside.ask(
                target, "GET", headers={"Accept": "application/json"}, max_bytes=max_bytes + 1
            )
        except (MalformedError, PeerError) as error:
            raise UnresolvableError(f"{url[:200]!r}: {error}") from error
        if not HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
            raise UnresolvableError(f"{url[:200]!r}: answered {status}")
        if len(content) > max_bytes:
            raise UnresolvableError(f"{url[:200]!r}: more than {max_bytes} bytes of answer")
        return content

    def _may_reach(self, address: str) -> bool:
        return self._private_addresses or is_public(address)
