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
from typing import Final

from lxml import etree

from wallet.errors import SourceError, SourceTrouble
from wallet.sources.bounded import Bounded

MOST_PROLOG: Final = 1 << 20
MOST_INSIDE: Final = 200_000
"""How many elements one element that is handed out may hold."""

_BLANK: Final = re.compile(rb"(?:\s++|<\?(?:(?!\?>).)*+\?>|<!--(?:(?!-->).)*+-->)*+", re.DOTALL)
_DOCTYPE: Final = re.compile(rb"<!DOCTYPE\s++[\w:.-]++\s*+")
_CLOSED: Final = re.compile(
    rb"(?:\[(?:[^<\]%]++|<\?(?:(?!\?>).)*+\?>|<!--(?:(?!-->).)*+-->"
    rb"|<!(?:ELEMENT|ATTLIST)\b(?:[^<>\"'%]|\"[^\"<]*+\"|'[^'<]*+')*+>)*+\]\s*+)?+>",
    re.DOTALL,
)
"""The end of a document type, after a list of declarations of elements and attributes or without one."""
_ROOT: Final = re.compile(rb"<[A-Za-z_:\x80-\xff]")
_MARK: Final = b"\xef\xbb\xbf"
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
    """The beginning of the document at least up to its root, without the document type but with its lines."""
    ahead = b""
    while len(ahead) <= MOST_PROLOG:
        more = file.read(_CHUNK)
        ahead = (ahead + more).removeprefix(_MARK)
        if ahead.lstrip()[:1] not in (b"<", b""):
            raise SourceError(SourceTrouble.OTHER_FORMAT, "expected XML")
        safe = _without_doctype(ahead)
        if safe is not None:
            return safe
        if not more:
            break
    if not ahead.strip():
        raise SourceError(SourceTrouble.EMPTY, "the file is empty")
    if b"<!" in ahead or len(ahead) > MOST_PROLOG:
        raise SourceError(
            SourceTrouble.UNSAFE,
            "the document type declares more than elements and attributes, or never ends",
        )
    raise SourceError(SourceTrouble.DAMAGED, "expected XML with a root")


def _without_doctype(start: bytes) -> bytes | None:
    """The same without its document type; None unless nothing but harmless parts lead to the root."""
    begins = ends = _after_blanks(start, 0)
    doctype = _DOCTYPE.match(start, begins)
    if doctype is not None:
        closed = _CLOSED.match(start, doctype.end())
        if closed is None:
            return None
        ends = closed.end()
    if _ROOT.match(start, _after_blanks(start, ends)) is None:
        return None
    return start[:begins] + b"\n" * start.count(b"\n", begins, ends) + start[ends:]


def _after_blanks(start: bytes, place: int) -> int:
    found = _BLANK.match(start, place)
    return found.end() if found else place
