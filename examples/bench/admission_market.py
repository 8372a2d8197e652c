"""The marketplace of `examples.bench.admission`: a folder in the town of `scale_town`, served or opened."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import psycopg
from psycopg import sql

from examples.bench.admission_people import Makers
from examples.bench.scale_town import MARKET, UNIVERSITY, Town
from examples.programs import console_script
from examples.town import free_port
from marketplace.config import SIGNING_KEY, Identity, Settings, make_folder
from ssi.hosting.files import write_private

SERVER = "ARGONAUTA_TEST_DATABASE_URL"
LOCAL_SERVER = "postgresql://postgres@127.0.0.1:5432/postgres"


def furnish(town: Town) -> Settings:
    """Make the town's marketplace one that can be served, and say how it is set."""
    folder = town.folder / "market"
    folder.chmod(0o700)
    if not (folder / SIGNING_KEY).exists():
        write_private(folder / SIGNING_KEY, town.market_key.to_pem())
    make_folder(
        folder, Identity(MARKET, "Market", "http://127.0.0.1:1", require_dpia=False), now=datetime.now(UTC)
    )
    return Settings(folder, town.folder / "registry.jwt", town.folder / "authority" / "authority.jwk")


def makers(town: Town) -> Makers:
    """What is needed to make the people of a town."""
    return Makers(
        issuer=UNIVERSITY.issuer_id,
        kid=UNIVERSITY.kid,
        key=UNIVERSITY.key.to_pem(),
        lists=f"{town.lists}students/",
        market=MARKET,
        registry=town.token,
        authority=town.authority.to_jwk(),
    )


@contextmanager
def served(settings: Settings, log: Path) -> Iterator[tuple[int, int]]:
    """The marketplace as `marketplace serve` serves it by default: its port, and the process that works."""
    port = free_port()
    command = [
        str(console_script("marketplace")), "serve", "--dir", str(settings.directory),
        "--registry", str(settings.registry), "--authority", str(settings.authority),
        "--port", str(port), *(["--database-url", settings.database_url] if settings.database_url else []),
    ]  # fmt: skip
    with log.open("ab") as file:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=file)
    assert process.stdout is not None  # noqa: S101 — it was asked for
    try:
        process.stdout.readline()  # it says when it is ready
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
        yield port, int(children[0])
    finally:
        process.terminate()
        process.wait()
        process.stdout.close()


@contextmanager
def postgresql() -> Iterator[str | None]:
    """A database of its own on a server that answers; None where there is none."""
    server, name = os.environ.get(SERVER, LOCAL_SERVER), f"argonauta_bench_{uuid4().hex}"
    named = sql.Identifier(name)
    try:
        with psycopg.connect(server, autocommit=True, connect_timeout=3) as connection:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(named))
    except psycopg.OperationalError:
        yield None
        return
    try:
        yield f"{server.rpartition('/')[0]}/{name}"
    finally:
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(named))
