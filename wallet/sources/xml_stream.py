"""XML of a stranger, element by element in constant memory, without a door to anything outside.

1. The bytes are UTF-8; another encoding could hide what step 2 looks for.
2. What stands before the root is read by us. A document type may declare elements and attributes, as exports
   of Apple do; an entity, a reference to one, or a document type elsewhere is refused (billion laughs,
   quadratic blow-up, external entities: CWE-776, CWE-611).
3. The parser never sees the document type: no entity exists for it, so a reference to one is an error.
4. Elements of one depth are handed out one by one and forgotten, and none may grow without bound.

Declarations are not held against the elements: some versions of iOS wrote ones that are not well-formed.
"""

import re
from collections.abc import Collection, Iterator
from typing import Final, NoReturn

from lxml import etree

from wallet.errors import SourceError, SourceTrouble
from wallet.sources.bounded import Bounded

MOST_PROLOG: Final = 1 << 20
MOST_INSIDE: Final = 200_000
"""How many elements one element that is handed out may hold."""

_BLANK: Final = re.compile(rb"(?:\s++|<\?(?:(?!\?>).)*+\?>|<!--(?:(?!-->).)*+-->)*+", re.DOTALL)
_DOCTYPE: Final = re.compile(rb"<!DOCTYPE\s++[\w:.-]++\s*+")
_DECLARED: Final = re.compile(
    rb"(?:[^<\]%]++|<\?(?:(?!\?>).)*+\?>|<!--(?:(?!-->).)*+-->"
    rb"|<!(?:ELEMENT|ATTLIST)\b(?:[^<>\"'%]|\"[^\"<]*+\"|'[^'<]*+')*+>)*+",
    re.DOTALL,
)
_AFTER: Final = re.compile(rb"\]\s*+>")
_CHUNK: Final = 1 << 16


class _Joined:
    """What was read ahead, then the rest of the file."""

    def __init__(self, ahead: bytes, file: Bounded) -> None:
        self._ahead = ahead
        self._file = file

    def read(self, size: int = -1) -> bytes:
        if self._ahead:
            given = self._ahead if size < 0 else self._ahead[:size]
            self._ahead = self._ahead[len(given) :]
            return given
        return self._file.read(size)


def elements(
    file: Bounded, roots: Collection[str], *, depth: int = 1, most_inside: int = MOST_INSIDE
) -> Iterator[etree._Element]:
    """The elements that lie `depth` below a root, each complete and gone when the next is asked for.

    Raises:
        SourceError: not XML, a root that is not in `roots`, unsafe, or damaged.
    """
    parser = etree.iterparse(
        _Joined(_safe_beginning(file), file),
        events=("start", "end"),
        encoding="utf-8",
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        yield from _walk(parser, roots, depth, most_inside)
    except etree.XMLSyntaxError as error:
        line = error.lineno
        raise SourceError(
            SourceTrouble.DAMAGED, "not well-formed XML", f"line {line}" if line else ""
        ) from error
    except UnicodeError as error:
        raise SourceError(SourceTrouble.DAMAGED, "text that is not UTF-8") from error


def _walk(
    parser: etree.iterparse, roots: Collection[str], depth: int, most_inside: int
) -> Iterator[etree._Element]:
    level = inside = 0
    for event, element in parser:
        if event == "start":
            if level == 0 and element.tag not in roots:
                raise SourceError(SourceTrouble.OTHER_FORMAT, "expected XML with another root")
            level += 1
            inside += 1
            if inside > most_inside:
                raise SourceError(SourceTrouble.UNSAFE, "one element holds too many others")
            continue
        level -= 1
        if level <= depth:
            if level == depth:
                yield element
            _forget(element)
            inside = 0


def _forget(element: etree._Element) -> None:
    element.clear()
    parent = element.getparent()
    while parent is not None and element.getprevious() is not None:
        del parent[0]


def _safe_beginning(file: Bounded) -> bytes:
    """The beginning of the document up to its root, without the document type but with its lines."""
    ahead = b""
    while True:
        more = file.read(_CHUNK)
        ahead += more
        if ahead.lstrip(b"\xef\xbb\xbf").lstrip()[:1] not in (b"<", b""):
            raise SourceError(SourceTrouble.OTHER_FORMAT, "expected XML")
        if not more or _reaches_root(ahead) or len(ahead) > MOST_PROLOG:
            break
    start = ahead.removeprefix(b"\xef\xbb\xbf")
    if not start.strip():
        raise SourceError(SourceTrouble.EMPTY if not start else SourceTrouble.OTHER_FORMAT, "expected XML")
    return _without_doctype(start)


def _reaches_root(ahead: bytes) -> bool:
    return re.search(rb"<[A-Za-z_:]", ahead) is not None


def _without_doctype(start: bytes) -> bytes:
    found = _BLANK.match(start)
    begins = found.end() if found else 0
    doctype = _DOCTYPE.match(start, begins)
    if doctype is None:
        if start.startswith(b"<!", begins):
            _unsafe()
        return start
    ends = doctype.end()
    if start.startswith(b"[", ends):
        declared = _DECLARED.match(start, ends + 1)
        after = _AFTER.match(start, declared.end() if declared else ends + 1)
        if after is None:
            _unsafe()
        ends = after.end()
    elif start.startswith(b">", ends):
        ends += 1
    else:
        _unsafe()
    return start[:begins] + b"\n" * start.count(b"\n", begins, ends) + start[ends:]


def _unsafe() -> NoReturn:
    raise SourceError(SourceTrouble.UNSAFE, "the document type declares more than elements and attributes")
