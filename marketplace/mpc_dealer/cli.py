"""The operator's commands: make a dealer, serve it.

mpc-dealer init --dir dealer --id dealer --operator "Statistics Office" --url https://dealer.example:8453
mpc-dealer serve --dir dealer --registry registry.jwt --authority authority.jwk --port 8453
"""

from datetime import UTC, datetime
from pathlib import Path

import click

from crypto.encoding import canonical_json
from crypto.signing import generate_ed25519
from marketplace.mpc_dealer.bootstrap import serve_folder, utc_now
from marketplace.mpc_dealer.config import PUBLIC_FILE, Settings, load_settings, save_settings
from marketplace.mpc_dealer.errors import SettingsError
from ssi.errors import RegistryError
from ssi.hosting.logs import configure
from ssi.hosting.server import serve as serve_app
from ssi.hosting.tls import ServerTls, hosts_of, make_certificate
from ssi.trust_file import TrustFile, read_authority
from ssi.trust_parts import dealer_part

_FOLDER = click.Path(path_type=Path, file_okay=False)
_FILE = click.Path(path_type=Path, exists=True, dir_okay=False)


@click.group()
def main() -> None:
    """Run the dealer: it gives nodes the random numbers that products take, and never sees any data."""


@main.command()
@click.option("--dir", "folder", type=_FOLDER, required=True, help="The dealer's own folder.")
@click.option("--id", "dealer_id", required=True, help="The id under which the registry will list it.")
@click.option("--operator", required=True, help="The organisation that runs it; it must run no node.")
@click.option("--url", required=True, help="Where the nodes reach it (https).")
def init(folder: Path, dealer_id: str, operator: str, url: str) -> None:
    """Make a dealer's key and certificate, and print where its public part lies."""
    key, settings = generate_ed25519(), Settings(folder, dealer_id, operator, url)
    try:
        save_settings(settings, key)
    except SettingsError as error:
        raise click.ClickException(str(error)) from error
    certificate = make_certificate(folder, dealer_id, now=datetime.now(UTC), hosts=hosts_of(url))
    part = dealer_part(
        dealer_id, operator, url=url, verifying_key=key.public, tls_certificate=certificate.pem
    )
    (folder / PUBLIC_FILE).write_bytes(canonical_json(part) + b"\n")
    click.echo(str(folder / PUBLIC_FILE))


@main.command()
@click.option("--dir", "folder", type=_FOLDER, required=True, help="The dealer's own folder.")
@click.option("--registry", type=_FILE, required=True, help="The signed trust registry.")
@click.option("--authority", type=_FILE, required=True, help="The authority's public key (authority.jwk).")
@click.option("--host", default="127.0.0.1", show_default=True, help="Where to listen.")
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="The port; 0 lets the system choose.")
@click.option("--threads", type=click.IntRange(2, 64), default=4, show_default=True)
def serve(folder: Path, registry: Path, authority: Path, host: str, port: int, threads: int) -> None:
    """Serve the dealer until it is told to stop. Nodes are let in by their certificates."""
    configure()
    try:
        settings = load_settings(folder)
        key = read_authority(authority)
        trusted = TrustFile(registry, key, clock=utc_now)()
    except (SettingsError, RegistryError) as error:
        raise click.ClickException(str(error)) from error
    tls = ServerTls(settings.certificate, peers=tuple(node.tls_certificate for node in trusted.nodes))
    serve_app(lambda: serve_folder(settings, registry, key), host=host, port=port, tls=tls, threads=threads)


if __name__ == "__main__":
    main()
