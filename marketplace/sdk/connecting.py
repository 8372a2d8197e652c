"""What do all commands of a buyer share? Where the market is and whose keys are used, and how a line is said.

Secrets come from files that nobody else may read, never from the command line, which other users of the
machine see.
"""

from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, Final, TypeVar

import click

from crypto.encoding import Json
from marketplace.sdk.buyer import Buyer
from marketplace.sdk.errors import KeyFileError
from marketplace.sdk.keys import BuyerKeys
from marketplace.sdk.said import json_line
from ssi.hosting.errors import ReadableByOthersError
from ssi.hosting.files import read_private
from ssi.trust_file import read_authority

C = TypeVar("C", bound=Callable[..., Any])
FILE: Final = click.Path(path_type=Path, dir_okay=False)
FOLDER: Final = click.Path(path_type=Path, file_okay=False)
CONNECTED: Final = ("url", "api-key", "keys", "authority")
"""The options of a command that talks to the market as the buyer."""
_CENTS: Final = 100


def options(*names: str) -> Callable[[C], C]:
    """The options with these names, in this order; each can stand in the environment instead."""
    known = {
        "url": click.option("--url", envvar="BUYER_URL", required=True, help="The market's address."),
        "authority": click.option(
            "--authority",
            envvar="BUYER_AUTHORITY",
            type=FILE,
            required=True,
            help="The trust authority's public key.",
        ),
        "keys": click.option("--keys", envvar="BUYER_KEYS", type=FILE, required=True, help="Your key file."),
        "api-key": click.option(
            "--api-key-file",
            envvar="BUYER_API_KEY_FILE",
            type=FILE,
            required=True,
            help="A file of mode 0600 with your API key.",
        ),
    }

    def add(command: C) -> C:
        for name in reversed(names):
            command = known[name](command)
        return command

    return add


def connected(where: Mapping[str, Any]) -> Buyer:
    """The buyer behind the options of `CONNECTED`.

    Raises:
        KeyFileError: the key file or the API key cannot be read, or others can read it.
        RegistryError: the market's registry is not signed by the authority.
        PeerError: the market does not answer.
    """
    secret = _api_key(where["api_key_file"])
    keys = BuyerKeys.load(where["keys"])
    return Buyer.connect(where["url"], secret, keys, read_authority(where["authority"]))


def say(as_json: bool, document: Mapping[str, Json], text: str) -> None:
    """Say one thing, as a line of JSON or in words."""
    click.echo(json_line(dict(document)) if as_json else text)


def euros(cents: int) -> str:
    """An amount as people read it."""
    return f"€{cents // _CENTS:,}.{cents % _CENTS:02}"


def decimal_of(text: str, option: str) -> Decimal:
    """A number that was typed behind an option.

    Raises:
        BadParameter: it is none.
    """
    try:
        number = Decimal(text)
    except InvalidOperation as error:
        raise click.BadParameter(f"{text[:20]!r} is not a number", param_hint=option) from error
    if not number.is_finite():
        raise click.BadParameter(f"{text[:20]!r} is not a number", param_hint=option)
    return number


def _api_key(file: Path) -> str:
    try:
        return read_private(file).decode("ascii", "replace").strip()
    except ReadableByOthersError as error:
        raise KeyFileError(str(error)) from error
    except OSError as error:
        raise KeyFileError(f"{file.name} cannot be read") from error
