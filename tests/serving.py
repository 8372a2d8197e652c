"""Real servers on loopback for tests: an app in a thread, and a peer that says exactly what it is told to."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from flask import Flask
from werkzeug.serving import make_server

from ssi.hosting.tls import ServerTls

PATIENCE_SECONDS = 60


@contextmanager
def serving(app: Flask, tls: ServerTls | None = None) -> Iterator[str]:
    """Serve an app in a thread; the value is its base address."""
    server = make_server("127.0.0.1", 0, app, threaded=True, ssl_context=tls.context() if tls else None)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"{'https' if tls else 'http'}://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join(PATIENCE_SECONDS)
        server.server_close()


@dataclass
class Script:
    """What a scripted peer says to one connection after the other, and what it was told."""

    answers: list[bytes]
    heard: list[bytes] = field(default_factory=list)


@contextmanager
def scripted_peer(*answers: bytes) -> Iterator[tuple[str, Script]]:
    """A peer that reads one request per connection, answers with the next bytes and hangs up."""
    script = Script(list(answers))
    listener = socket.create_server(("127.0.0.1", 0))

    def run() -> None:
        for answer in script.answers:
            try:
                connection, _ = listener.accept()
            except OSError:  # closed: the test needed fewer connections
                return
            with connection:
                connection.settimeout(PATIENCE_SECONDS)
                script.heard.append(_request(connection))
                connection.sendall(answer)

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}", script
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(PATIENCE_SECONDS)


def _request(connection: socket.socket) -> bytes:
    heard = b""
    while b"\r\n\r\n" not in heard:
        piece = connection.recv(65536)
        if not piece:
            break
        heard += piece
    return heard
