"""A real node that is honest in an honest mood, and else lies and signs what it says, or stops in mid-job.

    python strange_node.py serve --dir … --registry … --authority … --port … --peer-port …

It is put together from `marketplace.mpc_node.bootstrap` as `mpc-node serve` does it, with another way of
writing outputs, another memory, another transport and other connections. Its mood stands in a file of its
folder, so that a test can change it while it runs. It runs in a process of its own and imports nothing from
the tests.
"""

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import click
import numpy as np
from flask import Flask

from consent.statement import sign_output, verify_output
from crypto.encoding import b64url_encode, sha256
from crypto.mpc.output import encode_output
from crypto.mpc.release import Finished
from crypto.signing import SigningKey
from marketplace.mpc_node.bootstrap import Standing, create_app, stand, utc_now
from marketplace.mpc_node.channel import Arrival, Ways
from marketplace.mpc_node.config import load_settings
from marketplace.mpc_node.errors import NodeError
from marketplace.mpc_node.frames import PREFIX_BYTES, Kind, Prefix
from marketplace.mpc_node.message import Step, read_kept_message
from marketplace.mpc_node.output import encode_honestly
from marketplace.mpc_node.peers import PeerTransport
from marketplace.mpc_node.state import ReleasedOutput
from marketplace.mpc_node.storage.jobs import JobStore
from ssi.hosting.database import Database
from ssi.hosting.logs import configure
from ssi.hosting.server import serve
from ssi.hosting.tls import ServerTls
from ssi.trust_file import TrustFile, read_authority

HONEST, ANOTHER_SHARE, TWO_DIGESTS, HOLDS_BACK = "honest", "another-share", "two-digests", "holds-back"
UNDECIDED, STALLS, GARBLES, REPEATS = "undecided", "stalls", "garbles", "repeats"
LINE_MOODS = frozenset({STALLS, GARBLES, REPEATS})
"""Moods in which what the node sends while it computes passes through its own strange hands."""

PEER_TIMEOUT_SECONDS = 10.0
LOOK_AGAIN_SECONDS = 0.05
_FILE = click.Path(path_type=Path, exists=True)


@dataclass(frozen=True)
class Mood:
    """How the node in a folder behaves now."""

    folder: Path

    @property
    def now(self) -> str:
        """The mood; honest where none is set."""
        try:
            return self._file.read_text()
        except FileNotFoundError:
            return HONEST

    @contextmanager
    def set_to(self, mood: str) -> Iterator[None]:
        """Put the node into a mood for a while."""
        draft = self._file.with_suffix(".draft")
        draft.write_text(mood)
        draft.rename(self._file)
        try:
            yield
        finally:
            self.forget()

    def forget(self) -> None:
        """Let the node be honest from now on."""
        self._file.unlink(missing_ok=True)

    @property
    def _file(self) -> Path:
        return self.folder / "mood"


def encode_in(mood: Mood, finished: Finished) -> bytes:
    """Seal an output share that is one off, if in the mood; the statement about it is the honest one."""
    if mood.now != ANOTHER_SHARE:
        return encode_honestly(finished)
    values = finished.own.values.copy()
    values[0] += np.uint64(1)
    return encode_output(replace(finished.own, values=values), finished.held)


class TwoTongues(JobStore):
    """Keeps, and so hands out, a statement with another digest than the one that the next node was told."""

    def __init__(self, database: Database, key: SigningKey, mood: Mood) -> None:
        super().__init__(database)
        self._key = key
        self._mood = mood

    def release(
        self,
        job_id: str,
        attempt: int,
        admitted: tuple[str, ...],
        make: Callable[[], ReleasedOutput],
        *,
        only_root: str | None = None,
    ) -> None:
        """As an honest node, but for the digest."""
        super().release(job_id, attempt, admitted, lambda: self._bent(make()), only_root=only_root)

    def _bent(self, output: ReleasedOutput) -> ReleasedOutput:
        if self._mood.now != TWO_DIGESTS:
            return output
        honest = verify_output(output.statement, self._key.public)
        bent = replace(honest, own_digest=b64url_encode(sha256(b"another summand")))
        return replace(output, statement=sign_output(bent, self._key))


@dataclass(frozen=True)
class HoldsBack:
    """Delivers messages, but not its first or its last word while the node is in the mood to hold it back.

    With the last one held back it has computed: it is at the end of the job, and lacks a release.
    """

    honest: PeerTransport
    mood: Mood

    def deliver(self, node_id: str, token: str) -> None:
        """Deliver a message, once it may go."""
        held_back = {Step.ADMISSION: UNDECIDED, Step.SUMMAND: HOLDS_BACK}.get(read_kept_message(token).step)
        if held_back is not None:
            while self.mood.now == held_back:
                time.sleep(LOOK_AGAIN_SECONDS)  # whoever sets the mood is another process
        self.honest.deliver(node_id, token)

    def hand_over(self, node_id: str, digest: str, piece: bytes) -> None:
        """Hand a piece over."""
        self.honest.hand_over(node_id, digest, piece)


@dataclass(frozen=True)
class StrangeWays:
    """Connections through hands that stall, garble or repeat what this node sends while it computes."""

    honest: Ways
    mood: Mood

    def dial(self, node_id: str) -> socket.socket:
        """Call a node; what is sent to it passes through this node's hands."""
        return self._between(self.honest.dial(node_id))

    def claim(self, run: bytes, node_id: str) -> Arrival | None:
        """Take a call; what is sent to its caller passes through this node's hands."""
        arrival = self.honest.claim(run, node_id)
        return arrival and arrival._replace(connection=self._between(arrival.connection))

    def _between(self, outer: socket.socket) -> socket.socket:
        if self.mood.now not in LINE_MOODS:
            return outer
        ours, inner = socket.socketpair()
        for act in (partial(self._outwards, inner, outer), partial(_inwards, inner, outer)):
            threading.Thread(target=act, daemon=True).start()
        return ours

    def _outwards(self, inner: socket.socket, outer: socket.socket) -> None:
        earlier = b""
        with contextlib.suppress(OSError, NodeError):
            while prefix := Prefix.decode(_exactly(inner, PREFIX_BYTES)):
                frame = prefix.encode() + _exactly(inner, prefix.length)
                if prefix.kind is Kind.MESSAGE and prefix.number > 1:
                    frame = self._bent(frame, earlier)
                earlier = frame
                outer.sendall(frame)

    def _bent(self, frame: bytes, earlier: bytes) -> bytes:
        mood = self.mood.now
        while mood == STALLS and self.mood.now == STALLS:
            time.sleep(LOOK_AGAIN_SECONDS)  # whoever sets the mood is another process
        return {GARBLES: b"?" * len(frame), REPEATS: earlier}.get(mood, frame)


def _inwards(inner: socket.socket, outer: socket.socket) -> None:
    outer.setblocking(True)
    with contextlib.suppress(OSError):
        while piece := outer.recv(1 << 16):
            inner.sendall(piece)
    inner.close()


def _exactly(source: socket.socket, length: int) -> bytes:
    heard = b""
    while len(heard) < length:
        piece = source.recv(length - len(heard))
        if not piece:
            raise OSError("the connection ended")
        heard += piece
    return heard


@click.command()
@click.argument("command", type=click.Choice(["serve"]))
@click.option("--dir", "folder", type=_FILE, required=True)
@click.option("--registry", type=_FILE, required=True)
@click.option("--authority", type=_FILE, required=True)
@click.option("--port", type=int, required=True)
@click.option("--peer-port", type=int, required=True)
@click.option("--peer-timeout", default=PEER_TIMEOUT_SECONDS, envvar="MPC_NODE_SERVE_PEER_TIMEOUT")
def main(
    folder: Path, registry: Path, authority: Path, port: int, peer_port: int, peer_timeout: float, **_: str
) -> None:
    """Serve the node of a folder."""
    configure()
    settings = load_settings(folder, peer_timeout_seconds=peer_timeout)
    key = read_authority(authority)
    trust = TrustFile(registry, key, clock=utc_now)
    peers = (trust().marketplace.tls_certificate, *(node.tls_certificate for node in trust().nodes))
    tls = ServerTls(settings.certificate, peers=peers)
    serve(
        lambda: _app(stand(settings, registry, key), Mood(folder), peer_port), port=port, tls=tls, threads=16
    )


def _app(standing: Standing, mood: Mood, peer_port: int) -> Flask:
    node = standing.node
    around = replace(
        node.around,
        transport=HoldsBack(node.around.transport, mood),
        ways=StrangeWays(node.around.ways, mood),
        encode_output=partial(encode_in, mood),
    )
    jobs = TwoTongues(node.database, node.keys.signing, mood)
    standing.listener.start("127.0.0.1", peer_port)
    return create_app(replace(node, around=around, jobs=jobs), closing=standing.closing)


if __name__ == "__main__":
    main()
