"""The command `wallet`: serve the wallets of one installation."""

from pathlib import Path

import click
from flask import Flask

from consent.kept_agreement import MAX_BYTES
from crypto.sealing import Argon2Cost
from ssi.errors import RegistryError
from ssi.hosting import logs
from ssi.hosting.errors import HostingError
from ssi.hosting.server import on_close
from ssi.hosting.server import serve as serve_app
from wallet.bootstrap import build, check_receipt, utc_now
from wallet.broker_commands import listen, mqtt_access
from wallet.config import IDLE_MINUTES, Settings
from wallet.domain.examination_words import LIMIT, finding_text, part_text, total_text
from wallet.errors import ReceiptError, WalletError
from wallet.web.app import create_app

_DEFAULT = Argon2Cost()
_FOLDER = click.option(
    "--dir",
    "folder",
    required=True,
    type=click.Path(file_okay=False, path_type=Path),
    help="The installation's own directory: its lookup key and, unless told otherwise, the database.",
)
_REGISTRY = click.option(
    "--registry", required=True, help="The signed trust registry: a file or an http(s) address."
)
_AUTHORITY = click.option(
    "--authority",
    required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The trust authority's public key, authority.jwk.",
)
_MARKETPLACE = click.option("--marketplace", required=True, help="The marketplace's address.")
_DATABASE = click.option(
    "--database-url", help="sqlite:///FILE or postgresql://HOST/NAME; a file in --dir otherwise."
)


@click.group()
def main() -> None:
    """Keep people's records, and let them decide what may be computed from them."""


@main.command()
@_FOLDER
@click.option("--host", default="127.0.0.1", show_default=True, help="Where to listen.")
@click.option("--port", default=0, show_default=True, help="Where to listen; 0 lets the system choose.")
@_REGISTRY
@_AUTHORITY
@_MARKETPLACE
@_DATABASE
@click.option(
    "--address", help="Where people see it, such as https://wallet.example: passkeys are made for it."
)
@click.option("--idle-minutes", default=IDLE_MINUTES, show_default=True, help="Lock a wallet after so long.")
@click.option(
    "--password-memory-kib",
    default=_DEFAULT.memory_kib,
    show_default=True,
    help="What one guess of a new wallet's password costs, in KiB of memory; less only for demonstrations.",
)
@click.option(
    "--verifier-root",
    "verifier_roots",
    multiple=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A certificate (PEM) of an authority that confirms who asks to be shown records; may be repeated.",
)
@click.option(
    "--development",
    is_flag=True,
    help="Let anybody ask to be shown records, unsigned and from inside the network; never with real people.",
)
@click.option(
    "--broker",
    help="What devices that publish are told to connect to, such as mqtts://broker.example; see `listen`.",
)
def serve(
    folder: Path,
    host: str,
    port: int,
    registry: str,
    authority: Path,
    marketplace: str,
    database_url: str | None,
    address: str | None,
    idle_minutes: int,
    password_memory_kib: int,
    verifier_roots: tuple[Path, ...],
    development: bool,
    broker: str | None,
) -> None:
    """Serve the screens until told to stop."""
    logs.configure()
    settings = Settings(
        directory=folder,
        marketplace_url=marketplace,
        registry=registry,
        authority=authority,
        database_url=database_url,
        password_cost=Argon2Cost(password_memory_kib, _DEFAULT.iterations, _DEFAULT.lanes),
        address=address,
        idle_minutes=idle_minutes,
        verifier_roots=verifier_roots,
        development=development,
        broker=broker,
    )
    try:
        build(settings).close()  # what is wrong with the settings is told here, not by the serving process
        serve_app(lambda: _app(settings), host=host, port=port)
    except (WalletError, HostingError, RegistryError) as error:
        raise click.ClickException(str(error)) from error


@main.command()
@_FOLDER
@_REGISTRY
@_AUTHORITY
@_MARKETPLACE
@_DATABASE
def tidy(folder: Path, registry: str, authority: Path, marketplace: str, database_url: str | None) -> None:
    """Erase the wallets that are due, and tell those who have not confirmed what ended. Run it once a day."""
    settings = Settings(folder, marketplace, registry, authority, database_url)
    try:
        services = build(settings)
        try:
            done = services.rights.tidy_up()
        finally:
            services.close()
    except (WalletError, HostingError, RegistryError) as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"{done.erased} wallets erased; {done.heard} ends confirmed, {done.waiting} still open.")
    for farewell in done.overdue:
        whom = farewell.node_id or farewell.recipient.value
        click.echo(f"Not confirmed by {whom} since {farewell.since:%Y-%m-%d}: {farewell.consent_id}")
    if done.overdue:
        raise click.ClickException("Somebody does not confirm. Look at the agreements above with them.")


@main.command("verify-receipt")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@_REGISTRY
@_AUTHORITY
def verify_receipt(file: Path, registry: str, authority: Path) -> None:
    """Check an agreement that somebody saved from a wallet; with files alone, no network is needed."""
    try:
        _, found = check_receipt(registry, authority, utc_now)(_read_receipt(file))
    except (WalletError, RegistryError) as error:
        raise click.ClickException(str(error)) from error
    for finding in found.findings:
        detail = f" ({finding.detail})" if finding.detail else ""
        verdict = "holds " if finding.holds else "FAILS "
        click.echo(f"{verdict} {part_text(finding, 'en')}: {finding_text(finding, 'en')}{detail}")
    if found.agreed is not None:
        agreed, cents = found.agreed, sum(use.amount_cents for use in found.uses)
        click.echo(f"{agreed.consent_id} about {agreed.data_set}, {len(found.uses)} uses, {cents} cents")
    click.echo(LIMIT["en"])
    if not found.holds:
        raise click.ClickException(total_text(found, "en"))
    click.echo(total_text(found, "en"))


main.add_command(listen)
main.add_command(mqtt_access)


def _app(settings: Settings) -> Flask:
    services = build(settings)
    app = create_app(
        services,
        idle_minutes=settings.idle_minutes,
        address=settings.address,
        broker=settings.broker,
    )
    on_close(app, services.close)
    return app


def _read_receipt(file: Path) -> bytes:
    """What is in a file, of which no more is read than an agreement file may have."""
    try:
        with file.open("rb") as opened:
            return opened.read(MAX_BYTES + 1)
    except OSError as error:
        raise ReceiptError(f"{file.name} cannot be read: {error.strerror}") from error


if __name__ == "__main__":
    main()
