"""From an expanded document to quads: JSON-LD 1.1 API §8, "Deserialize JSON-LD to RDF".

Nothing is skipped: what this file does not know how to write it refuses. The base direction of a text becomes
part of its data type (`i18n-datatype`), so that a signature covers it; peers do the same.
"""

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from crypto.encoding import canonical_json
from crypto.errors import MalformedError
from ssi.errors import MalformedCredentialError
from ssi.linked_data.allowance import Allowance
from ssi.linked_data.expansion import expand
from ssi.linked_data.quads import BLANK, Quad, iri_token, literal_token, node_token
from ssi.linked_data.rdfc import IdentifierIssuer

_RDF: Final = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_XSD: Final = "http://www.w3.org/2001/XMLSchema#"
_I18N: Final = "https://www.w3.org/ns/i18n#"
_NIL: Final = f"<{_RDF}nil>"
_NUMBER: Final = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)
_LARGEST_FIXED: Final = 1e21


def quads_of(document: object, allowance: Allowance | None = None) -> list[Quad]:
    """The quads that a JSON-LD document says, each once; its blank nodes are named `_:b0`, `_:b1` and so on.

    Raises:
        CredentialError: as `ssi.linked_data.expansion.expand`.
    """
    return quads_of_expanded(expand(document, allowance))


def quads_of_expanded(expanded: Sequence[Mapping[str, Any]]) -> list[Quad]:
    """The quads of a document that `expand` returned.

    Raises:
        DataLossError: a text or label that cannot be written.
        MalformedCredentialError: a JSON literal that has no canonical form, or a number that is no double.
    """
    writing = _Writing()
    for node in expanded:
        writing.node(node, graph="")
    return list(writing.quads)


class _Writing:
    """Collects the quads of a tree of nodes, and names its blank nodes in the order in which they come."""

    def __init__(self) -> None:
        self.quads: dict[Quad, None] = {}
        self._issuer = IdentifierIssuer(f"{BLANK}b")
        self._anonymous = 0

    def node(self, node: Mapping[str, Any], graph: str) -> str:
        """Write what a node says into a graph; returns its token."""
        subject = self._subject(node)
        for name, value in sorted(node.items()):
            if name == "@type":
                for type_ in value:
                    self._write(subject, f"<{_RDF}type>", node_token(type_), graph)
            elif name == "@graph":
                for inner in value:
                    self.node(inner, subject)
            elif name != "@id":
                for item in value:
                    self._write(subject, iri_token(name), self._object(item, graph), graph)
        return subject

    def _write(self, subject: str, predicate: str, object_: str, graph: str) -> None:
        self.quads[Quad(subject, predicate, object_, graph)] = None

    def _subject(self, node: Mapping[str, Any]) -> str:
        name = node.get("@id")
        if name is None:
            self._anonymous += 1
            return self._issuer.issue(f" {self._anonymous}")  # no label of a document has a space
        token = node_token(name)
        return self._issuer.issue(token) if token.startswith(BLANK) else token

    def _object(self, item: Mapping[str, Any], graph: str) -> str:
        if "@list" in item:
            return self._list(item["@list"], graph)
        return _literal(item) if "@value" in item else self.node(item, graph)

    def _list(self, elements: Iterable[Mapping[str, Any]], graph: str) -> str:
        written = [(self._subject({}), self._object(element, graph)) for element in elements]
        following = [cell for cell, _ in written[1:]] + [_NIL]
        for (cell, element), rest in zip(written, following, strict=False):
            self._write(cell, f"<{_RDF}first>", element, graph)
            self._write(cell, f"<{_RDF}rest>", rest, graph)
        return written[0][0] if written else _NIL


def _literal(item: Mapping[str, Any]) -> str:
    value, datatype = item["@value"], item.get("@type")
    if datatype == "@json":
        try:
            return literal_token(canonical_json(value).decode(), f"{_RDF}JSON")
        except MalformedError as error:
            raise MalformedCredentialError(f"a JSON literal: {error}") from error
    if isinstance(value, bool):
        return literal_token("true" if value else "false", datatype or f"{_XSD}boolean")
    if isinstance(value, int | float) or (datatype == f"{_XSD}double" and _NUMBER.fullmatch(value)):
        return _number(value, datatype)
    if "@direction" in item:
        language = item.get("@language", "").lower()
        return literal_token(value, f"{_I18N}{language}_{item['@direction']}")
    if "@language" in item:
        return literal_token(value, language=item["@language"])
    return literal_token(value, datatype or f"{_XSD}string")


def _number(value: float | str, datatype: str | None) -> str:
    """§8.2.2: whole numbers as integers, others as doubles in the canonical form of XML Schema.

    Raises:
        MalformedCredentialError: NaN, or a number beyond all doubles, such as 1e999.
    """
    if not math.isfinite(float(value)):
        raise MalformedCredentialError("a number beyond the range of doubles cannot be written")
    if datatype == f"{_XSD}double" or isinstance(value, float) or abs(float(value)) >= _LARGEST_FIXED:
        mantissa, exponent = f"{float(value):.15e}".split("e")
        whole, fraction = mantissa.split(".")
        return literal_token(
            f"{whole}.{fraction.rstrip('0') or '0'}E{int(exponent)}", datatype or f"{_XSD}double"
        )
    return literal_token(str(value), datatype or f"{_XSD}integer")
