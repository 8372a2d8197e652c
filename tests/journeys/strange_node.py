"""A real node that is honest in an honest mood, and else lies and signs what it says, or stops in mid-job.

    python strange_node.py serve --dir … --registry … --authority … --port …

It is put together from `marketplace.mpc_node.bootstrap` as `mpc-node serve` does it, with another way of
writing outputs, another memory and another transport. Its mood stands in a file of its folder, so that a test
can change it while it runs. It runs in a process of its own and imports nothing from the tests.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import click
import numpy as np
from flask import Flask

from consent.statement import sign_output, verify_output
from crypto.encoding import b64url_encode, sha256
from crypto.mpc.output import encode_output
from crypto.mpc.statistics import Finished
from crypto.signing import SigningKey
from marketplace.mpc_node.bootstrap import MIGRATIONS, build_node, create_app
from marketplace.mpc_node.config import Settings, load_settings
from marketplace.mpc_node.issuers import HttpStatusLists
from marketplace.mpc_node.keys import load_keys
from marketplace.mpc_node.message import Step, read_kept_message
from marketplace.mpc_node.node import Surroundings
from marketplace.mpc_node.output import encode_honestly
from marketplace.mpc_node.peers import HttpsTransport, PeerTransport
from marketplace.mpc_node.state import ReleasedOutput
from marketplace.mpc_node.storage.jobs import JobStore
from ssi.hosting.database import Database, migrate, open_database
from ssi.hosting.logs import configure
from ssi.hosting.server import serve
from ssi.hosting.tls import ServerTls
from ssi.http.client import Limits
from ssi.http.pinning import ClientCertificate
from ssi.trust_file import TrustFile, read_authority

HONEST, ANOTHER_SHARE, TWO_DIGESTS, HOLDS_BACK = "honest", "another-share", "two-digests", "holds-back"
PEER_TIMEOUT_SECONDS = 6.0
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
        self, job_id: str, attempt: int, admitted: tuple[str, ...], make: Callable[[], ReleasedOutput]
    ) -> None:
        """As an honest node, but for the digest."""
        super().release(job_id, attempt, admitted, lambda: self._bent(make()))

    def _bent(self, output: ReleasedOutput) -> ReleasedOutput:
        if self._mood.now != TWO_DIGESTS:
            return output
        honest = verify_output(output.statement, self._key.public)
        bent = replace(honest, own_digest=b64url_encode(sha256(b"another summand")))
        return replace(output, statement=sign_output(bent, self._key))


@dataclass(frozen=True)
class HoldsBack:
    """Delivers messages, but none of the last step while the node is in the mood to hold back.

    It has then admitted, agreed and received its peers' keys: it is in the middle of the job for sure.
    """

    honest: PeerTransport
    mood: Mood

    def deliver(self, node_id: str, token: str) -> None:
        """Deliver a message, once it may go."""
        if read_kept_message(token).step is Step.RESHARING:
            while self.mood.now == HOLDS_BACK:
                time.sleep(LOOK_AGAIN_SECONDS)  # whoever sets the mood is another process
        self.honest.deliver(node_id, token)


@click.command()
@click.argument("command", type=click.Choice(["serve"]))
@click.option("--dir", "folder", type=_FILE, required=True)
@click.option("--registry", type=_FILE, required=True)
@click.option("--authority", type=_FILE, required=True)
@click.option("--port", type=int, required=True)
def main(folder: Path, registry: Path, authority: Path, port: int, **_: str) -> None:
    """Serve the node of a folder."""
    configure()
    settings = load_settings(folder, peer_timeout_seconds=PEER_TIMEOUT_SECONDS)
    trust = TrustFile(registry, read_authority(authority), clock=_now)
    peers = (trust().marketplace.tls_certificate, *(node.tls_certificate for node in trust().nodes))
    tls = ServerTls(settings.certificate, peers=peers)
    serve(lambda: _app(settings, trust, Mood(folder)), port=port, tls=tls, threads=16)


def _app(settings: Settings, trust: TrustFile, mood: Mood) -> Flask:
    own = ClientCertificate(settings.certificate.certificate, settings.certificate.key)
    honest, statuses = HttpsTransport(trust, own, clock=_now, limits=Limits()), HttpStatusLists()
    around = Surroundings(
        registry=trust,
        fetch_status=statuses,
        transport=HoldsBack(honest, mood),
        clock=_now,
        encode_output=partial(encode_in, mood),
    )
    database = open_database(settings.database)
    migrate(database.engine, MIGRATIONS)
    node = build_node(settings, load_keys(settings.directory), database, around)
    strange = replace(node, jobs=TwoTongues(database, node.keys.signing, mood))
    return create_app(strange, closing=(honest.close, statuses.close))


def _now() -> datetime:
    return datetime.now(UTC)


if __name__ == "__main__":
    main()
