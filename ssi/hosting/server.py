"""Run an app for real: gunicorn with one process and several threads, TLS where asked for, a calm end.

One process, because the caches that stop replays and the background threads belong to exactly one; threads,
because requests mostly wait for a database or a peer. The app is made inside the serving process, after the
fork, so it may open databases and start threads.
"""

import ssl
import sys
from collections.abc import Callable, Mapping
from typing import Any

from flask import Flask
from gunicorn.app.base import BaseApplication
from gunicorn.workers.base import Worker

from ssi.hosting.logs import ServerLog
from ssi.hosting.tls import ServerTls, fingerprint_of_der

MAX_BODY_BYTES = 16 * 1024 * 1024
_CLOSING = "argonauta.closing"
_SETTINGS: dict[str, Any] = {
    "workers": 1,
    "worker_class": "gthread",
    "timeout": 120,  # a process that is stuck this long is replaced
    "graceful_timeout": 5,
    "keepalive": 20,  # longer than peers pause between two requests, so that they find their connection alive
    "preload_app": False,
    "accesslog": None,  # paths hold ids of people's consents
    "loglevel": "warning",
    "logger_class": ServerLog,
    "control_socket_disable": True,
}


def serve(
    make_app: Callable[[], Flask],
    *,
    host: str = "127.0.0.1",
    port: int = 0,
    tls: ServerTls | None = None,
    threads: int = 8,
) -> None:
    """Serve until SIGTERM or SIGINT, then finish what was begun, within 5 s, and leave the process.

    Once requests are answered, one line on stdout says ``ready https://127.0.0.1:8443``.

    Args:
        make_app: called once, in the serving process. Requests longer than its ``MAX_CONTENT_LENGTH`` (16 MiB
            where it sets none) are refused with 413.
        host: where to listen.
        port: the same; 0 lets the system choose one, which the line on stdout names.
        tls: the certificate and the peers; without it plain HTTP, which is for loopback and proxies.
        threads: requests worked on at the same time.

    Raises:
        CertificateError: the TLS files cannot be used.
    """
    bind = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    _Server(make_app, {"bind": bind, "threads": threads}, tls).run()


def on_close(app: Flask, close: Callable[[], None]) -> None:
    """Have something called when the server ends, such as stopping a thread; last in, first out."""
    app.extensions.setdefault(_CLOSING, []).append(close)


def peer_fingerprint(environ: Mapping[str, Any]) -> str | None:
    """The fingerprint of the client's certificate, verified by the handshake; None where it showed none."""
    socket = environ.get("gunicorn.socket")
    if not isinstance(socket, ssl.SSLSocket):
        return None
    certificate = socket.getpeercert(binary_form=True)
    return fingerprint_of_der(certificate) if certificate else None


class _Server(BaseApplication):  # type: ignore[misc]
    """Gunicorn's view of one app; nothing is read from files or the environment."""

    def __init__(
        self, make_app: Callable[[], Flask], settings: dict[str, Any], tls: ServerTls | None
    ) -> None:
        self._make_app = make_app
        self._settings = settings
        self._tls = tls
        self._app: Flask | None = None
        super().__init__()

    def load_config(self) -> None:
        """Set what `serve` was told."""
        hooks = {"post_worker_init": self._listening, "worker_exit": self._leaving}
        for name, value in (_SETTINGS | self._settings | hooks | self._tls_settings()).items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        """Make the app, in the serving process."""
        self._app = self._make_app()
        if self._app.config.get("MAX_CONTENT_LENGTH") is None:
            self._app.config["MAX_CONTENT_LENGTH"] = MAX_BODY_BYTES
        return self._app

    def _tls_settings(self) -> dict[str, Any]:
        if self._tls is None:
            return {}
        # Gunicorn asks for each connection; one context for all keeps session tickets valid.
        context = self._tls.context()
        return {
            "certfile": str(self._tls.files.certificate),
            "keyfile": str(self._tls.files.key),
            "ssl_context": lambda _config, _factory: context,
        }

    def _listening(self, worker: Worker) -> None:
        host, port = worker.sockets[0].getsockname()[:2]
        scheme = "https" if self._tls else "http"
        sys.stdout.write(f"ready {scheme}://{f'[{host}]' if ':' in host else host}:{port}\n")
        sys.stdout.flush()

    def _leaving(self, _arbiter: object, _worker: Worker) -> None:
        if self._app:
            for close in reversed(self._app.extensions.get(_CLOSING, [])):
                close()
