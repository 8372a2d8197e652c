"""The command `issuer`: found an issuer, serve it, make keys to it."""

from pathlib import Path

import click

from crypto.errors import MalformedError
from crypto.randomness import random_bytes
from crypto.sealing import KEY_BYTES, Argon2Cost
from crypto.signing import generate_es256
from ssi.hosting import logs
from ssi.hosting.errors import HostingError
from ssi.hosting.files import write_private
from ssi.hosting.server import serve as serve_app
from ssi.issuer_service.bootstrap import check_database, create_served_app, open_issuer, open_work, utc_now
from ssi.issuer_service.domain.scope import ALL_SCOPES, Scope, read_scopes
from ssi.issuer_service.errors import IssuerError
from ssi.issuer_service.folder import DATABASE_FILE, PUBLIC_FILE, certify_folder, make_folder, open_folder
from ssi.issuer_service.opened import IssuerApp
from ssi.issuer_service.settings import IssuerSettings, checked_url

_FOLDER = click.option(
    "--dir",
    "folder",
    required=True,
    type=click.Path(file_okay=False, path_type=Path),
    help="The issuer's own directory: key, secret, settings and, unless told otherwise, the database.",
)
_API_KEY_FILE = click.option(
    "--api-key-file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the API key here (mode 0600).",
)
_PASSWORD_FILE = click.option(
    "--password-file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the officers' password here (mode 0600).",
)


@click.group()
def main() -> None:
    """Issue signed records to people's wallets, and take them back."""


@main.command()
@_FOLDER
@click.option("--id", "issuer_id", required=True, help="Who issues, such as did:web:university.example.")
@click.option("--name", required=True, help="The issuer's name for people.")
@click.option(
    "--url", required=True, help="Where wallets reach it, such as https://host or https://host/uni."
)
@click.option(
    "--data-set", "data_sets", multiple=True, help="A data set to issue, such as exam/1; repeatable."
)
@click.option("--organisations", is_flag=True, help="Certify organisations.")
@click.option("--devices", is_flag=True, help="Vouch for devices: ask to be trusted for their credentials.")
@click.option("--database-url", help="sqlite:///FILE or postgresql://HOST/NAME; a file in --dir otherwise.")
@_API_KEY_FILE
@_PASSWORD_FILE
def init(
    folder: Path,
    issuer_id: str,
    name: str,
    url: str,
    data_sets: tuple[str, ...],
    organisations: bool,
    devices: bool,
    database_url: str | None,
    api_key_file: Path | None,
    password_file: Path | None,
) -> None:
    """Found an issuer: make its key, secret, database, first API key and the officers' password."""
    try:
        settings = IssuerSettings(
            id=issuer_id,
            name=name,
            url=checked_url(url.rstrip("/")),
            data_sets=data_sets,
            organisations=organisations,
            attests_devices=devices,
            database_url=database_url or f"sqlite:///{folder.resolve() / DATABASE_FILE}",
        )
        if database_url is not None:
            check_database(database_url)
        make_folder(folder, settings, key=generate_es256(), secret=random_bytes(KEY_BYTES))
        if database_url is None:
            (folder / DATABASE_FILE).touch(mode=0o600)
        issuer = _open(folder)
        _tell("API key", issuer.api_keys.create(now=issuer.now()), api_key_file)
        _tell("Password for the screens", issuer.set_password(Argon2Cost()), password_file)
    except (IssuerError, HostingError, MalformedError) as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"Give {folder / PUBLIC_FILE} to the trust authority. Start with: issuer serve --dir {folder}")


@main.command()
@_FOLDER
@click.option("--host", default="127.0.0.1", show_default=True, help="Where to listen.")
@click.option("--port", default=0, show_default=True, help="Where to listen; 0 lets the system choose.")
@click.option(
    "--conformance",
    is_flag=True,
    help="For tests only: open the VC-API, at which anybody has anything signed by issuers made for that.",
)
@click.option(
    "--conformance-host",
    "conformance_hosts",
    multiple=True,
    help="A host to ask for identifiers and status lists there, such as localhost:5000; repeatable.",
)
def serve(folder: Path, host: str, port: int, conformance: bool, conformance_hosts: tuple[str, ...]) -> None:
    """Serve wallets, institutions' systems and officers until told to stop."""
    logs.configure()
    try:
        open_folder(folder)  # what is wrong with the directory is told here, not by the serving process
        opened = conformance_hosts if conformance else None
        serve_app(lambda: create_served_app(_open(folder), conformance_hosts=opened), host=host, port=port)
    except (IssuerError, HostingError) as error:
        raise click.ClickException(str(error)) from error


@main.command()
@_FOLDER
def certificate(folder: Path) -> None:
    """Certify the signing key by a root of the issuer's own, or renew its certificate for a year."""
    try:
        certify_folder(folder, now=utc_now(), authority=generate_es256())
    except (IssuerError, HostingError) as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"The key is certified. Give {folder / 'public.json'} to the trust authority again.")


@main.command()
@_FOLDER
def work(folder: Path) -> None:
    """Do what waits in the background (batches, events, letters), and end when nothing does."""
    logs.configure()
    try:
        open_work(_open(folder)).until_idle()
    except (IssuerError, HostingError, MalformedError) as error:
        raise click.ClickException(str(error)) from error


@main.command("api-key")
@_FOLDER
@click.option(
    "--revoke", "revoked", help="Instead, put the key of this id (the part before the dot) out of force."
)
@click.option("--name", default="", help="By what name people know the key.")
@click.option(
    "--scope",
    "scopes",
    multiple=True,
    type=click.Choice([scope.value for scope in Scope]),
    help="What it is good for; repeatable, everything if none is named.",
)
@_API_KEY_FILE
def api_key(
    folder: Path, revoked: str | None, name: str, scopes: tuple[str, ...], api_key_file: Path | None
) -> None:
    """Make a further API key, or put one out of force."""
    try:
        issuer = _open(folder)
        if revoked:
            issuer.api_keys.revoke(revoked, now=issuer.now())
            click.echo(f"API key {revoked} is out of force.")
        else:
            good_for = read_scopes(scopes) if scopes else ALL_SCOPES
            key = issuer.api_keys.create(now=issuer.now(), name=name, scopes=good_for)
            _tell("API key", key, api_key_file)
    except (IssuerError, HostingError, MalformedError) as error:
        raise click.ClickException(str(error)) from error


@main.command()
@_FOLDER
@_PASSWORD_FILE
def password(folder: Path, password_file: Path | None) -> None:
    """Draw a new password for the screens; everybody who is signed in has to sign in again."""
    try:
        _tell("Password for the screens", _open(folder).set_password(Argon2Cost()), password_file)
    except (IssuerError, HostingError) as error:
        raise click.ClickException(str(error)) from error


def _open(folder: Path) -> IssuerApp:
    return open_issuer(open_folder(folder))


def _tell(what: str, secret: str, file: Path | None) -> None:
    if file is None:
        click.echo(f"{what} (shown only now): {secret}")
        return
    write_private(file, secret.encode())
    click.echo(f"{what}: written to {file}")


if __name__ == "__main__":
    main()
