"""Connections of `requests` that a deadline cuts off: new ones from their first byte, kept ones once used."""

import contextlib
import socket
from collections.abc import Iterator
from contextvars import ContextVar
from typing import Any

from requests import Session
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from ssi.http.deadline import Deadline
from ssi.http.judged import MayReach, judged_address

_CURRENT: ContextVar[Deadline | None] = ContextVar("deadline", default=None)
_MAY_REACH: ContextVar[MayReach | None] = ContextVar("may_reach", default=None)


@contextlib.contextmanager
def until(deadline: Deadline) -> Iterator[None]:
    """Let a deadline hold for whatever this thread asks in the block, of the sessions that obey one."""
    token = _CURRENT.set(deadline)
    try:
        yield
    finally:
        _CURRENT.reset(token)


@contextlib.contextmanager
def reaching(may_reach: MayReach | None) -> Iterator[None]:
    """Connect only to addresses that were judged, where this thread makes connections in the block."""
    token = _MAY_REACH.set(may_reach)
    try:
        yield
    finally:
        _MAY_REACH.reset(token)


def obeying(session: Session) -> Session:
    """Let the connections of a session obey the deadline that holds when they are made or used again."""
    for adapter in session.adapters.values():
        if isinstance(adapter, HTTPAdapter):
            adapter.poolmanager.pool_classes_by_scheme = {"http": _Plain, "https": _Secure}
    return session


@contextlib.contextmanager
def _at_judged_address(connection: HTTPConnection) -> Iterator[None]:
    """Connect to the address that was judged; before the handshake, the host has its name again."""
    may_reach, name = _MAY_REACH.get(), connection._dns_host
    if may_reach is not None:
        connection._dns_host = judged_address(name, connection.port, may_reach)
    try:
        yield
    finally:
        connection._dns_host = name


def _guarded(sock: socket.socket) -> socket.socket:
    deadline = _CURRENT.get()
    if deadline is not None:
        deadline.guard(sock)
    return sock


class _PlainConnection(HTTPConnection):
    def _new_conn(self) -> socket.socket:
        with _at_judged_address(self):
            return _guarded(super()._new_conn())

    def request(self, *arguments: Any, **named: Any) -> None:
        if self.sock is not None:
            _guarded(self.sock)
        super().request(*arguments, **named)


class _SecureConnection(HTTPSConnection):
    def _new_conn(self) -> socket.socket:
        with _at_judged_address(self):
            return _guarded(super()._new_conn())  # before the handshake, which may drip as well

    def request(self, *arguments: Any, **named: Any) -> None:
        if self.sock is not None:
            _guarded(self.sock)
        super().request(*arguments, **named)


class _Plain(HTTPConnectionPool):
    ConnectionCls = _PlainConnection


class _Secure(HTTPSConnectionPool):
    ConnectionCls = _SecureConnection
