"""The operator's commands: make a node, serve it, make a key with the two other nodes.

mpc-node init --dir node-a --id node-a --operator "University Computing Centre" --url https://node-a.example:8443
mpc-node serve --dir node-a --registry registry.jwt --authority authority.jwk --port 8443
mpc-node make-aggregation-key --dir node-a --registry registry.jwt --authority authority.jwk
mpc-node contradictions --dir node-a
mpc-node charges --dir node-a
"""

from datetime import UTC, datetime
from pathlib import Path

import click

from crypto.encoding import canonical_json
from crypto.errors import MalformedError
from marketplace.mpc_node.bootstrap import MIGRATIONS, contradictions_of, serve_folder, stand
from marketplace.mpc_node.config import (
    LOGGED_WITHIN_SECONDS,
    MAX_LOG_AGE_SECONDS,
    MAX_RUNNING_ATTEMPTS,
    MOST_LOG_SECONDS,
    PEER_TIMEOUT_SECONDS,
    PUBLIC_FILE,
    LogLimits,
    Settings,
    load_settings,
    save_settings,
)
from marketplace.mpc_node.errors import AttemptFailedError, SettingsError
from marketplace.mpc_node.key_making import make_key, write_word
from marketplace.mpc_node.keys import generate_keys, save_keys
from marketplace.mpc_node.storage.ledger import PrivacyLedger
from ssi.errors import RegistryError
from ssi.hosting.database import migrate, open_database
from ssi.hosting.logs import configure
from ssi.hosting.server import serve as serve_app
from ssi.hosting.tls import ServerTls, hosts_of, make_certificate
from ssi.trust_entries import next_port, read_address
from ssi.trust_file import TrustFile, read_authority
from ssi.trust_parts import node_part

_FOLDER = click.Path(path_type=Path, file_okay=False)
_LOG_SECONDS = click.IntRange(1, MOST_LOG_SECONDS)
_FILE = click.Path(path_type=Path, exists=True, dir_okay=False)


@click.group(context_settings={"auto_envvar_prefix": "MPC_NODE"})
def main() -> None:
    """Run one of the three computation nodes: it checks, computes, and never sees a record."""


@main.command()
@click.option("--dir", "folder", type=_FOLDER, required=True, help="The node's own folder.")
@click.option("--id", "node_id", required=True, help="The id under which the registry will list the node.")
@click.option("--operator", required=True, help="The organisation that runs the node.")
@click.option("--url", required=True, help="Where the marketplace and the peers reach it (https).")
@click.option("--peer-address", default="", help="host:port for the other nodes; by default url's port + 1.")
@click.option("--database-url", help="postgresql://…; a SQLite file in the folder by default.")
def init(
    folder: Path, node_id: str, operator: str, url: str, peer_address: str, database_url: str | None
) -> None:
    """Make a node's keys and certificate, and print where its public part lies."""
    settings = Settings(folder, node_id, operator, url, database_url)
    try:
        _ = read_address(peer_address) if peer_address else next_port(url)
        save_settings(settings)
        keys = generate_keys()
        save_keys(keys, folder)
    except (SettingsError, MalformedError) as error:
        raise click.ClickException(str(error)) from error
    certificate = make_certificate(folder, node_id, now=datetime.now(UTC), hosts=hosts_of(url))
    part = node_part(
        node_id,
        operator,
        url=url,
        keys=(keys.signing.public, keys.sealing.public),
        tls_certificate=certificate.pem,
        peer_address=peer_address,
    )
    (folder / PUBLIC_FILE).write_bytes(canonical_json(part) + b"\n")
    click.echo(str(folder / PUBLIC_FILE))


@main.command()
@click.option("--dir", "folder", type=_FOLDER, required=True, help="The node's own folder.")
@click.option("--registry", type=_FILE, required=True, help="The signed trust registry.")
@click.option("--authority", type=_FILE, required=True, help="The authority's public key (authority.jwk).")
@click.option("--host", default="127.0.0.1", show_default=True, help="Where to listen.")
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="The port; 0 lets the system choose.")
@click.option(
    "--peer-port", type=click.IntRange(0, 65535), help="For the other nodes; by default --port + 1."
)
@click.option(
    "--peer-timeout", type=click.FloatRange(0.1, 600), default=PEER_TIMEOUT_SECONDS, show_default=True
)
@click.option("--max-running", type=click.IntRange(1, 1000), default=MAX_RUNNING_ATTEMPTS, show_default=True)
@click.option("--threads", type=click.IntRange(2, 256), default=16, show_default=True)
@click.option(
    "--max-log-age",
    type=_LOG_SECONDS,
    default=MAX_LOG_AGE_SECONDS,
    show_default=True,
    help="Seconds: no job if the marketplace's log was shown longer ago.",
)
@click.option(
    "--withdrawal-logged-within",
    type=_LOG_SECONDS,
    default=LOGGED_WITHIN_SECONDS,
    show_default=True,
    help="Seconds: no job if a withdrawal is not in the log after that.",
)
@click.option("--cluster", help="A Dask scheduler for large sums, as tls://host:8786; none by default.")
def serve(
    folder: Path,
    registry: Path,
    authority: Path,
    host: str,
    port: int,
    peer_port: int | None,
    peer_timeout: float,
    max_running: int,
    threads: int,
    max_log_age: int,
    withdrawal_logged_within: int,
    cluster: str | None,
) -> None:
    """Serve the node until it is told to stop. Peers and marketplace are let in by their certificates."""
    configure()
    try:
        settings = load_settings(
            folder,
            peer_timeout_seconds=peer_timeout,
            max_running=max_running,
            cluster=cluster,
            log_limits=LogLimits(max_log_age, withdrawal_logged_within),
        )
        key = read_authority(authority)
        trusted = TrustFile(registry, key, clock=lambda: datetime.now(UTC))()
    except (SettingsError, RegistryError) as error:
        raise click.ClickException(str(error)) from error
    peers = (trusted.marketplace.tls_certificate, *(node.tls_certificate for node in trusted.nodes))
    tls = ServerTls(settings.certificate, peers=peers)
    for_peers = (port + 1 if port else 0) if peer_port is None else peer_port
    serve_app(
        lambda: serve_folder(settings, registry, key, host=host, peer_port=for_peers),
        host=host,
        port=port,
        tls=tls,
        threads=threads,
    )


@main.command()
@click.option("--dir", "folder", type=_FOLDER, required=True, help="The node's own folder.")
def contradictions(folder: Path) -> None:
    """Print manifests that name people who had withdrawn, each with the logged withdrawal, one a line."""
    try:
        found = contradictions_of(load_settings(folder))
    except SettingsError as error:
        raise click.ClickException(str(error)) from error
    for each in found:
        click.echo(canonical_json(each))


@main.command("make-aggregation-key")
@click.option("--dir", "folder", type=_FOLDER, required=True, help="The node's own folder.")
@click.option("--registry", type=_FILE, required=True, help="The signed trust registry.")
@click.option("--authority", type=_FILE, required=True, help="The authority's public key (authority.jwk).")
@click.option("--name", default="1", show_default=True, help="The same at all three; another for a new try.")
@click.option("--node", "nodes", multiple=True, help="Name the three nodes if the registry has more.")
@click.option("--wait", type=click.FloatRange(1, 3600), default=300.0, show_default=True, help="Seconds.")
def make_aggregation_key(
    folder: Path, registry: Path, authority: Path, name: str, nodes: tuple[str, ...], wait: float
) -> None:
    """Make a key with two other nodes, while all three are served and do the same; print where it lies."""
    configure()
    try:
        standing = stand(load_settings(folder), registry, read_authority(authority))
    except (SettingsError, RegistryError) as error:
        raise click.ClickException(str(error)) from error
    try:
        word = make_key(standing.node, name=name, node_ids=nodes, wait_seconds=wait)
    except (SettingsError, RegistryError, AttemptFailedError) as error:
        raise click.ClickException(str(error)) from error
    finally:
        for close in (*standing.closing[::-1], standing.node.database.close):
            close()
    click.echo(str(write_word(folder, word)))


@main.command()
@click.option("--dir", "folder", type=_FOLDER, required=True, help="The node's own folder.")
def charges(folder: Path) -> None:
    """Print what each account was charged, a line of JSON each: the sum that is enforced, and the composed.

    Accounts are pseudonyms: a digest of the issuer, and the handle by which it knows the person here.
    """
    try:
        settings = load_settings(folder)
    except SettingsError as error:
        raise click.ClickException(str(error)) from error
    database = open_database(settings.database)
    migrate(database.engine, MIGRATIONS)
    try:
        for account, spent in PrivacyLedger(database).spendings():
            click.echo(canonical_json({"account": account, **spent.to_json()}).decode())
    finally:
        database.close()
