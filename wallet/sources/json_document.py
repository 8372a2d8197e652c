"""JSON of a stranger, whole or line by line, parsed strictly (`crypto.encoding.parse_json`)."""

import json
from collections.abc import Iterator
from typing import Final

from crypto.encoding import Json, parse_json
from crypto.errors import MalformedError
from wallet.errors import SourceError, SourceTrouble
from wallet.sources.bounded import Bounded, whole

_MOST_LINE: Final = 1 << 20


def document(file: Bounded) -> Json:
    """The one document of a bounded file.

    Raises:
        SourceError: empty, no JSON, or JSON that two readers could read differently.
    """
    return _parsed(whole(file))


def documents(file: Bounded) -> Iterator[tuple[int, Json]]:
    """Several documents with their numbers from 1: the members of a list, one document, or one on each line.

    Raises:
        SourceError: as `document`.
    """
    raw = whole(file)
    filled = [(number, line) for number, line in enumerate(raw.split(b"\n"), 1) if line.strip()]
    if len(filled) > 1 and _is_object(filled[0][1]):
        yield from ((number, _line(line, number)) for number, line in filled)
        return
    found = _parsed(raw)
    yield from enumerate(found if isinstance(found, list) else [found], 1)


def _parsed(raw: bytes) -> Json:
    if not raw.strip():
        raise SourceError(SourceTrouble.EMPTY, "the file is empty")
    if raw.lstrip()[:1] not in (b"{", b"["):
        raise SourceError(SourceTrouble.OTHER_FORMAT, "expected JSON")
    try:
        return parse_json(raw, max_bytes=len(raw))
    except MalformedError as error:
        raise SourceError(SourceTrouble.DAMAGED, str(error)) from error


def _is_object(line: bytes) -> bool:
    """Whether the first line is a document by itself, as only JSON lines have it."""
    if not line.lstrip().startswith(b"{") or len(line) > _MOST_LINE:
        return False
    try:
        json.loads(line)
    except (ValueError, RecursionError):
        return False
    return True


def _line(line: bytes, number: int) -> Json:
    try:
        return parse_json(line, max_bytes=_MOST_LINE)
    except MalformedError as error:
        raise SourceError(SourceTrouble.DAMAGED, str(error), f"line {number}") from error
