"""Who is looking at the screens? Sessions that live in this process only.

The cookie carries 256 random bits and nothing else. What belongs to a session, the unlocked wallet
included, stays in memory and is forgotten when the person locks the wallet, after a time without requests,
after twelve hours, and when the process ends. The table is keyed by a digest of the cookie, so that a look
into it does not give the cookie back.
"""

import threading
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from flask import Flask, Request, Response, request
from flask.sessions import SessionInterface, SessionMixin

from crypto.encoding import b64url_encode, sha256
from crypto.randomness import RandomBytes, random_bytes
from wallet.domain.clock import Clock
from wallet.domain.session import Session

ID_BYTES = 32
LONGEST = timedelta(hours=12)
MOST_SESSIONS = 10_000


class ServerSession(dict[str, Any], SessionMixin):
    """What one browser's session holds; it is never serialised."""

    def __init__(self, cookie: str | None, started_at: datetime) -> None:
        super().__init__()
        self.cookie = cookie
        self.started_at = started_at
        self.seen_at = started_at

    @property
    def is_precious(self) -> bool:
        """Whether losing it would lock somebody out in the middle of something."""
        return any(isinstance(value, Session) for value in self.values())

    def __repr__(self) -> str:
        return "ServerSession()"


@dataclass
class SessionTable:
    """The sessions of this process; safe to share between threads."""

    clock: Clock
    idle: timedelta
    random: RandomBytes = random_bytes
    _sessions: dict[str, ServerSession] = field(default_factory=dict, repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def find(self, cookie: str | None) -> ServerSession:
        """The session of a cookie, or a new and empty one that is kept only once it holds something."""
        now = self.clock()
        with self._lock:
            found = self._sessions.get(_digest(cookie)) if cookie else None
            if found is None or not self._alive(found, now):
                return ServerSession(None, now)
            found.seen_at = now
            return found

    def keep(self, session: ServerSession) -> str:
        """Keep a session and return its cookie."""
        with self._lock:
            if session.cookie is None:
                self._make_room()
                session.cookie = b64url_encode(self.random(ID_BYTES))
            self._sessions[_digest(session.cookie)] = session
            return session.cookie

    def forget(self, session: ServerSession) -> None:
        """Forget a session and what it held."""
        with self._lock:
            self._drop(session)
        session.clear()
        session.cookie = None

    def renew(self, session: ServerSession) -> None:
        """Give a session a new cookie, so that one planted before signing in is worth nothing after."""
        with self._lock:
            self._drop(session)
        session.cookie = None
        session.modified = True

    def __len__(self) -> int:
        return len(self._sessions)

    def _alive(self, session: ServerSession, now: datetime) -> bool:
        return now - session.seen_at < self.idle and now - session.started_at < LONGEST

    def _drop(self, session: ServerSession) -> None:
        if session.cookie:
            self._sessions.pop(_digest(session.cookie), None)

    def _make_room(self) -> None:
        now = self.clock()
        dead = [key for key, each in self._sessions.items() if not self._alive(each, now)]
        for key in dead:
            del self._sessions[key]
        while len(self._sessions) >= MOST_SESSIONS:
            # Sessions without an open wallet go first: strangers at the door must not push people out.
            del self._sessions[min(self._sessions, key=self._worth)]

    def _worth(self, key: str) -> tuple[bool, datetime]:
        session = self._sessions[key]
        return session.is_precious, session.seen_at


class MemorySessions(SessionInterface):
    """Flask's sessions on a `SessionTable`."""

    def __init__(self, table: SessionTable) -> None:
        self.table = table

    def open_session(self, app: Flask, request: Request) -> ServerSession:
        """The session of a request."""
        return self.table.find(request.cookies.get(self.get_cookie_name(app)))

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Keep the session, and set its cookie when it is new; an empty one is forgotten with its cookie.

        The cookie is sent once only: it has no date to renew, and files that browsers and proxies may keep
        must not carry it.
        """
        if not isinstance(session, ServerSession):
            return
        response.vary.add("Cookie")
        name, secure = self.get_cookie_name(app), request.is_secure
        if session:
            is_new = session.cookie is None
            cookie = self.table.keep(session)
            if is_new:
                response.set_cookie(name, cookie, httponly=True, samesite="Lax", secure=secure)
        elif session.cookie is not None:
            self.table.forget(session)
            response.delete_cookie(name, httponly=True, samesite="Lax", secure=secure)


def _digest(cookie: str) -> str:
    return b64url_encode(sha256(cookie.encode()))
