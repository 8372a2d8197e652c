"""JSON of a stranger, whole or line by line, parsed strictly (`crypto.encoding.parse_json`)."""

import io
import json
from collections.abc import Iterator
from itertools import chain
from typing import Final

from crypto.encoding import Json, parse_json
from crypto.errors import MalformedError
from wallet.errors import SourceError, SourceTrouble
from wallet.sources.bounded import Bounded, whole

MOST_MEMBERS: Final = 4_000_000
"""Values in one document: an empty list takes two bytes in a file and sixty in memory."""
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
    filled = ((number, line) for number, line in enumerate(io.BytesIO(raw), 1) if line.strip())
    first, second = next(filled, None), next(filled, None)
    if first is not None and second is not None and _is_object(first[1]):
        yield from ((number, _line(line, number)) for number, line in chain((first, second), filled))
        return
    found = _parsed(raw)
    yield from enumerate(found if isinstance(found, list) else [found], 1)


def _parsed(raw: bytes) -> Json:
    if not raw.strip():
        raise SourceError(SourceTrouble.EMPTY, "the file is empty")
    if raw.lstrip()[:1] not in (b"{", b"["):
        raise SourceError(SourceTrouble.OTHER_FORMAT, "expected JSON")
    if sum(map(raw.count, (b",", b"[", b"{"))) > MOST_MEMBERS:
        raise SourceError(SourceTrouble.TOO_LARGE, f"more than {MOST_MEMBERS:,} members")
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
