"""The commands about a broker: `wallet listen` collects from it, `wallet mqtt-access` tells it who may."""

import os
import ssl
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import click
from flask import Flask
from prometheus_client import CollectorRegistry

from ssi.hosting import logs
from ssi.hosting.errors import HostingError, ReadableByOthersError
from ssi.hosting.files import read_private
from ssi.hosting.server import on_close
from ssi.hosting.server import serve as serve_app
from ssi.http.address import LOOPBACK_HOSTS
from wallet.bootstrap import open_letterboxes
from wallet.clients.mqtt import Broker, Collector, Link
from wallet.errors import WalletError
from wallet.listening import Counted, create_listening_app

_PORTS: Final = {"mqtts": 8883, "mqtt": 1883}
_GROUP_MAY_READ: Final = 0o640
_FOLDER = click.option(
    "--dir",
    "folder",
    required=True,
    type=click.Path(file_okay=False, path_type=Path),
    help="The installation's own directory, as for `serve`.",
)
_DATABASE = click.option("--database-url", help="As for `serve`; a file in --dir otherwise.")
_USERNAME = click.option(
    "--username", default="collector", show_default=True, help="The collector's name at the broker."
)
_PASSWORD = click.option(
    "--password-file",
    required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A file with the collector's password, which nobody else may read.",
)


@click.command()
@_FOLDER
@_DATABASE
@click.option("--broker", required=True, help="Where to listen: mqtts://HOST[:PORT].")
@click.option(
    "--ca",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The certificate (PEM) of the authority over the broker's; the public authorities otherwise.",
)
@_USERNAME
@_PASSWORD
@click.option("--host", default="127.0.0.1", show_default=True, help="Where /health and /metrics are.")
@click.option("--port", default=0, show_default=True, help="The same; 0 lets the system choose.")
def listen(  # noqa: PLR0913, PLR0917 — an option of a command is an argument of its function
    folder: Path,
    database_url: str | None,
    broker: str,
    ca: Path | None,
    username: str,
    password_file: Path,
    host: str,
    port: int,
) -> None:
    """Take what devices publish to a broker, for wallets open or locked, until told to stop."""
    logs.configure()
    try:
        told = _broker(broker, ca, username, _password(password_file))
        open_letterboxes(
            folder, database_url
        ).close()  # what is wrong is told here, not by the serving process
        serve_app(lambda: _app(folder, database_url, told), host=host, port=port)
    except (WalletError, HostingError) as error:
        raise click.ClickException(str(error)) from error


@click.command("mqtt-access")
@_FOLDER
@_DATABASE
@_USERNAME
@_PASSWORD
@click.option(
    "--out",
    required=True,
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Where `passwords` and `rights` are written, Mosquitto's password_file and acl_file.",
)
def mqtt_access(
    folder: Path, database_url: str | None, username: str, password_file: Path, out: Path
) -> None:
    """Write who may send at the broker. Then have it read the files: SIGHUP for Mosquitto."""
    try:
        password = _password(password_file)
        letterboxes = open_letterboxes(folder, database_url)
        try:
            files = letterboxes.access(username, password)
        finally:
            letterboxes.close()
    except (WalletError, HostingError) as error:
        raise click.ClickException(str(error)) from error
    _write(out / "rights", files.rights)
    _write(out / "passwords", files.passwords)
    click.echo(f"{files.devices} devices may send.")


def _app(folder: Path, database_url: str | None, broker: Broker) -> Flask:
    letterboxes, registry = open_letterboxes(folder, database_url), CollectorRegistry()
    collector = Collector(broker, Counted(letterboxes.take, registry))
    app = create_listening_app(letterboxes.check, lambda: collector.link is Link.LISTENING, registry)
    on_close(app, letterboxes.close)
    on_close(app, collector.stop)
    collector.start()
    return app


def _broker(address: str, ca: Path | None, username: str, password: str) -> Broker:
    """The broker at an address.

    Raises:
        WalletError: it cannot be one, would be asked in the clear beyond this machine, or the certificate
            cannot be read.
    """
    try:
        parts = urlsplit(address)
        host, port = parts.hostname, parts.port
    except ValueError:
        host = port = None
        parts = urlsplit("")
    if parts.scheme not in _PORTS or not host or "@" in parts.netloc or parts.path.strip("/"):
        raise WalletError("expected a broker such as mqtts://broker.example:8883")
    if parts.scheme == "mqtt" and host not in LOOPBACK_HOSTS:
        raise WalletError("plain mqtt is for this machine only; use mqtts")
    tls = None
    if parts.scheme == "mqtts":
        try:
            tls = ssl.create_default_context(cafile=None if ca is None else str(ca))
        except (OSError, ssl.SSLError) as error:
            raise WalletError("the certificate of the broker's authority cannot be read") from error
    return Broker(host, port or _PORTS[parts.scheme], username, password, tls)


def _password(path: Path) -> str:
    try:
        password = read_private(path).decode("utf-8").strip()
    except ReadableByOthersError as error:
        raise WalletError(str(error)) from error
    except UnicodeDecodeError as error:
        raise WalletError("expected a password in UTF-8") from error
    if not password:
        raise WalletError("the password file is empty")
    return password


def _write(path: Path, text: str) -> None:
    """Write a file whole or not at all; the group may read it, which is the broker's."""
    draft = path.with_name(f"{path.name}.new")
    draft.unlink(missing_ok=True)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _GROUP_MAY_READ)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
    draft.replace(path)
