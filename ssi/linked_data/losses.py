"""What did expansion take out of a document, or would conversion to quads? Each such place is an error.

JSON-LD drops what it does not understand. What is dropped is not signed, so whoever passes a document on
could change it at will; what stands under another name is signed, and overlooked by who reads the JSON.
Errors name terms and places, and never repeat a value.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Final

from ssi.errors import DataLossError
from ssi.linked_data.quads import BLANK, is_absolute_iri, is_language_tag

BASE: Final = "relative-reference:///"
"""What relative references are resolved against, to be recognised afterwards."""
_KEYWORDS: Final = frozenset({"@context", "@id", "@type", "@value", "@language", "@direction", "@list"})
_VOCABULARY: Final = "https://www.w3.org/2018/credentials#"


def check_nothing_lost(document: dict[str, Any], expanded: list[dict[str, Any]]) -> None:
    """Return only if the expanded document says all that the document says, and all of it fits into quads.

    Raises:
        DataLossError: something is missing, relative, or under another name.
    """
    if len(expanded) != 1:
        raise DataLossError("expected a document about one thing, and members that say something about it")
    _check_node(expanded[0], "the document")
    _check_lost(document, expanded)
    _check_names(document, expanded[0])


def _check_node(node: Mapping[str, Any], where: str) -> None:
    for name, value in node.items():
        if name == "@id":
            _check_reference(value, where)
        elif name == "@type":
            for type_ in value:
                _check_term(type_, "type")
        elif name == "@graph":
            _check_graph(value, where)
        elif name.startswith("@"):
            raise DataLossError(f"{name} is not kept in the graph")
        else:
            _check_term(name, "name")
            for item in value:
                _check_item(item, name)


def _check_graph(nodes: Sequence[Mapping[str, Any]], where: str) -> None:
    for node in nodes:
        if set(node) <= {"@id"}:
            raise DataLossError("a member of a graph about which nothing is said would be lost")
        _check_node(node, where)


def _check_item(item: Mapping[str, Any], where: str) -> None:
    if "@value" in item:
        _check_literal(item, where)
    elif "@list" in item:
        if set(item) != {"@list"}:
            raise DataLossError("@index is not kept in the graph")
        for element in item["@list"]:
            _check_item(element, where)
    else:
        _check_node(item, where)


def _check_literal(item: Mapping[str, Any], where: str) -> None:
    if not set(item) <= {"@value", "@type", "@language", "@direction"}:
        raise DataLossError("@index is not kept in the graph")
    if item["@value"] is None and item.get("@type") != "@json":
        raise DataLossError("a value that is null would be lost")
    if item.get("@type", "@json") != "@json":
        _check_term(item["@type"], "data type")
    if "@language" in item and not is_language_tag(item["@language"]):
        raise DataLossError(f"{where}: expected a language tag")


def _check_reference(value: object, where: str) -> None:
    if not (isinstance(value, str) and value.startswith(BLANK)) and not _is_whole(value):
        raise DataLossError(f"{where}: an identifier is relative or undefined: expected an absolute IRI")


def _check_term(value: object, what: str) -> None:
    if not _is_whole(value):
        shown = str(value).removeprefix(BASE)[:200]
        raise DataLossError(f"the {what} {shown!r} is relative or undefined: expected an absolute IRI")


def _is_whole(value: object) -> bool:
    return is_absolute_iri(value) and not str(value).startswith(BASE)


def _check_lost(document: dict[str, Any], expanded: list[dict[str, Any]]) -> None:
    """What expansion takes out or renames, except in JSON literals, which are kept as they are."""
    lost = _oddities(document) - sum((_oddities(value) for value in _json_literals(expanded)), Counter())
    for oddity in lost:
        raise DataLossError(f"{oddity}: it would not be in the graph, or under another name")


def _oddities(value: object) -> Counter[str]:
    if isinstance(value, Mapping):
        found: Counter[str] = Counter()
        for name, member in value.items():
            if name.startswith("@") and name not in _KEYWORDS:
                found[f"the keyword {name[:80]!r}"] += 1
            elif "://" in name:
                found[f"a name spelled as an IRI, {name[:200]!r}"] += 1
            if name != "@context":
                found += _oddities(member)
        return found
    if isinstance(value, list):
        return sum((_oddities(element) for element in value), Counter())
    return Counter({"a member that is null": 1}) if value is None else Counter()


def _json_literals(expanded: object) -> list[Any]:
    if isinstance(expanded, Mapping):
        if expanded.get("@type") == "@json":
            return [expanded["@value"]]
        return [literal for member in expanded.values() for literal in _json_literals(member)]
    if isinstance(expanded, list):
        return [literal for element in expanded for literal in _json_literals(element)]
    return []


def _check_names(document: Mapping[str, Any], node: Mapping[str, Any]) -> None:
    """A status or validity under another name would bind in the graph and be overlooked in the JSON."""
    for name in node:
        if name.startswith(_VOCABULARY) and name.removeprefix(_VOCABULARY) not in document:
            raise DataLossError(f"{name} stands under another name in the document")
