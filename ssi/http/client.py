"""Ask another party over HTTP and get exactly the promised form of answer, or a named error.

A peer whose certificate is pinned is recognised by that one certificate, whatever its host name; a peer
without a pin by the public certificate authorities. Plain HTTP is spoken on this machine only. Redirects,
proxies, cookies and compression are not followed: each would let somebody else choose what we talk to or
how much we read.
"""

import ssl
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit
from weakref import WeakSet

import requests
from requests.exceptions import RequestException, SSLError
from urllib3.exceptions import HTTPError

from crypto.encoding import MAX_DOCUMENT_BYTES, Json, canonical_json, parse_json
from crypto.errors import MalformedError
from ssi.http.address import LOOPBACK_HOSTS
from ssi.http.deadline import Deadline
from ssi.http.errors import (
    GarbledAnswerError,
    OverlongAnswerError,
    PeerError,
    RedirectedError,
    RefusedByPeerError,
    UnreachablePeerError,
    UntrustedPeerError,
)
from ssi.http.judged import MayReach
from ssi.http.pinning import ClientCertificate, open_session
from ssi.http.problem import Problem
from ssi.http.timed import obeying, reaching, until

_CHUNK_BYTES = 65536
_FIRST_REDIRECT, _FIRST_REFUSAL = 300, 400
_AGAIN_AFTER_SECONDS = 0.2


@dataclass(frozen=True)
class Limits:
    """How much of a peer is put up with.

    Seconds to connect, between two pieces of an answer and in all, asking again included; the length of an
    answer in bytes. `may_reach`, if given, judges all IP addresses of the host, and the connection goes to
    one that was judged. Limit: how long the host's name is looked up is up to the system's resolver, and each
    of its addresses is given the time to connect.
    """

    connect_seconds: float = 5.0
    read_seconds: float = 30.0
    total_seconds: float = 120.0
    answer_bytes: int = MAX_DOCUMENT_BYTES
    may_reach: MayReach | None = None


@dataclass(frozen=True)
class Answer:
    """What a peer answered, with a status below 300."""

    peer: str
    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)

    def json(self) -> Json:
        """The body as JSON.

        Raises:
            GarbledAnswerError: it is not strict JSON.
        """
        try:
            return parse_json(self.body)
        except MalformedError as error:
            raise GarbledAnswerError(f"{self.peer}: {error}") from error


@dataclass(frozen=True)
class Body:
    """What is sent along: bytes and their media type."""

    content: bytes = field(repr=False)
    media_type: str = "application/json"


class Client:
    """Requests to one peer; safe to share between threads, each of which keeps its own connections.

    Args:
        base_url: scheme, host, port and an optional path before every request's path.
        pinned_pem: the one certificate the peer must show; needs an https address.
        certificate: our own certificate, shown to the peer.
        headers: sent with every request, for instance an API key.
        limits: when to give up.

    Raises:
        PeerError: the address is not one that may be asked.
    """

    def __init__(
        self,
        base_url: str,
        *,
        pinned_pem: str | None = None,
        certificate: ClientCertificate | None = None,
        headers: Mapping[str, str] | None = None,
        limits: Limits | None = None,
    ) -> None:
        self.base_url = base_url.rstrip("/")
        self._peer = _checked_origin(self.base_url, pinned=pinned_pem is not None)
        self._pinned_pem = pinned_pem
        self._certificate = certificate
        self._headers = dict(headers or {})
        self._limits = limits or Limits()
        self._of_thread = threading.local()
        self._sessions: WeakSet[requests.Session] = WeakSet()
        self._lock = threading.Lock()

    def __repr__(self) -> str:
        return f"Client({self._peer})"

    def get_json(self, path: str, *, headers: Mapping[str, str] | None = None) -> Json:
        """GET a JSON document; asked once more when the connection broke."""
        return self.send("GET", path, headers=headers, repeatable=True).json()

    def get_bytes(self, path: str, *, headers: Mapping[str, str] | None = None) -> bytes:
        """GET bytes; asked once more when the connection broke."""
        return self.send("GET", path, headers=headers, repeatable=True).body

    def get_text(self, path: str, *, headers: Mapping[str, str] | None = None) -> str:
        """GET text in UTF-8, such as a compact JWS.

        Raises:
            GarbledAnswerError: it is not UTF-8.
        """
        try:
            return self.get_bytes(path, headers=headers).decode("utf-8")
        except UnicodeDecodeError as error:
            raise GarbledAnswerError(f"{self._peer}: expected text in UTF-8") from error

    def post_json(
        self,
        path: str,
        document: object,
        *,
        headers: Mapping[str, str] | None = None,
        repeatable: bool = False,
    ) -> Json:
        """POST a JSON document (in canonical form) and read the JSON answer; an empty answer is null.

        Set `repeatable` where the peer answers the same request twice with the same answer: only then is
        it sent again when the connection broke.
        """
        body = Body(canonical_json(document))
        answer = self.send("POST", path, body=body, headers=headers, repeatable=repeatable)
        return answer.json() if answer.body else None

    def send(
        self,
        method: str,
        path: str,
        *,
        body: Body | None = None,
        headers: Mapping[str, str] | None = None,
        repeatable: bool = False,
    ) -> Answer:
        """Send one request.

        Raises:
            UnreachablePeerError: no or only half an answer in time.
            UntrustedPeerError: certificates do not match.
            RefusedByPeerError: the status is 400 or above.
            RedirectedError: the answer is a redirect.
            OverlongAnswerError: it is longer than the limit.
        """
        with (
            Deadline(self._limits.total_seconds) as deadline,
            until(deadline),
            reaching(self._limits.may_reach),
        ):
            try:
                return self._send(method, path, body, headers, deadline)
            except UnreachablePeerError:
                if not repeatable or deadline.passed:
                    raise
            time.sleep(_AGAIN_AFTER_SECONDS)  # a peer that is restarting gets a moment
            return self._send(method, path, body, headers, deadline)

    @contextmanager
    def stream(self, path: str, *, headers: Mapping[str, str] | None = None) -> Iterator[Iterator[bytes]]:
        """GET an answer piece by piece as it comes, such as a stream of events; the limits are the same.

        Raises:
            PeerError: as for `send`, when it begins and while it is read.
        """
        with (
            Deadline(self._limits.total_seconds) as deadline,
            until(deadline),
            reaching(self._limits.may_reach),
            self._named(deadline),
            self._asked("GET", path, None, headers) as response,
        ):
            if response.status_code >= _FIRST_REDIRECT:
                self._answer(response, self._bounded(response))
            yield self._pieces(response)

    def close(self) -> None:
        """Close the connections of all threads."""
        with self._lock:
            for session in tuple(self._sessions):
                session.close()

    def _send(
        self,
        method: str,
        path: str,
        body: Body | None,
        headers: Mapping[str, str] | None,
        deadline: Deadline,
    ) -> Answer:
        with self._named(deadline), self._asked(method, path, body, headers) as response:
            content = self._bounded(response)
            if deadline.passed:  # what was cut off may look like an answer that ended
                raise self._late()
            return self._answer(response, content)

    def _asked(
        self, method: str, path: str, body: Body | None, headers: Mapping[str, str] | None
    ) -> requests.Response:
        sent = {**self._headers, **(headers or {}), "Accept-Encoding": "identity"}
        if body:
            sent["Content-Type"] = body.media_type
        return self._session().request(
            method,
            self.base_url + path,
            data=body.content if body else None,
            headers=sent,
            timeout=(self._limits.connect_seconds, self._limits.read_seconds),
            allow_redirects=False,
            stream=True,
        )

    @contextmanager
    def _named(self, deadline: Deadline) -> Iterator[None]:
        """Give what goes wrong on the way the name of one of our errors."""
        try:
            yield
        except SSLError as error:
            if deadline.passed:
                raise self._late() from error
            if _ended_early(error):
                raise UnreachablePeerError(f"{self._peer}: the connection ended early") from error
            raise UntrustedPeerError(f"{self._peer}: the certificates do not match") from error
        except (RequestException, HTTPError, OSError) as error:
            if deadline.passed:
                raise self._late() from error
            # requests lets some errors of urllib3 through, such as that of a host's name with a long label.
            raise UnreachablePeerError(f"{self._peer}: {type(error).__name__}") from error

    def _late(self) -> UnreachablePeerError:
        return UnreachablePeerError(f"{self._peer}: still answering after {self._limits.total_seconds} s")

    def _bounded(self, response: requests.Response) -> bytes:
        return b"".join(self._pieces(response, _CHUNK_BYTES))

    def _pieces(self, response: requests.Response, size: int | None = None) -> Iterator[bytes]:
        """The answer in pieces of a size, or as they come."""
        length = 0
        for chunk in response.iter_content(size):
            length += len(chunk)
            if length > self._limits.answer_bytes:
                raise OverlongAnswerError(
                    f"{self._peer}: more than {self._limits.answer_bytes} bytes of answer"
                )
            yield chunk

    def _answer(self, response: requests.Response, body: bytes) -> Answer:
        status = response.status_code
        if status >= _FIRST_REFUSAL:
            problem = Problem.parse(body, status=status)
            raise RefusedByPeerError(self._peer, status, problem, headers=dict(response.headers), body=body)
        if status >= _FIRST_REDIRECT:
            raise RedirectedError(f"{self._peer}: expected an answer, got a redirect ({status})")
        return Answer(peer=self._peer, status=status, headers=dict(response.headers), body=body)

    def _session(self) -> requests.Session:
        session: requests.Session | None = getattr(self._of_thread, "session", None)
        if session is None:
            session = obeying(open_session(pinned_pem=self._pinned_pem, certificate=self._certificate))
            self._of_thread.session = session
            with self._lock:
                self._sessions.add(session)
        return session


def _ended_early(error: SSLError) -> bool:
    """Whether a connection that was already trusted broke off, which requests calls a TLS error as well."""
    outer = error.args[0] if error.args else None
    reason = getattr(outer, "reason", outer)
    return isinstance(next(iter(getattr(reason, "args", ())), None), ssl.SSLEOFError)


def _checked_origin(base_url: str, *, pinned: bool) -> str:
    """Scheme, host and port of an address that may be asked; the name of the peer in messages.

    Raises:
        PeerError: not http or https, credentials in the address, plain HTTP beyond this machine, or a
            certificate pinned for plain HTTP.
    """
    try:
        parts = urlsplit(base_url)
    except ValueError as error:
        raise PeerError("expected an address such as https://node.example:8443") from error
    if parts.scheme not in ("http", "https") or not parts.hostname or "@" in parts.netloc:
        raise PeerError("expected an address such as https://node.example:8443")
    if parts.scheme == "http" and (pinned or parts.hostname not in LOOPBACK_HOSTS):
        raise PeerError(f"{parts.hostname} must be asked over https; plain http is for this machine only")
    return f"{parts.scheme}://{parts.netloc}"
