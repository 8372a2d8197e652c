"""What does a buyer's program remember between ordering and opening? The order's id and its query.

    {"kind": "argonauta order", "version": 1, "order_id": …, "query": …}

The query is kept by the buyer, so that an answer to another one is seen, whatever the marketplace says.
"""

from pathlib import Path

from consent.errors import ConsentError
from consent.query import Query
from crypto.encoding import canonical_json, parse_json
from crypto.errors import MalformedError
from crypto.reading import Fields
from marketplace.sdk.errors import OrderFileError
from marketplace.sdk.result import Placed
from ssi.hosting.files import write_private

KIND, VERSION = "argonauta order", 1
MAX_BYTES = 1_000_000


def write_order(path: Path, placed: Placed) -> None:
    """Write an order down, whole or not at all, with mode 0600: what is asked is the buyer's affair."""
    document = {
        "kind": KIND,
        "version": VERSION,
        "order_id": placed.order_id,
        "query": placed.query.to_json(),
    }
    write_private(path, canonical_json(document) + b"\n")


def read_order(path: Path) -> Placed:
    """Read an order that was written down.

    Raises:
        OrderFileError: there is none, or it is not one.
    """
    try:
        fields = Fields.parse(read_bytes(path), path.name)
        fields.integer("version", least=VERSION, most=VERSION)
        if fields.text("kind", max_length=100) != KIND:
            raise OrderFileError(f"{path.name}: it is not an order that was written down")
        placed = Placed(
            fields.text("order_id", max_length=100), Query.from_json(fields.any("query"), path.name)
        )
        fields.done()
    except (MalformedError, ConsentError) as error:
        raise OrderFileError(str(error)) from error
    return placed


def read_query(path: Path) -> Query:
    """Read a query from a file.

    Raises:
        OrderFileError: there is none, or it is not one.
    """
    try:
        return Query.from_json(parse_json(read_bytes(path)), path.name)
    except (MalformedError, ConsentError) as error:
        raise OrderFileError(str(error)) from error


def read_bytes(path: Path, most: int = MAX_BYTES) -> bytes:
    """What is in a file of bounded length.

    Raises:
        OrderFileError: it cannot be read, or is longer.
    """
    try:
        with path.open("rb") as file:
            content = file.read(most + 1)
    except OSError as error:
        raise OrderFileError(f"{path.name} cannot be read") from error
    if len(content) > most:
        raise OrderFileError(f"{path.name}: it has more than {most} bytes")
    return content
