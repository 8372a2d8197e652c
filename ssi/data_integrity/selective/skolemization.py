"""How is a blank node recognised when only a part of its document is there? By a name given for the moment.

Every thing without an identifier gets an IRI that exists here only (*skolemisation*), so that any part of the
document, turned into quads by itself, names the same things. Data Integrity ECDSA Cryptosuites v1.0 §3.4.5 to
§3.4.10 reaches this by expanding and compacting again; here names are put into the document as it is, so that
pointers mean the same before and after, whatever its contexts do. What was put in is checked by taking it out
again: the expanded document must be what it was.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any, Final

from ssi.data_integrity.selective.list_cells import name_cells
from ssi.errors import CredentialError, DataLossError, GraphTooComplexError
from ssi.linked_data.expansion import expand
from ssi.linked_data.quads import BLANK, Quad
from ssi.linked_data.rdf import quads_of_expanded

PREFIX: Final = "urn:argonauta-blank-node:"
MAX_AMBIGUOUS: Final = 32
"""Objects that may be the languages of a text as well as a thing: each is tried by itself."""

_NO_THING: Final = frozenset({"id", "@id", "@value", "@list"})

Expanded = list[dict[str, Any]]


@dataclass(frozen=True)
class Skolemized:
    """A document in which every thing has an identifier, with its quads.

    `document` is the compact document with the names; in `quads` they are blank nodes again.
    """

    document: Mapping[str, Any] = field(repr=False)
    quads: tuple[Quad, ...] = field(repr=False)


def skolemize(document: Mapping[str, Any]) -> Skolemized:
    """Name the things without an identifier in a compact document.

    Raises:
        CredentialError: not a JSON-LD document without data loss, see `ssi.linked_data.expansion.expand`.
        DataLossError: a blank node label, an identifier like our names, a graph without an identifier, or
            something that no pointer could tell apart.
        GraphTooComplexError: too many objects that may be the languages of a text as well as a thing.
    """
    plain = expand(document)
    text = json.dumps(plain)
    if PREFIX in text or f'"@id": "{BLANK}' in text:
        raise DataLossError("a thing is named by a blank node label: give it an identifier, or no name")
    passed_over: frozenset[int] = frozenset()
    try:
        named, expanded = _named(document, passed_over)
    except DataLossError:
        # In a text in several languages, a name is one more language.
        passed_over = _languages(document, plain)
        named, expanded = _named(document, passed_over)
    literal = frozenset(_names_in_literals(expanded))
    if literal:
        named, expanded = _named(document, passed_over | literal)
    if _unnamed(expanded) != plain:
        raise DataLossError("a part of the document cannot be told apart by a JSON pointer")
    return Skolemized(named, deskolemized(quads_of_expanded(expanded)))


def skolemized_quads(selection: Mapping[str, Any]) -> tuple[Quad, ...]:
    """The quads of a part of a skolemised document, with the blank nodes of the whole.

    Raises:
        CredentialError: as `skolemize`.
    """
    return deskolemized(quads_of_expanded(expand(selection)))


def deskolemized(quads: Iterable[Quad]) -> tuple[Quad, ...]:
    """The quads with blank nodes in the place of our names, and names for the cells of lists."""
    known = list(quads)
    tokens = {token for quad in known for token in (quad.subject, quad.object, quad.graph)}
    start = f"<{PREFIX}"
    labels = {
        token: f"{BLANK}n{token[len(start) : -1]}" for token in sorted(tokens) if token.startswith(start)
    }
    things = [quad.relabelled(labels) for quad in known]
    cells = name_cells(things, (token for token in tokens if token.startswith(BLANK)))
    return tuple(quad.relabelled(cells) for quad in things)


def _named(document: Mapping[str, Any], passed_over: frozenset[int]) -> tuple[dict[str, Any], Expanded]:
    named = deepcopy(dict(document))
    for place, thing in enumerate(_things(named)):
        if place not in passed_over:
            thing["@id"] = f"{PREFIX}{place}"
    return named, expand(named)


def _things(value: Any) -> list[dict[str, Any]]:
    """The objects of a document that may be things without an identifier, in the order of the document."""
    return list(_walk(value))


def _walk(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        if not _NO_THING & value.keys():
            yield value
        for name, member in value.items():
            if name != "@context":
                yield from _walk(member)
    elif isinstance(value, Sequence) and not isinstance(value, str):
        for element in value:
            yield from _walk(element)


def _languages(document: Mapping[str, Any], plain: Expanded) -> frozenset[int]:
    """The places of the objects that are a text in several languages."""
    things = _things(deepcopy(dict(document)))
    doubtful = [place for place, thing in enumerate(things) if all(map(_is_text, thing.values()))]
    if len(doubtful) > MAX_AMBIGUOUS:
        raise GraphTooComplexError(f"expected at most {MAX_AMBIGUOUS} objects that hold nothing but texts")
    everywhere = frozenset(range(len(things)))
    return frozenset(place for place in doubtful if not _can_be_named(document, everywhere - {place}, plain))


def _can_be_named(document: Mapping[str, Any], passed_over: frozenset[int], plain: Expanded) -> bool:
    try:
        unnamed: Expanded = _unnamed(_named(document, passed_over)[1])
    except CredentialError:
        return False
    return unnamed == plain


def _is_text(value: Any) -> bool:
    texts = [value] if isinstance(value, str) else value
    return isinstance(texts, list) and all(isinstance(text, str) for text in texts)


def _names_in_literals(expanded: Any, *, literal: bool = False) -> Iterator[int]:
    """The places of the objects that lie within JSON literals: there, a name would change the value."""
    if isinstance(expanded, Mapping):
        name = expanded.get("@id")
        if literal and isinstance(name, str) and name.startswith(PREFIX):
            yield int(name.removeprefix(PREFIX))
        for member in expanded.values():
            yield from _names_in_literals(member, literal=literal or expanded.get("@type") == "@json")
    elif isinstance(expanded, list):
        for element in expanded:
            yield from _names_in_literals(element, literal=literal)


def _unnamed(expanded: Any) -> Any:
    if isinstance(expanded, Mapping):
        return {
            name: _unnamed(member)
            for name, member in expanded.items()
            if name != "@id" or not str(member).startswith(PREFIX)
        }
    return [_unnamed(element) for element in expanded] if isinstance(expanded, list) else expanded
