"""An institution's system on loopback that listens to events."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from socketserver import BaseRequestHandler, ThreadingTCPServer


@dataclass
class Listener:
    """What arrived, and how it is answered: by the statuses of `answers` first, then by 204."""

    url: str = ""
    answers: list[int] = field(default_factory=list)
    location: str | None = None
    arrived: list[tuple[dict[str, str], bytes]] = field(default_factory=list)


@contextmanager
def listening() -> Iterator[Listener]:
    """A listener for as long as the block lasts."""
    listener = Listener()

    class _Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            listener.arrived.append(({name.lower(): text for name, text in self.headers.items()}, body))
            self.send_response(listener.answers.pop(0) if listener.answers else 204)
            if listener.location:
                self.send_header("Location", listener.location)
            self.end_headers()

        def log_message(self, *_arguments: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), _Handler) as server:
        listener.url = f"http://127.0.0.1:{server.server_port}/events"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield listener
        finally:
            server.shutdown()
            thread.join()


@contextmanager
def dripping(
    answer: bytes, *, apart: float, at_once: bytes = b"", asked: list[bytes] | None = None
) -> Iterator[str]:
    """The address of a server that answers byte by byte, `apart` seconds apart.

    The first request of a connection is answered `at_once` where that is given. How each connection began is
    noted in `asked`.
    """
    ended = threading.Event()

    class _Drips(BaseRequestHandler):
        def handle(self) -> None:
            began = self.request.recv(65536)
            if asked is not None:
                asked.append(began)
            try:
                if at_once:
                    self.request.sendall(at_once)
                    self.request.recv(65536)
                for byte in answer:
                    self.request.sendall(bytes([byte]))
                    if ended.wait(apart):
                        return
            except OSError:  # whoever asked has left
                return

    with ThreadingTCPServer(("127.0.0.1", 0), _Drips) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}/events"
        finally:
            ended.set()
            server.shutdown()
            thread.join()
