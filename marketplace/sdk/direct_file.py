"""What does a buyer's program remember of a score or a sum before it is sent? Its id, and what was asked.

    {"kind": "argonauta score request", "version": 1, "id": …, "asked": {…}}

With the id the buyer's key file opens the answer; what was asked keeps a file from being used for two things.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from crypto.encoding import Json, canonical_json
from crypto.errors import MalformedError
from crypto.reading import Fields
from marketplace.sdk.errors import OrderFileError
from marketplace.sdk.order_file import read_bytes
from ssi.hosting.files import write_private

VERSION = 1
SCORE, SUM = "argonauta score request", "argonauta sum order"
_MAX_ID = 100


@dataclass(frozen=True)
class Remembered:
    """The id of a purchase; `is_new` unless a file named it before."""

    purchase_id: str
    is_new: bool


def remember(path: Path, kind: str, asked: Mapping[str, Json]) -> Remembered:
    """The id under which to ask for this: that of the file, or a new one that is written into it.

    The file is written before anything is sent, whole or not at all, with mode 0600.

    Raises:
        OrderFileError: the file remembers something else, or is no such file.
    """
    if path.exists():
        known = _read(path, kind)
        if known.any("asked") != dict(asked):
            raise OrderFileError(f"{path.name} remembers another question and is not written over")
        return Remembered(known.text("id", max_length=_MAX_ID), is_new=False)
    made = str(uuid4())
    document: dict[str, Json] = {"kind": kind, "version": VERSION, "id": made, "asked": dict(asked)}
    write_private(path, canonical_json(document) + b"\n")
    return Remembered(made, is_new=True)


def purchase_of(named: str, kind: str) -> str:
    """The id of a purchase that somebody names by its file or by the id itself.

    Raises:
        OrderFileError: there is a file of this name, and it is not one of this kind.
    """
    path = Path(named)
    return _read(path, kind).text("id", max_length=_MAX_ID) if path.is_file() else named


def _read(path: Path, kind: str) -> Fields:
    try:
        fields = Fields.parse(read_bytes(path), path.name)
        fields.integer("version", least=VERSION, most=VERSION)
        if fields.text("kind", max_length=100) != kind:
            raise OrderFileError(f"{path.name}: it is no {kind.removeprefix('argonauta ')}")
        fields.text("id", max_length=_MAX_ID)
    except MalformedError as error:
        raise OrderFileError(str(error)) from error
    return fields
