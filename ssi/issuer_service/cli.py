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
from ssi.issuer_service.bootstrap import IssuerApp, check_database, create_app, open_issuer
from ssi.issuer_service.errors import IssuerError
from ssi.issuer_service.settings import (
    DATABASE_FILE,
    IssuerSettings,
    checked_url,
    make_folder,
    open_folder,
)

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
@click.option("--url", required=True, help="Where wallets reach it: scheme, host and port.")
@click.option(
    "--data-set", "data_sets", multiple=True, help="A data set to issue, such as exam/1; repeatable."
)
@click.option("--organisations", is_flag=True, help="Certify organisations.")
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
    click.echo(
        f"Give {folder / 'public.json'} to the trust authority. Start with: issuer serve --dir {folder}"
    )


@main.command()
@_FOLDER
@click.option("--host", default="127.0.0.1", show_default=True, help="Where to listen.")
@click.option("--port", default=0, show_default=True, help="Where to listen; 0 lets the system choose.")
def serve(folder: Path, host: str, port: int) -> None:
    """Serve wallets, institutions' systems and officers until told to stop."""
    logs.configure()
    try:
        open_folder(folder)  # what is wrong with the directory is told here, not by the serving process
        serve_app(lambda: create_app(_open(folder)), host=host, port=port)
    except (IssuerError, HostingError) as error:
        raise click.ClickException(str(error)) from error


@main.command("api-key")
@_FOLDER
@click.option(
    "--revoke", "revoked", help="Instead, put the key of this id (the part before the dot) out of force."
)
@_API_KEY_FILE
def api_key(folder: Path, revoked: str | None, api_key_file: Path | None) -> None:
    """Make a further API key, or put one out of force."""
    try:
        issuer = _open(folder)
        if revoked:
            issuer.api_keys.revoke(revoked, now=issuer.now())
            click.echo(f"API key {revoked} is out of force.")
        else:
            _tell("API key", issuer.api_keys.create(now=issuer.now()), api_key_file)
    except (IssuerError, HostingError) as error:
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
