"""What the buyer's commands share: where the market is, who asks, and how something is said."""

from collections.abc import Callable, Mapping
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
CONNECTED: Final = ("url", "api-key", "keys", "authority")


def options(*names: str) -> Callable[[C], C]:
    """The options with these names: url, authority, keys, api-key."""
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


def connect(where: Mapping[str, Any]) -> Buyer:
    """The buyer whom the options name."""
    secret = _api_key(where["api_key_file"])
    keys = BuyerKeys.load(where["keys"])
    return Buyer.connect(where["url"], secret, keys, read_authority(where["authority"]))


def _api_key(file: Path) -> str:
    try:
        return read_private(file).decode("ascii", "replace").strip()
    except ReadableByOthersError as error:
        raise KeyFileError(str(error)) from error
    except OSError as error:
        raise KeyFileError(f"{file.name} cannot be read") from error


def say(as_json: bool, document: Mapping[str, Json], text: str) -> None:
    """Say something, to people or to programs."""
    click.echo(json_line(dict(document)) if as_json else text)
