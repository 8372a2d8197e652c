"""Pages that many look at again and again, answered before the app is asked, and never older than the books.

At every request one statement asks who is there and what the page stands on (`Glance`). A page that was made
for her from exactly that is sent again; else the app makes it, in the same moment of the books as the glance.
So who may see what is decided where it always is, when the page is made: a lesser role, a session that ended
or an order that moved on is another glance. Only the app answers whoever has a message waiting, cookies that
it did not sign, and everything that is not a page or document named here.
"""

import re
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from flask import Flask, Response, g, request
from flask.sessions import SecureCookieSessionInterface
from itsdangerous import BadSignature, URLSafeTimedSerializer
from werkzeug.http import parse_cookie, quote_etag

from crypto.encoding import b64url_encode, sha256
from marketplace.domain.account import secret_digest
from marketplace.services.glance_ports import Glance, Glances
from marketplace.services.suite import Services
from marketplace.web.page_memory import KeptPage, PageMemory
from marketplace.web.visitor import SESSION
from ssi.hosting import metrics
from ssi.hosting.errors import DatabaseUnavailableError

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_CATALOGUE = re.compile(r"/|/data/[^/]+/[0-9]+")
_DATA_SETS = "/api/v1/data-sets"
_ORDER = re.compile(r"/orders/([0-9a-f-]{36})(?:/progress)?")
_ORDER_JSON = re.compile(r"/api/v1/orders/([0-9a-f-]{36})")
_ALSO_NAMED = ("wsgi.url_scheme", "HTTP_HOST", "SCRIPT_NAME", "HTTP_HX_REQUEST")
"""What else of a request an answer may depend on."""
_CSRF, _TOKEN_SALT, _NOTE = "csrf_token", "wtf-csrf-token", "argonauta.kept_page"
_CHANGES_BY_LOOKING = frozenset({"_flashes", "_permanent"})
"""What is in a session that is another after a page was shown: a message, a life that is prolonged."""
_MOST_QUERY = 500
_KEPT = frozenset({HTTPStatus.OK, HTTPStatus.NO_CONTENT})


@dataclass
class _Note:
    """What the app tells of the page that it makes: the token in its forms, and its own name for it."""

    token: str | None = None
    endpoint: str = "none"


@dataclass(frozen=True)
class _Asked:
    """A request for a page that may be kept: its address, the look at what it stands on, how long that holds.

    `csrf` is what the tokens of forms in this session prove; None for documents, which have no forms.
    """

    address: tuple[object, ...]
    look: Callable[[], Glance | None]
    now: datetime
    until: Callable[[], datetime | None] = lambda: None
    csrf: str | None = None

    def name(self, found: Glance) -> tuple[object, ...]:
        """What the page is kept under: for nobody but whoever asks."""
        return (found.who, *self.address)

    def shown(self, found: Glance) -> tuple[object, ...]:
        """What has to be the same for it to be sent again; pages tell days, and nothing finer."""
        return (self.now.date(), *found.shown)


def install(app: Flask, services: Services, glances: Glances) -> "KeptPages":
    """Put the kept pages before an app that is complete."""

    @app.after_request
    def note(response: Response) -> Response:
        told = request.environ.get(_NOTE)
        if told is not None:
            told.token, told.endpoint = g.get(_CSRF), request.endpoint or "none"
        return response

    kept = KeptPages(app, services, glances)
    app.wsgi_app = kept  # type: ignore[method-assign]
    return kept


class KeptPages:
    """The app as a server sees it, with some of its answers kept; safe to share between threads."""

    def __init__(self, app: Flask, services: Services, glances: Glances) -> None:
        self._app, self._inner = app, app.wsgi_app
        self._services, self._glances = services, glances
        self._signer = SecureCookieSessionInterface().get_signing_serializer(app)
        self._tokens = URLSafeTimedSerializer(app.secret_key or "", salt=_TOKEN_SALT)
        self.memory = PageMemory()

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Answer a request, by a page that is kept or by the app."""
        began = time.perf_counter()
        asked = self._read(environ)
        try:
            found = None if asked is None else asked.look()
            if asked is None or found is None:
                return self._inner(environ, start_response)
            page = self.memory.find(asked.name(found), asked.shown(found), asked.now)
            if page is None:
                with self._glances.moment():
                    return self._make(asked, environ, start_response)
        except DatabaseUnavailableError:  # the app has words for it
            return self._inner(environ, start_response)
        status, body = self._send(page, asked, environ, start_response)
        metrics.count_outside(self._app, page.endpoint, "GET", status, time.perf_counter() - began)
        return body

    def _read(self, environ: "WSGIEnvironment") -> _Asked | None:
        """Whether this asks for a page that may be kept; answered without the books."""
        path, query = environ.get("PATH_INFO", ""), environ.get("QUERY_STRING", "")
        if environ["REQUEST_METHOD"] != "GET" or len(query) > _MOST_QUERY:
            return None
        now, look = self._services.clock(), self._glances
        address = (path, query, *(environ.get(each) for each in _ALSO_NAMED))
        if path == _DATA_SETS:
            return _Asked(address, look.catalogue, now, self._services.show_catalogue.holds_until)
        document = _ORDER_JSON.fullmatch(path)
        if document is not None:
            scheme, _, secret = environ.get("HTTP_AUTHORIZATION", "").partition(" ")
            if scheme.lower() != "bearer" or not secret:
                return None
            digest, order_id = secret_digest(secret.strip()), document[1]
            return _Asked(address, lambda: look.order_by_key(digest, order_id, now), now)
        return self._read_screen(environ, path, _Asked(address, look.catalogue, now))

    def _read_screen(self, environ: "WSGIEnvironment", path: str, stranger: _Asked) -> _Asked | None:
        order, now = _ORDER.fullmatch(path), stranger.now
        is_catalogue = _CATALOGUE.fullmatch(path) is not None
        session = self._session(environ) if order is not None or is_catalogue else None
        if session is None or _CSRF not in session or not _CHANGES_BY_LOOKING.isdisjoint(session):
            return None
        session_id, until = session.get(SESSION), self._services.show_catalogue.holds_until
        stranger = replace(stranger, csrf=session[_CSRF])
        if order is not None:
            if session_id is None:
                return None
            order_id = order[1]
            return replace(stranger, look=lambda: self._glances.order_in(session_id, order_id, now))
        if session_id is None:
            return replace(stranger, until=until)
        return replace(stranger, look=lambda: self._glances.catalogue_in(session_id, now), until=until)

    def _session(self, environ: "WSGIEnvironment") -> dict[str, Any] | None:
        """What the cookie says, None if there is none that the app signed."""
        cookie = parse_cookie(environ).get(self._app.config["SESSION_COOKIE_NAME"], "")
        if self._signer is None:
            return None
        try:
            seconds = int(self._app.permanent_session_lifetime.total_seconds())
            found: dict[str, Any] = self._signer.loads(cookie, max_age=seconds)
        except BadSignature:
            return None
        return found

    def _make(
        self, asked: _Asked, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        """Have the app make the page, and keep it with what the books hold in this very moment."""
        found, note = asked.look(), _Note()
        environ[_NOTE] = note
        status, headers, body = _collected(self._inner, environ)
        if found is None or not _may_be_kept(status, headers):
            start_response(status, headers)
            return [body]
        page = KeptPage(
            shown=asked.shown(found),
            until=asked.until(),
            status=status,
            headers=tuple(each for each in headers if each[0].lower() != "content-length"),
            pieces=tuple(body.split(note.token.encode("ascii"))) if note.token else (body,),
            endpoint=note.endpoint,
            tag=quote_etag(b64url_encode(sha256(body))) if asked.csrf is None else None,
        )
        self.memory.keep(asked.name(found), page)
        return self._send(page, asked, environ, start_response)[1]

    def _send(
        self, page: KeptPage, asked: _Asked, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> tuple[int, Iterable[bytes]]:
        headers = list(page.headers)
        if page.tag is not None:
            headers.append(("ETag", page.tag))
            if environ.get("HTTP_IF_NONE_MATCH") == page.tag:
                start_response("304 NOT MODIFIED", [each for each in headers if each[0] != "Content-Type"])
                return HTTPStatus.NOT_MODIFIED, []
        body = page.body(self._tokens.dumps(asked.csrf) if page.has_token else "")
        if not page.status.startswith("204"):
            headers.append(("Content-Length", str(len(body))))
        start_response(page.status, headers)
        return int(page.status[:3]), [body]


def _may_be_kept(status: str, headers: list[tuple[str, str]]) -> bool:
    return int(status[:3]) in _KEPT and all(name.lower() != "set-cookie" for name, _ in headers)


def _collected(
    app: "WSGIApplication", environ: "WSGIEnvironment"
) -> tuple[str, list[tuple[str, str]], bytes]:
    """The whole answer of an app: status, headers, body."""
    told: list[tuple[str, list[tuple[str, str]]]] = []
    written: list[bytes] = []

    def start(
        status: str, headers: list[tuple[str, str]], _error: object = None
    ) -> Callable[[bytes], object]:
        told.append((status, headers))
        return written.append

    chunks = app(environ, start)
    try:
        body = b"".join([*chunks])
    finally:
        close = getattr(chunks, "close", None)
        if close is not None:
            close()
    status, headers = told[-1]
    return status, headers, b"".join(written) + body
