"""What is a quad, and how is it written? N-Quads in the canonical form of RDFC-1.0 (appendix A).

A quad here is four *tokens*, each already in its canonical spelling: `<iri>`, `_:label`, or
`"text"^^<datatype>`; the fourth is empty for the default graph. Whoever writes or reads quads comes through
this module, so a token can be compared as text, and an IRI that would end its own brackets never gets in.
Errors repeat no value: tokens are what a credential says about somebody.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

from ssi.errors import DataLossError, MalformedCredentialError

BLANK: Final = "_:"
STRING_TYPE: Final = "http://www.w3.org/2001/XMLSchema#string"
_IRI: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\x00-\x20<>\"{}|^`\\\ud800-\udfff]*+")
_LABEL: Final = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_-])?")
_LANGUAGE: Final = re.compile(r"[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*")
_ESCAPES: Final = {
    **{code: f"\\u{code:04X}" for code in (*range(0x20), 0x7F)},
    **{ord(mark): f"\\{letter}" for mark, letter in zip('\b\t\n\f\r"\\', 'btnfr"\\', strict=True)},
}

_IRI_TOKEN = r"<[^\x00-\x20<>\"{}|^`\\]+>"  # noqa: S105 — a token of a grammar
_BLANK_TOKEN = r"_:[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_-])?"  # noqa: S105 — a token of a grammar
_LITERAL_TOKEN = rf"\"(?:[^\"\\\x0a\x0d]|\\.)*+\"(?:\^\^{_IRI_TOKEN}|@[A-Za-z]+(?:-[A-Za-z0-9]+)*)?"
_LINE: Final = re.compile(
    rf"({_IRI_TOKEN}|{_BLANK_TOKEN}) ({_IRI_TOKEN}) ({_IRI_TOKEN}|{_BLANK_TOKEN}|{_LITERAL_TOKEN})"
    rf"(?: ({_IRI_TOKEN}|{_BLANK_TOKEN}))? \.",
    re.DOTALL,
)


class Quad(NamedTuple):
    """Subject, predicate, object and graph as canonical tokens."""

    subject: str
    predicate: str
    object: str
    graph: str

    def line(self) -> str:
        """The quad as a line of canonical N-Quads, with its line feed."""
        end = f" {self.graph} .\n" if self.graph else " .\n"
        return f"{self.subject} {self.predicate} {self.object}{end}"

    def blank_nodes(self) -> tuple[str, ...]:
        """The blank nodes of subject, object and graph, as tokens; one may stand twice."""
        return tuple(token for token in (self.subject, self.object, self.graph) if token.startswith(BLANK))

    def relabelled(self, labels: Mapping[str, str]) -> "Quad":
        """The quad with each blank node token replaced by the one that `labels` gives for it."""
        subject, predicate, object_, graph = self
        return Quad(
            labels.get(subject, subject),
            predicate,
            labels.get(object_, object_),
            labels.get(graph, graph),
        )


def iri_token(iri: object) -> str:
    """An IRI in its brackets.

    Raises:
        DataLossError: it is relative, or has a character that no IRI has.
    """
    if not is_absolute_iri(iri):
        raise DataLossError("expected an absolute IRI")
    return f"<{iri}>"


def is_absolute_iri(iri: object) -> bool:
    """Whether this is a scheme and a colon, followed by characters that may stand in an IRI."""
    return isinstance(iri, str) and _IRI.fullmatch(iri) is not None


def is_language_tag(tag: object) -> bool:
    """Whether this is a well-formed language tag (BCP 47, by its parts only)."""
    return isinstance(tag, str) and _LANGUAGE.fullmatch(tag) is not None


def node_token(name: str) -> str:
    """A node by its IRI or by its blank node label, which starts with `_:`.

    Raises:
        DataLossError: neither.
    """
    if not name.startswith(BLANK):
        return iri_token(name)
    if not _LABEL.fullmatch(name[len(BLANK) :]):
        raise DataLossError("expected a blank node label of letters, digits, points, hyphens and underscores")
    return name


def literal_token(text: str, datatype: str = STRING_TYPE, *, language: str | None = None) -> str:
    """A text in its quotes, with its language or its data type; the type of plain text is left out.

    Raises:
        DataLossError: a text that no encoding can write, or a language tag or data type that is none.
    """
    try:
        text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise DataLossError("a text holds half of a surrogate pair, which no encoding can write") from error
    quoted = f'"{text.translate(_ESCAPES)}"'
    if language is not None:
        if not is_language_tag(language):
            raise DataLossError("expected a language tag")
        return f"{quoted}@{language}"
    return quoted if datatype == STRING_TYPE else f"{quoted}^^{iri_token(datatype)}"


def read_quads(lines: Iterable[str]) -> list[Quad]:
    """Read lines of canonical N-Quads, with or without their line feeds.

    Raises:
        MalformedCredentialError: a line that is not one quad in canonical spacing.
    """
    quads = []
    for number, line in enumerate(lines, start=1):
        match = _LINE.fullmatch(line.removesuffix("\n"))
        if match is None:
            raise MalformedCredentialError(f"line {number}: expected a quad in canonical N-Quads")
        quads.append(Quad(match[1], match[2], match[3], match[4] or ""))
    return quads
