"""Ask a server that somebody else chose, without being led anywhere or held up for long.

The host is looked up once and the connection goes to the very address that was judged, so a name server that
changes its answer in between leads nowhere. The certificate is still checked for the host's name. Redirects
are not followed. One deadline holds for connecting, sending and the answer together, however slowly its bytes
come. Limit: how long the host's name is looked up is up to the system's resolver.
"""

import contextlib
import http.client
import re
import socket
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import SplitResult, urlsplit

from crypto.errors import MalformedError
from ssi.http.address import LOOPBACK_HOSTS, path_of
from ssi.http.deadline import Deadline
from ssi.http.errors import UnreachablePeerError
from ssi.http.judged import MayReach, judged_address

MAX_URL: Final = 2_000
_HOST_NAME: Final = re.compile(r"(?=.{1,253}\Z)[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*\.?")
_DEFAULT_PORTS: Final = {"https": 443, "http": 80}


def read_target(url: str, *, loopback: bool) -> SplitResult:
    """The parts of an address that may be asked, as far as its letters tell.

    Raises:
        MalformedError: not https, without a host that a name server can be asked for, with credentials or a
            fragment, or longer than 2,000 characters. With `loopback` plain http is allowed to this machine.
    """
    if len(url) > MAX_URL or not url.isascii() or not url.isprintable() or " " in url:
        raise MalformedError(f"expected an address of at most {MAX_URL} plain characters")
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError as error:
        raise MalformedError("expected an https address") from error
    secure = parts.scheme == "https" or (
        loopback and parts.scheme == "http" and parts.hostname in LOOPBACK_HOSTS
    )
    named = bool(_HOST_NAME.fullmatch(host)) or ":" in host  # IPv6; others are names or IPv4
    if not secure or not named or "@" in parts.netloc or parts.fragment:
        raise MalformedError("expected an https address with neither password nor fragment")
    return parts


@dataclass(frozen=True)
class Outside:
    """Asks servers for one request each. `may_reach` judges the IP addresses of a host, all of them.

    `seconds` is the deadline.
    """

    may_reach: MayReach
    seconds: float
    _tls: ssl.SSLContext = field(default_factory=ssl.create_default_context, repr=False)

    def ask(
        self,
        target: SplitResult,
        method: str,
        *,
        headers: Mapping[str, str],
        max_bytes: int,
        body: bytes | None = None,
    ) -> tuple[int, bytes]:
        """The status of the answer, and up to `max_bytes` of it; `target` is from `read_target`.

        Raises:
            PeerError: the host lies where nobody is asked.
            UnreachablePeerError: the host has no address, or does not answer in time. The messages name
                neither the address nor what was heard.
        """
        address = self._address(target)
        with Deadline(self.seconds) as deadline, self._connection(target, address, deadline) as connection:
            try:
                connection.request(
                    method, path_of(target.geturl()), body=body, headers={**headers, "connection": "close"}
                )
                with connection.getresponse() as answer:  # which keeps the socket open until it is closed
                    content = answer.read(max_bytes)
            except (OSError, http.client.HTTPException) as error:
                late = deadline.passed or isinstance(error, TimeoutError)
                said = "in time" if late else f"({type(error).__name__})"
                raise UnreachablePeerError(f"no answer {said}") from error
        if deadline.passed:  # what was cut off may look like an answer that ended
            raise UnreachablePeerError("no answer in time")
        return answer.status, content

    def _connection(
        self, target: SplitResult, address: str, deadline: Deadline
    ) -> contextlib.closing["_Pinned"]:
        context = self._tls if target.scheme == "https" else None
        pinned = _Pinned(
            target.hostname or "", _port(target), address=address, context=context, deadline=deadline
        )
        return contextlib.closing(pinned)

    def _address(self, target: SplitResult) -> str:
        return judged_address(target.hostname or "", _port(target), self.may_reach)


def _port(target: SplitResult) -> int:
    return target.port or _DEFAULT_PORTS[target.scheme]


class _Pinned(http.client.HTTPConnection):
    """A connection to one address, whatever its host is called."""

    def __init__(
        self, host: str, port: int, *, address: str, context: ssl.SSLContext | None, deadline: Deadline
    ) -> None:
        super().__init__(host, port, timeout=deadline.seconds)
        self._address = address
        self._context = context
        self._deadline = deadline

    def connect(self) -> None:
        """Connect to the address that was checked, and check the certificate for the host's name."""
        sock = socket.create_connection((self._address, self.port), self.timeout)
        self._deadline.guard(sock)
        self.sock = self._context.wrap_socket(sock, server_hostname=self.host) if self._context else sock
